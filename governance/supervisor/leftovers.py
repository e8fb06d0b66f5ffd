"""What a supervisor that was killed may have left: its children on their way out, or (without ``prctl``) alive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from governance.services.places import Place
from governance.services.processes import is_alive, kill_session, wait_until

PATIENCE_SECONDS = 15


def born(pid: int) -> str:
    """When a process began, in the system's own words; empty when there is none. With the id it is unmistakable."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        except (OSError, IndexError):
            return ""
    told = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return told.stdout.strip()


def end_leftovers(place: Place) -> list[str]:
    """End the children of the last run that still live and return their names. Call it with the lock held."""
    path = place.var / "status.json"
    try:
        rows = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    left = [row for row in rows if row["pid"] and row["born"] and born(row["pid"]) == row["born"]]
    for row in reversed(left):
        # PostgreSQL would wait for its clients at SIGTERM; SIGINT sends them away.
        os.kill(row["pid"], signal.SIGINT if row["name"] == "postgres" else signal.SIGTERM)
    for row in left:
        if not wait_until(
            lambda pid=row["pid"]: not is_alive(pid), seconds=PATIENCE_SECONDS, pause_seconds=0.1
        ):
            kill_session(row["pid"])
    path.unlink(missing_ok=True)
    return [row["name"] for row in left]
