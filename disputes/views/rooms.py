"""``/rooms/``: the day and the week of the rooms in half-hour cells (screens.md §5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from casework.clock import loader
from disputes import bodies, booking, queries
from disputes.models import Dispute, MediationBody, Room, Session
from disputes.reach import TAKE_PART, VIEW
from disputes.views.edge import for_disputes
from grids.days import day_asked, day_of, monday_of
from grids.scope import SHANGHAI

MOST_ROOMS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A half hour: free (with where to book it), taken, or closed."""

    state: str
    words: str = ""
    url: str = ""
    rows: int = 1


@for_disputes(VIEW, TAKE_PART)
@require_safe
def grid(request: HttpRequest) -> HttpResponse:
    """``?day=2026-03-06 &view=day|week &body= &room= &dispute=``: with a dispute a free cell leads to its booking."""
    day = day_asked(request.GET.get("day", ""), at=request.at)
    dispute = _dispute(request)
    body = bodies.body_of(request.GET.get("body", "")[:40]) or (dispute.body if dispute else None) or _home(request)
    rooms = list(bodies.rooms(body=body)[:MOST_ROOMS])
    week = request.GET.get("view") == "week"
    room = next((one for one in rooms if one.code == request.GET.get("room")), rooms[0] if rooms else None)
    if week and room is not None:
        monday = monday_of(day)
        columns = [(room, monday + timedelta(days=n)) for n in range(7)]
    else:
        columns = [(one, day) for one in rooms]
    return render(request, "disputes/rooms.html", {
        "day": day, "before": day - timedelta(days=7 if week else 1), "after": day + timedelta(days=7 if week else 1),
        "week": week, "body": body, "rooms": rooms, "room": room, "dispute": dispute, "today": day_of(request.at),
        "heads": [_head(one, on, week) for one, on in columns], "lines": _lines(request, columns, dispute),
        "bodies": MediationBody.objects.filter(rooms__is_active=True, is_active=True).distinct().order_by("area__depth", "code"),
    })  # fmt: skip


def _home(request: HttpRequest) -> MediationBody | None:
    """The person's own body, else the district's centre."""
    own = MediationBody.objects.filter(mediators__person=request.user, mediators__is_active=True, rooms__isnull=False)
    units = request.rights.units("disputes.lead")
    led = MediationBody.objects.filter(unit__in=units, rooms__isnull=False)
    return own.first() or led.first() or MediationBody.objects.filter(rooms__isnull=False).order_by("area__depth").first()


def _dispute(request: HttpRequest) -> Dispute | None:
    number = request.GET.get("dispute", "")[:32]
    if not number.isascii() or not number.isprintable():
        return None
    return queries.visible_to(request.rights).select_related("body").filter(number=number).first()


def _head(room: Room, day: date, week: bool) -> dict:
    exception = loader.calendar("district").exception_on(day)
    return {"room": room, "day": day, "week": week, "note": exception.note if exception else ""}


def _lines(request: HttpRequest, columns: list[tuple[Room, date]], dispute: Dispute | None) -> list[dict]:
    taken = _taken(request, columns)
    first, last = time(8, 30), time(18, 30)
    found = []
    moment = datetime.combine(date(2000, 1, 1), first)
    while moment.time() < last:
        cells = [_cell(request, room, datetime.combine(day, moment.time(), SHANGHAI), taken, dispute) for room, day in columns]
        found.append({"time": moment.time(), "cells": [cell for cell in cells if cell is not None], "is_hour": not moment.minute})
        moment += booking.CELL
    return found


def _taken(request: HttpRequest, columns: list[tuple[Room, date]]) -> dict[int, list[tuple[Session, str]]]:
    """Sessions by room, with what this person may know of them: the number of a dispute in scope, else only 已订."""
    days = [day for _room, day in columns] or [day_of(request.at)]
    start, end = datetime.combine(min(days), time(0), SHANGHAI), datetime.combine(max(days), time(23, 59), SHANGHAI)
    rows = Session.objects.filter(
        room__in={room.pk for room, _day in columns}, starts_at__gte=start, starts_at__lte=end
    ).exclude(state="called_off").select_related("dispute")
    known = set(queries.visible_to(request.rights).filter(sessions__in=rows).values_list("pk", flat=True))
    found: dict[int, list[tuple[Session, str]]] = {}
    for row in rows:
        found.setdefault(row.room_id, []).append((row, row.dispute.number if row.dispute_id in known else ""))
    return found


def _cell(
    request: HttpRequest, room: Room, start: datetime, taken: dict[int, list[tuple[Session, str]]], dispute: Dispute | None
) -> Cell | None:
    span = booking.Span(start, start + booking.CELL)
    for session, number in taken.get(room.pk, ()):
        held = booking.Span(session.starts_at, session.ends_at)
        if held.starts_at == span.starts_at:
            rows = max(1, int((held.ends_at - held.starts_at) / booking.CELL))
            url = reverse("disputes:session", args=[number, session.seq]) if number else ""
            return Cell("taken", number, url, rows)
        if held.meets(span):
            return None
    if not booking.is_open(room, span) or start <= request.at:
        return Cell("closed")
    if dispute is None:
        return Cell("free")
    local = f"{start:%Y-%m-%dT%H:%M}"
    return Cell("free", "", f"{reverse('disputes:verb', args=[dispute.number, 'schedule'])}?starts_at={local}&room={room.pk}")
