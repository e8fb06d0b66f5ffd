"""Tier and statutory clocks of disputes over 120 simulated days: each rung once, on the day the counting rule gives.

The oracle counts days by itself, from the holidays as rows, with no code of the product's clock.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.ledger import Figure

COMMAND = "./start figures disputes --only clocks"
DISPUTES, DAYS, SEED = 1000, 120, 20_261_130
BEGIN = datetime(2026, 2, 9, 1, 0, tzinfo=UTC)
"""Before the Spring Festival of 2026, so that holidays and make-up days lie inside."""
STEP = timedelta(hours=6)
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
TERMS = {
    # term: unit, amount, the last day moves
    "arb_accept": ("WD", 5, False), "arb_award": ("D", 45, False), "crt_file": ("D", 7, True), "pet_accept": ("D", 15, False),
    "pet_handle": ("D", 60, False), "rec_accept": ("WD", 5, False), "rec_decide": ("D", 60, False),
}
KINDS = {"labour_arb": ("arb_accept", "arb_award"), "court": ("crt_file", None), "petition": ("pet_accept", "pet_handle"),
         "reconsider": ("rec_accept", "rec_decide")}


class Oracle:
    """Counts by the rows of the calendar alone."""

    def __init__(self) -> None:
        from casework.models import CalendarDay

        self.rows = dict(CalendarDay.objects.filter(calendar="district").values_list("date", "is_workday"))

    def works(self, day: date) -> bool:
        return self.rows.get(day, day.weekday() < 5)

    def last(self, code: str, start: date) -> date:
        unit, amount, moves = TERMS[code]
        day = start
        while amount:
            day += DAY
            amount -= 1 if unit == "D" or self.works(day) else 0
        while moves and not self.works(day):
            day += DAY
        return day


def measure() -> Iterator[Figure]:
    """1,000 disputes: a third sweeps through its tiers, the others run outside by dates of their own."""
    from casework.load import load_calendar
    from tests.disputes.cast import make_house
    from tests.world import make_world

    house = make_house(make_world())
    load_calendar()
    chance, oracle, began = random.Random(SEED), Oracle(), time.perf_counter()
    tiers, outside = _open(house, chance)
    wrong_days = sum(_wrong(oracle, row) for row in outside)
    fired = _live(chance)
    missed, early, late = _judge()
    wrong_rises = sum(1 for key in tiers if not _rose_right(key))
    about = f"{len(tiers)} in tiers, {len(outside)} outside, {fired:,} rungs, {time.perf_counter() - began:.0f} s"
    yield Figure("D-clock-days", "statutory terms that end on another day than the law's", wrong_days, "", "== 0", COMMAND, about)
    yield Figure("D-clock-missed", "rungs owed and not fired", missed, "", "== 0", COMMAND)
    yield Figure("D-clock-early", "rungs fired before their time, or twice", early, "", "== 0", COMMAND)
    yield Figure("D-clock-late", "rungs fired later than one sweep", late, "", "== 0", COMMAND)
    yield Figure("D-clock-rise", "disputes whose tiers did not rise after 7 and 10 days", wrong_rises, "", "== 0", COMMAND)


def _open(house: object, chance: random.Random) -> tuple[list[int], list[tuple[int, str, date, date | None]]]:
    from casework.actor import Actor
    from disputes import transitions
    from tests.disputes.cast import told

    system, tiers, outside = Actor.system(), [], []
    for n in range(DISPUTES):
        at = BEGIN + timedelta(minutes=chance.randrange(60 * 24 * 20))
        dispute = transitions.register(told(), actor=system, at=at)
        dispute = transitions.guide(dispute, actor=system, at=at, channel="mediation")
        if n % 3 == 0:
            dispute = transitions.route(dispute, actor=system, at=at)
            transitions.sign(dispute, actor=system, at=at)
            tiers.append(dispute.pk)
            continue
        kind = chance.choice(sorted(KINDS))
        day = at.astimezone(SHANGHAI).date()
        applied = day - timedelta(days=chance.randrange(4))
        filed = day if kind != "court" and chance.random() < 0.5 else None
        actor = house.actor("body_head", at)
        verb = transitions.litigate if kind == "court" else transitions.arbitrate
        verb(dispute, actor=actor, at=at, kind=kind, applied_on=applied, filed_on=filed)
        outside.append((dispute.pk, kind, applied, filed))
    return tiers, outside


def _wrong(oracle: Oracle, row: tuple[int, str, date, date | None]) -> int:
    from disputes.models import DisputeDeadline

    key, kind, applied, filed = row
    code, start = (KINDS[kind][1], filed) if filed else (KINDS[kind][0], applied)
    clock = DisputeDeadline.objects.get(case=key, stage=code)
    return int((clock.due_at - timedelta(seconds=1)).astimezone(SHANGHAI).date() != oracle.last(code, start))


def _live(chance: random.Random) -> int:
    """The days go by, sweep by sweep; a body signs what has risen within the step."""
    from casework import outbox
    from casework.actor import Actor
    from casework.clock.sweep import sweep_deadlines
    from disputes import transitions
    from disputes.models import Dispute, DisputeAlarm, DisputeDeadline

    at, fired = BEGIN, 0
    while at < BEGIN + DAYS * DAY:
        at += STEP
        fired += sweep_deadlines(DisputeDeadline, DisputeAlarm, at=at)
        while outbox.do_due(at=at, limit=1000):
            pass
        for dispute in Dispute.objects.filter(state="routed"):
            transitions.sign(dispute, actor=Actor.system(), at=at)
    return fired


def _judge() -> tuple[int, int, int]:
    from django.db.models import F

    from disputes.models import DisputeAlarm, DisputeDeadline

    end = BEGIN + DAYS * DAY
    missed = DisputeDeadline.objects.filter(next_alarm_at__lte=end).count()
    early = DisputeAlarm.objects.filter(fired_at__lt=F("owed_at")).count()
    early += DisputeAlarm.objects.count() - DisputeAlarm.objects.values("deadline", "rung").distinct().count()
    alarms = DisputeAlarm.objects.filter(owed_at__gt=BEGIN + 21 * DAY)
    late = sum(1 for alarm in alarms if alarm.fired_at - alarm.owed_at > STEP)
    return missed, early, late


def _rose_right(key: int) -> bool:
    """7 days in the first tier, 10 in the second, each rise within one sweep of its end."""
    from disputes.models import DisputeTrail

    signed = list(DisputeTrail.objects.filter(case=key, verb="sign").order_by("seq").values_list("at", flat=True))
    risen = list(DisputeTrail.objects.filter(case=key, verb="rise").order_by("seq").values_list("at", flat=True))
    if len(risen) != 2 or len(signed) != 3:
        return False
    spans = [rise - sign for sign, rise in zip(signed, risen, strict=False)]
    return all(days * DAY <= span <= days * DAY + STEP for days, span in zip((7, 10), spans, strict=True))
