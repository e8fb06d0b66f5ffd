"""Run a private PostgreSQL and Valkey in the foreground for a developer: ``python -m governance.services``.

Prints ``DATABASE_URL`` and ``REDIS_URL`` as shell lines when both are ready; Ctrl-C stops both.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from governance.services.places import settle
from governance.services.postgres import Postgres
from governance.services.processes import end
from governance.services.trouble import Trouble
from governance.services.valkey import Valkey


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m governance.services", description=__doc__)
    parser.add_argument("--var", type=Path, required=True, help="folder for the data; made if missing")
    chosen = parser.parse_args()
    try:
        return serve(chosen.var)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


def serve(var: Path) -> int:
    """Run both servers until a signal comes or one of them dies; the exit code."""
    place = settle(var)
    with place.claim():
        postgres = Postgres(place.data / "postgres", place.sockets, account=place.account)
        valkey = Valkey(place.data / "valkey", place.sockets / "r.sock", account=place.account)
        stop = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
        signal.pthread_sigmask(signal.SIG_BLOCK, stop)
        children = [(postgres, postgres.start(log=place.log("postgres")))]
        try:
            children.append((valkey, valkey.start(log=place.log("valkey"))))
            postgres.create_database()
            print(f"export DATABASE_URL='{postgres.url}'\nexport REDIS_URL='{valkey.url}'", flush=True)
            while all(process.poll() is None for _, process in children):
                if signal.sigtimedwait(stop - {signal.SIGCHLD}, 1) is not None:
                    return 0
            return 1
        finally:
            for server, process in reversed(children):
                end(process, by=server.stop_signal)


if __name__ == "__main__":
    sys.exit(main())
