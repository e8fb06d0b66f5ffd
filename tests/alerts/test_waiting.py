"""What waits for a person: who hears of an alert, and a false alarm that is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework import outbox
from casework.models import Notice
from casework.refusals import MoveRefused
from events.alerts import actions, queries
from events.alerts.actions import Told
from events.models import Alert, AlertUndo
from tests.access.scene import signed_in
from tests.alerts.kit import camera, sent
from tests.world import NOON, World

# Taking a dismissal back -----------------------------------------------------------------------------


def test_a_dismissal_is_taken_back_within_seconds_and_stays_on_record(world: World) -> None:
    alert, officer = sent(world, camera(world)), world.actor("officer_a")
    actions.dismiss(alert, actor=officer, at=NOON, reason="other", note="看错了")
    later = NOON + timedelta(seconds=9)
    done = actions.undo_dismiss(alert, actor=officer, at=later)
    assert (done.state, done.reason, done.note, done.decided_by_id, done.decided_at) == ("candidate", "", "", None, None)
    row = AlertUndo.objects.get()
    assert (row.decided_by_id, row.decided_at, row.reason, row.note, row.undone_at) == (
        officer.person_id, NOON, "other", "看错了", later,
    )
    assert queries.records(world.actor("dispatcher").rights, at=later, days=7)[0].decided == 0
    assert actions.confirm(alert, actor=world.actor("dispatcher"), at=later).state == "confirmed"


def test_who_else_or_later_cannot_take_it_back(world: World) -> None:
    alert, officer = sent(world, camera(world)), world.actor("officer_a")
    confirmed = actions.confirm(sent(world, camera(world, "cam-2")), actor=officer, at=NOON)
    actions.dismiss(alert, actor=officer, at=NOON, reason="misread")
    for what, who, seconds, code in (
        (alert, "dispatcher", 5, "not_yours"), (alert, "officer_a", 16, "too_late"), (alert, "stranger", 5, "not_found"),
        (alert, "director_a", 5, "forbidden"), (confirmed, "officer_a", 5, "wrong_state"),
    ):
        with pytest.raises(MoveRefused) as refused:
            actions.undo_dismiss(what, actor=world.actor(who), at=NOON + timedelta(seconds=seconds))
        assert refused.value.code == code, (who, seconds)
    assert not AlertUndo.objects.exists()
    alert.refresh_from_db()
    assert alert.state == "false_alarm"


def test_the_page_offers_it_to_whoever_dismissed(world: World) -> None:
    alert = sent(world, camera(world))
    mine, other = signed_in(world.people["officer_a"]), signed_in(world.people["dispatcher"])
    answer = mine.post(f"/desk/alerts/{alert.pk}/dismiss/", {"reason": "misread"}, follow=True)
    assert f"/desk/alerts/{alert.pk}/undo/" in answer.content.decode()
    assert f"/desk/alerts/{alert.pk}/undo/" not in other.get("/desk/alerts/").content.decode()
    answer = mine.post(f"/desk/alerts/{alert.pk}/undo/", follow=True)
    assert "已撤回,该预警重新待确认" in answer.content.decode()
    assert "判为误报(识别错误)" in mine.get(f"/desk/alerts/{alert.pk}/").content.decode()


# Who hears of it --------------------------------------------------------------------------------------


def _bells(kind: str = "alert_waits", **more: object) -> set[str]:
    return set(Notice.objects.filter(kind=kind, **more).values_list("person__username", flat=True))


def test_who_may_decide_there_is_told_once(world: World) -> None:
    sent(world, camera(world))
    outbox.do_due(at=NOON)
    outbox.do_due(at=NOON)
    assert _bells() == {"dispatcher", "officer_a"}  # not the other street, nor who only looks on
    assert Notice.objects.filter(kind="alert_waits").count() == 2
    line = Notice.objects.filter(person=world.people["officer_a"]).get()
    assert (line.url, line.urgency, line.show_at) == (f"/desk/alerts/{Alert.objects.get().pk}/", "P3", NOON)
    actions.take_in(Told("cam-1", "1", "别的"), actor=world.actor("platform"), at=NOON)
    outbox.do_due(at=NOON)
    assert Notice.objects.filter(kind="alert_waits").count() == 2


def test_an_emergency_rings_until_somebody_has_decided(world: World) -> None:
    from governance.pulse import _ringing, unread_lines

    alert = sent(world, camera(world, category_id="0304"))
    outbox.do_due(at=NOON)
    dispatcher = world.people["dispatcher"]
    asking = type("Asking", (), {"user": dispatcher, "at": NOON})
    assert [line["kind"] for line in _ringing(unread_lines(asking), NOON)] == ["alert_waits"]
    actions.dismiss(alert, actor=world.actor("officer_a"), at=NOON, reason="misread")
    assert _ringing(unread_lines(asking), NOON) == []
    assert _bells(read_at=None) == set()
    actions.undo_dismiss(alert, actor=world.actor("officer_a"), at=NOON + timedelta(seconds=4))
    assert _bells(read_at=None) == {"dispatcher", "officer_a"}
    assert Notice.objects.filter(kind="alert_waits").count() == 2


def test_what_is_decided_before_the_notice_is_told_to_nobody(world: World) -> None:
    alert = sent(world, camera(world))
    actions.dismiss(alert, actor=world.actor("officer_a"), at=NOON, reason="misread")
    outbox.do_due(at=NOON)
    assert _bells() == set()
    actions.undo_dismiss(alert, actor=world.actor("officer_a"), at=NOON + timedelta(seconds=4))
    outbox.do_due(at=NOON + timedelta(seconds=4))
    assert _bells() == {"dispatcher", "officer_a"}


def test_the_wall_leads_to_what_waits(world: World) -> None:
    sent(world, camera(world))
    page = signed_in(world.people["dispatcher"]).get("/screen/").content.decode()
    assert "设备预警待人确认" in page
    assert 'href="/desk/alerts/"' in page
    assert "设备预警待人确认" not in signed_in(world.people["stranger"]).get("/screen/").content.decode()
    assert "设备预警待人确认" not in signed_in(world.people["wall"]).get("/screen/").content.decode()
