"""The walk-throughs 1–4 and 9 of rules.md §13, and the pattern nobody has named (signature 7)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from accounts.models import User
from casework.verify import verify_all
from events.clues.finding import find_clusters
from events.models import ClueCluster, Event, Precedent
from events.routing import suggest_units
from field import queries as phone
from governance.demo import hidden, past, stories
from governance.demo.live import District
from governance.demo.player import Player
from governance.demo.stage import Stage
from governance.demo.waiting import leave_work
from grids.scope import rights_of

MORNING = datetime(2026, 11, 18, 1, 30, tzinfo=UTC)
"""Wednesday 2026-11-18 09:30 in Shanghai."""


def verbs_of(event: Event) -> list[str]:
    return list(event.trail.order_by("seq").values_list("verb", flat=True))


def test_work_waits_for_the_visitor_and_the_cast_leaves_it_alone(stage: Stage) -> None:
    checked, delegated, sent = leave_work(stage, MORNING)
    for name, tasks in (("wangge-a", 2), ("wangge-b", 2), ("gongshui", 0)):
        rights = rights_of(User.objects.get(username=name), at=MORNING)
        assert phone.task_count(rights) >= tasks
    assert sent.orders.get(unit__code="water_supply").state == "sent"
    assert {event.state for event in Event.objects.filter(pk__in=(delegated.pk, sent.pk))} == {"in_progress"}
    district = District(stage, now=lambda: MORNING)
    assert district.look(MORNING + timedelta(hours=2)) == 0
    assert Event.objects.get(pk=checked.pk).state == "verifying"


def test_missing_manhole(stage: Stage) -> None:
    master, *twins = stories.missing_manhole(stage, MORNING)
    assert master.state == "closed"
    assert master.outcome == "solved"
    assert master.urgency == "P1"
    assert master.repeats == 2
    assert [twin.state for twin in twins] == ["merged", "merged"]
    assert {twin.master_id for twin in twins} == {master.pk}
    opened = master.trail.get(verb="triage")
    claimed = master.trail.get(verb="claim")
    assert opened.to_state == "open_for_claim"
    assert claimed.at - opened.at < timedelta(minutes=4)
    assert master.handled_at - claimed.at < timedelta(hours=3)
    assert master.handled_at <= master.handle_due_at or master.service_class_id == "E2"
    assert "verify" in verbs_of(master)
    assert master.solved is True


def test_cold_saturday(stage: Stage) -> None:
    saturday = datetime(2026, 11, 14, 14, 0, tzinfo=UTC)
    event = stories.cold_saturday(stage, saturday)
    assert event.service_class_id == "U24"
    order = event.orders.order_by("pk").last()
    assert order.unit.code == "heating"
    assert event.handle_due_at == order.sent_at + timedelta(hours=24)
    row = event.supervisions.get()
    assert row.colour == "blue"
    assert row.issued_at == order.sent_at + timedelta(hours=18)
    assert row.replied_at is not None
    assert event.flag == ""
    assert event.state == "closed"
    assert event.handled_at < event.handle_due_at


def test_night_stalls(stage: Stage) -> None:
    event = stories.night_stalls(stage, MORNING)
    whistle = event.whistles.get()
    assert whistle.kind == "enforcement"
    assert whistle.state == "answered"
    parts = list(whistle.parts.all())
    assert len(parts) == 3
    assert all(part.reported_in_at and part.confirmed_at and part.attendance for part in parts)
    assert whistle.asked_by_id != whistle.approved_by_id
    assert event.state == "closed"
    assert event.orders.filter(kind="joint", state="done").count() == 3


def test_light_pollution(stage: Stage) -> None:
    before = Precedent.objects.filter(category="0708").count()
    event, following = stories.light_pollution(stage, MORNING)
    assert event.bounces == 3
    declined, ruled = event.trail.filter(verb="decline").last(), event.trail.get(verb="rule_decline")
    assert ruled.at - declined.at < timedelta(days=1)
    assert Precedent.objects.filter(category="0708", unit__code="city_management").count() == before + 1
    best = suggest_units(following)[0]
    assert best.unit_name == stage.by_code["city_management"].name
    assert "判例" in best.reason
    assert event.state == "closed"


def test_worker_on_leave(stage: Stage) -> None:
    event, cover = stories.worker_on_leave(stage, MORNING)
    checked = event.verifications.get(way="site")
    assert checked.by_id == cover.person_id
    assert event.state == "closed"
    assert not Event.objects.filter(owner_unit__isnull=True).exists()


def test_every_story_leaves_a_sound_trail(stage: Stage) -> None:
    stories.missing_manhole(stage, MORNING)
    stories.night_stalls(stage, MORNING)
    assert list(verify_all(Event)) == []


def test_hidden_pattern(stage: Stage) -> None:
    at = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    hidden.plant(Player(stage, until=at), stage, at)
    found = hidden.pattern(stage)
    assert len(found.event_ids) >= 25
    assert len(found.sources) >= 4
    assert found.last - found.first > timedelta(weeks=3)
    rows = Event.objects.filter(pk__in=found.event_ids)
    for event in rows:
        assert hidden.distance_m(found.lon, found.lat, event.lon, event.lat) <= found.radius_m
        assert event.category_id != "0707"
        assert "采矿" not in event.text


def test_the_engine_finds_the_hidden_pattern_at_the_top(stage: Stage) -> None:
    """Among three days of everyday reports; control: the same reports strewn over places and months open nothing."""
    at = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    player = Player(stage, until=at)
    hidden.plant(player, stage, at)
    for back in range(3):
        player.report(past.reports_of(stage, (at - timedelta(days=back + 1)).date(), 92, at))
    found = hidden.pattern(stage)
    assert find_clusters(at=at) == 1
    top = ClueCluster.objects.order_by("-score").first()
    members = set(top.members.values_list("event", flat=True))
    assert len(members & set(found.event_ids)) >= 0.9 * len(found.event_ids)
    assert len(members - set(found.event_ids)) <= 0.1 * len(members)
    assert hidden.distance_m(top.lon, top.lat, found.lon, found.lat) < found.radius_m
    ClueCluster.objects.all().delete()
    rng = random.Random("strewn")
    for event in Event.objects.filter(pk__in=found.event_ids):
        spot = stage.land.any_spot(rng)
        moment = at - timedelta(days=rng.uniform(0, 42))
        Event.objects.filter(pk=event.pk).update(lon=spot.lon, lat=spot.lat, reported_at=moment)
    assert find_clusters(at=at) == 0
