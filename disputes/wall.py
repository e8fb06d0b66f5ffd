"""The second wall before the story: who asks is said to the database, and the database itself decides.

Row-level security is *forced* on the narrative tables, and the application's database role is no superuser, so even
the owner of the tables reads nothing unless the transaction says who asks (``gov.person``) and that person mediates
the dispute or heads its body now (the policy reads posts and roles itself, migration 0003_wall). The product itself
reads one named dispute at a time (``gov.dispute``), to compose a packet when a clock ran out.

The settings are transaction-local: ``SET LOCAL`` ends with the transaction, and ``opened`` takes them back before
it, so that nothing after it in the same transaction reads on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from casework import readlog
from casework.actor import Actor
from casework.refusals import forbidden, missing
from disputes.models import Dispute
from disputes.reach import NARRATIVE


@contextmanager
def asking(*, person_id: int | None = None, dispute_id: int | None = None) -> Iterator[None]:
    """Say to the database who asks, for this block. ``dispute_id``: the product itself, for this dispute only.

    Inside a transaction no savepoint is made for it: what was said is taken back at the end of the block, or goes with
    the transaction (or the savepoint around it) that is rolled back.
    """
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        before = _exchange(str(person_id or ""), str(dispute_id or ""))
        try:
            yield
        finally:
            if not _is_broken():
                _say(*before)


_EXCHANGE = """
    WITH before AS MATERIALIZED (
        SELECT COALESCE(current_setting('gov.person', true), '') AS person,
               COALESCE(current_setting('gov.dispute', true), '') AS dispute
    )
    SELECT person, dispute, set_config('gov.person', %s, true), set_config('gov.dispute', %s, true) FROM before
"""


def _exchange(person: str, dispute: str) -> tuple[str, str]:
    """Say it, and what had been said before."""
    with connection.cursor() as cursor:
        cursor.execute(_EXCHANGE, [person, dispute])
        return cursor.fetchone()[:2]


def _say(person: str, dispute: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gov.person', %s, true), set_config('gov.dispute', %s, true)", [person, dispute])


def _is_broken() -> bool:
    """Whether the transaction takes no statement any more: then the settings go with it."""
    return connection.needs_rollback or connection.connection.info.transaction_status == TRANSACTION_STATUS_INERROR


@contextmanager
def opened(
    dispute: Dispute, *, actor: Actor, at: datetime, fields: tuple[str, ...] = ("narrative",), reason: str = "",
    act: str = "open", address: str = "",
) -> Iterator[None]:
    """Read the story of one dispute: permission and assignment are asked, the read log is written first, then the
    wall opens for this block.

    A sealed dispute needs a ``reason``. Raises ``forbidden`` (logged), ``invalid`` without a reason.
    """
    log = {"kind": "dispute", "at": at, "object_key": dispute.number, "reason": reason, "address": address}
    if not dispute.is_reached_by(actor.rights, NARRATIVE):
        readlog.record(actor, "refused", fields=fields, allowed=False, **log)
        raise forbidden()
    if dispute.is_sealed and not reason.strip():
        raise missing(reason=_("涉密纠纷,请先填写查阅事由"))
    with asking(person_id=actor.person_id):
        readlog.record(actor, act, fields=fields, **log)
        yield


def may_open(dispute: Dispute, actor: Actor) -> bool:
    """Whether the person is one of the story's readers."""
    return dispute.is_reached_by(actor.rights, NARRATIVE)


@contextmanager
def asking_as(actor: Actor, dispute: Dispute) -> Iterator[None]:
    """Writing by a verb that must read walled rows back: in the name of the person, or, for the system's and the
    citizen's own moves, for this dispute only. No log: nothing leaves the server."""
    if actor.is_staff:
        with asking(person_id=actor.person_id):
            yield
    else:
        with asking(dispute_id=dispute.pk):
            yield
