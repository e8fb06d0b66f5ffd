"""What the person at the terminal sees: one line per step, with the seconds since the start."""

from __future__ import annotations

import os
import sys
import time

GREEN, YELLOW, RED, DIM, BOLD = "32", "33", "31", "2", "1"


class Screen:
    """Prints progress; colours only on a terminal and only without ``NO_COLOR``."""

    def __init__(self) -> None:
        # ./start counts from its own beginning; what it spent on packages belongs to the waiting.
        self.begun = time.monotonic() - _seconds_before_us()
        self.coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def paint(self, text: str, colour: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self.coloured else text

    def line(self, mark: str, text: str, colour: str) -> None:
        seconds = time.monotonic() - self.begun
        print(f"{self.paint(f'{seconds:6.1f} s', DIM)}  {self.paint(mark, colour)} {text}", flush=True)

    def doing(self, text: str) -> None:
        self.line("…", text, DIM)

    def done(self, text: str) -> None:
        self.line("✓", text, GREEN)

    def warn(self, text: str) -> None:
        self.line("!", text, YELLOW)

    def fail(self, text: str) -> None:
        for part in text.splitlines():
            print(self.paint(part, RED), file=sys.stderr, flush=True)

    def plain(self, text: str = "") -> None:
        print(text, flush=True)


def _seconds_before_us() -> float:
    begun = os.environ.pop("GOVERNANCE_BEGUN", "")
    return max(0.0, time.time() - int(begun)) if begun.isdigit() else 0.0
