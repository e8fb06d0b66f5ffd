"""Many reports at once: the same door, the same completeness, a few statements per thousand.

Files, other platforms' batches and the demo come in here. Each row stands for itself: a bad one is named and
left out, the others are taken in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.actor import Actor
from casework.door import MoveRefused, batch, opening
from events import placing
from events.before import Before, thirds
from events.models import Event
from events.transitions.intake import Report, prepare, settle_report
from events.workflow import do
from grids import places

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """One row's answer: ``created``, ``known`` (was there before) or ``refused`` with the refusal."""

    state: str
    event: Event | None = None
    refusal: MoveRefused | None = None


def report_many(reports: Sequence[tuple[Report, datetime]], *, actor: Actor) -> list[Told]:
    """Take in reports, each with its own moment, in one transaction; answers in the same order.

    The same (source, external number) twice, in the rows or in the database, gives the event that is there. Neighbours
    are not looked at (a query a row): no cluster raises the urgency of what comes in by the thousand.
    """
    answers: list[Told | None] = [None] * len(reports)
    with batch() as shared:
        known = _known(reports)
        points = _points(reports)
        pairs = [(told.reporter_phone, told.category) for told, _at in reports]
        repeats = thirds(pairs, at=min((at for _told, at in reports), default=None))
        for index, (told, at) in enumerate(reports):
            key = (told.source, told.external_number or "")
            if told.external_number and key in known:
                answers[index] = Told("known", known[key])
                continue
            try:
                event = _take_in(told, at, actor, points.get(index), repeats)
            except MoveRefused as refusal:
                answers[index] = Told("refused", refusal=refusal)
                continue
            answers[index] = Told("created", event)
            if told.external_number:
                known[key] = event
        shared.write()
    return answers


def _take_in(
    told: Report,
    at: datetime,
    actor: Actor,
    place: tuple[placing.Place, bool] | None,
    repeats: frozenset[tuple[str, str]],
) -> Event:
    before = Before(is_third=(told.reporter_phone, told.category) in repeats)
    event = prepare(told, actor=actor, at=at, before=before, place=place)
    with opening(event, do.report, actor=actor, at=at) as passage:
        settle_report(passage, told)
    return event


def _known(reports: Sequence[tuple[Report, datetime]]) -> dict[tuple[str, str], Event]:
    """Events already there by (source, external number)."""
    wanted: dict[str, list[str]] = {}
    for told, _at in reports:
        if told.external_number:
            wanted.setdefault(told.source, []).append(told.external_number)
    found: dict[tuple[str, str], Event] = {}
    for source, numbers in wanted.items():
        for event in Event.objects.filter(source=source, external_number__in=numbers):
            found[source, event.external_number] = event
    return found


def _points(reports: Sequence[tuple[Report, datetime]]) -> dict[int, tuple[placing.Place, bool]]:
    """Places of all rows with a point, looked up together."""
    rows = [(i, told.lon, told.lat) for i, (told, _at) in enumerate(reports) if _is_point(told)]
    codes = places.locate_many([(lon, lat) for _i, lon, lat in rows]) if rows else []
    found = {}
    for (index, _lon, _lat), code in zip(rows, codes, strict=True):
        place = placing.place_of(code) if code else None
        if place is not None:
            found[index] = (place, place.level == "grid")
    return found


def _is_point(told: Report) -> bool:
    if told.lon is None or told.lat is None:
        return False
    return -180 <= told.lon <= 180 and -90 <= told.lat <= 90
