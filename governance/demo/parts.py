"""Several processes walk a year, each a run of chunks of its own: how the work is shared and gone on with.

What a part has come to is kept with its chunk, so whatever kills a process, the next start goes on with the first
chunk that is not there. How many parts there are is settled at the first start.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db import OperationalError, connection, transaction

from governance.demo import memory
from governance.demo.chunks import Chunk

TRIES = 5


def settled(prefix: str, processes: int) -> int:
    """The number of parts: as at the first start of this walk."""
    known = memory.recall(f"{prefix}processes")
    if known is None:
        known = max(1, processes)
        memory.keep(f"{prefix}processes", known)
    return known


def split(chunks: list[Chunk], processes: int) -> list[list[Chunk]]:
    """Runs of chunks, the oldest first; never none."""
    size = -(-len(chunks) // processes)
    return [chunks[n : n + size] for n in range(0, len(chunks), size)] or [[]]


@contextmanager
def helpers(module: str, count: int, *, scale: float) -> Iterator[None]:
    """Processes for the parts after the first (``module.help_with(part, scale=…)``) beside the block; it ends when
    they have. Raises OperationalError when one failed: start again to go on."""
    running = [_helper(module, part, scale) for part in range(1, count)]
    try:
        yield
        codes = [helper.wait() for helper in running]
    except BaseException:
        for helper in running:
            helper.terminate()
            helper.wait()
        raise
    if any(codes):
        raise OperationalError(f"a helping process ended with {codes}; start again to go on")


def _helper(module: str, part: int, scale: float) -> subprocess.Popen:
    words = f"import django; django.setup(); from {module} import help_with; help_with({part}, scale={scale!r})"
    return subprocess.Popen([sys.executable, "-c", words], env=os.environ | _address(), cwd=settings.BASE_DIR)


def _address() -> dict[str, str]:
    """The database this process uses, whatever it is called (a test's has another name)."""
    told = connection.settings_dict
    user, host = told.get("USER") or "", told.get("HOST") or ""
    port = f"&port={told['PORT']}" if told.get("PORT") else ""
    secret = f":{told['PASSWORD']}" if told.get("PASSWORD") else ""
    return {
        "DATABASE_URL": f"postgresql://{user}{secret}@/{told['NAME']}?host={host}{port}",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "governance.settings"),
    }


def walk_part(
    prefix: str, chunks: list[Chunk], part: int, walk_chunk: Callable[[Chunk], None],
    progress: Callable[[int], None] | None = None, *, as_one: bool = True,
) -> None:
    """The chunks of one part, from the first that is not there. ``as_one``: each all or nothing with how far it has come;
    else a chunk that was broken off is walked again, and ``walk_chunk`` leaves out what is there of it.
    ``progress`` hears of cases, done or there before."""
    done, cases = memory.recall(f"{prefix}part:{part}"), 0
    for chunk in chunks:
        if done is None or chunk.number > done:
            if as_one:
                patiently(partial(_with_mark, prefix, chunk, part, walk_chunk), part)
            else:
                _with_mark(prefix, chunk, part, walk_chunk)
        cases += chunk.size
        if progress is not None:
            progress(cases)


def _with_mark(prefix: str, chunk: Chunk, part: int, walk_chunk: Callable[[Chunk], None]) -> None:
    walk_chunk(chunk)
    memory.keep(f"{prefix}part:{part}", chunk.number)


def patiently(act: Callable[[], object], part: int) -> None:
    """One transaction, tried again when another process held what it wanted and wanted what it held."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                act()
            return
        except OperationalError:
            if attempt == TRIES - 1:
                raise
            connection.close()
            time.sleep(0.2 * (attempt + 1) * (part + 1))
