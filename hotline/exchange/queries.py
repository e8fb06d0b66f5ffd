"""What the exchange pages show: platforms, counts, dead letters. No record's content: that may name a caller."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from casework.door import not_found
from hotline.exchange.models import ExchangeMessage, Partner


def partners() -> QuerySet[Partner]:
    """All platforms with what waits, is done and is dead."""
    counts = {
        state: Count("messages", filter=Q(messages__state=state)) for state in ("waiting", "done", "dead")
    }
    return Partner.objects.annotate(**counts).order_by("code")


def one(code: str) -> Partner:
    """Raises ``not_found``."""
    found = Partner.objects.filter(code=code).first()
    if found is None:
        raise not_found()
    return found


def messages(*, state: str = "dead", partner: str = "") -> QuerySet[ExchangeMessage]:
    """Records by state, newest first, without their content."""
    rows = ExchangeMessage.objects.select_related("partner", "order").defer("body")
    if state in ExchangeMessage.State.values:
        rows = rows.filter(state=state)
    return rows.filter(partner__code=partner) if partner else rows
