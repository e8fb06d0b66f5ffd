"""The servers of a test run vanish with it, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg2

from tests.services.processes_seen import descendants, eventually, living

BASE = Path(__file__).resolve().parents[2]
WAITING = """
import os, time
def test_waits(redis_url):
    print("FOLDER", os.environ["GOVERNANCE_TEST_FOLDER"], flush=True)
    time.sleep(300)
"""


def test_this_run_has_a_database_of_its_own() -> None:
    line = psycopg2.connect(os.environ["DATABASE_URL"].replace("/governance?", "/postgres?"))
    with line.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 140000
    line.close()


def test_the_broker_answers_in_a_folder_of_this_run(redis_socket: str) -> None:
    import redis

    assert redis.Redis(unix_socket_path=redis_socket).ping()


def test_a_killed_run_leaves_neither_processes_nor_files(tmp_path: Path) -> None:
    (tmp_path / "test_waiting.py").write_text(WAITING)
    names = ("DATABASE_URL", "REDIS_URL", "GOVERNANCE_TEST_FOLDER", "GOVERNANCE_VAR", "PYTEST_XDIST_WORKER")
    clean = {name: value for name, value in os.environ.items() if name not in names}
    options = [
        "-p",
        "governance.testing.pgplugin",
        "-p",
        "no:django",
        "-p",
        "no:valkey",
        "-p",
        "no:cacheprovider",
    ]
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-s", "-c", os.devnull, "--rootdir", tmp_path, *options, tmp_path],
        cwd=BASE, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    folder = next(Path(line.split()[1]) for line in run.stdout if line.startswith("FOLDER"))
    family = descendants(run.pid)
    assert (folder / "data" / "PG_VERSION").exists()
    assert len(living(family)) > 5

    run.kill()
    run.wait()
    run.stdout.close()

    assert eventually(lambda: not living(family), seconds=20)
    assert eventually(lambda: not folder.exists(), seconds=20)
