"""``python -m governance.supervisor``: what ``./start`` and ``manage.py up`` run."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from governance.services.places import Place, settle
from governance.services.processes import wait_until
from governance.services.trouble import Trouble
from governance.supervisor import preflight
from governance.supervisor.children import BASE, Child, is_demo, product_children, service_children
from governance.supervisor.leftovers import end_leftovers
from governance.supervisor.running import Stopped, Supervisor
from governance.supervisor.screen import BOLD, DIM, Screen

EXIT_NOT_RUNNING = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Start everything and stay, or tell or stop what runs; the exit code."""
    parser = argparse.ArgumentParser(
        prog="manage.py up", description="Run the whole product; Ctrl-C stops it."
    )
    parser.add_argument(
        "--host", default=os.environ.get("HOST") or "127.0.0.1", help="address to listen on (HOST)"
    )
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="port to listen on (PORT)")
    parser.add_argument("--status", action="store_true", help="tell what runs; exit code 3 when nothing does")
    parser.add_argument("--stop", action="store_true", help="stop what runs")
    chosen = parser.parse_args(arguments)
    screen = Screen()
    try:
        place = settle(Path(os.environ.get("GOVERNANCE_VAR") or BASE / "var"))
        if chosen.status:
            return tell(place, screen)
        if chosen.stop:
            return stop(place, screen)
        preflight.check_python()
        preflight.check_shared_memory()
        preflight.check_disk(place.var)
        preflight.check_named_servers()
        with place.claim():
            return live(place, screen, chosen.host, preflight.port_from(chosen.port))
    except Trouble as trouble:
        screen.fail(str(trouble))
        return 1


def live(place: Place, screen: Screen, host: str, port: int) -> int:
    """The whole life of one instance."""
    for name in end_leftovers(place):
        screen.done(f"已结束上次遗留的 ended a leftover: {name}")
    preflight.check_port(host, port)
    os.environ["GOVERNANCE_VAR"] = str(place.var)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    own_addresses = addresses(host)
    os.environ.setdefault("ALLOWED_HOSTS", ",".join(["localhost", "127.0.0.1", "[::1]", *own_addresses]))
    supervisor = Supervisor(place, screen)
    try:
        start(supervisor, screen, host, port)
        welcome(screen, [*own_addresses, "localhost"][0], port, place)
        supervisor.run_until_signal()
    except Stopped:
        pass
    finally:
        screen.plain()
        screen.doing("正在停止 stopping")
        supervisor.stop_all()
        (place.var / "environment").unlink(missing_ok=True)
    screen.done("已停止 stopped")
    return 0


def start(supervisor: Supervisor, screen: Screen, host: str, port: int) -> None:
    """Services, tables and demo, web, and then the rest."""
    for child in service_children(supervisor.place):
        supervisor.bring_up(child, seconds=120)
        screen.done(child.title)
    write_environment(supervisor.place)
    no_limits = {"DATABASE_STATEMENT_TIMEOUT_MS": "0", "DATABASE_LOCK_TIMEOUT_MS": "60000"}
    prepare = [sys.executable, "-m", "governance.supervisor.prepare"]
    supervisor.run_to_end(Child("prepare", "准备 prepare", prepare, no_limits))
    screen.done("数据表和基础数据 tables and reference data")
    web, *others = product_children(host, port)
    supervisor.bring_up(web, seconds=90)
    screen.done(web.title)
    for child in others:
        supervisor.add(child)
    screen.done("、".join(child.title for child in others))


def write_environment(place: Place) -> None:
    """Leave the addresses for ``./start manage``; readable by the owner only."""
    path = place.var / "environment"
    path.touch(mode=0o600)
    names = ("DATABASE_URL", "REDIS_URL")
    path.write_text(json.dumps({name: os.environ[name] for name in names}))


def addresses(host: str) -> list[str]:
    """The addresses others may use, when we listen to more than this machine."""
    if host in ("127.0.0.1", "::1", "localhost"):
        return []
    if host not in ("0.0.0.0", "::"):  # noqa: S104
        return [host]
    found = [socket.gethostname()]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(("192.0.2.1", 9))  # sends nothing; only asks which address would be used
            found.insert(0, line.getsockname()[0])
        except OSError:
            return found
    return found


def welcome(screen: Screen, name: str, port: int, place: Place) -> None:
    """Say where to look, how to sign in, and how to stop."""
    screen.plain()
    screen.plain(screen.paint(f"  就绪 READY   http://{name}:{port}/", BOLD))
    if is_demo():
        screen.plain("  演示账户 demo accounts: README.md")
    screen.plain(
        screen.paint(f"  日志 logs: {place.var / 'log'}   停止 stop: Ctrl-C 或 or ./start stop", DIM)
    )
    screen.plain()


def tell(place: Place, screen: Screen) -> int:
    """Print who runs, and since when."""
    holder = place.holder()
    if holder is None:
        screen.plain("没有运行 not running")
        return EXIT_NOT_RUNNING
    screen.plain(f"正在运行 running(supervisor {holder})")
    try:
        rows = json.loads((place.var / "status.json").read_text())
    except (OSError, ValueError):
        rows = []
    for row in rows:
        minutes = (time.time() - row["since"]) / 60
        pid = row["pid"] or "-"
        screen.plain(
            f"  {row['name']:9} {row['state']:9} pid {pid:>7} {minutes:7.1f} min  restarts {row['restarts']}"
        )
    return 0


def stop(place: Place, screen: Screen) -> int:
    """End a running instance and wait until it has gone."""
    holder = place.holder()
    if holder is None:
        screen.plain("没有运行 not running")
        return 0
    if holder > 0:
        os.kill(holder, signal.SIGTERM)
    if wait_until(lambda: place.holder() is None, seconds=60, pause_seconds=0.1):
        screen.done("已停止 stopped")
        return 0
    raise Trouble(
        f"进程 {holder} 60 秒内没有停止。请用 kill -9 {holder} 结束它,子进程会随之退出。",
        f"Process {holder} has not stopped within 60 s. End it with kill -9 {holder}; its children go with it.",
    )


if __name__ == "__main__":
    sys.exit(main())
