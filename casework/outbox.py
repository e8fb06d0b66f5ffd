"""The outbox: what is owed after a commit is a row, and a row is done once (quality.md §4.1, B-01).

A row is first *claimed* by a conditional UPDATE that counts the attempt and commits. Then one transaction marks it
done — fenced by the attempt it was claimed with — and carries out the effect: both or neither. The done mark comes
first, so a second worker either waits on the row's lock and then finds it done, or finds that the attempt is no
longer its own. Killing anything at any moment leaves a row that is waiting, or claimed until a moment that passes.

A handler that talks to the outside world cannot share the transaction; it is registered with ``outside=True``,
does its talking between claim and mark, and returns what is to be written with the mark (at least once).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction

from casework.clock.authority import database_time
from casework.models import OutboxItem

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
BACK_OFF_SECONDS = (2, 10, 30, 120)
"""Wait after the first, second … failed attempt."""
CLAIM_SECONDS = 30
OUTSIDE_CLAIM_SECONDS = 150
"""Longer than any chain of time-outs of an outside call, and than the task's hard limit."""
UNKNOWN_TOPIC_SECONDS = 60
LONGEST_ERROR = 2000


@dataclass(frozen=True, slots=True)
class Again:
    """What a handler returns when the row is to be done once more, later: not a failure, attempts start anew."""

    at: datetime
    reason: str = ""


Write = Callable[[], Again | None]
Effect = Callable[[OutboxItem, datetime], "Again | Write | None"]


@dataclass(frozen=True, slots=True)
class Handler:
    """The one function that carries out a topic."""

    effect: Effect
    outside: bool


class Outcome(StrEnum):
    """What became of one call."""

    DONE = "done"
    SKIPPED = "skipped"
    """Done already, not due yet, dead, or another worker has it."""
    AGAIN = "again"
    FAILED = "failed"
    DEAD = "dead"


_handlers: dict[str, Handler] = {}


def handles(topic: str, *, outside: bool = False) -> Callable[[Effect], Effect]:
    """Register ``f(item, at)`` for a topic; ``at`` is the database's time. Called from each room's ``ready``.

    Inside (the default) everything ``f`` writes commits together with the done mark. An ``outside`` handler runs
    without a transaction and returns a function that is called within the marking one.
    """

    def register(effect: Effect) -> Effect:
        known = _handlers.get(topic)
        if known is not None and known.effect is not effect:
            raise ValueError(f"the topic {topic} has a handler already")
        _handlers[topic] = Handler(effect, outside)
        return effect

    return register


def is_outside(topic: str) -> bool:
    """Whether items of this topic may take seconds: they travel alone, not in groups."""
    handler = _handlers.get(topic)
    return handler is None or handler.outside


_CLAIM = """
    UPDATE casework_outboxitem SET attempts = attempts + 1, claimed_until = m.at + make_interval(secs => %s)
      FROM (SELECT COALESCE(%s::timestamptz, clock_timestamp()) AS at,
                   CASE WHEN %s THEN set_config('synchronous_commit', 'off', true) END) m
     WHERE id = (
           SELECT id FROM casework_outboxitem
            WHERE id = %s AND done_at IS NULL AND dead_at IS NULL AND attempts < %s
              AND available_at <= COALESCE(%s::timestamptz, clock_timestamp())
              AND (claimed_until IS NULL OR claimed_until < COALESCE(%s::timestamptz, clock_timestamp()))
              FOR UPDATE SKIP LOCKED)
    RETURNING topic, key, payload, attempts, created_at, available_at, m.at
"""
_FINISH = """
    UPDATE casework_outboxitem
       SET done_at = COALESCE(%s::timestamptz, clock_timestamp()), claimed_until = NULL, last_error = ''
     WHERE id = %s AND attempts = %s AND done_at IS NULL AND dead_at IS NULL
"""
_AGAIN = """
    UPDATE casework_outboxitem
       SET done_at = NULL, attempts = 0, claimed_until = NULL, available_at = %s, last_error = %s
     WHERE id = %s
"""
_FAIL = """
    UPDATE casework_outboxitem
       SET claimed_until = NULL, last_error = %s, dead_at = CASE WHEN attempts >= %s THEN %s::timestamptz END,
           available_at = %s
     WHERE id = %s AND attempts = %s AND done_at IS NULL AND dead_at IS NULL
"""
_UNCLAIM = """
    UPDATE casework_outboxitem
       SET claimed_until = NULL, attempts = attempts - 1, last_error = %s, available_at = %s
     WHERE id = %s AND attempts = %s AND done_at IS NULL
"""
_BURY = """
    UPDATE casework_outboxitem
       SET dead_at = COALESCE(%s::timestamptz, clock_timestamp()), claimed_until = NULL,
           last_error = CASE WHEN last_error = '' THEN 'the worker died while doing it, every time'
                             ELSE last_error END
     WHERE done_at IS NULL AND dead_at IS NULL AND attempts >= %s
       AND (claimed_until IS NULL OR claimed_until < COALESCE(%s::timestamptz, clock_timestamp()))
"""


