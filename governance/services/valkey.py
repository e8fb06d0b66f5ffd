"""A private Valkey server (Redis protocol) on a Unix socket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

from governance.services import binaries
from governance.services.postgres import last_line
from governance.services.processes import Account, end, spawn, wait_until
from governance.services.trouble import Trouble


class Valkey:
    """One server with its append-only file in ``data`` and its socket at ``sock``; never lossy by design."""

    stop_signal = signal.SIGTERM
    death_signal = signal.SIGTERM

    def __init__(self, data: Path, sock: Path, *, account: Account | None = None, throw_away: bool = False):
        self.data = data
        self.sock = sock
        self.account = account
        self.throw_away = throw_away
        self.program = binaries.valkey_server(account)

    @property
    def url(self) -> str:
        """The address as ``REDIS_URL`` wants it."""
        return f"redis+socket://{self.sock}"

    def argv(self) -> list[str]:
        """The command that runs the server in the foreground."""
        keep = "no" if self.throw_away else "yes"
        return [
            str(self.program), "--port", "0", "--unixsocket", str(self.sock), "--unixsocketperm", "700",
            "--dir", str(self.data), "--appendonly", keep, "--appendfsync", "everysec", "--save", "",
            "--maxmemory-policy", "noeviction", "--daemonize", "no", "--databases", "16",
        ]  # fmt: skip

    def initialise(self) -> bool:
        """Make the data folder if there is none yet; whether it was made now."""
        if self.data.exists():
            return False
        self.data.mkdir(mode=0o700)
        if self.account:
            os.chown(self.data, self.account.uid, self.account.gid)
        return True

    def is_ready(self) -> bool:
        """Whether the server answers PING (it refuses while it loads its file)."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(1)
            try:
                line.connect(str(self.sock))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def start(self, *, log: Path) -> subprocess.Popen[bytes]:
        """Start and wait until ready; the child ends with us."""
        self.initialise()
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
            end(process)
            raise Trouble(
                f"Valkey 没有启动成功,原因见 {log}。",
                f"Valkey did not start; {log} says why: {last_line(log)}",
            )
        return process
