"""When ``manage.py demo`` tells each story: once, at a moment of the last ten days that suits it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial

from django.db import transaction

from casework.models import OutboxItem
from casework.refusals import MoveRefused
from events.models import Event
from governance.demo import memory, stories
from governance.demo.past import TELL_HOURS
from governance.demo.reports import SHANGHAI
from governance.demo.stage import KEY, Stage
from governance.demo.waiting import leave_work

SATURDAY = 5


def tell_all(at: datetime, stage: Stage, *, say: Callable[[str], None] = print) -> int:
    """Tell the stories that have not been told; how many. One that the district of the day does not allow (a street
    with too many claims, say) is left out with a word, and tried again at the next load."""
    told = 0
    for name, story, moment in _shelf(at):
        if memory.recall(f"story:{name}") is not None:
            continue
        try:
            with transaction.atomic():
                story(stage, moment)
                memory.keep(f"story:{name}", moment.astimezone(SHANGHAI).date().toordinal())
                _hush(at - timedelta(hours=TELL_HOURS))
        except MoveRefused as refused:
            say(f"  {name}: {refused.detail}")
            continue
        told += 1
    if told:
        say(f"  {told} stories")
    return told


def _shelf(at: datetime) -> list[tuple[str, Callable[[Stage, datetime], object], datetime]]:
    return [
        ("manhole", stories.missing_manhole, _back(at, 1, time(10, 6))),
        ("cold", stories.cold_saturday, _saturday_night(at)),
        ("stalls", stories.night_stalls, _workday(at, 3, time(9, 20))),
        ("light", partial(stories.light_pollution, again=at - timedelta(minutes=20)), _workday(at, 5, time(9, 5))),
        ("leave", stories.worker_on_leave, _back(at, 2, time(9, 40))),
        ("waiting", leave_work, at - timedelta(minutes=110)),
    ]


def _back(at: datetime, days: int, clock: time) -> datetime:
    day = at.astimezone(SHANGHAI).date() - timedelta(days=days)
    return datetime.combine(day, clock, SHANGHAI)


def _workday(at: datetime, days: int, clock: time) -> datetime:
    """Monday to Thursday, so that the day after is one as well."""
    found = _back(at, days, clock)
    while found.weekday() > 3:
        found -= timedelta(days=1)
    return found


def _saturday_night(at: datetime) -> datetime:
    found = _back(at, 2, time(22, 0))
    while found.weekday() != SATURDAY:
        found -= timedelta(days=1)
    return found


def _hush(before: datetime) -> None:
    """Nobody waits for notices of last week."""
    keys = list(Event.objects.filter(client_key__startswith=f"{KEY}story-").values_list("pk", flat=True))
    OutboxItem.objects.filter(topic="notice", done_at=None, created_at__lt=before, payload__case__in=keys).delete()
