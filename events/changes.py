"""What has changed since a client last asked, exactly: nothing missed, nothing told twice.

A cursor holds a snapshot of PostgreSQL (``xmin:xmax:in-progress``), not a number: a transaction that began before
the cursor and commits after it has a lower id than others already seen, so no single number can be a cursor
(quality.md finding on pulses). A row is news when the transaction that wrote it is not visible in that snapshot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from casework.refusals import missing
from events.queries import visible_to
from grids.scope import Rights

_CURSOR = re.compile(r"(\d{1,18}):(\d{1,18}):((?:\d{1,18}(?:,\d{1,18})*)?)@(\d{1,11})@([0-9a-f]{0,8})")
RENEW_SECONDS = 60
"""An older cursor is replaced even when nothing has changed in the scope: changes elsewhere would make its check
ever dearer. The age alone decides, so that the answer tells nothing of what lies outside."""
MOST = 200

_LOOK = """
    SELECT pg_current_snapshot()::text,
           EXISTS (SELECT 1 FROM events_event WHERE changed_xid >= %(xmin)s
                    AND NOT pg_visible_in_snapshot(changed_xid::text::xid8, %(snapshot)s::pg_snapshot)),
           %(xmax)s > pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a client stands: a snapshot, when it was given (epoch seconds), a mark of what else the page shows."""

    snapshot: str
    given: int
    mark: str = ""

    @property
    def text(self) -> str:
        return f"{self.snapshot}@{self.given}@{self.mark}"

    @property
    def xmin(self) -> int:
        return int(self.snapshot.split(":")[0])

    @property
    def xmax(self) -> int:
        return int(self.snapshot.split(":")[1])


@dataclass(frozen=True, slots=True)
class Look:
    """The present snapshot, whether anything at all is news, and whether the cursor is of another database."""

    snapshot: str
    has_news: bool
    is_foreign: bool


@dataclass(frozen=True, slots=True)
class News:
    """Changed events of one scope: id, number, state and version each, oldest change first; ``more`` when too many."""

    rows: list[dict]
    more: bool


def read_cursor(text: str) -> Cursor | None:
    """The cursor of an address, None for none. Raises ``invalid`` for what is none of ours."""
    if not text:
        return None
    found = _CURSOR.fullmatch(text) if len(text) < 4000 else None
    if found is None:
        raise missing(since=_("游标有误,请重新开始"))
    xmin, xmax, running = int(found[1]), int(found[2]), [int(n) for n in found[3].split(",") if n]
    if not 0 < xmin <= xmax or running != sorted(set(running)) or any(not xmin <= n < xmax for n in running):
        raise missing(since=_("游标有误,请重新开始"))
    return Cursor(f"{xmin}:{xmax}:{found[3]}", int(found[4]), found[5])


def look(since: Cursor | None) -> Look:
    """One query, the same for everybody; ``has_news`` may be due to rows outside a person's scope."""
    known = since or Cursor("1:1:", 0)
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, {"xmin": known.xmin, "snapshot": known.snapshot, "xmax": known.xmax})
        return Look(*cursor.fetchone())


def is_old(since: Cursor, *, at: datetime) -> bool:
    return not 0 <= at.timestamp() - since.given < RENEW_SECONDS


def news(rights: Rights, since: Cursor) -> News:
    """Events in scope that were written since the cursor."""
    rows = visible_to(rights).filter(changed_xid__gte=since.xmin).extra(
        where=["NOT pg_visible_in_snapshot(events_event.changed_xid::text::xid8, %s::pg_snapshot)"],
        params=[since.snapshot],
    )
    found = list(rows.order_by("changed_xid", "id").values("id", "number", "state", "version")[: MOST + 1])
    return News(found[:MOST], len(found) > MOST)


def following(looked: Look, *, at: datetime, mark: str = "") -> Cursor:
    """The cursor of an answer."""
    return Cursor(looked.snapshot, int(at.timestamp()), mark)
