"""Reads of alerts: who sees which, the work list, how often a device is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from casework import listings
from casework.refusals import missing, not_found
from events.alerts.models import Alert, Device
from grids.scope import Rights, path_filter

VIEW, DECIDE, SEND = "events.view_alert", "events.decide_alert", "events.send_alert"
PAGE = 20
LEAST_DECIDED = 5
"""Fewer decided alerts give no rate: 样本不足 (screens.md)."""
SPANS = (7, 30, 90)


def visible_to(rights: Rights, permission: str = VIEW) -> QuerySet[Alert]:
    """Alerts of devices on the land where the permission holds."""
    found = Alert.objects.filter(path_filter(rights, permission, "device__area__path"))
    return found.select_related("device__area", "device__category", "category", "picture", "event", "decided_by")


def devices_of(rights: Rights, permission: str = VIEW) -> QuerySet[Device]:
    """Devices on that land, in service or not."""
    return Device.objects.filter(path_filter(rights, permission, "area__path")).select_related("area", "category")


def every_device() -> QuerySet[Device]:
    """For the product's own connectors, which stand outside every scope."""
    return Device.objects.select_related("area", "category")


def one(rights: Rights, key: int, permission: str = VIEW) -> Alert:
    """Raises ``not_found`` outside the scope, as for none."""
    found = visible_to(rights, permission).filter(pk=key).first()
    if found is None:
        raise not_found()
    return found


def waiting_count(rights: Rights, *, land: str = "") -> int | None:
    """How many wait for a person, of those on ``land`` (a path); None for whoever may not see alerts."""
    if not rights.may(VIEW):
        return None
    key = ("alerts_waiting", rights.paths(VIEW), land)
    found = {"state": Alert.State.CANDIDATE} | ({"device__area__path__startswith": land} if land else {})
    return listings.count(key, lambda: visible_to(rights).filter(**found).select_related(None))


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first; ``next`` is the key to go on from, 0 at the end."""

    rows: list[Alert]
    next: int


def listed(
    rows: QuerySet[Alert], *, state: str = "", device: str = "", decided_after: datetime | None = None,
    before: str = "", size: int = PAGE,
) -> Page:
    """One page by state and device code. Raises ``invalid`` for an unknown state or a mark that is no number."""
    if state and state not in Alert.State.values:
        raise missing(state=_("没有这个状态"))
    if before and not (before.isascii() and before.isdecimal() and len(before) <= 18):
        raise missing(cursor=_("翻页标记有误"))
    if state:
        rows = rows.filter(state=state)
    if device:
        rows = rows.filter(device__code=device)
    if decided_after is not None:
        rows = rows.filter(decided_at__gte=decided_after)
    if before:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else 0)


@dataclass(frozen=True, slots=True)
class Record:
    """How one device did: ``false_alarms`` of ``decided``; ``rate`` in percent, None below LEAST_DECIDED."""

    device: Device
    waiting: int
    decided: int
    false_alarms: int
    rate: float | None
    last_at: datetime | None


def records(rights: Rights, *, at: datetime, days: int) -> list[Record]:
    """Every device in scope, the least trustworthy first; decided within ``days`` before ``at``."""
    decided = Q(alerts__decided_at__gte=at - timedelta(days=days), alerts__decided_at__lte=at)
    rows = devices_of(rights).annotate(
        waiting=Count("alerts", filter=Q(alerts__state=Alert.State.CANDIDATE)),
        decided=Count("alerts", filter=decided),
        wrong=Count("alerts", filter=decided & Q(alerts__state=Alert.State.FALSE_ALARM)),
        last_at=Max("alerts__received_at"),
    )
    found = [
        Record(
            row, row.waiting, row.decided, row.wrong,
            round(100 * row.wrong / row.decided, 1) if row.decided >= LEAST_DECIDED else None, row.last_at,
        )
        for row in rows
    ]
    found.sort(key=lambda record: (record.rate is None, -(record.rate or 0), -record.decided, record.device.code))
    return found
