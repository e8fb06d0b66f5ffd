"""A private PostgreSQL server on a Unix socket."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from governance.services import binaries
from governance.services.processes import Account, end, is_alive, run, spawn, wait_until
from governance.services.trouble import Trouble

OWNER = "governance"
"""The cluster's superuser, which the application never is: superusers pass row-level security by."""
APPLICATION = "governance_app"
"""Whom the product connects as: owns the database and its tables, may make test databases, nothing more."""
DATABASE = "governance"

_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'governance_app') THEN
        CREATE ROLE governance_app LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS;
    END IF;
END $$;
"""
_OWNER = """
SELECT r.rolname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = 'governance'
"""
_HAND_OVER = """
DO $$ DECLARE found record; BEGIN
    EXECUTE 'ALTER DATABASE governance OWNER TO governance_app';
    FOR found IN SELECT c.oid::regclass AS name,
               CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS kind
          FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
           AND c.relowner <> 'governance_app'::regrole
    LOOP EXECUTE format('ALTER %s %s OWNER TO governance_app', found.kind, found.name); END LOOP;
    FOR found IN SELECT c.oid::regclass AS name FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' AND c.relowner <> 'governance_app'::regrole
    LOOP EXECUTE format('ALTER SEQUENCE %s OWNER TO governance_app', found.name); END LOOP;
    FOR found IN SELECT p.oid::regprocedure AS name FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace AND p.proowner <> 'governance_app'::regrole
           AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP EXECUTE format('ALTER FUNCTION %s OWNER TO governance_app', found.name); END LOOP;
END $$;
"""
"""A cluster of an earlier release: what the superuser made becomes the application's."""

BOTH = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "140",
    "shared_buffers": "96MB",
    # Four processes fewer: nothing is replicated, and a small database gains nothing from readers of its own.
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    # Personal data stays out of logs (quality.md §4.4).
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
DURABLE = {
    "log_min_duration_statement": "500",
    "log_lock_waits": "on",
    "max_wal_size": "512MB",
    "wal_compression": "on",
}
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum_naptime": "10min",
    "max_wal_size": "1GB",
    "max_connections": "100",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class Postgres:
    """One database cluster in ``data``, reached through a socket in ``sockets``.

    ``throw_away`` trades durability for speed and is for tests only.
    """

    stop_signal = signal.SIGINT  # "fast": roll back what is open, close the log, exit

    def __init__(
        self, data: Path, sockets: Path, *, account: Account | None = None, throw_away: bool = False
    ):
        self.data = data
        self.sockets = sockets
        self.account = account
        self.throw_away = throw_away
        self.bin = binaries.postgres_bin(account)

    @property
    def url(self) -> str:
        """The address as ``DATABASE_URL`` wants it."""
        return f"postgresql://{APPLICATION}@/{DATABASE}?host={quote(str(self.sockets))}"

    @property
    def death_signal(self) -> int:
        return signal.SIGQUIT if self.throw_away else signal.SIGINT

    def argv(self) -> list[str]:
        """The command that runs the server in the foreground."""
        settings: Mapping[str, str] = BOTH | (THROW_AWAY if self.throw_away else DURABLE)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.sockets), *options]

    def initialise(self) -> bool:
        """Make the cluster if there is none yet; whether it was made now. Half-made ones never remain."""
        if (self.data / "PG_VERSION").exists():
            return False
        fresh = self.data.with_name(f".{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.account:
            os.chown(fresh, self.account.uid, self.account.gid)
        argv: list[str | Path] = [
            self.bin / "initdb",
            "-D",
            fresh,
            "-U",
            OWNER,
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        argv += ["--auth-local=trust", "--auth-host=reject", "--data-checksums"]
        argv += ["--no-sync"] if self.throw_away else []
        try:
            run(argv, account=self.account)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(fresh, ignore_errors=True)
            raise Trouble(
                f"数据库初始化失败(目录 {self.data})。请检查磁盘空间和目录权限。",
                f"The database could not be set up in {self.data}; check disk space and permissions. "
                f"initdb said: {error.output.decode(errors='replace').strip()[-400:]}",
            ) from error
        fresh.rename(self.data)
        return True

    def clear_stale_lock(self) -> None:
        """Remove the lock of a server that is gone, when its process id belongs to something else by now.

        PostgreSQL only asks whether *some* process has that id; after a reboot or in a fresh container
        another one usually has. A server that really is left over is stopped first.
        """
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return
        if is_alive(pid) and self._is_our_server(pid):
            os.kill(pid, signal.SIGINT)
            if not wait_until(lambda: not is_alive(pid), seconds=20):
                os.kill(pid, signal.SIGQUIT)
                wait_until(lambda: not is_alive(pid), seconds=5)
        lock.unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return not Path("/proc/self").exists()
        return str(self.data) in command and command[0].endswith("postgres")

    def is_ready(self) -> bool:
        """Whether the server takes connections now (recovery after a crash included)."""
        answer = subprocess.run(
            [self.bin / "pg_isready", "-q", "-t", "1", "-h", self.sockets, "-d", "postgres", "-U", OWNER],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return answer.returncode == 0

    def create_database(self) -> bool:
        """Create the application's database if it is missing; whether it was created now. One that the superuser
        owns, from an earlier release, is handed over with all that stands in it."""
        self.create_role()
        owner = self._psql(_OWNER).strip()
        if not owner:
            self._psql(f"CREATE DATABASE {DATABASE} OWNER {APPLICATION}")
            return True
        if owner != APPLICATION:
            self._psql(_HAND_OVER, database=DATABASE)
        return False

    def create_role(self) -> None:
        """Make the application's role if it is missing."""
        self._psql(_ROLE)

    def _psql(self, statement: str, *, database: str = "postgres") -> str:
        """Run a statement as the superuser; what it printed."""
        connect: list[str | Path] = ["-h", self.sockets, "-U", OWNER, "-d", database]
        return run([self.bin / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *connect, "-c", statement])

    def start(self, *, log: Path) -> subprocess.Popen[bytes]:
        """Initialise, start and wait until ready; the child ends with us."""
        self.initialise()
        self.clear_stale_lock()
        with log.open("ab") as output:
            process = spawn(
                self.argv(),
                death_signal=self.death_signal,
                account=self.account,
                output=output,
                cwd=Path("/"),
            )
        if (
            not wait_until(lambda: process.poll() is not None or self.is_ready(), seconds=60)
            or process.poll() is not None
        ):
            end(process, by=signal.SIGQUIT)
            raise Trouble(
                f"数据库没有启动成功,原因见 {log}。",
                f"The database did not start; {log} says why: {last_line(log)}",
            )
        self.create_role()
        return process


def last_line(log: Path) -> str:
    """The last line of a log, for a sentence about what went wrong."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
