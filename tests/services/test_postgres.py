"""The private PostgreSQL: what a crash, a reboot and a long path leave behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from governance.services import places
from governance.services.postgres import Postgres
from governance.services.processes import end, unprivileged_account
from governance.services.trouble import Trouble


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gov-pg-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(home: Path) -> Postgres:
    place = places.settle(home / "var")
    return Postgres(place.data / "postgres", place.sockets, account=place.account)


def begin(server: Postgres, home: Path) -> subprocess.Popen[bytes]:
    return server.start(log=home / "postgres.log")


def test_what_is_acknowledged_must_survive_so_nothing_durable_is_switched_off(
    server: Postgres, home: Path
) -> None:
    process = begin(server, home)
    try:
        assert server.create_database()
        assert not server.create_database()
        line = psycopg2.connect(server.url)
        with line.cursor() as cursor:
            names = ["fsync", "full_page_writes", "synchronous_commit", "data_checksums", "listen_addresses"]
            cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [names])
            found = dict(cursor.fetchall())
        line.close()
    finally:
        end(process, by=server.stop_signal)
    assert found == dict.fromkeys(names, "on") | {"listen_addresses": ""}


def test_a_lock_whose_process_id_is_somebody_elses_now_does_not_stop_a_start(
    server: Postgres, home: Path
) -> None:
    process = begin(server, home)
    process.kill()
    process.wait()
    lock = server.data / "postmaster.pid"
    stranger = subprocess.Popen(
        ["sleep", "300"], **({"user": server.account.uid} if server.account else {}), start_new_session=True
    )
    try:
        # As after a reboot: the old id now belongs to another process of the same account.
        lines = lock.read_text().splitlines()
        lock.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        refused = subprocess.run(
            server.argv(), capture_output=True, text=True, timeout=30, check=False, cwd="/",
            **({"user": server.account.uid, "group": server.account.gid} if server.account else {}),
        )  # fmt: skip
        assert "already exists" in refused.stderr, "the control: PostgreSQL alone refuses"

        end(begin(server, home), by=server.stop_signal)

        assert stranger.poll() is None, "a stranger was killed"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_left_over_is_stopped_before_the_next(server: Postgres, home: Path) -> None:
    first = begin(server, home)
    second = begin(server, home)
    try:
        assert first.wait(20) == 0
        assert server.is_ready()
    finally:
        end(second, by=server.stop_signal)


def test_a_long_path_gets_its_sockets_elsewhere_and_finds_them_again(home: Path) -> None:
    var = home / ("long-" * 20) / "var"
    first = places.settle(var)
    again = places.settle(var)

    assert len(str(first.sockets)) < 60
    assert first == again
    assert first.sockets.stat().st_mode & 0o777 == 0o700
    server = Postgres(first.data / "postgres", first.sockets, account=first.account)
    end(begin(server, home), by=signal.SIGINT)
    shutil.rmtree(first.sockets)


@pytest.mark.skipif(unprivileged_account() is None, reason="only root is kept out of nothing")
def test_a_closed_home_puts_the_data_where_the_servers_may_go(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    place = places.settle(closed / "var")
    try:
        assert place.data != place.var
        assert places.settle(closed / "var") == place
        server = Postgres(place.data / "postgres", place.sockets, account=place.account)
        end(begin(server, home), by=signal.SIGINT)

        shutil.rmtree(closed / "var")
        fresh = places.settle(closed / "var")
        assert fresh.data != place.data
        assert not place.data.exists(), "the folder of a deleted instance stays behind"
        shutil.rmtree(fresh.data)
    finally:
        shutil.rmtree(place.data, ignore_errors=True)


def test_a_folder_that_cannot_be_written_is_one_sentence(home: Path) -> None:
    (home / "file").write_text("")

    with pytest.raises(Trouble) as refused:
        places.settle(home / "file" / "var")

    assert "GOVERNANCE_VAR" in refused.value.english
    assert "GOVERNANCE_VAR" in refused.value.chinese


def test_two_holders_of_one_place_are_impossible_and_a_dead_one_holds_nothing(home: Path) -> None:
    place = places.settle(home / "var")
    assert place.holder() is None
    with place.claim():
        assert place.holder() == os.getpid()
        with pytest.raises(Trouble, match="Already running"), place.claim():
            pytest.fail("claimed twice")
    assert place.holder() is None
