"""What every channel has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casework.models import Channel


@dataclass(frozen=True, slots=True)
class Payload:
    """A message as plain text."""

    title: str
    text: str = ""


class Retry(Exception):
    """Not delivered, may be tried again; ``after_seconds`` when the other side said how long to wait."""

    def __init__(self, reason: str, *, after_seconds: int | None = None) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


class Refuse(Exception):
    """Not delivered, and trying again would not help."""


class Adapter:
    """Sends through one channel."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def send(self, target: str, payload: Payload, key: str) -> None:
        """Deliver within seconds; ``key`` lets the other side drop a repeat. Raises Retry or Refuse."""
        raise NotImplementedError


def cut_bytes(text: str, most: int) -> str:
    """The longest beginning of ``text`` that takes at most ``most`` bytes in UTF-8."""
    return text.encode()[:most].decode(errors="ignore")
