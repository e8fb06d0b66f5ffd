"""Figures that tests prove: a few test files are run when asked, and what fell or was left out is counted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.ledger import Figure

FALLEN = ("failure", "error", "skipped")
BASE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Suite:
    """What some tests prove together; ``tests`` are paths as pytest takes them."""

    key: str
    what: str
    tests: tuple[str, ...]
    night: bool = False
    """With the longer random histories of the night."""


def fallen(suites: tuple[Suite, ...], command: str) -> Iterator[Figure]:
    """One figure a suite: tests that failed, broke or were skipped; limit 0. Raises RuntimeError when none ran."""
    for suite in suites:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "GOVERNANCE_PROFILE")}
            if suite.night:
                environment["GOVERNANCE_NIGHT"] = "1"
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--junitxml={report}",
                 *suite.tests],
                cwd=BASE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            )
            if not report.exists():
                raise RuntimeError(f"{suite.key}: no report\n{done.stdout[-2000:]}")
            yield _figure(suite, report, command)


def _figure(suite: Suite, report: Path, command: str) -> Figure:
    root = ElementTree.parse(report).getroot()  # noqa: S314 (written by our own pytest a moment ago)
    cases = list(root.iter("testcase"))
    if not cases:
        raise RuntimeError(f"{suite.key}: no test ran")
    wrong = [case.get("name", "") for case in cases if any(case.find(kind) is not None for kind in FALLEN)]
    names = "; ".join(re.sub(r"^test_", "", name) for name in wrong[:3])
    detail = f"{len(cases)} tests of {', '.join(suite.tests)}"
    return Figure(suite.key, suite.what, len(wrong), "", "== 0", command, f"{detail}: {names}" if names else detail)
