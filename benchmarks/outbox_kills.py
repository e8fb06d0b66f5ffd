"""``kill -9`` of worker, beat, relay and broker over a filled outbox (quality.md B-01), and its plain speed (F11).

Run on servers of its own, migrated:

    python -m governance.services --temporary -- sh -c \
        'python manage.py migrate -v0 && python -m benchmarks.outbox_kills [kills] [items] [seed]'

The pass figure is 0 lost, 0 double; the control without claim and fence must show doubles.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

BASE = Path(__file__).resolve().parent.parent
KILLS, ITEMS, SEED = 30, 3000, 20_261_121
LIFE_SECONDS = (0.5, 3.0)
PARTS = ("valkey", "worker", "beat", "relay")
QUIET_SECONDS = 150
FEW = 12
CREATED = "2026-01-05T01:00:00+00:00"


class Herd:
    """Worker, beat, relay and a broker of their own, each restarted when it is gone."""

    def __init__(self, folder: Path, *, control: bool, pause: float, names: tuple[str, ...]) -> None:
        from governance.services.processes import unprivileged_account
        from governance.services.valkey import Valkey

        self.folder = folder
        account = unprivileged_account()
        if account is not None:
            os.chown(folder, account.uid, account.gid)
        self.valkey = Valkey(folder / "valkey", folder / "r.sock", account=account)
        self.valkey.initialise()
        self.names = names
        self.environment = os.environ | {
            "DATABASE_URL": _database_url(),
            "REDIS_URL": self.valkey.url,
            "OUTBOX_BENCH_CONTROL": "1" if control else "0",
            "OUTBOX_BENCH_PAUSE": str(pause),
        }
        self.processes: dict[str, subprocess.Popen] = {}

    def argv(self, name: str) -> list[str]:
        celery = [sys.executable, "-m", "celery", "-A", "benchmarks.outbox_worker"]
        return {
            "valkey": self.valkey.argv(),
            "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-gossip",
                       "--without-mingle", "--without-heartbeat"],
            "beat": [*celery, "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile", ""],
            "relay": [sys.executable, "-c", _RELAY],
        }[name]  # fmt: skip

    def start(self, name: str) -> None:
        from governance.services.processes import spawn

        is_server = name == "valkey"
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = spawn(
            self.argv(name),
            account=self.valkey.account if is_server else None,
            env=None if is_server else self.environment,
            cwd=Path("/") if is_server else BASE,
            output=log,
        )
        log.close()

    def tend(self) -> None:
        """Start whoever is gone."""
        for name in self.names:
            process = self.processes.get(name)
            if process is None or process.poll() is not None:
                self.start(name)

    def kill(self, name: str) -> None:
        from governance.services.processes import kill_session

        process = self.processes[name]
        kill_session(process.pid)
        process.wait()

    def stop(self) -> None:
        for name in self.processes:
            self.kill(name)


_RELAY = (
    "import benchmarks.outbox_worker as w; from casework.relay import Relay, celery_publisher; "
    "Relay(celery_publisher(w.app)).run()"
)


def _database_url() -> str:
    """The address of the database that Django is connected to here (in tests, the test database)."""
    from django.db import connection

    told = connection.settings_dict
    return (
        f"postgresql://{quote(told['USER'])}:{quote(told['PASSWORD'])}@/{quote(told['NAME'])}"
        f"?host={quote(told['HOST'], safe='')}&port={told['PORT'] or 5432}"
    )


def _prepare() -> None:
    from django.db import connection

    from benchmarks.outbox_worker import CREATE

    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute("TRUNCATE bench_effect")
        cursor.execute("DELETE FROM casework_outboxitem WHERE topic = 'bench'")


def _fill(first: int, last: int) -> None:
    """Owe the rows ``first`` … ``last``."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO casework_outboxitem (topic, key, payload, available_at, attempts, last_error, created_at) "
            "SELECT 'bench', 'bench:' || n, '{}', %s, 0, '', %s FROM generate_series(%s, %s) n",
            [CREATED, CREATED, first, last],
        )


def _left() -> int:
    from casework.models import OutboxItem

    return OutboxItem.objects.filter(topic="bench", done_at=None, dead_at=None).count()


def _count(items: int) -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE times > 1) FROM bench_effect")
        effects, double = cursor.fetchone()
        cursor.execute(
            "SELECT COALESCE(sum(attempts), 0), count(*) FILTER (WHERE dead_at IS NOT NULL) "
            "FROM casework_outboxitem WHERE topic = 'bench'"
        )
        attempts, dead = cursor.fetchone()
    return {"lost": items - effects, "double": double, "dead": dead, "repeats_absorbed": max(0, attempts - items)}


def _wait(question: Callable[[], bool], herd: Herd, seconds: float) -> bool:
    late = time.monotonic() + seconds
    while not question():
        if time.monotonic() > late:
            return False
        herd.tend()
        time.sleep(0.1)
    return True


