"""Keeping the children of the table alive, and ending them in order."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from governance.services.places import Place
from governance.services.postgres import last_line
from governance.services.processes import become_subreaper, end, kill_session, spawn
from governance.services.signals import SignalQueue
from governance.services.trouble import Trouble
from governance.supervisor.children import BASE, Child
from governance.supervisor.heartbeat import OLDEST_SECONDS
from governance.supervisor.leftovers import born
from governance.supervisor.screen import Screen

BACK_OFF_SECONDS = (0.2, 0.5, 1, 2, 5, 10, 20)
STEADY_SECONDS = 60
"""Whoever has run this long starts with the shortest back-off again."""
LARGEST_LOG_BYTES = 20_000_000
LOGS_KEPT = 3
ROUND_SECONDS = 10
ASK_SECONDS = 0.1


class Stopped(Exception):
    """Somebody asked us to stop while we were still starting."""


@dataclass
class Running:
    """The state of one row of the table."""

    child: Child
    process: Popen | None = None
    begun: float = 0.0
    falls: int = 0
    restarts: int = 0
    again_at: float | None = None
    finished: bool = False
    is_ready: bool = False

    @property
    def state(self) -> str:
        if self.finished:
            return "finished"
        if self.process is None:
            return "waiting"
        return "ready" if self.is_ready else "starting"


class Supervisor:
    """Starts, watches, restarts and stops; ``run_until_signal`` is its life."""

    def __init__(self, place: Place, screen: Screen):
        self.place = place
        self.screen = screen
        self.rows: list[Running] = []
        self.signals = SignalQueue(signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        self.steps: set[int] = set()
        self.stopping = False
        self.muted = False
        self.rounds_at = time.monotonic() + ROUND_SECONDS
        become_subreaper()

    # Starting ---------------------------------------------------------------------------------------

    def bring_up(self, child: Child, *, seconds: float) -> None:
        """Start a child and stay until it is ready; ``Trouble`` when it falls or takes too long."""
        row = Running(child)
        self.rows.append(row)
        self._launch(row)
        late = time.monotonic() + seconds
        while not self._ask_ready(row):
            self._tend(self.signals.wait(ASK_SECONDS))
            if self.stopping:
                raise Stopped
            if time.monotonic() > late or row.falls >= 3:
                log = self.place.log(child.name)
                raise Trouble(
                    f"{child.title} 没有启动成功,原因见 {log}。",
                    f"{child.name} did not start; {log} says why: {last_line(log)}",
                )
        self._note()

    def add(self, child: Child) -> None:
        """Start a child without waiting for it."""
        row = Running(child)
        self.rows.append(row)
        self._launch(row)
        self._note()

    def run_to_end(self, child: Child) -> None:
        """Run a child that is a step, showing its lines; ``Trouble`` when it fails."""
        row = Running(child)
        log = self.place.log(child.name)
        self._launch(row)
        if row.process is None:
            raise Trouble(f"无法启动 {child.argv[0]}。", f"{child.argv[0]} cannot be run.")
        self.steps.add(row.process.pid)
        self.muted = False
        shown = 0
        while row.process.poll() is None:
            self._tend(self.signals.wait(ASK_SECONDS))
            shown = self._show(log, shown)
            if self.stopping:
                end(row.process)
                raise Stopped
        self._show(log, shown)
        self.steps.clear()
        if row.process.returncode:
            raise Trouble(
                f"准备步骤失败({child.title}),原因见 {log}。",
                f"A step failed ({child.name}); {log} says why: {last_line(log)}",
            )

    def _show(self, log: Path, shown: int) -> int:
        with log.open("rb") as file:
            file.seek(shown)
            fresh = file.read()
        whole = fresh[: fresh.rfind(b"\n") + 1]
        for line in whole.decode(errors="replace").splitlines():
            self.muted = self.muted or line.startswith("Traceback")  # that is for the log
            if not self.muted and not line.startswith("{"):
                self.screen.doing(line)
        return shown + len(whole)

    def _launch(self, row: Running) -> None:
        child = row.child
        log = self.place.log(child.name)
        if row.restarts == 0:
            rotate(log)
        row.begun, row.again_at, row.is_ready = time.monotonic(), None, child.ready is None
        try:
            if child.before:
                child.before()
            with log.open("ab") as output:
                row.process = spawn(
                    child.argv, account=child.account, death_signal=child.death_signal, output=output,
                    env=os.environ | {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"} | dict(child.env), cwd=BASE,
                )  # fmt: skip
        except (OSError, Trouble) as error:
            if isinstance(error, Trouble) and row.restarts == 0:
                raise
            self.screen.warn(f"{child.title}: {error}")
            self._schedule(row)

    # Living -----------------------------------------------------------------------------------------

    def run_until_signal(self) -> None:
        """Watch until somebody wants us to stop."""
        while not self.stopping:
            self._tend(self.signals.wait(self._nap()))

    def _nap(self) -> float:
        if any(row.process and not row.is_ready for row in self.rows):
            return ASK_SECONDS
        due = [row.again_at for row in self.rows if row.again_at is not None]
        return min([self.rounds_at, *due]) - time.monotonic()

    def _tend(self, signals: set[int]) -> None:
        if signals & {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}:
            self.stopping = True
            return
        self._reap()
        now = time.monotonic()
        for row in self.rows:
            if row.again_at is not None and now >= row.again_at:
                row.restarts += 1
                self._launch(row)
                self._note()
            elif row.process and not row.is_ready and self._ask_ready(row):
                if row.restarts:
                    self.screen.done(f"{row.child.title} 已恢复 is back")
                self._note()
        if now >= self.rounds_at:
            self.rounds_at = now + ROUND_SECONDS
            self._make_rounds()

    def _ask_ready(self, row: Running) -> bool:
        if row.process is None or row.process.poll() is not None:
            return False
        if not row.is_ready:
            row.is_ready = row.child.ready is None or row.child.ready()
        return row.is_ready

    def _reap(self) -> None:
        """Take note of every process that ended: children of the table, and orphans that came to us."""
        ours = {row.process.pid: row for row in self.rows if row.process}
        for pid, row in ours.items():
            if has_ended(pid):
                kill_session(pid)  # its own children, while the id still belongs to the group
                self._fell(row, row.process.wait())
        self._bury_orphans(set(ours) | self.steps)

    def _bury_orphans(self, ours: set[int]) -> None:
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None or found.si_pid in ours:
                return
            os.waitpid(found.si_pid, 0)

    def _fell(self, row: Running, code: int) -> None:
        row.process = None
        if code == 0 and row.child.may_finish:
            row.finished = True
            self.screen.done(f"{row.child.title} 已完成 finished")
            self._note()
            return
        self._schedule(row)
        how = f"信号 signal {-code}" if code < 0 else f"退出码 exit {code}"
        wait = row.again_at - time.monotonic()
        text = f"{row.child.title} 停止({how}),{wait:.1f} 秒后重启 restarting"
        if row.falls >= 3:
            text += f" — {last_line(self.place.log(row.child.name))[:200]}"
        self.screen.warn(text)
        self._note()

    def _schedule(self, row: Running) -> None:
        if time.monotonic() - row.begun > STEADY_SECONDS:
            row.falls = 0
        row.again_at = time.monotonic() + BACK_OFF_SECONDS[min(row.falls, len(BACK_OFF_SECONDS) - 1)]
        row.falls += 1

    def _make_rounds(self) -> None:
        for row in self.rows:
            trim(self.place.log(row.child.name))
            if row.child.heartbeat and row.process and time.monotonic() - row.begun > OLDEST_SECONDS:
                age = row.child.heartbeat()
                # A row older than this process says nothing about it.
                if age is not None and age > OLDEST_SECONDS:
                    self.screen.warn(
                        f"{row.child.title} {age:.0f} 秒没有完成探测任务,重启 no probe finished, restarting"
                    )
                    row.process.kill()

    # Stopping ---------------------------------------------------------------------------------------

    def stop_all(self) -> None:
        """End the product's processes together, then the broker, then the database."""
        self.stopping = True
        services = [row for row in self.rows if row.child.name in ("postgres", "valkey")]
        self._end([row for row in self.rows if row not in services])
        for row in reversed(services):
            self._end([row])
        self._bury_orphans(set())
        (self.place.var / "status.json").unlink(missing_ok=True)

    def _end(self, rows: list[Running]) -> None:
        alive = [row for row in rows if row.process]
        for row in alive:
            row.process.send_signal(row.child.stop_signal)
        begun = time.monotonic()
        for row in alive:
            while not has_ended(row.process.pid) and time.monotonic() - begun < row.child.patience_seconds:
                self.signals.wait(0.05)
            kill_session(row.process.pid)
            row.process.wait()
            row.process = None

    # Telling ----------------------------------------------------------------------------------------

    def _note(self) -> None:
        """Write down who runs, for ``--status``."""
        now = time.monotonic()
        told = [
            {
                "name": row.child.name,
                "title": row.child.title,
                "state": row.state,
                "pid": row.process.pid if row.process else None,
                "born": born(row.process.pid) if row.process else "",
                "restarts": row.restarts,
                "since": time.time() - (now - row.begun),
            }
            for row in self.rows
        ]
        fresh = self.place.var / "status.json.new"
        fresh.write_text(json.dumps(told, ensure_ascii=False))
        fresh.replace(self.place.var / "status.json")


def has_ended(pid: int) -> bool:
    """Whether this child of ours has ended; it is left to be waited for."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def rotate(log: Path) -> None:
    """Put the log of the last run aside, keeping a few."""
    if not log.exists() or log.stat().st_size == 0:
        return
    for number in range(LOGS_KEPT - 1, 0, -1):
        older = log.with_suffix(f".log.{number}")
        if older.exists():
            older.replace(log.with_suffix(f".log.{number + 1}"))
    log.replace(log.with_suffix(".log.1"))


def trim(log: Path) -> None:
    """Copy an overgrown log aside and empty it; its writer appends, so it goes on at the beginning."""
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
