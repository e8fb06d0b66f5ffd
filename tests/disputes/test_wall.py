"""The second wall: without the setting nothing is read, with it only what its reader may; and the controls."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from casework.models import ReadLog
from casework.refusals import MoveRefused
from disputes import wall
from disputes.models import Narrative
from tests.disputes import cast
from tests.disputes.cast import NOON, House

TABLES = ("disputes_narrative", "disputes_claim", "disputes_offer", "disputes_packet")
CANARY = "红砖墙下的金丝雀"




def _raw() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM disputes_narrative")
        return cursor.fetchall()


def _told(house: House) -> object:
    return cast.mediating(house, facts=f"楼上漏水,{CANARY}")


def test_raw_sql_without_the_setting_reads_nothing_and_the_control_reads(house: House) -> None:
    dispute = _told(house)
    assert _raw() == []
    assert not Narrative.objects.exists()
    with connection.cursor() as cursor:  # control: the same statement, the wall taken down
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE disputes_narrative DISABLE ROW LEVEL SECURITY")
    assert any(CANARY in row[0] for row in _raw())
    assert dispute.number


def test_forced_on_the_owner_too(house: House) -> None:
    _told(house)
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_and(relrowsecurity AND relforcerowsecurity), count(*) FROM pg_class WHERE relname = ANY(%s)",
                       [list(TABLES)])
        assert cursor.fetchone() == (True, len(TABLES))
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE disputes_narrative NO FORCE ROW LEVEL SECURITY")  # control: the owner passes
    assert any(CANARY in row[0] for row in _raw())


def test_the_database_itself_knows_the_readers(house: House) -> None:
    """Only the mediator, the head of the body and, for one dispute, the product read on: never rank or land."""
    dispute = _told(house)
    readers = {
        name for name, person in house.world.people.items()
        if _sees(person_id=person.pk)
    }
    assert readers == {"mediator", "body_head"}
    with wall.asking(dispute_id=dispute.pk):
        assert _raw()
    with wall.asking(dispute_id=dispute.pk + 1):
        assert _raw() == []


def _sees(**who: int) -> bool:
    with wall.asking(**who):
        return any(CANARY in row[0] for row in _raw())


def test_the_setting_ends_with_the_block(house: House) -> None:
    _told(house)
    with transaction.atomic():
        with wall.asking(person_id=house.world.people["mediator"].pk):
            assert _raw()
        assert _raw() == []


def test_opening_asks_logs_and_refuses(house: House) -> None:
    dispute = _told(house)
    with wall.opened(dispute, actor=house.world.actor("mediator"), at=NOON):
        assert Narrative.objects.filter(dispute=dispute).exists()
    entry = ReadLog.objects.get(kind="dispute", act="open", object_key=dispute.number)
    assert entry.allowed
    assert entry.fields == ["narrative"]
    with pytest.raises(MoveRefused) as refused, wall.opened(dispute, actor=house.world.actor("director"), at=NOON):
        raise AssertionError("opened")
    assert refused.value.code == "forbidden"
    assert ReadLog.objects.filter(act="refused", allowed=False, object_key=dispute.number).count() == 1


def test_a_sealed_dispute_asks_for_a_reason(house: House) -> None:
    dispute = cast.mediating(house, type="family")
    actor = house.world.actor("mediator")
    with pytest.raises(MoveRefused) as refused, wall.opened(dispute, actor=actor, at=NOON):
        raise AssertionError("opened")
    assert "reason" in refused.value.fields
    with wall.opened(dispute, actor=actor, at=NOON, reason="会前阅卷"):
        pass
    assert ReadLog.objects.get(act="open", object_key=dispute.number).reason == "会前阅卷"


def test_a_head_whose_post_has_ended_reads_no_more(house: House) -> None:
    _told(house)
    person = house.world.people["body_head"]
    assert _sees(person_id=person.pk)
    person.posts.update(valid_to="2020-01-02")
    assert not _sees(person_id=person.pk)


def test_nobody_rewrites_what_they_may_not_read(house: House) -> None:
    _told(house)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE disputes_narrative SET text = 'x'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM disputes_narrative")
        assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("SET ROLE governance")
