"""When is pulled and what is to be pushed; the outbox carries it out."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from casework import outbox
from casework.clock.authority import database_time
from casework.models import OutboxItem
from hotline.exchange import line
from hotline.exchange import mapping as maps
from hotline.exchange.mapping import MappingError
from hotline.exchange.models import ExchangeMessage, Partner
from hotline.models import HotlineOrder

BATCH = 500


@shared_task(name="hotline.exchange.tasks.exchange")
def exchange(at: datetime | None = None) -> dict[str, int]:
    """Owe the pulls that are due and a push for every order that has moved since it was last told."""
    moment = at or database_time()
    done = {"pulls": 0, "pushes": 0}
    for partner in Partner.objects.filter(is_active=True):
        done["pulls"] += _owe_pull(partner, moment)
        done["pushes"] += owe_pushes(partner, at=moment)
    return done


def _owe_pull(partner: Partner, at: datetime) -> bool:
    """One round at a time: none while an earlier one still waits."""
    if not partner.pull_url or (partner.pulled_at and partner.pulled_at > at - timedelta(seconds=partner.every_seconds)):
        return False
    waiting = OutboxItem.objects.filter(
        topic="exchange_pull", payload__partner=partner.pk, done_at__isnull=True, dead_at__isnull=True
    )
    if waiting.exists():
        return False
    key = f"exchange_pull:{partner.pk}:{at.timestamp():.0f}"
    return outbox.owe("exchange_pull", key, {"partner": partner.pk}, at=at)


def owe_pushes(partner: Partner, *, at: datetime) -> int:
    """A message for each order whose version is newer than the one last kept for the platform."""
    if partner.shares == Partner.Shares.NOTHING or not partner.push_url or "push" not in partner.mapping:
        return 0
    done = 0
    for order in _to_push(partner)[:BATCH]:
        with transaction.atomic():
            done += _owe_push(partner, order, at)
    return done


def _to_push(partner: Partner) -> QuerySet[HotlineOrder]:
    mine = Q(channel="platform", external_number__startswith=f"{partner.code}:")
    scope = mine if partner.shares == Partner.Shares.RECEIVED else (
        Q(registered_at__gte=partner.shared_since) if partner.shared_since else Q()
    )
    told = Q(exchanged__partner=partner, exchanged__direction="out")
    rows = HotlineOrder.objects.filter(scope).annotate(told_version=Max("exchanged__version", filter=told))
    moved = Q(told_version__isnull=True) | Q(told_version__lt=F("version"))
    return rows.filter(moved).select_related("category", "event__owner_unit").order_by("pk")


def _owe_push(partner: Partner, order: HotlineOrder, at: datetime) -> bool:
    number = (order.external_number or "").removeprefix(f"{partner.code}:") or order.number
    mark = hashlib.sha256(f"{order.pk}:{order.version}".encode()).hexdigest()
    try:
        body, state, reason = maps.pushed(order, partner.mapping, external_number=number), "waiting", ""
    except MappingError as error:
        body, state, reason = {}, "dead", str(error)
    message, is_new = ExchangeMessage.objects.get_or_create(
        partner=partner, direction="out", external_number=number[:60], fingerprint=mark,
        defaults={
            "order": order, "version": order.version, "body": body, "state": state, "reason": reason[:300], "created_at": at
        },
    )
    if is_new and state == "waiting":
        line.owe(message, at=at)
    return is_new
