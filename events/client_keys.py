"""One form, one report, however many times it is sent: requests with the same client key pass one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from casework.refusals import MoveRefused

LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def one_at_a_time(key: str) -> Iterator[None]:
    """Hold back other requests with this key until the block is left.

    A lock of the database session and not of a transaction: the block counts limits and keeps files in
    transactions of their own. It ends with the session, so a killed process holds nobody. Raises MoveRefused
    ``in_progress`` after the lock time-out.
    """
    number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == LOCK_NOT_AVAILABLE:
            raise MoveRefused("in_progress", _("正在提交,请稍候再试")) from error
        raise
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
