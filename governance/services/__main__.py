"""Run a private PostgreSQL and Valkey in the foreground: ``python -m governance.services --var DIR``.

Prints ``DATABASE_URL`` and ``REDIS_URL`` as shell lines when both are ready; Ctrl-C stops both. With a command
behind ``--`` it runs that command with both addresses set and ends with it; when a demo already runs on the
same folder, the command uses the demo's servers.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from governance.services.places import Place, settle
from governance.services.postgres import Postgres
from governance.services.processes import end
from governance.services.signals import SignalQueue
from governance.services.trouble import Trouble
from governance.services.valkey import Valkey

STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m governance.services", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--var", type=Path, help="folder for the data; made if missing")
    where.add_argument("--temporary", action="store_true", help="a fresh folder, removed at the end")
    parser.add_argument("command", nargs="*", help="a command to run with both servers (behind --)")
    chosen = parser.parse_args()
    try:
        if chosen.temporary:
            return serve_temporarily(chosen.command)
        if chosen.command and given_from_outside():
            os.execvp(chosen.command[0], chosen.command)  # noqa: S606
        place = settle(chosen.var)
        if chosen.command and place.holder() is not None and (place.var / "environment").exists():
            os.environ.update(
                json.loads((place.var / "environment").read_text()), GOVERNANCE_VAR=str(place.var)
            )
            os.execvp(chosen.command[0], chosen.command)  # noqa: S606
        with place.claim():
            return serve(place, chosen.command)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


def given_from_outside() -> bool:
    """Whether the environment names both servers already."""
    return bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def serve_temporarily(command: list[str]) -> int:
    """Serve from a folder that does not outlive us."""
    folder = Path(tempfile.mkdtemp(prefix="governance-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        place = settle(folder / "var")
        with place.claim():
            return serve(place, command)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def serve(place: Place, command: list[str]) -> int:
    """Run both servers until a signal comes, the command ends, or a server dies; the exit code."""
    signals = SignalQueue(*STOPS, signal.SIGCHLD)
    postgres = Postgres(place.data / "postgres", place.sockets, account=place.account)
    valkey = Valkey(place.data / "valkey", place.sockets / "r.sock", account=place.account)
    servers = [(postgres, postgres.start(log=place.log("postgres")))]
    work: subprocess.Popen[bytes] | None = None
    try:
        servers.append((valkey, valkey.start(log=place.log("valkey"))))
        postgres.create_database()
        addresses = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, "GOVERNANCE_VAR": str(place.var)}
        if command:
            work = subprocess.Popen(command, env=os.environ | addresses)
        else:
            print("\n".join(f"export {name}='{value}'" for name, value in addresses.items()), flush=True)
        return watch(signals, servers, work)
    finally:
        if work is not None:
            end(work)
        for server, process in reversed(servers):
            end(process, by=server.stop_signal)


def watch(signals: SignalQueue, servers: list, work: subprocess.Popen[bytes] | None) -> int:
    """Wait for the first reason to stop."""
    while True:
        came = signals.wait(5)
        if work is not None and work.poll() is not None:
            return work.returncode
        if came & STOPS:
            return 0 if work is None else 130
        if any(process.poll() is not None for _, process in servers):
            return 1


if __name__ == "__main__":
    sys.exit(main())
