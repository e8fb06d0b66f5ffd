"""Whose alarm it is: the outbox topic ``alarm`` carries fired rungs of every kind of clock; each room does its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from casework import outbox
from casework.models import OutboxItem

Sound = Callable[[OutboxItem, datetime], None]
_sounds: dict[str, Sound] = {}


def sounds(deadlines: str) -> Callable[[Sound], Sound]:
    """Register what a fired rung of these clocks (``events.eventdeadline``) does. Called from a room's ``ready``."""

    def register(function: Sound) -> Sound:
        if _sounds.get(deadlines, function) is not function:
            raise ValueError(f"alarms of {deadlines} have a function already")
        _sounds[deadlines] = function
        return function

    return register


@outbox.handles("alarm")
def sound(item: OutboxItem, at: datetime) -> None:
    """Carry out one rung. Raises LookupError for clocks whose room is not there: the row waits and is seen."""
    try:
        function = _sounds[item.payload["model"]]
    except KeyError:
        raise LookupError(f"no alarms for clocks of {item.payload['model']}") from None
    function(item, at)