def claim(item_id: int, *, at: datetime | None = None) -> tuple[OutboxItem, datetime] | None:
    """Take one waiting row for ``CLAIM_SECONDS`` and count the attempt; None when it is not to be had.

    Commits by itself: must not be called inside a transaction. The commit does not wait for the disk: a claim
    that a crash of the database forgets has done nothing yet, and the effect's own commit, which waits, comes
    after it in the log.
    """
    with connection.cursor() as cursor:
        is_alone = not connection.in_atomic_block
        cursor.execute(_CLAIM, [CLAIM_SECONDS, at, is_alone, item_id, MOST_ATTEMPTS, at, at])
        row = cursor.fetchone()
    if row is None:
        return None
    topic, key, payload, attempts, created_at, available_at, moment = row
    item = OutboxItem(
        pk=item_id,
        topic=topic,
        key=key,
        payload=_loaded(payload),
        attempts=attempts,
        created_at=created_at,
        available_at=available_at,
    )
    return item, moment


def _loaded(payload: object) -> dict:
    return OutboxItem._meta.get_field("payload").from_db_value(payload, None, connection)


def do_item(item_id: int, *, at: datetime | None = None) -> Outcome:
    """Do one row, once. ``at`` stands for the database's time where time is moved by hand (tests, the demo).

    An error of the handler is recorded on the row, which waits longer each time and is given up after five
    attempts. Errors of the database itself are raised: the claim then runs out.
    """
    claimed = claim(item_id, at=at)
    if claimed is None:
        return Outcome.SKIPPED
    item, moment = claimed
    handler = _handlers.get(item.topic)
    if handler is None:
        _run(_UNCLAIM, f"no handler for the topic {item.topic}", moment + timedelta(seconds=UNKNOWN_TOPIC_SECONDS),
             item.pk, item.attempts)  # fmt: skip
        return Outcome.AGAIN
    try:
        return _do_outside(handler, item, moment, at) if handler.outside else _do_inside(handler, item, moment, at)
    except (OperationalError, InterfaceError) as error:
        if connection.connection is None or connection.connection.closed:
            raise
        return fail(item, error, moment)
    except SoftTimeLimitExceeded as error:
        fail(item, error, moment)
        raise
    except Exception as error:
        return fail(item, error, moment)


def _do_inside(handler: Handler, item: OutboxItem, moment: datetime, at: datetime | None) -> Outcome:
    with transaction.atomic():
        if not _run(_FINISH, at, item.pk, item.attempts):
            return Outcome.SKIPPED
        return _settle(item, handler.effect(item, moment))


def _do_outside(handler: Handler, item: OutboxItem, moment: datetime, at: datetime | None) -> Outcome:
    longer = OutboxItem.objects.filter(pk=item.pk, attempts=item.attempts, done_at=None)
    if not longer.update(claimed_until=moment + timedelta(seconds=OUTSIDE_CLAIM_SECONDS)):
        return Outcome.SKIPPED
    write = handler.effect(item, moment)
    with transaction.atomic():
        if not _run(_FINISH, at, item.pk, item.attempts):
            return Outcome.SKIPPED
        return _settle(item, write() if callable(write) else write)


