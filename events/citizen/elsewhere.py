"""Cases of rooms above that a citizen asks after by the same codes: answered before they became an event.

``governance.wiring`` binds each room; this one knows only what a room must be able to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class PublicCase(Protocol):
    """One case: what opens its pages."""

    token: str
    tracking_code: str


@dataclass(frozen=True, slots=True)
class Room:
    """``by_code`` takes the code in its one form, ``by_token`` 32 hexadecimal digits. ``opens_with`` is also asked
    with no case, and works as long. ``standing`` and ``details`` give what ``presenting`` gives of an event, without
    a word of the report in the first. ``acts`` are verbs of the caller: case, actor, at and the form's fields."""

    by_code: Callable[[str], PublicCase | None]
    by_token: Callable[[str], PublicCase | None]
    opens_with: Callable[[PublicCase | None, str], bool]
    standing: Callable[..., dict[str, Any]]
    details: Callable[..., dict[str, Any]]
    acts: dict[str, Callable[..., object]]


@dataclass(frozen=True, slots=True)
class Found:
    """A case and the room it is of."""

    room: Room
    case: PublicCase

    def standing(self, *, at: datetime) -> dict[str, Any]:
        return self.room.standing(self.case, at=at)

    def details(self, *, at: datetime) -> dict[str, Any]:
        return self.room.details(self.case, at=at) | {"is_elsewhere": True}


_rooms: list[Room] = []


def bind(room: Room) -> None:
    """Called once for each room when the project starts."""
    _rooms.append(room)


def by_code(code: str, digits: str = "") -> tuple[Found | None, bool]:
    """The case of this code, and whether the digits open it. Every room is asked, whatever the first one says, so
    that an unknown code takes as long as a known one."""
    found, is_open = None, False
    for room in _rooms:
        case = room.by_code(code) if code else None
        opens = room.opens_with(case, digits)
        if case is not None and found is None:
            found, is_open = Found(room, case), opens
    return found, is_open


def by_token(token: str) -> Found | None:
    """The case of this token."""
    for room in _rooms:
        case = room.by_token(token)
        if case is not None:
            return Found(room, case)
    return None
