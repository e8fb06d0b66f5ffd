"""Where a running demo keeps its things: data, sockets, logs, and the lock that makes it the only one."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from governance.services.processes import Account, unprivileged_account
from governance.services.trouble import Trouble

LONGEST_SOCKET_FOLDER = 85
"""Bytes left for a folder when a socket's path may have 107 and the longest name in it is .s.PGSQL.5432.lock."""
OUTSIDE = ("/var/lib", "/var/tmp")


@dataclass(frozen=True)
class Place:
    """The folders of one instance. ``data`` and ``sockets`` belong to ``account`` when there is one."""

    var: Path
    data: Path
    sockets: Path
    account: Account | None

    def log(self, name: str) -> Path:
        """The log file of one part."""
        return self.var / "log" / f"{name}.log"

    @contextmanager
    def claim(self) -> Iterator[None]:
        """Hold the instance's lock; ``Trouble`` when another process holds it. A killed holder holds nothing."""
        with (self.var / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    raise
                holder = self.holder()
                raise Trouble(
                    f"已经在运行(进程 {holder},目录 {self.var})。用 ./start status 查看,用 ./start stop 停止。",
                    f"Already running (process {holder}, folder {self.var}). See ./start status; stop it with "
                    "./start stop.",
                ) from error
            (self.var / "pid").write_text(f"{os.getpid()}\n")
            try:
                yield
            finally:
                (self.var / "pid").unlink(missing_ok=True)

    def holder(self) -> int | None:
        """The process id of whoever holds the lock; ``None`` when nobody does."""
        with (self.var / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                try:
                    return int((self.var / "pid").read_text())
                except (OSError, ValueError):
                    return -1
            return None


def settle(var: Path) -> Place:
    """Make (or find again) the folders of the instance whose state lies in ``var``."""
    var = Path.cwd() / var
    account = unprivileged_account()
    try:
        for folder in (var, var / "log"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        if account is None:
            return Place(var, var, _sockets(var, None), None)
        if _may_pass(var.parent):
            var.chmod(0o711)  # so that the servers' account reaches its own two folders in it
            return Place(var, var, _sockets(var, account), account)
        outside = _outside(var)
        return Place(var, outside, _sockets(outside, account), account)
    except PermissionError as error:
        raise Trouble(
            f"没有权限写入 {error.filename or var}。请换一个目录(GOVERNANCE_VAR)或修改权限。",
            f"No permission to write {error.filename or var}. Choose another folder (GOVERNANCE_VAR) or change its "
            "permissions.",
        ) from error
    except OSError as error:
        raise Trouble(
            f"无法使用目录 {var}:{error.strerror}。请换一个目录(GOVERNANCE_VAR)。",
            f"The folder {var} cannot be used: {error.strerror}. Choose another one (GOVERNANCE_VAR).",
        ) from error


def _may_pass(folder: Path) -> bool:
    """Whether any account may walk down to this folder."""
    real = Path(os.path.realpath(folder))
    return all(step.stat().st_mode & stat.S_IXOTH for step in (real, *real.parents))


def _owned(folder: Path, account: Account | None) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
    return folder


def _sockets(base: Path, account: Account | None) -> Path:
    """The sockets' folder: beside the data, or under /tmp with a note of it when the path would be too long."""
    folder = base / "run"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return _owned(folder, account)
    note = base / "sockets-are-in"
    owner = account.uid if account else os.geteuid()
    if note.exists():
        found = Path(note.read_text().strip())
        # A folder under /tmp that somebody else made in the meantime is not ours to trust.
        if found.is_dir() and not found.is_symlink() and found.stat().st_uid == owner:
            return _owned(found, account)
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    short = runtime if account is None and 0 < len(runtime) < 60 and os.access(runtime, os.W_OK) else "/tmp"
    fresh = Path(tempfile.mkdtemp(prefix="governance-", dir=short))
    note.write_text(f"{fresh}\n")
    return _owned(fresh, account)


def _outside(var: Path) -> Path:
    """A data folder outside a checkout that the servers' account cannot enter (a closed home folder).

    It is tied to ``var`` by a random name noted there: whoever deletes ``var`` gets a fresh instance, and the
    folder left behind is removed at the next start.
    """
    note = var / "data-is-in"
    if note.exists() and Path(note.read_text().strip()).is_dir():
        return Path(note.read_text().strip())
    for base in OUTSIDE:
        try:
            home = Path(base) / "district-governance"
            home.mkdir(mode=0o711, parents=True, exist_ok=True)
            home.chmod(0o711)
        except OSError:
            continue
        if home.is_symlink() or home.stat().st_uid != 0:
            continue
        _remove_abandoned(home)
        folder = home / secrets.token_hex(4)
        folder.mkdir(mode=0o711)
        folder.chmod(0o711)
        (folder / "belongs-to").write_text(f"{var}\n")
        note.write_text(f"{folder}\n")
        return folder
    raise Trouble(
        f"数据库不能以 root 运行,而 {var} 对其他账户不可进入。请用 GOVERNANCE_VAR 指定一个可进入的目录。",
        f"The database does not run as root, and no other account can enter {var}. Name a folder that can be "
        "entered in GOVERNANCE_VAR.",
    )


def _remove_abandoned(home: Path) -> None:
    for folder in home.iterdir():
        try:
            owner = Path((folder / "belongs-to").read_text().strip())
        except OSError:
            continue
        note = owner / "data-is-in"
        if owner.parent.exists() and not (note.exists() and note.read_text().strip() == str(folder)):
            shutil.rmtree(folder, ignore_errors=True)
