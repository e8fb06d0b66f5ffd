"""The figures of the spine (issue: the closed loop and the provable clock), in the order in which they run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ledger import Figure, Measurement

BASE = Path(__file__).resolve().parent.parent


def apart(module: str) -> Iterator[Figure]:
    """Run ``module.measure()`` in a process with a fresh, migrated database of its own."""
    import json

    script = (
        "import os, sys, json, django; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'governance.settings'); "
        "django.setup(); from dataclasses import asdict; from importlib import import_module; "
        "from django.core.management import call_command; call_command('migrate', verbosity=0); "
        f"found = [asdict(f) for f in import_module({module!r}).measure()]; "
        "print('FIGURES ' + json.dumps(found, ensure_ascii=False))"
    )
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    } | {"GOVERNANCE_PROFILE": "test", "PYTHONPATH": str(BASE)}
    done = subprocess.run(
        [sys.executable, "-m", "governance.services", "--temporary", "--", sys.executable, "-c", script],
        cwd=BASE, env=environment, stdout=subprocess.PIPE, text=True, check=False,
    )
    for line in done.stdout.splitlines():
        if line.startswith("FIGURES "):
            for entry in json.loads(line[8:]):
                yield Figure(**entry)
            return
    raise RuntimeError(f"{module} ended with {done.returncode} without figures")


MEASUREMENTS = [
    Measurement("clock", lambda: apart("benchmarks.clock_figures")),
    Measurement("sweep", lambda: apart("benchmarks.sweep_figures")),
    Measurement("claim_race", lambda: apart("benchmarks.claim_race")),
    Measurement("land", lambda: apart("benchmarks.land_figures")),
    Measurement("intake", lambda: apart("benchmarks.intake_figures")),
    Measurement("http", lambda: apart("benchmarks.http_figures")),
    Measurement("full", lambda: apart("benchmarks.full_figures")),
    Measurement("growth", lambda: apart("benchmarks.growth_figures")),
    Measurement("outbox", lambda: apart("benchmarks.outbox_figures")),
    Measurement("matrix", lambda: apart("benchmarks.matrix_figures")),
    Measurement("pages", lambda: apart("benchmarks.pages_figures")),
    Measurement("survival", lambda: apart("benchmarks.survival_figures")),
]
