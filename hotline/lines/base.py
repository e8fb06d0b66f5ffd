"""``PhoneLine``: the five words between desk and telephone. Adapters: the simulator, ``tel:``, a CTI webhook.

What the telephone tells comes in through ``hotline.lines.calls`` (ring, answered, held, ended), whichever adapter
heard it. What the desk asks goes out through ``line()``: an adapter that cannot do a thing says so in ``can``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

EVENTS = ("ring", "answered", "held", "resumed", "ended")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a line tells: ``call`` is its own id of the call, ``seat`` the extension it rings at or is held by."""

    event: str
    call: str
    phone: str = ""
    seat: str = ""
    direction: str = "in"


class PhoneLine(Protocol):
    """What the desk may ask. Every method is a wish: the state of a call changes when the line tells so, except
    where ``answers_here`` says that the desk itself picks up."""

    code: str
    answers_here: bool
    can: frozenset[str]

    def dial_url(self, phone: str) -> str:
        """Where the browser goes to dial; empty where the line dials by itself."""
        ...


@dataclass(frozen=True, slots=True)
class SimulatedLine:
    """Calls made on ``/hotline/simulator/``; the desk picks up, holds and hangs up by itself."""

    code: str = "simulator"
    answers_here: bool = True
    can: frozenset[str] = frozenset({"answer", "hold", "end", "dial"})

    def dial_url(self, phone: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class SoftphoneLine:
    """A telephone beside the screen: the desk dials by ``tel:``, and what rings is told by the CTI webhook."""

    code: str = "cti"
    answers_here: bool = False
    can: frozenset[str] = frozenset({"dial"})

    def dial_url(self, phone: str) -> str:
        return f"tel:{phone}"


_LINES = {"simulator": SimulatedLine, "cti": SoftphoneLine}


def line() -> PhoneLine:
    """The line of this installation (``HOTLINE_LINE``): ``simulator`` in the demo, else ``cti``."""
    return _LINES[settings.HOTLINE_LINE]()
