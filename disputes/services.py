"""The register of public legal services (85): read, near a place, and which of them offers what is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from disputes.bodies import DETOUR, mark, metres_between
from disputes.models import Dispute, LegalService, Referral
from grids.models import Area

Kind = LegalService.Kind
OFFERED_BY: dict[str, tuple[str, ...]] = {
    Referral.Kind.LEGAL_AID: (Kind.LEGAL_AID, Kind.CENTRE, Kind.STATION, Kind.ROOM, Kind.JUSTICE),
    Referral.Kind.PSYCHOLOGICAL: (Kind.COUNSELLING,),
    Referral.Kind.SHELTER: (Kind.SHELTER,),
    Referral.Kind.NOTARY: (Kind.NOTARY,),
    Referral.Kind.APPRAISAL: (Kind.APPRAISAL,),
    Referral.Kind.OTHER: tuple(Kind),
}
"""Which kinds of places take which referral."""
NEAREST = 6


def services(*, kind: str = "", area: str = "", words: str = "") -> QuerySet[LegalService]:
    """Services in use; ``area`` is a code, with the land inside it and what serves the land around it."""
    found = LegalService.objects.filter(is_active=True).select_related("area")
    if kind:
        found = found.filter(kind=kind)
    if area:
        path = Area.objects.filter(code=area).values_list("path", flat=True).first()
        if path is None:
            return found.none()
        found = found.filter(Q(area__path__startswith=path) | Q(area__code__in=path.rstrip("/").split("/")))
    if words:
        found = found.filter(Q(name__icontains=words) | Q(name_en__icontains=words) | Q(address__icontains=words))
    return found.order_by("area__depth", "kind", "code")


def service_of(code: str) -> LegalService | None:
    return LegalService.objects.select_related("area").filter(code=code, is_active=True).first()


def offers(service: LegalService, kind: str) -> bool:
    """Whether the place takes referrals of this kind."""
    return service.kind in OFFERED_BY.get(kind, ())


@dataclass(frozen=True, slots=True)
class Near:
    """A service, and how far it is; None without a point on either side."""

    service: LegalService
    metres: int | None

    @property
    def words(self) -> str:
        """``800 米``, ``1.2 公里``; empty when unknown."""
        if self.metres is None:
            return ""
        if self.metres < 1000:
            return _("%(n)s 米") % {"n": round(self.metres, -1) or 10}
        return _("%(n)s 公里") % {"n": f"{self.metres / 1000:.1f}"}


def nearest(kind: str, point: tuple[float, float] | None, *, most: int = NEAREST) -> list[Near]:
    """Places that take this kind of referral, nearest first; the way is the straight line × 1.3."""
    return by_distance(services().filter(kind__in=OFFERED_BY.get(kind, ())), point, most=most)


def by_distance(
    rows: Iterable[LegalService], point: tuple[float, float] | None, *, most: int = NEAREST
) -> list[Near]:
    """These, nearest first; those without a place last."""
    found = [Near(row, _metres(row, point)) for row in rows]
    found.sort(key=lambda one: (one.metres is None, one.metres or 0, one.service.code))
    return found[:most]


def _metres(service: LegalService, point: tuple[float, float] | None) -> int | None:
    if point is None or service.lon is None:
        return None
    return round(metres_between(point, (service.lon, service.lat)) * DETOUR)


def point_of(dispute: Dispute) -> tuple[float, float] | None:
    """Where it is taken to be: its own point, else the mark of its area."""
    if dispute.lon is not None and dispute.lat is not None:
        return dispute.lon, dispute.lat
    return mark(dispute.area)