def run(
    kills: int = KILLS,
    items: int = ITEMS,
    *,
    seed: int = SEED,
    control: bool = False,
    pause: float = 0.03,
    victims: tuple[str, ...] = ("worker", "relay", "worker", "valkey", "beat"),
    quiet_seconds: float = QUIET_SECONDS,
) -> dict:
    """Kill ``kills`` times while ``items`` rows are done; counts when all is quiet.

    Works on the database Django is connected to and empties its ``bench`` rows there. The items arrive in as many
    portions as there are kills, so that every kill meets work. ``victims`` are killed in turn.
    """
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="ob-", dir="/tmp"))
    folder.chmod(0o711)
    killed = dict.fromkeys(victims, 0)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        _prepare()
        herd = Herd(folder, control=control, pause=pause, names=PARTS)
        stack.callback(herd.stop)
        herd.tend()
        portion = items // (kills + 1)
        _fill(1, items - portion * kills)
        if not _wait(lambda: _left() < items - portion * kills, herd, 60):
            raise RuntimeError((folder / "worker.log").read_text()[-2000:])
        begun = time.monotonic()
        for number in range(kills):
            name = victims[number % len(victims)]
            life = time.monotonic() + chance.uniform(*LIFE_SECONDS)
            # A kill is to meet work: at the latest when the last few rows of the portion are under way.
            _wait(lambda life=life: time.monotonic() >= life or _left() <= FEW, herd, 30)
            herd.kill(name)
            killed[name] += 1
            _fill(items - portion * (kills - number) + 1, items - portion * (kills - number - 1))
        last_kill = time.monotonic()
        is_quiet = _wait(lambda: _left() == 0, herd, quiet_seconds)
        ended = time.monotonic()
    return {
        "kills": killed,
        "items": items,
        "seed": seed,
        "control": control,
        **_count(items),
        "is_quiet": is_quiet,
        "killing_seconds": round(last_kill - begun, 1),
        "quiet_after_seconds": round(ended - last_kill, 1),
    }


def run_poison(poison: int = 20, items: int = 1000, *, seconds: float = 400) -> dict:
    """Rows that kill the process doing them, among good ones (B-07): each is given up after five attempts, with
    its error, and the good ones are done."""
    from django.db import connection

    from casework.models import OutboxItem

    folder = Path(tempfile.mkdtemp(prefix="ob-", dir="/tmp"))
    folder.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        _prepare()
        _fill(1, items + poison)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE casework_outboxitem SET payload = '{\"poison\": true}' WHERE topic = 'bench' AND id IN "
                "(SELECT id FROM casework_outboxitem WHERE topic = 'bench' ORDER BY md5(key) LIMIT %s)",
                [poison],
            )
        herd = Herd(folder, control=False, pause=0.0, names=PARTS)
        stack.callback(herd.stop)
        begun = time.monotonic()
        is_quiet = _wait(lambda: _left() == 0, herd, seconds)
        took = time.monotonic() - begun
    dead = OutboxItem.objects.filter(topic="bench").exclude(dead_at=None)
    attempts = list(dead.values_list("attempts", flat=True))
    return {
        "poison": poison,
        "items": items,
        "is_quiet": is_quiet,
        "seconds": round(took, 1),
        "given_up": len(attempts),
        "most_attempts": max(attempts, default=0),
        "without_error": dead.filter(last_error="").count(),
        "deaths_per_second": round(sum(attempts) / took, 2),
        "lost": _count(items)["lost"],
        "double": _count(items)["double"],
    }


def measure_speed(items: int = 5000) -> dict:
    """Rows per second from outbox to done through relay, broker and worker, without kills and without pauses."""
    folder = Path(tempfile.mkdtemp(prefix="ob-", dir="/tmp"))
    folder.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        _prepare()
        herd = Herd(folder, control=False, pause=0.0, names=("valkey", "worker", "relay"))
        stack.callback(herd.stop)
        herd.tend()
        _fill(1, 50)
        if not _wait(lambda: _left() == 0, herd, 60):
            raise RuntimeError((folder / "worker.log").read_text()[-2000:])
        _prepare()
        begun = time.monotonic()
        _fill(1, items)
        _wait(lambda: _left() == 0, herd, 300)
        seconds = time.monotonic() - begun
    return {"items": items, "seconds": round(seconds, 2), "per_second": round(items / seconds), **_count(items)}


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    kills, items, seed = (int(word) for word in (sys.argv[1:] + [KILLS, ITEMS, SEED][len(sys.argv) - 1 :])[:3])
    print(json.dumps({"speed": measure_speed()}), flush=True)
    print(json.dumps({"guarded": run(kills, items, seed=seed)}), flush=True)
    print(json.dumps({"poison": run_poison()}), flush=True)
    print(json.dumps({"control": run(max(4, kills // 3), items, seed=seed, control=True)}), flush=True)


if __name__ == "__main__":
    main()
