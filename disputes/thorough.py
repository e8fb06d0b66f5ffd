"""彻底化解: what happened in the ninety days after the agreement that speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from disputes.aftercare import WATCH_DAYS, end_of
from disputes.models import Agreement, Dispute, Party
from events.models import Event

NEAR_DEGREES = 0.0006
"""About 50 m: the same place (signature.md 4)."""
AGAIN = ("petition", "police110")
DISPUTES_MAJOR = "01"


@dataclass(frozen=True, slots=True)
class Against:
    """One thing that happened: a new dispute of the same parties, a petition, a 110 call."""

    kind: str
    number: str
    at: datetime


def against(dispute: Dispute, agreement: Agreement) -> list[Against]:
    """Recurrence: another dispute with one of the same parties on the other side's matter, or of the same type at the
    same place; a petition or 110 call at the same place about a dispute. From the agreement to 24:00 of day 90."""
    start = agreement.recorded_at
    end = end_of(agreement.effective_on + timedelta(days=WATCH_DAYS))
    found = [
        Against(_("再次纠纷"), row.number, row.registered_at)
        for row in _again(dispute).filter(registered_at__gt=start, registered_at__lt=end)
    ]
    for event in _events(dispute).filter(reported_at__gt=start, reported_at__lt=end):
        found.append(Against(event.get_source_display(), event.number, event.reported_at))
    return sorted(found, key=lambda one: one.at)


def _again(dispute: Dispute) -> object:
    parties = list(Party.objects.filter(dispute=dispute))
    hashes = [party.id_hash for party in parties if party.id_hash]
    phones = [party.phone for party in parties if party.phone]
    same = Q(parties__id_hash__in=hashes) | Q(parties__phone__in=phones) | Q(recurs_from=dispute)
    place = _near(dispute)
    if place is not None:
        same |= place & Q(type=dispute.type)
    return Dispute.objects.filter(same).exclude(pk=dispute.pk).distinct()


def _events(dispute: Dispute) -> object:
    place = _near(dispute)
    phones = list(Party.objects.filter(dispute=dispute).exclude(phone="").values_list("phone", flat=True))
    same = Q(reporter__phone__in=phones)
    if place is not None:
        same |= place & Q(category__code__startswith=DISPUTES_MAJOR)
    return Event.objects.filter(same, source__in=AGAIN).exclude(number=dispute.origin_number)


def _near(dispute: Dispute) -> Q | None:
    if dispute.lon is None or dispute.lat is None:
        return Q(address=dispute.address) if dispute.address else None
    return Q(
        lon__range=(dispute.lon - NEAR_DEGREES, dispute.lon + NEAR_DEGREES),
        lat__range=(dispute.lat - NEAR_DEGREES, dispute.lat + NEAR_DEGREES),
    )
