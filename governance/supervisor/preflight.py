"""What must hold before anything starts; each failure is one sentence with its remedy."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from governance.services.trouble import Trouble

OLDEST_PYTHON = (3, 11)
LEAST_FREE_MB = 400


def check_python() -> None:
    """Refuse an interpreter that is too old, and an environment without the requirements."""
    if sys.version_info < OLDEST_PYTHON:
        raise Trouble(
            f"需要 Python 3.11 或更高版本,当前是 {sys.version.split()[0]}。请安装后用 PYTHON=python3.11 ./start 启动。",
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Install it and run PYTHON=python3.11 ./start.",
        )
    missing = [
        name for name in ("django", "celery", "gunicorn", "psycopg2", "redis") if find_spec(name) is None
    ]
    if missing:
        raise Trouble(
            f"缺少依赖包:{'、'.join(missing)}。请运行 ./start 安装。",
            f"Packages are missing: {', '.join(missing)}. Run ./start, which installs them.",
        )


def check_disk(var: Path) -> None:
    """Refuse to begin on a full disk: a database that cannot write stops in the middle of something."""
    free_mb = shutil.disk_usage(var).free // 2**20
    if free_mb < LEAST_FREE_MB:
        raise Trouble(
            f"磁盘空间不足:{var} 所在分区仅剩 {free_mb} MB,至少需要 {LEAST_FREE_MB} MB。请清理,或用 GOVERNANCE_VAR 换一个目录。",
            f"Only {free_mb} MB are free for {var}, {LEAST_FREE_MB} MB are needed. Free some space or name another "
            "folder in GOVERNANCE_VAR.",
        )


def check_shared_memory() -> None:
    """Refuse a machine without POSIX semaphores; the worker's process pool would die in a loop."""
    try:
        from _multiprocessing import SemLock

        SemLock(1, 1, 1, f"/governance-{os.getpid()}", True)
    except (ImportError, OSError) as error:
        raise Trouble(
            f"系统没有可写的共享内存(/dev/shm):{error}。请挂载:mount -t tmpfs tmpfs /dev/shm;容器请加 --shm-size=128m。",
            f"There is no writable shared memory (/dev/shm): {error}. Mount it (mount -t tmpfs tmpfs /dev/shm), or give "
            "the container --shm-size=128m.",
        ) from error


def check_port(host: str, port: int) -> None:
    """Refuse an address that another program has."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            return
        except OSError as error:
            code = error.errno
    if code == errno.EADDRINUSE:
        raise Trouble(
            f"端口 {port} 已被其他程序占用。请换一个端口:PORT={port + 1} ./start",
            f"Port {port} is taken by another program. Choose another one: PORT={port + 1} ./start",
        )
    raise Trouble(
        f"不能监听 {host}:{port}({os.strerror(code or 0)})。请检查 HOST 和 PORT;小于 1024 的端口需要 root。",
        f"Cannot listen on {host}:{port} ({os.strerror(code or 0)}). Check HOST and PORT; ports below 1024 need root.",
    )


def check_named_servers() -> None:
    """Refuse to begin when ``DATABASE_URL`` or ``REDIS_URL`` names a server that is not there."""
    database, broker = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if database:
        import psycopg2

        try:
            psycopg2.connect(database, connect_timeout=5).close()
        except psycopg2.Error as error:
            reason = str(error).strip().splitlines()[-1]
            raise Trouble(
                f"连接不上 DATABASE_URL 指定的数据库:{reason}。请检查地址、账户和库是否已建立;不设置它则使用随附的数据库。",
                f"The database in DATABASE_URL cannot be reached: {reason}. Check address, account and that the database "
                "exists; without the variable the bundled one is used.",
            ) from error
    if broker and not _connects(broker):
        raise Trouble(
            "连接不上 REDIS_URL 指定的 Redis。请检查地址以及服务是否启动;不设置它则使用随附的 Valkey。",
            "The Redis server in REDIS_URL cannot be reached. Check the address and that it runs; without the variable "
            "the bundled Valkey is used.",
        )


def _connects(url: str) -> bool:
    parts = urlsplit(url)
    local = "socket" in parts.scheme or parts.scheme == "unix"
    with socket.socket(socket.AF_UNIX) if local else contextlib.nullcontext() as line:
        try:
            if line is not None:
                line.connect(parts.path)
            else:
                socket.create_connection(
                    (parts.hostname or "127.0.0.1", parts.port or 6379), timeout=5
                ).close()
        except (OSError, ValueError):
            return False
    return True


def port_from(text: str) -> int:
    """The port number in ``PORT``."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise Trouble(
        f"PORT 应为 1 到 65535 的数字,现在是“{text}”。",
        f"PORT must be a number from 1 to 65535, not “{text}”.",
    )
