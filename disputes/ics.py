"""Sessions as a calendar file (RFC 5545): time, place, number; nobody's name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _

from disputes.after_notices import place_words
from disputes.models import Session

FOLD = 60


def write(sessions: Iterable[Session], *, at: datetime) -> str:
    """The calendar; lines end with CRLF and are folded."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//district governance//mediation//ZH", "METHOD:PUBLISH"]
    for session in sessions:
        lines += [
            "BEGIN:VEVENT", f"UID:session-{session.pk}@mediation", f"DTSTAMP:{_utc(at)}", f"SEQUENCE:{session.moves}",
            f"DTSTART:{_utc(session.starts_at)}", f"DTEND:{_utc(session.ends_at)}",
            f"SUMMARY:{_escaped(_('调解会期'))} {session.dispute.number}", f"LOCATION:{_escaped(place_words(session))}",
            *([f"URL:{session.link}"] if session.link else []),
            f"STATUS:{'CANCELLED' if session.state == 'called_off' else 'CONFIRMED'}", "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """No line longer than 75 octets: cut well below, between characters."""
    pieces, rest = [], line
    while len(rest.encode()) > FOLD:
        cut = next(n for n in range(len(rest), 0, -1) if len(rest[:n].encode()) <= FOLD)
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return "\r\n ".join([*pieces, rest])


def response(sessions: Iterable[Session], *, at: datetime) -> HttpResponse:
    found = HttpResponse(write(sessions, at=at), content_type="text/calendar; charset=utf-8")
    found["Content-Disposition"] = 'attachment; filename="mediation.ics"'
    found["Cache-Control"] = "private, no-store"
    return found
