"""A progress bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TextIO

WIDTH = 30
LINE_EVERY_SECONDS = 5


class Progress:
    """Call with the count done; ``total`` 0 shows the count and the rate only."""

    def __init__(self, label: str, total: int = 0, out: TextIO | None = None) -> None:
        self.label = label
        self.total = total
        self.out = out or sys.stderr
        self.began = self.last = monotonic()
        self.done = 0

    def __call__(self, done: int) -> None:
        self.done = done
        now = monotonic()
        if self.out.isatty():
            if now - self.last > 0.1 or done == self.total:
                self.last = now
                self.out.write(f"\r{self._text()}\x1b[K")
                self.out.flush()
        elif now - self.last > LINE_EVERY_SECONDS:
            self.last = now
            self.out.write(self._text() + "\n")
            self.out.flush()

    def _text(self) -> str:
        rate = self.done / max(0.001, monotonic() - self.began)
        if not self.total:
            return f"{self.label} {self.done:,} ({rate:,.0f}/s)"
        share = min(1.0, self.done / self.total)
        bar = "█" * int(WIDTH * share) + "·" * (WIDTH - int(WIDTH * share))
        return f"{self.label} {bar} {share:4.0%} {self.done:,}/{self.total:,} ({rate:,.0f}/s)"

    def finish(self) -> None:
        """End the line."""
        self.out.write(("\r" if self.out.isatty() else "") + self._text() + ("\x1b[K\n" if self.out.isatty() else "\n"))
        self.out.flush()
