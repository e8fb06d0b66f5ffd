"""The table of what runs: one row per process, in the order of starting."""

from __future__ import annotations

import http.client
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from governance.services.places import Place
from governance.services.postgres import Postgres
from governance.services.processes import Account
from governance.services.valkey import Valkey
from governance.supervisor.heartbeat import age_seconds

BASE = Path(__file__).resolve().parents[2]
WORKER_PROCESSES = os.environ.get("WORKER_PROCESSES", "2")
WEB_PROCESSES = os.environ.get("WEB_PROCESSES", "2")
WEB_THREADS = os.environ.get("WEB_THREADS", "4")


@dataclass(frozen=True)
class Child:
    """One process that must run.

    ``before`` is called before every start, ``ready`` asked until it says yes, ``heartbeat`` gives the age in
    seconds of the last sign of life (``None``: not known, which is no reason to act).
    ``may_finish``: an exit with code 0 is an end, not a fall.
    """

    name: str
    title: str
    argv: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    death_signal: int = signal.SIGTERM
    stop_signal: int = signal.SIGTERM
    patience_seconds: float = 10
    before: Callable[[], object] | None = None
    ready: Callable[[], bool] | None = None
    heartbeat: Callable[[], float | None] | None = None
    may_finish: bool = False


def service_children(place: Place) -> list[Child]:
    """The database and the broker out of the wheels, unless the environment names real ones."""
    rows: list[Child] = []
    if not os.environ.get("DATABASE_URL"):
        postgres = Postgres(place.data / "postgres", place.sockets, account=place.account)
        os.environ["DATABASE_URL"] = postgres.url

        def before() -> None:
            postgres.initialise()
            postgres.clear_stale_lock()

        rows.append(
            Child(
                "postgres",
                "数据库 database (PostgreSQL)",
                postgres.argv(),
                account=place.account,
                death_signal=postgres.death_signal,
                stop_signal=postgres.stop_signal,
                patience_seconds=30,
                before=before,
                ready=lambda: postgres.is_ready() and postgres.create_database() is not None,
            )
        )
    if not os.environ.get("REDIS_URL"):
        valkey = Valkey(place.data / "valkey", place.sockets / "r.sock", account=place.account)
        os.environ["REDIS_URL"] = valkey.url
        rows.append(
            Child(
                "valkey",
                "消息队列 broker (Valkey)",
                valkey.argv(),
                account=place.account,
                before=valkey.initialise,
                ready=valkey.is_ready,
            )
        )
    return rows


def product_children(host: str, port: int) -> list[Child]:
    """Web, worker, beat, relay and the living district; the last two only where their command exists."""
    celery = [sys.executable, "-m", "celery", "-A", "governance.celery"]
    patient = {"DATABASE_STATEMENT_TIMEOUT_MS": "90000", "DATABASE_LOCK_TIMEOUT_MS": "5000"}
    web = [
        sys.executable, "-m", "gunicorn", "governance.wsgi:application", "--config", "python:governance.serving",
        "--worker-class", "gthread",
        "--workers", WEB_PROCESSES, "--threads", WEB_THREADS, "--bind", _bind(host, port),
        "--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "15", "--max-requests", "20000",
        "--max-requests-jitter", "2000", "--worker-tmp-dir", _worker_folder(), "--log-level", "warning",
        "--no-control-socket",
    ]  # fmt: skip
    worker = [
        *celery, "worker", "--concurrency", WORKER_PROCESSES, "--hostname", "worker@%h", "--loglevel", "WARNING",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    # The plain scheduler keeps nothing on disk: beat only ticks, and a half-written file cannot stop it.
    beat = [
        sys.executable, "-m", "celery", "-A", "governance.beat", "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile",
        "", "--loglevel", "WARNING",
    ]  # fmt: skip
    rows = [
        Child("web", "网站 web", web, patience_seconds=8, ready=lambda: answers(host, port)),
        Child("worker", "后台任务 worker", worker, patient, heartbeat=lambda: age_seconds("worker")),
        Child("beat", "定时 beat", beat, {**patient, "DJANGO_SETTINGS_MODULE": ""}),
    ]
    if has_command("relay"):
        rows.append(Child("relay", "投递 relay", [sys.executable, "manage.py", "relay"], patient))
    if is_demo() and has_command("live"):
        live = [sys.executable, "manage.py", "live"]
        rows.append(Child("live", "演示辖区 living district", live, patient, may_finish=True))
    return rows


def is_demo() -> bool:
    """Whether demonstration data and accounts may exist here."""
    return os.environ.get("GOVERNANCE_PROFILE", "demo") == "demo"


def has_command(name: str) -> bool:
    """Whether a room of the product brings ``manage.py <name>``."""
    return any(BASE.glob(f"*/management/commands/{name}.py"))


def answers(host: str, port: int) -> bool:
    """Whether the web server answers a request (any answer that is not its own failure)."""
    there = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    line = http.client.HTTPConnection(there, port, timeout=10)
    try:
        line.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return line.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _bind(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _worker_folder() -> str:
    """Where gunicorn's workers show that they live; memory, because a slow disk must not look like death."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
