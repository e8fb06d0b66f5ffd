"""A throw-away PostgreSQL and Valkey for every test run.

Loaded by ``addopts = -p governance.testing.pgplugin``. The database must be named before pytest-django reads
the settings, which it does while the first conftest files load; ``pytest_configure`` would be too late.
A ``DATABASE_URL`` from outside is respected, which is also how workers of pytest-xdist share the cluster of
their master (each gets a database of its own from pytest-django).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.services.postgres import Postgres
from governance.services.processes import end, unprivileged_account
from governance.services.trouble import Trouble
from governance.services.valkey import Valkey

FOLDER = "GOVERNANCE_TEST_FOLDER"
LONGEST_TEMPORARY_FOLDER = 50
"""A Unix socket's path may have 107 bytes; longer temporary folders are passed over for /tmp."""

_running: dict[str, subprocess.Popen] = {}


def _make_folder() -> Path:
    base = tempfile.gettempdir()
    folder = Path(
        tempfile.mkdtemp(prefix="gov-test-", dir=base if len(base) <= LONGEST_TEMPORARY_FOLDER else "/tmp")
    )
    account = unprivileged_account()
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def _guard(folder: Path) -> subprocess.Popen:
    """A shell that waits for our end, however it comes, and then removes the folder.

    It reads a pipe whose other end only we hold. The servers die by themselves (death signal); the lock file
    of PostgreSQL tells when it has gone.
    """
    script = (
        'read -r _; n=0; while [ -s "$1/data/postmaster.pid" ] && [ $n -lt 50 ]; do '
        'kill -0 "$(head -n1 "$1/data/postmaster.pid" 2>/dev/null)" 2>/dev/null || break; n=$((n+1)); sleep 0.1; done; '
        'rm -rf "$1"'
    )
    return subprocess.Popen(
        ["/bin/sh", "-c", script, "guard", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the database before anybody reads the settings."""
    os.environ.setdefault("GOVERNANCE_PROFILE", "test")
    if not os.environ.get(FOLDER):
        folder = _make_folder()
        os.environ[FOLDER] = str(folder)
        _running["guard"] = _guard(folder)
    folder = Path(os.environ[FOLDER])
    os.environ["GOVERNANCE_VAR"] = str(folder / "var")  # never the folder of a running demo
    if not os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = f"redis+socket://{folder}/r.sock"
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and os.environ["REDIS_URL"] == f"redis+socket://{folder}/r.sock":
        os.environ["REDIS_URL"] = f"redis+socket://{folder}/{worker}.sock"
    if os.environ.get("DATABASE_URL"):
        return
    try:
        server = Postgres(folder / "data", folder, account=unprivileged_account(), throw_away=True)
        _running["postgres"] = server.start(log=folder / "postgres.log")
    except Trouble as trouble:
        raise pytest.UsageError(str(trouble)) from trouble
    os.environ["DATABASE_URL"] = server.url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started, after the last test database is gone."""
    if "postgres" in _running:
        end(_running.pop("postgres"), by=signal.SIGQUIT)
    guard = _running.pop("guard", None)
    if guard is not None:
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)
        guard.stdin.close()
        guard.wait(10)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a throw-away Valkey, started when the first test asks; it is what the settings name.

    Each worker of pytest-xdist has its own. A ``REDIS_URL`` from outside is used as it is.
    """
    folder = Path(os.environ[FOLDER])
    url = os.environ["REDIS_URL"]
    sock = Path(url.removeprefix("redis+socket://"))
    if sock.parent != folder:
        yield url
        return
    server = Valkey(folder / f"{sock.stem}-data", sock, account=unprivileged_account(), throw_away=True)
    process = server.start(log=folder / f"{sock.stem}-valkey.log")
    yield url
    end(process)


@pytest.fixture(scope="session")
def redis_socket(redis_url: str) -> str:
    """The path of the Valkey socket, for a client that wants no URL."""
    return redis_url.removeprefix("redis+socket://")
