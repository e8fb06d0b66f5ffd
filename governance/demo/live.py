"""The living district: the cast acts every few seconds, through the verbs, on whatever is open.

Whoever starts it again finds everything in the database: there is no script to resume. Events that a visitor works
on are left alone for half an hour; a visitor's own report is taken up after some minutes, as by a real district.

In real time lives are hurried (minutes for what takes hours), so that a visitor sees a matter from report to end.
With ``--speed`` above 1 lives take their usual time on the moved clock of ``governance.demo.clock``.
"""

from __future__ import annotations

import heapq
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from casework import outbox
from casework.clock.authority import database_time
from casework.clock.sweep import sweep_all
from casework.door import MoveRefused
from events import transitions as verbs
from events.models import Event, EventDeadline, EventTrail, WhistlePart
from events.workflow import LIVE
from governance.demo import clock
from governance.demo.alerts import AlertDesk
from governance.demo.calls import CallDesk
from governance.demo.fate import draw_fate
from governance.demo.player import PATIENCE, Life
from governance.demo.reports import HOURS, SHANGHAI, told_at
from governance.demo.scene import Scene, Step
from governance.demo.stage import KEY, Stage
from governance.demo.steps import next_step
from governance.demo.waiting import MARK

HURRY = 0.1
VISITOR_MINUTES = 30
STRANGER_MINUTES = 5
"""How long a report that is not the cast's own waits for its first touch."""
LOOK_EVERY_SECONDS = 30
MOST_OPEN = 520
FEWEST_OPEN = 260
REST_MARK = MARK
"""Client keys that end so are the remainder of ``--full`` and what waits for a visitor: nobody works on them."""
CALLS_SHARE = 0.2
"""Of the acts of the living district those of the hotline's desk."""
ALERTS_SHARE = 0.03
"""Of those acts the devices' and of whoever looks at what they send."""
DAY_PAUSE, NIGHT_PAUSE = (1.8, 4.5), (4.0, 8.0)


class District:
    """One process's view of what is open and when somebody will act on it."""

    def __init__(self, stage: Stage, *, hurry: float = HURRY, now: Callable[[], datetime] = database_time) -> None:
        self.stage = stage
        self.hurry = hurry
        self.now = now
        self.done: Counter[str] = Counter()
        self.lives: dict[int, Life] = {}
        self.queue: list[tuple[datetime, int, int, int]] = []
        """(moment, tie, event, version): stale entries are thrown away when they come up."""
        self.looked_at: datetime | None = None
        self.rng = random.Random()
        self._ties = count()
        self._last_key = 0
        self.calls = CallDesk(stage)
        self.alerts = AlertDesk(stage)

    # What is there ----------------------------------------------------------------------------------------

    def look(self, at: datetime) -> int:
        """Read what is open and plan a step for each; how many are open."""
        self.looked_at = at
        spared = self._spared(at)
        rows = list(
            Event.objects.filter(state__in=LIVE).exclude(client_key__endswith=REST_MARK).select_related("reporter")
        )
        self.queue.clear()
        for event in rows:
            if event.pk not in spared:
                self._plan(event)
        self.lives = {event.pk: self.lives[event.pk] for event in rows if event.pk in self.lives}
        return len(rows)

    def _spared(self, at: datetime) -> set[int]:
        """Events that a visitor has touched lately."""
        touched = EventTrail.objects.filter(person__in=self.stage.cast.visitors, at__gt=at - timedelta(minutes=VISITOR_MINUTES))
        strangers = Event.objects.filter(
            state__in=LIVE, changed_at__gt=at - timedelta(minutes=STRANGER_MINUTES)
        ).exclude(client_key__startswith=KEY)
        return set(touched.values_list("case_id", flat=True)) | set(strangers.values_list("pk", flat=True))

    def _plan(self, event: Event) -> None:
        step = self._next(event)
        if step is not None:
            heapq.heappush(self.queue, (step.at, next(self._ties), event.pk, event.version))

    def _next(self, event: Event) -> Step | None:
        life = self.lives.get(event.pk)
        if life is None:
            seed = event.client_key or event.number
            fate = draw_fate(
                seed, category=event.category_id or "1703", source=event.source, urgency=event.urgency, hurry=self.hurry
            )
            life = self.lives[event.pk] = Life(fate)
        if life.refusals >= PATIENCE:
            return None
        return next_step(Scene(event, _reader(event), life.fate, self.stage, life.refused))

    # What is done -----------------------------------------------------------------------------------------

    def act(self, at: datetime) -> str:
        """One act: what is due, else a new report; the name of the verb, or an empty text."""
        if self.looked_at is None or at - self.looked_at > timedelta(seconds=LOOK_EVERY_SECONDS / self.hurry * HURRY):
            self.look(at)
        if self.rng.random() < CALLS_SHARE and (name := self.calls.act(at)):
            self.done[name] += 1
            return name
        if self.rng.random() < ALERTS_SHARE and (name := self.alerts.act(at)):
            self.done[name] += 1
            return name
        few = len(self.queue) < FEWEST_OPEN
        many = len(self.queue) > MOST_OPEN
        if not many and self.rng.random() < (0.3 if few else 0.11):
            return self.report(at)
        while self.queue and self.queue[0][0] <= at:
            _moment, _tie, key, version = heapq.heappop(self.queue)
            name = self._do(key, version, at)
            if name:
                return name
        return "" if many else self.report(at)

    def _do(self, key: int, version: int, at: datetime) -> str:
        event = Event.objects.select_related("reporter").filter(pk=key).first()
        if event is None or (self.hurry < 1 and key in self._spared(at)):
            return ""
        step = self._next(event)
        if step is None:
            return ""
        if event.version != version or step.at > at:
            heapq.heappush(self.queue, (max(step.at, at), next(self._ties), key, event.version))
            return "" if step.at > at else self._take(event, step, at)
        return self._take(event, step, at)

    def _take(self, event: Event, step: Step, at: datetime) -> str:
        life = self.lives[event.pk]
        try:
            step.act(at)
        except MoveRefused:
            life.refused.add(step.name)
            life.refusals += 1
            return ""
        self.done[step.name] += 1
        fresh = Event.objects.select_related("reporter").get(pk=event.pk)
        self._plan(fresh)
        return step.name

    def report(self, at: datetime) -> str:
        """Somebody reports something."""
        self._last_key = max(self._last_key + 1, int(at.timestamp() * 10))
        told = told_at(self.stage, at, f"live-{self._last_key}", hurry=self.hurry)
        if told is None:
            return ""
        try:
            event = verbs.report(told.report, actor=told.actor, at=at)
        except MoveRefused:
            return ""
        self.done["report"] += 1
        self.lives[event.pk] = Life(told.fate)
        self._plan(Event.objects.select_related("reporter").get(pk=event.pk))
        return "report"

    def pause(self, at: datetime) -> float:
        """Seconds until the next act: brisk by day, calmer at night, never still."""
        low, high = DAY_PAUSE if HOURS[at.astimezone(SHANGHAI).hour] >= 20 else NIGHT_PAUSE
        return self.rng.uniform(low, high)


