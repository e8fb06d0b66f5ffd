"""The read log: one row per reading of personal data, in the reader's own transaction (quality.md §5.4, P-03).

Written before the value leaves. When the row cannot be written, the exception keeps the data in (P-04).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from casework.actor import Actor
from casework.models import ReadLog


def record(
    actor: Actor,
    act: str,
    *,
    kind: str,
    at: datetime,
    object_key: str = "",
    fields: Iterable[str] = (),
    reason: str = "",
    count: int = 1,
    address: str = "",
    allowed: bool = True,
) -> ReadLog:
    """Note one reading: ``act`` is ``open``, ``reveal``, ``search``, ``export``, ``print``, ``download`` or
    ``refused``; ``fields`` are names, never values; ``address`` is where the request came from. A list is one
    row with its ``count``."""
    return ReadLog.objects.create(
        at=at,
        person_id=actor.person_id,
        roles=sorted(actor.rights.roles),
        act=act[:20],
        kind=kind[:30],
        object_key=object_key[:60],
        fields=sorted(fields),
        reason=reason[:120],
        count=count,
        address=address[:60],
        allowed=allowed,
    )
