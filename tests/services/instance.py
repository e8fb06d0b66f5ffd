"""One real running product in a folder of its own, for tests."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import psycopg2
import redis

from tests.services.processes_seen import eventually, free_port

BASE = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "REDIS_URL", "GOVERNANCE_VAR", "GOVERNANCE_TEST_FOLDER", "HOST", "PORT")


class Instance:
    """``manage.py up`` as a child process; ``out`` is what its terminal shows."""

    def __init__(self, folder: Path | None = None, **environment: str):
        self.home = folder or Path(tempfile.mkdtemp(prefix="gov-up-", dir="/tmp"))
        self.home.chmod(0o711)
        self.var = self.home / "var"
        self.port = free_port()
        self.out = self.home / "out"
        clean = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment = clean | {"GOVERNANCE_VAR": str(self.var), "PORT": str(self.port)} | environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Instance:
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=BASE, env=self.environment, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        return self

    def up(self) -> Instance:
        """Start and wait until the terminal says READY."""
        before = self.said().count("READY")
        self.start()
        eventually(
            lambda: self.process.poll() is not None or self.said().count("READY") > before, seconds=180
        )
        assert self.said().count("READY") > before, self.said()
        return self

    def said(self) -> str:
        return self.out.read_text() if self.out.exists() else ""

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py up`` with these arguments to its end, beside whatever runs."""
        return subprocess.run(
            [sys.executable, "manage.py", "up", *arguments],
            cwd=BASE, env=self.environment, capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip

    def rows(self) -> dict[str, dict]:
        """The status table by name."""
        try:
            return {row["name"]: row for row in json.loads((self.var / "status.json").read_text())}
        except OSError:
            return {}

    def pid(self, name: str) -> int | None:
        return self.rows().get(name, {}).get("pid")

    def is_back(self, name: str, *, instead_of: int) -> bool:
        row = self.rows().get(name, {})
        return row.get("state") == "ready" and row["pid"] not in (None, instead_of)

    def addresses(self) -> dict[str, str]:
        return json.loads((self.var / "environment").read_text())

    def database(self) -> psycopg2.extensions.connection:
        line = psycopg2.connect(self.addresses()["DATABASE_URL"], connect_timeout=5)
        line.autocommit = True
        return line

    def broker(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=self.addresses()["REDIS_URL"].removeprefix("redis+socket://"))

    def is_consuming(self) -> bool:
        """Whether a worker waits at the broker for its next message."""
        return any(client["cmd"].lower() == "brpop" for client in self.broker().client_list())

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def remove(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)
