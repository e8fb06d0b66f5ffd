"""Everything ``manage.py demo`` brings, in the order in which it leans on each other."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from casework.actor import Actor
from casework.clock import loader
from casework.load import load_reference as load_calendar
from casework.models import Channel
from dashboard.tallies import fold_all, rebuild
from disputes.demo_load import load_demo_bodies
from disputes.load import load_reference as load_disputes
from events import placing
from events.load import load_reference, make_routing_rules
from events.models import Event
from governance.demo import clock, memory
from governance.demo.alerts import make_alerts
from governance.demo.analysis import learn_address, note_gaps
from governance.demo.calls import make_calls
from governance.demo.clues import enter_clues
from governance.demo.disputes import make_disputes
from governance.demo.past import DAYS, PER_DAY, make_past
from governance.demo.ringing import ring
from governance.demo.shelf import tell_all
from governance.demo.stage import Stage
from governance.demo.visits import make_visits
from grids.demo_load import load_district
from hotline.briefings.load import load_briefings
from hotline.knowledge.load import load_samples
from hotline.load import load_reference as load_hotline


def load_all(
    at: datetime, *, say: Callable[[str], None] = print, per_day: int | None = None, days: int | None = None
) -> None:
    """Reference data, district, channels, past. What is there already is left alone."""
    say("日历、类别、时限 calendar, categories, time limits")
    load_calendar()
    load_reference()
    load_hotline()
    load_disputes()
    counts = load_district(at)
    say(f"辖区 land and people: {counts.get('areas', 0):,} areas, {counts.get('people', 0):,} people")
    make_routing_rules()
    found = load_demo_bodies(at)
    say(f"调解 mediation: {found['bodies']} bodies, {found['mediators']} mediators, {found['rooms']} rooms")
    make_channels()
    loader.forget()
    placing.forget()
    say("往事 the last two weeks")
    stage = Stage(at)
    # The stories first: a street that has its hands full of the past may claim no more.
    tell_all(at, stage, say=say)
    make_past(at, stage=stage, per_day=per_day or PER_DAY, days=days or DAYS, say=say)
    say(f"热线 calls: {make_calls(at, stage)}")
    say(f"设备预警 device alerts: {make_alerts(at, stage)}")
    make_disputes(at, stage=stage, say=say)
    make_visits(at, say=say)
    say(f"知识库 knowledge articles: {load_samples(at, who=lambda unit, code: _somebody(stage, unit.pk, code))}")
    writer, signer = (stage.cast.holds(role, random.Random(1)) for role in ("district_dispatcher", "district_director"))
    if writer is not None and signer is not None:
        say(f"简报 briefings: {load_briefings(at, writer=writer, signer=signer)}")
    note_gaps(stage, at)
    say(f"聚合线索 clue clusters: {enter_clues(stage, at)}")
    rung = ring(at)
    if rung:
        learn_address(stage, at)
    say(f"来电 calls: {rung}")
    fold_all()
    say(f"事件 events: {Event.objects.count():,}")


def _somebody(stage: Stage, unit_id: int, permission: str) -> Actor:
    """Who may do this for the unit; the system where the demo has nobody there."""
    return stage.cast.of_unit(unit_id, permission, random.Random(unit_id)) or Actor.system()


def make_channels() -> None:
    """A channel that writes to a file in place of a message service."""
    if not Channel.objects.exists():
        Channel.objects.create(code="file", kind=Channel.Kind.FILE)


def purge() -> None:
    """Empty the tables of events, disputes, notices and outbox. Refused by the database outside test and demo."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL gov.profile = 'test'")  # the guards of the trail let TRUNCATE through for tests only
        cursor.execute(
            "TRUNCATE hotline_caller, events_event, disputes_dispute, disputes_visitteam, casework_outboxitem, casework_notice,"
            " casework_delivery CASCADE"
        )
    memory.forget()
    clock.reset()
    rebuild()


