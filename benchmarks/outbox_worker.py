"""The Celery application of the product with one topic more: ``bench``, whose effects can be counted.

Each effect adds 1 to its key's row in ``bench_effect``; a row above 1 is a doubled effect. With
``OUTBOX_BENCH_CONTROL=1`` claim and fence are taken away: do the effect, then mark the row.
"""

from __future__ import annotations

import os
import signal
from datetime import datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
django.setup()

from django.db import connection  # noqa: E402

from casework import outbox  # noqa: E402
from casework.models import OutboxItem  # noqa: E402
from governance.celery import app  # noqa: E402

CREATE = "CREATE TABLE IF NOT EXISTS bench_effect (key text PRIMARY KEY, times integer NOT NULL DEFAULT 1)"
_EFFECT = "INSERT INTO bench_effect AS e (key) VALUES (%s) ON CONFLICT (key) DO UPDATE SET times = e.times + 1"
PAUSE_SECONDS = float(os.environ.get("OUTBOX_BENCH_PAUSE", "0.01"))
"""How long an effect lasts, so that a kill has something to hit."""


@outbox.handles("bench")
def count_effect(item: OutboxItem, at: datetime) -> None:
    """Write the effect and take a moment; a poisoned item ends the process it is done in."""
    if item.payload.get("poison"):
        os.kill(os.getpid(), signal.SIGKILL)
    with connection.cursor() as cursor:
        cursor.execute(_EFFECT, [item.key])
    take_a_moment()


def take_a_moment() -> None:
    """Stand in for the rest of an effect."""
    if PAUSE_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [PAUSE_SECONDS])


def do_item_unguarded(item_id: int, *, at: datetime | None = None) -> str:
    """The control: what one writes without claim and fence."""
    item = OutboxItem.objects.get(pk=item_id)
    if item.done_at is None:
        with connection.cursor() as cursor:
            cursor.execute(_EFFECT, [item.key])
        take_a_moment()
        OutboxItem.objects.filter(pk=item_id).update(done_at=item.created_at)
    return outbox.Outcome.DONE


if os.environ.get("OUTBOX_BENCH_CONTROL") == "1":
    outbox.do_item = do_item_unguarded

__all__ = ["app"]
