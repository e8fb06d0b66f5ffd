"""Numbers of the room and the lists behind them: the same condition, the same place, the same span."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from disputes import statistics, transitions
from disputes.importing import Row, take_in
from disputes.learning import suggest_type
from disputes.telling import PartyTold
from tests.disputes import cast
from tests.disputes.cast import NOON, House

BACKEND = "governance.backends.RoleBackend"
STREET_A, STREET_B = "150302002", "150302001"
LINK = re.compile(r'<a href="(/disputes/\?[^"]+)">(\d+)</a>')


@pytest.fixture
def stock(house: House) -> House:
    """Three in street A (one agreed, one failed, one waiting), one in street B, one archived import."""
    actor = house.actor("mediator")
    transitions.settle_orally(cast.mediating(house), actor=actor, at=NOON, terms="各让一步")
    cast.failed(house)
    cast.guided(house, type="labour")
    cast.accepted(house, by="worker_b1", area="150302001002001")
    values = dict.fromkeys(("title", "field", "cause", "facts", "process", "result", "legal_basis", "gist", "resolved_by"), "")
    take_in(Row("P-1", {**values, "case_id": "P-1", "facts": "已公布的案例"}), mediator=house.mediators["mediator"], at=NOON)
    return house


def _client(house: House, name: str) -> Client:
    client = Client()
    client.force_login(house.world.people[name], backend=BACKEND)
    return client


@pytest.mark.parametrize("area", ["", STREET_A, STREET_B])
def test_every_number_is_as_long_as_its_list(stock: House, time_machine: object, area: str) -> None:
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    client = _client(stock, "director")
    page = client.get("/disputes/figures/", {"area": area, "days": "90"}).content.decode()
    links = LINK.findall(page)
    assert len(links) > 8
    assert any(int(number) for _url, number in links)
    for url, number in links:
        listed = client.get(unescape(url)).content.decode()
        assert len(set(re.findall(r"MT\d{8}-\d{4}", listed))) == int(number), unescape(url)


def test_where_and_with_whom_disputes_gather(house: House, time_machine: object) -> None:
    firm = PartyTold(name="某物业公司", side="respondent", kind="legal")
    for n in range(5):
        cast.accepted(house, parties=(PartyTold(name="张小三"), firm if n < 4 else PartyTold(name="李四", side="respondent")))
    sealed = cast.accepted(house, type="family", parties=(PartyTold(name="王五"), firm))
    assert sealed.is_sealed
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    client = _client(house, "director")
    page = client.get("/disputes/figures/", {"days": "90"})
    (place,), (party,) = page.context["hot_places"], page.context["hot_parties"]
    assert (place["n"], place["earlier"], place["has_grown"]) == (6, 0, True)
    assert (party["name"], party["n"], party["open"]) == ("某物业公司", 4, 4)
    assert "张小三" not in page.content.decode()
    for query, n in ((place["query"], 6), (party["query"], 4)):
        listed = client.get(f"/disputes/?{query}").content.decode()
        assert len(set(re.findall(r"MT\d{8}-\d{4}", listed))) == n
    assert list(client.get("/disputes/?view=all&organisation=张小三").context["rows"]) == []  # a person is no organisation


def test_archived_cases_stand_in_no_rate(stock: House) -> None:
    at = NOON + timedelta(hours=1)
    found = statistics.overview(stock.actor("director").rights, at=at)
    rates = {row["code"]: (row["part"], row["whole"]) for row in found["rates"]}
    assert (found["total"], found["archived"]) == (5, 1)
    assert rates["closed"] == (1, 4)
    assert rates["success"] == (1, 2)
    wall = statistics.wall_figures(stock.world.areas["district"].path, at=at)
    assert (wall["accepted"], wall["closed"], wall["success"], wall["concluded"]) == (4, 1, 1, 2)
    assert "不含导入归档" in str(next(row["formula"] for row in found["rates"] if row["code"] == "success"))


def test_the_register_form_proposes_a_type_and_a_place(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    client = _client(house, "worker_a1")
    answer = client.post("/disputes/register/suggest/", {"text": "公司拖欠劳务工资,员工要求支付工伤赔偿"})
    first = answer.json()["types"][0]
    assert first["code"] == "labour"
    assert first["words"] == suggest_type("公司拖欠劳务工资,员工要求支付工伤赔偿")[0]["words"]
    assert client.get("/disputes/register/suggest/", {"text": "工资"}).status_code == 405
    page = client.get("/disputes/register/").content.decode()
    assert 'data-letters="' in page
    assert '<option value="150302002001001"' in page
    assert "150302001002001" not in page, "a grid of another street"
    bad = client.post("/disputes/register/", {"area": "999", "facts": "楼上漏水"})
    assert bad.status_code == 400