def _settle(item: OutboxItem, answer: object) -> Outcome:
    if isinstance(answer, Again):
        _run(_AGAIN, answer.at, answer.reason[:LONGEST_ERROR], item.pk)
        return Outcome.AGAIN
    return Outcome.DONE


def fail(item: OutboxItem, error: BaseException, moment: datetime) -> Outcome:
    """Record the error of this attempt on the row; the fifth is the last."""
    words = f"{type(error).__name__}: {error}".replace("\x00", "")[:LONGEST_ERROR]
    wait = BACK_OFF_SECONDS[min(item.attempts, len(BACK_OFF_SECONDS)) - 1]
    _run(_FAIL, words, MOST_ATTEMPTS, moment, moment + timedelta(seconds=wait), item.pk, item.attempts)
    is_dead = item.attempts >= MOST_ATTEMPTS
    logger.warning(
        "outbox item %s %s: %s", item.pk, "given up" if is_dead else "failed", type(error).__name__, exc_info=error
    )
    return Outcome.DEAD if is_dead else Outcome.FAILED


def _run(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def do_items(item_ids: Iterable[int]) -> dict[str, int]:
    """Do several rows, each with its own claim and transaction; how many came to which end."""
    ends: dict[str, int] = {}
    for item_id in item_ids:
        outcome = do_item(item_id)
        ends[outcome] = ends.get(outcome, 0) + 1
    return ends


_WAITING = """
    SELECT id, topic FROM casework_outboxitem
     WHERE done_at IS NULL AND dead_at IS NULL AND attempts < %s
       AND available_at <= COALESCE(%s::timestamptz, clock_timestamp())
       AND (claimed_until IS NULL OR claimed_until < COALESCE(%s::timestamptz, clock_timestamp()))
     ORDER BY available_at, id LIMIT %s
"""


def waiting(*, limit: int, at: datetime | None = None) -> list[tuple[int, str]]:
    """Rows to offer, (id, topic), in order of due time: due, not done, not claimed or claimed too long ago."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [MOST_ATTEMPTS, at, at, limit])
        return cursor.fetchall()


def bury_exhausted(*, at: datetime | None = None) -> int:
    """Give up rows whose fifth attempt killed its worker, so that nothing loops; how many."""
    return _run(_BURY, at, MOST_ATTEMPTS, at)


def do_due(*, at: datetime | None = None, limit: int = 1000) -> dict[str, int]:
    """Do what is due in this process, without Celery: the time machine, tests, a cron in emergencies."""
    bury_exhausted(at=at)
    ends: dict[str, int] = {}
    for item_id, _topic in waiting(limit=limit, at=at):
        outcome = do_item(item_id, at=at)
        ends[outcome] = ends.get(outcome, 0) + 1
    return ends


def retry(item: OutboxItem) -> bool:
    """Offer a dead or failing row anew with five fresh attempts; False when it was done meanwhile."""
    fresh = OutboxItem.objects.filter(pk=item.pk, done_at=None)
    return bool(
        fresh.update(attempts=0, dead_at=None, claimed_until=None, available_at=database_time(), last_error="")
    )


def owe(topic: str, key: str, payload: dict, *, at: datetime, available_at: datetime | None = None) -> bool:
    """Write an outbox row from inside an effect (verbs use ``passage.book.owe``); False when the key exists."""
    made = OutboxItem.objects.bulk_create(
        [OutboxItem(topic=topic, key=key, payload=payload, created_at=at, available_at=available_at or at)],
        ignore_conflicts=True,
    )
    return bool(made)


__all__ = [
    "Again", "Outcome", "bury_exhausted", "claim", "do_due", "do_item", "do_items", "fail", "handles",
    "is_outside", "owe", "retry", "waiting",
]  # fmt: skip
