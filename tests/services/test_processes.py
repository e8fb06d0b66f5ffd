"""The death signal, with the control that shows it is needed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.services.processes_seen import descendants, eventually, living

PARENT = """
import subprocess, sys, time
from governance.services.processes import spawn
tied = sys.argv[1] == "tied"
child = spawn(["sleep", "300"]) if tied else subprocess.Popen(["sleep", "300"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(300)
"""


def killed_parent(kind: str) -> set:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, kind], stdout=subprocess.PIPE, text=True)
    child = descendants(int(parent.stdout.readline()))
    assert living(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    return child


@pytest.mark.skipif(sys.platform != "linux", reason="needs prctl")
def test_a_tied_child_dies_with_its_parent() -> None:
    child = killed_parent("tied")

    assert eventually(lambda: not living(child), seconds=10)


def test_control_an_untied_child_outlives_its_parent() -> None:
    child = killed_parent("untied")
    try:
        assert living(child)
    finally:
        for pid, _ in child:
            os.kill(pid, signal.SIGKILL)
