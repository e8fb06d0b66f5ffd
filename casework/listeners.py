"""What the land refuses is noted here: an attempt to grant or move beyond one's own right leaves a row (A-08)."""

from __future__ import annotations

from casework.actor import Actor
from casework.clock.authority import database_time
from casework.readlog import record
from grids.refusals import on_refused


@on_refused
def note_refusal(actor: object, act: str, key: str) -> None:
    """One read-log row for a refused administration call by a person."""
    if isinstance(actor, Actor) and actor.is_staff:
        record(actor, "refused", kind="grids", at=database_time(), object_key=key[:60], reason=act[:120], allowed=False)
