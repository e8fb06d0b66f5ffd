"""The product and the smallest views on gunicorn, as the demo runs them: two workers, four threads each."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(
    module: str, *, ready: str = "/healthz", workers: int = 2, threads: int = 4, **environment: str
) -> Iterator[int]:
    """Serve a WSGI module on a free port until the block ends; yields the port."""
    port = free_port()
    argv = [
        sys.executable, "-m", "gunicorn", module, "--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads",
        str(threads), "--worker-class", "gthread", "--keep-alive", "30", "--log-level", "error",
    ]
    process = subprocess.Popen(argv, cwd=BASE, env=os.environ | environment, stdin=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{port}{ready}", process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _await(url: str, process: subprocess.Popen) -> None:
    for _try in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own address)
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within 30 s")


def memory_mb(pid: int) -> float:
    """Proportional memory of one process in MB: shared pages counted once over all that share them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def children_of(pid: int) -> list[int]:
    """Direct children of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found
