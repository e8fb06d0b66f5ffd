"""The moved clock of the demo: how far the district's time is ahead of the servers'.

It only ever runs ahead: what is written stays in order. Pages and the sweep follow it (``governance.middleware``,
``casework.clock.authority``), so that deadlines, escalations and today's figures are those of the moved day. What
the outbox owes at a moved moment is done by the time machine itself, because the relay waits for the servers' clock.

The distance is kept in a file of the state folder: asking costs no query, and a restart goes on from there.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from django.conf import settings

from casework.clock.authority import server_time

FRESH_SECONDS = 1.0
_kept: tuple[float, timedelta] | None = None


def _file() -> Path:
    return Path(settings.VAR_DIR) / "clock-ahead"


def shift() -> timedelta:
    """How far ahead; the file is looked at once a second at most."""
    global _kept
    moment = monotonic()
    if _kept is None or moment - _kept[0] > FRESH_SECONDS:
        try:
            seconds = max(0, int(_file().read_text()))
        except (OSError, ValueError):
            seconds = 0
        _kept = (moment, timedelta(seconds=seconds))
    return _kept[1]


def now() -> datetime:
    """Now, by the district's clock."""
    return server_time() + shift()


def set_to(at: datetime) -> None:
    """Let the district's clock show ``at``; never back."""
    global _kept
    distance = max(shift(), at - server_time())
    fresh = _file().with_suffix(f".{os.getpid()}")
    fresh.write_text(str(max(0, round(distance.total_seconds()))))
    fresh.replace(_file())
    _kept = (monotonic(), distance)


def reset() -> None:
    """Back to the servers' time: only sensible on an emptied district."""
    global _kept
    _file().unlink(missing_ok=True)
    _kept = None
