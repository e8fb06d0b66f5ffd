"""What is thrown away, and what is looked after, at night."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from casework import files
from casework.models import Delivery, IdempotencyKey, Notice, OutboxItem, RateCount
from casework.verify import case_kinds, verify_all

logger = logging.getLogger(__name__)

DONE_KEPT = timedelta(days=7)
DEAD_KEPT = timedelta(days=90)
NOTICES_KEPT = timedelta(days=90)
KEYS_KEPT = timedelta(hours=48)
BATCH = 5000
NIGHT_HOUR = 3


def clean(*, at: datetime) -> dict[str, int]:
    """Remove what is past its keeping: how many rows or files of each."""
    old = {
        "outbox_done": OutboxItem.objects.filter(done_at__lt=at - DONE_KEPT),
        "outbox_dead": OutboxItem.objects.filter(dead_at__lt=at - DEAD_KEPT),
        "notices": Notice.objects.filter(created_at__lt=at - NOTICES_KEPT),
        "deliveries": Delivery.objects.filter(created_at__lt=at - NOTICES_KEPT).exclude(state="queued"),
        "keys": IdempotencyKey.objects.filter(created_at__lt=at - KEYS_KEPT),
        "rates": RateCount.objects.filter(expires_at__lt=at - KEYS_KEPT),
    }
    gone = {name: _remove(rows) for name, rows in old.items()}
    gone["files"] = files.remove_orphans(at=at)
    return gone


def _remove(rows: object) -> int:
    total = 0
    while True:
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not keys:
            return total
        total += rows.model.objects.filter(pk__in=keys).delete()[0]


def verify_recent(*, at: datetime) -> int:
    """At the night hour: check the trails of cases that changed since the day before; how many do not hold."""
    if at.astimezone(ZoneInfo("Asia/Shanghai")).hour != NIGHT_HOUR:
        return 0
    found = [b for kind in case_kinds() for b in verify_all(kind, since=at - timedelta(hours=26))]
    for broken in found:
        logger.error("trail of %s broken at %s: %s", broken.number, broken.seq, broken.what)
    return len(found)
