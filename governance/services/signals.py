"""Waiting for signals and time in one place, without polling."""

from __future__ import annotations

import os
import select
import signal


class SignalQueue:
    """Collects signals through a pipe; only for the main thread, one per process."""

    def __init__(self, *numbers: int):
        self._out, self._in = os.pipe()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        signal.set_wakeup_fd(self._in, warn_on_full_buffer=False)
        for number in numbers:
            signal.signal(number, lambda *_: None)

    def wait(self, seconds: float) -> set[int]:
        """The signals that came, after at most ``seconds``; empty when only the time passed."""
        ready, _, _ = select.select([self._out], [], [], max(0.0, seconds))
        return set(os.read(self._out, 512)) if ready else set()
