"""Starting a child so that it cannot outlive its parent, and ending it in good order."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """An operating-system account that a child is dropped to."""

    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """The account for servers that refuse to run as root; ``None`` when we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def spawn(
    argv: Sequence[str | Path],
    *,
    death_signal: int = signal.SIGTERM,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session that gets ``death_signal`` from the kernel when its parent dies.

    Must be called from the main thread: Linux sends the signal when the *thread* that forked ends.
    On systems without ``prctl`` the child is only recorded by its process id (see the supervisor's lock).
    """
    parent = os.getpid()

    def tie_to_parent() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])  # the supervisor waits with its signals blocked
        # After setuid, which Popen has done by now: a change of credentials clears the death signal.
        if _libc is None:
            return
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above took effect
            os._exit(1)

    rights = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    return subprocess.Popen(
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output != subprocess.DEVNULL else subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=tie_to_parent,
        env=None if env is None else dict(env),
        cwd=cwd,
        **rights,
    )


def become_subreaper() -> None:
    """Have orphaned grandchildren come to us instead of to process 1, which in a container may never bury them."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(argv: Sequence[str | Path], *, account: Account | None = None, timeout_seconds: float = 60) -> str:
    """Run a short command to its end and return what it printed; raises ``CalledProcessError``."""
    rights = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    done = subprocess.run(
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        check=True,
        timeout=timeout_seconds,
        **rights,
    )
    return done.stdout.decode(errors="replace")


def wait_until(question: Callable[[], bool], *, seconds: float, pause_seconds: float = 0.02) -> bool:
    """Ask again and again until the answer is yes; ``False`` when the time is over."""
    end = time.monotonic() + seconds
    while True:
        if question():
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(pause_seconds)


def end(process: subprocess.Popen[bytes], *, by: int = signal.SIGTERM, patience_seconds: float = 10) -> int:
    """Ask a child to stop, kill its whole session when it does not, and return its exit code."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            kill_session(process.pid)
    return process.wait()


def kill_session(pid: int) -> None:
    """Kill every process of the session that ``spawn`` made for this child."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs (a zombie counts as ended)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return not sys.platform.startswith("linux")
    return state != "Z"
