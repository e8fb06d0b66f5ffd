"""Published cases come in without loss, twice is once, and are found by their facts by those who may read them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from disputes import importing, queries, wall
from disputes.models import Dispute, Narrative, Party
from tests.disputes.cast import NOON, House

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "mediation" / "mediation_cases_train.csv.gz"
HEAD = "case_id,title,field,cause,keywords,facts,process,result,legal_basis,gist,recommended_by,resolved_by,party_count_derived\n"
MADE = HEAD + (
    "T1,张三与某物业公司物业服务合同纠纷调解案,民事,物业服务合同纠纷,,押金未退引发争议,反复做工作,已退还,民法典,要点,,"
    "某区调委会 某街道司法所,3\n"
)


def _taken(house: House, row: importing.Row) -> Dispute:
    return importing.take_in(row, mediator=house.mediators["mediator"], at=NOON)[0]


def test_a_case_is_whole_and_once(house: House, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv.gz"
    path.write_bytes(gzip.compress(MADE.encode()))
    (row,) = importing.read(path)
    dispute = _taken(house, row)
    assert importing.take_in(row, mediator=house.mediators["mediator"], at=NOON) == (dispute, False)
    assert (dispute.state, dispute.type, dispute.outcome) == ("closed", "property", "reconciled")
    assert list(Party.objects.filter(dispute=dispute).values_list("name", flat=True)) == ["张三", "某物业公司", "当事人3"]
    with wall.asking(person_id=house.world.people["mediator"].pk):
        source = Narrative.objects.get(dispute=dispute, kind="source")
    assert json.loads(source.text) == row.values
    assert row.organisations == ["某区调委会", "某街道司法所"]


def test_another_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(importing.BadFile, match="columns missing"):
        list(importing.read(path))


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason="the published cases lie outside the repository")
def test_all_248_published_cases(house: House) -> None:
    rows = list(importing.read(REAL))
    assert len(rows) == 248
    disputes = [_taken(house, row) for row in rows]
    assert len({one.pk for one in disputes}) == 248
    counts = [int(row.values["party_count_derived"]) for row in rows]
    assert [one.parties.count() for one in disputes] == counts
    with wall.asking(person_id=house.world.people["mediator"].pk):
        kept = {json.loads(text)["case_id"]: json.loads(text)
                for text in Narrative.objects.filter(kind="source").values_list("text", flat=True)}
    assert kept == {row.number: row.values for row in rows}
    _found_by_facts(house, rows, disputes)


def _found_by_facts(house: House, rows: list, disputes: list[Dispute]) -> None:
    reader, stranger = house.actor("mediator"), house.actor("director")
    for row, dispute in list(zip(rows, disputes, strict=True))[::31]:
        if dispute.is_sealed:
            continue
        words = max(row.values["facts"].replace("。", ",").split(","), key=len)[:12]
        assert queries.found_in_story(reader.rights, words, actor=reader, at=NOON).filter(pk=dispute.pk).exists()
        assert not queries.found_in_story(stranger.rights, words, actor=stranger, at=NOON).exists()
