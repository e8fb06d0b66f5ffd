"""kill -9 of each part in turn: it comes back, nothing acknowledged is lost, nobody is orphaned."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.instance import Instance
from tests.services.processes_seen import descendants, eventually, living

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/1").is_dir(), reason="reads /proc")]


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    running = Instance()
    try:
        running.up()
        with running.database().cursor() as cursor:
            cursor.execute("CREATE TABLE kept (number integer)")
        yield running
    finally:
        running.remove()


def write_down(instance: Instance, number: int) -> None:
    """An acknowledged row and an acknowledged message."""
    line = instance.database()
    with line.cursor() as cursor:
        cursor.execute("INSERT INTO kept VALUES (%s)", [number])
    line.close()
    instance.broker().rpush("kept", number)


def kept(instance: Instance) -> tuple[list[int], list[int]]:
    line = instance.database()
    with line.cursor() as cursor:
        cursor.execute("SELECT number FROM kept ORDER BY number")
        rows = [row[0] for row in cursor.fetchall()]
    line.close()
    return rows, sorted(int(text) for text in instance.broker().lrange("kept", 0, -1))


@pytest.mark.parametrize("name", ["postgres", "valkey", "web", "worker", "beat", "relay"])
def test_a_killed_part_comes_back_with_everything(instance: Instance, name: str) -> None:
    if name not in instance.rows():
        pytest.skip(f"{name} is not in the table of this build")
    before = kept(instance)
    number = len(before[0])
    write_down(instance, number)
    victim = instance.pid(name)
    family = descendants(victim)
    assert living(family)

    os.kill(victim, signal.SIGKILL)

    assert eventually(lambda: instance.is_back(name, instead_of=victim)), instance.said()
    assert eventually(lambda: not living(family)), "its own children were left behind"
    assert eventually(instance.answers), "the pages did not come back"
    assert eventually(instance.is_consuming), "no worker consumes"
    assert kept(instance) == ([*before[0], number], [*before[1], number])
    assert instance.process.poll() is None


def test_a_second_start_is_refused_and_harms_nothing(instance: Instance) -> None:
    second = instance.ask()

    assert second.returncode == 1
    assert "Already running" in second.stderr
    assert "已经在运行" in second.stderr
    assert instance.answers()


def test_status_names_every_part(instance: Instance) -> None:
    told = instance.ask("--status")

    assert told.returncode == 0
    for name in ("postgres", "valkey", "web", "worker", "beat"):
        assert name in told.stdout


def test_a_taken_port_is_one_sentence_with_the_remedy() -> None:
    other = Instance()
    try:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", other.port))
            taken.listen()
            refused = other.ask()
        assert refused.returncode == 1
        assert f"PORT={other.port + 1} ./start" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert other.rows() == {}
    finally:
        other.remove()


@pytest.mark.parametrize(
    ("name", "url"),
    [("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"), ("REDIS_URL", "redis://127.0.0.1:1/0")],
)
def test_a_named_server_that_is_not_there_is_one_sentence(name: str, url: str) -> None:
    other = Instance(**{name: url})
    try:
        refused = other.ask()
        assert refused.returncode == 1
        assert name in refused.stderr
        assert "Traceback" not in refused.stderr
    finally:
        other.remove()


def test_a_killed_supervisor_leaves_nobody_and_starts_again_with_everything(instance: Instance) -> None:
    before = kept(instance)
    number = len(before[0])
    write_down(instance, number)
    family = descendants(instance.process.pid)
    assert len(living(family)) > 8

    instance.process.kill()
    instance.process.wait()

    assert eventually(lambda: not living(family)), f"orphans: {living(family)}"
    assert instance.ask("--status").returncode == 3
    instance.up()
    assert kept(instance) == ([*before[0], number], [*before[1], number])


def test_stop_ends_everything_in_order(instance: Instance) -> None:
    family = descendants(instance.process.pid)

    stopped = instance.ask("--stop")

    assert stopped.returncode == 0, stopped.stderr
    assert instance.process.wait(60) == 0
    assert not living(family)
    assert "database system is shut down" in (instance.var / "log" / "postgres.log").read_text()


def test_named_servers_are_used_and_none_is_started(redis_url: str) -> None:
    import psycopg2

    admin = psycopg2.connect(os.environ["DATABASE_URL"].replace("/governance?", "/postgres?"))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute("CREATE DATABASE named_elsewhere")
    url = os.environ["DATABASE_URL"].replace("/governance?", "/named_elsewhere?")
    running = Instance(DATABASE_URL=url, REDIS_URL=redis_url)
    try:
        running.up()
        assert {"postgres", "valkey"}.isdisjoint(running.rows())
        assert running.answers()
        assert not (running.var / "postgres").exists()
    finally:
        running.remove()
        with admin.cursor() as cursor:
            cursor.execute("DROP DATABASE named_elsewhere WITH (FORCE)")
        admin.close()