def _reader(event: Event) -> Callable[[type], list]:
    """Companion rows read when a step asks for them, and not again."""
    kept: dict[type, list] = {}

    def rows(model: type) -> list:
        if model not in kept:
            kept[model] = _read(model, event)
        return kept[model]

    return rows


def _read(model: type, event: Event) -> list:
    if model is WhistlePart:
        rows = model.objects.filter(whistle__event=event, order__isnull=False)
        return list(rows.select_related("whistle__event", "order").order_by("pk"))
    name = "case" if model is EventDeadline else "event"
    rows = model.objects.filter(**{name: event}).order_by("pk")
    found = list(rows.exclude(state="stopped") if model is EventDeadline else rows)
    for row in found:
        setattr(row, name, event)
    return found


class Stop:
    """Set by SIGTERM and SIGINT; waits are cut short."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.event.set())

    @property
    def asked(self) -> bool:
        return self.event.is_set()

    def wait(self, seconds: float) -> None:
        self.event.wait(seconds)


def live_on(stop: Stop, *, say: Callable[[str], None]) -> Counter[str]:
    """In real time until somebody asks to stop. A lost database is waited for."""
    district: District | None = None
    while not stop.asked:
        try:
            close_old_connections()
            if district is None:
                district = District(Stage(clock.now()), now=clock.now)
            at = clock.now()
            district.act(at)
            if clock.shift():
                keep_up(at)
            stop.wait(district.pause(at))
        except (OperationalError, InterfaceError) as error:
            say(f"数据库暂不可用 database unavailable: {type(error).__name__}")
            connection.close()
            stop.wait(2)
    return district.done if district is not None else Counter()


def keep_up(at: datetime) -> None:
    """On a moved clock the rungs and what is owed come due before the servers' time says so."""
    sweep_all(at=at)
    outbox.do_due(at=at, limit=200)


def run_fast(
    stop: Stop, *, speed: float, until: datetime, say: Callable[[str], None], reports_per_hour: int = 16
) -> Counter[str]:
    """``speed`` seconds of the district in one of ours, until the moved clock shows ``until``."""
    district = District(Stage(clock.now()), hurry=1.0, now=clock.now)
    at = clock.now()
    told = at
    while not stop.asked and at < until:
        began = time.monotonic()
        step = timedelta(minutes=5)
        at = min(at + step, until)
        _one_step(district, at, reports_per_hour * step.total_seconds() / 3600)
        clock.set_to(at)
        if at - told >= timedelta(hours=3):
            told = at
            say(f"{at.astimezone(SHANGHAI):%m-%d %H:%M}  {sum(district.done.values()):,}")
        stop.wait(max(0.0, step.total_seconds() / speed - (time.monotonic() - began)))
    return district.done


def _one_step(district: District, at: datetime, most_reports: float) -> None:
    """Everything that falls into the step that ends at ``at``, then the sweep."""
    if district.looked_at is None or at - district.looked_at >= timedelta(hours=2):
        district.look(at)
    share = HOURS[at.astimezone(SHANGHAI).hour] / max(HOURS)
    for _n in range(int(most_reports * share + district.rng.random())):
        district.report(at)
    for _n in range(2):
        district.calls.act(at)
    while district.queue and district.queue[0][0] <= at:
        _moment, _tie, key, version = heapq.heappop(district.queue)
        district._do(key, version, at)
    keep_up(at)
