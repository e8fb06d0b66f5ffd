"""Who mediates the disputes of the year, and which hours of rooms and people are taken: read once, kept while it walks."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

from casework.actor import Actor
from casework.models import LadderRung
from disputes import booking
from disputes.booking import Span
from disputes.models import Dispute, MediationBody, Mediator, Room, SessionSeat
from governance.demo.stage import Stage
from grids.scope import SHANGHAI

ONLY_TELL = frozenset({"remind_duty", "remind_mediator", "tell_above", "tell_district", "missed_call"})
"""What of a rung is nobody's news a month later."""
HOUR = timedelta(hours=1)
LOOK_DAYS = 10
CHOICE = 5
"""Drawn among so many free hours."""
ANYWHERE = Room(opens=time(9), closes=time(18))
"""Hours of a visit or an online session."""


class Company:
    """Bodies with their mediators and rooms."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.bodies = list(
            MediationBody.objects.filter(is_active=True, unit__isnull=False).select_related("area", "unit").order_by("code")
        )
        self.mediators: dict[int, list[Mediator]] = defaultdict(list)
        rows = Mediator.objects.filter(is_active=True, person__is_active=True, body__is_active=True)
        for row in rows.select_related("person", "body").order_by("pk"):
            if row.person_id in stage.cast.actors:
                self.mediators[row.body_id].append(row)
        self.rooms = {room.body_id: room for room in Room.objects.filter(is_active=True).order_by("-pk")}
        self.refused: Counter[str] = Counter()
        """Lives that the rules did not allow, by why; others were lived in their place."""
        self._people = {row.pk: row.person_id for rows in self.mediators.values() for row in rows}
        self._taken = _taken_hours()
        rungs = LadderRung.objects.filter(ladder__startswith="dispute_").values_list("ladder", "position", "actions")
        self.rungs = {(ladder, position): actions for ladder, position, actions in rungs}
        """What each rung does, by (ladder, position)."""

    def look_again(self) -> None:
        """Read the hours that others have taken meanwhile."""
        self._taken = _taken_hours()

    @property
    def is_there(self) -> bool:
        return bool(self.mediators)

    def actor(self, mediator_id: int) -> Actor:
        return self.stage.cast.actors[self._people[mediator_id]]

    def body(self, dispute: Dispute, tier: str, rng: random.Random) -> MediationBody | None:
        """A body of this tier that serves the place and takes the type: the type's own before a general one, a near
        one before a wide one, not always the same."""
        best, most = None, -1.0
        for body in self.bodies:
            if body.tier != tier or not dispute.area_path.startswith(body.area.path) or not body.takes(dispute.type):
                continue
            if not self.mediators.get(body.pk):
                continue
            score = 40.0 * (dispute.type in body.specialities) + 20 * (body.kind == MediationBody.Kind.COMMITTEE)
            score += body.area.depth * 2 + rng.uniform(0, 25)
            if score > most:
                best, most = body, score
        return best

    def mediator(self, body_id: int, names: list[str], rng: random.Random) -> Mediator | None:
        """One of the body's without a conflict of interest; people whom a visitor plays only where nobody else is."""
        fit = [row for row in self.mediators.get(body_id, ()) if not row.has_interest_in(names)]
        rest = [row for row in fit if row.person_id not in self.stage.cast.visitors] or fit
        return rng.choice(rest) if rest else None

    def hour(self, room: Room | None, person_id: int, after: datetime, rng: random.Random) -> Span | None:
        """An hour soon after in which room and mediator are free, past sessions included; it is taken then."""
        keys = [booking.person_key(person_id), *([booking.room_key(room)] if room is not None else [])]
        free = []
        for day in range(LOOK_DAYS):
            for cell in booking.cells_of(room or ANYWHERE, after.astimezone(SHANGHAI).date() + timedelta(days=day)):
                span = Span(cell.starts_at, cell.starts_at + HOUR)
                if cell.starts_at > after and booking.is_open(room or ANYWHERE, span) and not self._meets(keys, span):
                    free.append(span)
            if len(free) >= CHOICE:
                break
        if not free:
            return None
        span = rng.choice(free[:CHOICE])
        for key in keys:
            self._taken.update((key, moment) for moment in _cells(span))
        return span

    def _meets(self, keys: list[int], span: Span) -> bool:
        return any((key, moment) in self._taken for key in keys for moment in _cells(span))


def _cells(span: Span) -> list[datetime]:
    count = (span.ends_at - span.starts_at) // booking.CELL
    return [span.starts_at + n * booking.CELL for n in range(count)]


def _taken_hours() -> set[tuple[int, datetime]]:
    """Half hours of rooms and people in the sessions that are there, held ones too."""
    seats = SessionSeat.objects.filter(person__isnull=False).exclude(session__state="called_off")
    found = set()
    for seat in seats.select_related("session__room"):
        session = seat.session
        keys = [booking.person_key(seat.person_id), *([booking.room_key(session.room)] if session.room else [])]
        found.update((key, moment) for key in keys for moment in _cells(Span(session.starts_at, session.ends_at)))
    return found
