"""The supervisor's judgement: whom it restarts, whom it lets be, what it clears away first."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.services import places
from governance.supervisor.leftovers import born, end_leftovers
from tests.services.processes_seen import eventually

BASE = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from pathlib import Path
from governance.services.places import settle
from governance.supervisor import running
from governance.supervisor.children import Child
from governance.supervisor.screen import Screen
running.OLDEST_SECONDS = running.ROUND_SECONDS = 0.5
supervisor = running.Supervisor(settle(Path(sys.argv[1])), Screen())
for name, age in (("silent", 61.0), ("lively", 0.1), ("unknown", None)):
    supervisor.add(Child(name, name, ["sleep", "300"], heartbeat=lambda age=age: age))
supervisor.add(Child("done", "done", ["true"], may_finish=True))
supervisor.add(Child("falling", "falling", ["false"], may_finish=True))
supervisor.run_until_signal()
supervisor.stop_all()
"""


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gov-run-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder / "var"
    shutil.rmtree(folder, ignore_errors=True)


def rows(var: Path) -> dict[str, dict]:
    try:
        return {row["name"]: row for row in json.loads((var / "status.json").read_text())}
    except OSError:
        return {}


def test_the_silent_and_the_fallen_are_restarted_and_the_others_let_be(var: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, var], cwd=BASE, stdout=subprocess.DEVNULL)
    try:
        assert eventually(lambda: rows(var).get("silent", {}).get("restarts", 0) >= 2)
        assert eventually(lambda: rows(var)["falling"]["restarts"] >= 3)
        told = rows(var)
        assert told["lively"]["restarts"] == told["unknown"]["restarts"] == 0
        assert (told["done"]["state"], told["done"]["restarts"]) == ("finished", 0)
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_leftovers_are_ended_and_strangers_with_their_old_ids_are_not(var: Path) -> None:
    place = places.settle(var)
    leftover, stranger = (subprocess.Popen(["sleep", "300"], start_new_session=True) for _ in range(2))
    try:
        told = [
            {"name": "web", "pid": leftover.pid, "born": born(leftover.pid)},
            {"name": "worker", "pid": stranger.pid, "born": "long ago"},
            {"name": "beat", "pid": None, "born": ""},
        ]
        (var / "status.json").write_text(json.dumps(told))

        assert end_leftovers(place) == ["web"]

        assert leftover.wait(5) != 0
        assert stranger.poll() is None
        assert end_leftovers(place) == []
    finally:
        stranger.kill()
        stranger.wait()
