"""Reading the process table, for tests about who lives and who died."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

Identity = tuple[int, str]
"""A process id with its starting time: ids are reused, pairs are not."""


def _fields(pid: int) -> list[str]:
    """State, parent, … of a process as in /proc/<pid>/stat after the name."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def descendants(pid: int) -> set[Identity]:
    """Every process below this one now, itself included."""
    parents: dict[int, list[int]] = {}
    started: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = _fields(int(entry.name))
        except OSError:  # ended while we were looking
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.name))
        started[int(entry.name)] = fields[19]
    found: set[Identity] = set()
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        if one in started:
            found.add((one, started[one]))
            waiting += parents.get(one, [])
    return found


def living(processes: set[Identity]) -> set[Identity]:
    """Those of them that still run."""
    alive = set()
    for pid, start in processes:
        try:
            fields = _fields(pid)
        except OSError:
            continue
        if fields[19] == start and fields[0] != "Z":
            alive.add((pid, start))
    return alive


def eventually(question: Callable[[], object], *, seconds: float = 60) -> object:
    """The first true answer; the last one when the time is over."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
