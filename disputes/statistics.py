"""Numbers of mediation, each with formula, numerator, denominator and the filter of the list behind it.

Whoever holds ``disputes.count`` sees counts of the land of that post, not the cases. Cells below five are shown as
«不足5» where a place or type could point at persons (quality.md §5.2). Mediators' load is for sharing work fairly: it
is not ranked and not rated.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy

from disputes import hotspots
from disputes.models import Dispute, MediationBody, Mediator
from disputes.presenting import TIER_WORDS, TYPE_WORDS
from grids.models import Area
from grids.scope import Rights, path_filter

COUNT = "disputes.count"
IN_HAND = ("routed", "mediating")
SUCCESS = Q(agreed_at__isnull=False) | Q(outcome="reconciled")
CONCLUDED = Q(agreed_at__isnull=False) | Q(outcome__in=("reconciled", "refused", "failed", "withdrawn")) | Q(
    state__in=("failed", "arbitrating", "litigating")
) | Q(outcome__in=("arbitration", "administrative", "court", "petition", "criminal"))
ARCHIVED = Q(source="import", outcome="reconciled", agreed_at__isnull=True)
"""Past and published cases that were settled elsewhere: in the lists, in no rate of ours."""
OURS = ~ARCHIVED
SMALL = 5


def countable(rights: Rights) -> QuerySet[Dispute]:
    """What a person may count: on the land of the post, or of the body's unit."""
    if not rights.may(COUNT):
        return Dispute.objects.none()
    scope = path_filter(rights, COUNT, "area_path")
    units = rights.units(COUNT)
    return Dispute.objects.filter(scope | Q(unit_ids__overlap=list(units)) if units else scope)


def streets(rights: Rights) -> list[Area]:
    """Streets that the person may count."""
    rows = Area.objects.filter(level_id="street", abolished_on__isnull=True).filter(path_filter(rights, COUNT, "path"))
    return list(rows.order_by("code"))


def overview(rights: Rights, *, area: str = "", days: int = 90, at: datetime) -> dict[str, Any]:
    """Everything the page of numbers shows, in a handful of queries."""
    rows = countable(rights)
    if area:
        path = Area.objects.filter(code=area).values_list("path", flat=True).first()
        rows = rows.filter(area_path__startswith=path) if path else rows.none()
    since = at - timedelta(days=days)
    place = {"area": area} if area else {}
    span = {"days": days, **place}
    return {
        "tiers": _tiers(rows, at, place), "rates": _rates(rows, since, span),
        "by_type": _grouped(rows, since, "type", TYPE_WORDS, span), "by_place": _places(rows, since, {"days": days}),
        "by_body": _bodies(rows, since, span), "loads": _loads(rights, rows),
        "hot_places": hotspots.places(rows, since=since, at=at, days=days),
        "hot_parties": hotspots.organisations(rows, since=since, narrowed=span),
        "since": since, "as_of": at, "total": rows.filter(registered_at__gte=since).count(),
        "archived": rows.filter(ARCHIVED, registered_at__gte=since).count(),
    }


def _list(narrowed: dict[str, Any], **more: Any) -> str:
    """Query of the list that holds exactly what a number counts: the page's own place and span with it."""
    return urlencode({"view": "all", **narrowed, **more})


def _tiers(rows: QuerySet, at: datetime, narrowed: dict[str, Any]) -> list[dict]:
    """In hand per tier, and of them due within a day."""
    found = {
        row["tier"]: row for row in rows.filter(state__in=IN_HAND).values("tier").annotate(
            n=Count("pk"), soon=Count("pk", filter=Q(due_at__lte=at + timedelta(days=1))),
            late=Count("pk", filter=Q(due_at__lt=at)),
        ).order_by()
    }
    empty = {"n": 0, "soon": 0, "late": 0}
    return [
        {"code": code, "name": words, **{key: found.get(code, empty)[key] for key in empty},
         "query": _list(narrowed, tier=code, state="routed,mediating")}
        for code, words in TIER_WORDS.items()
    ]


def rate(part: int, whole: int) -> float | None:
    """Per cent with two decimals; None without a base."""
    return round(100 * part / whole, 2) if whole else None


_PARTS: dict[str, Q] = {
    "accepted": Q(accepted_at__isnull=False),
    "closed": Q(state="closed"),
    "concluded": CONCLUDED,
    "success": SUCCESS,
    "first": SUCCESS & Q(agreed_tier="first"),
    "judged": Q(is_thorough__isnull=False),
    "thorough": Q(is_thorough=True),
    "agreed": Q(agreed_at__isnull=False),
    "confirmed": Q(confirmed_at__isnull=False),
}
PARTS: dict[str, Q] = {name: condition & OURS for name, condition in _PARTS.items()}
"""What a number counts; the list behind it asks the same condition (``?part=``)."""
RATES = (
    ("closed", gettext_lazy("办结率"), "closed", "accepted", gettext_lazy("已结案 ÷ 已受理(不含导入归档)")),
    ("success", gettext_lazy("调解成功率"), "success", "concluded", gettext_lazy("达成协议或口头和解 ÷ 已有结果(不含导入归档)")),
    ("first", gettext_lazy("首调化解率"), "first", "accepted", gettext_lazy("首调达成协议 ÷ 已受理(不含导入归档)")),
    ("thorough", gettext_lazy("彻底化解率"), "thorough", "judged",
     gettext_lazy("已履行且90天无复发、信访、110警情 ÷ 已满90天判定")),
    ("confirmed", gettext_lazy("司法确认率"), "confirmed", "agreed", gettext_lazy("已司法确认 ÷ 达成协议")),
)


def _rates(rows: QuerySet, since: datetime, narrowed: dict[str, Any]) -> list[dict]:
    """The rates of rules.md §6 among what was registered in the period."""
    got = rows.filter(registered_at__gte=since).aggregate(**{name: Count("pk", filter=q) for name, q in PARTS.items()})
    return [
        {"code": code, "name": name, "value": rate(got[part], got[whole]), "part": got[part], "whole": got[whole],
         "formula": formula, "part_query": _list(narrowed, part=part), "whole_query": _list(narrowed, part=whole)}
        for code, name, part, whole, formula in RATES
    ]


def _grouped(rows: QuerySet, since: datetime, column: str, words: dict, narrowed: dict[str, Any]) -> list[dict]:
    found = rows.filter(registered_at__gte=since).values(column).annotate(
        n=Count("pk"), open=Count("pk", filter=~Q(state="closed")), success=Count("pk", filter=PARTS["success"]),
        concluded=Count("pk", filter=PARTS["concluded"]),
    ).order_by("-n")
    return [
        {"key": row[column], "name": words.get(row[column], row[column]), "n": row["n"], "open": row["open"],
         "rate": rate(row["success"], row["concluded"]), "is_small": row["n"] < SMALL,
         "query": _list(narrowed, **{column: row[column]})}
        for row in found
    ]


def _places(rows: QuerySet, since: datetime, narrowed: dict[str, Any]) -> list[dict]:
    found = rows.filter(registered_at__gte=since).exclude(street_code="").values("street_code").annotate(
        n=Count("pk"), open=Count("pk", filter=~Q(state="closed")), success=Count("pk", filter=PARTS["success"]),
        concluded=Count("pk", filter=PARTS["concluded"]),
    ).order_by("-n")
    names = dict(Area.objects.filter(code__in=[row["street_code"] for row in found]).values_list("code", "name"))
    return [
        {"key": row["street_code"], "name": names.get(row["street_code"], row["street_code"]), "n": row["n"],
         "open": row["open"], "rate": rate(row["success"], row["concluded"]), "is_small": row["n"] < SMALL,
         "query": _list(narrowed, area=row["street_code"])}
        for row in found
    ]


def _bodies(rows: QuerySet, since: datetime, narrowed: dict[str, Any]) -> list[dict]:
    found = rows.filter(registered_at__gte=since, body__isnull=False).values(
        "body__code", "body__name", cap=F("body__load_cap")
    ).annotate(
        n=Count("pk"), open=Count("pk", filter=~Q(state="closed")), success=Count("pk", filter=PARTS["success"]),
        concluded=Count("pk", filter=PARTS["concluded"]),
    ).order_by("-open", "-n")[:20]
    return [
        {"key": row["body__code"], "name": row["body__name"], "n": row["n"], "open": row["open"], "cap": row["cap"],
         "rate": rate(row["success"], row["concluded"]), "is_small": row["n"] < SMALL,
         "query": _list(narrowed, body=row["body__code"])}
        for row in found
    ]


def hides(part: int, whole: int) -> bool:
    """Whether a share would tell a cell below five: the part, the rest or the whole."""
    return whole < SMALL or 0 < part < SMALL or 0 < whole - part < SMALL


def record_of(body: MediationBody, *, at: datetime, days: int = 365) -> dict[str, Any]:
    """What stands on a body's page of its own work: a year's cases without those settled elsewhere. Everybody who
    may look up a body reads it, so cells below five are told as «不足5», and a rate that would give one away not at all."""
    rows = Dispute.objects.filter(body=body, registered_at__gte=at - timedelta(days=days))
    got = rows.aggregate(
        in_hand=Count("pk", filter=Q(state__in=IN_HAND)), **{name: Count("pk", filter=q) for name, q in PARTS.items()}
    )
    counts = [
        {"name": words, "n": got[code], "is_small": 0 < got[code] < SMALL}
        for code, words in (
            ("in_hand", gettext_lazy("在办")), ("accepted", gettext_lazy("已受理")), ("closed", gettext_lazy("已结案")),
            ("success", gettext_lazy("化解")), ("confirmed", gettext_lazy("司法确认")),
        )
    ]
    rates = [
        {"name": name, "value": None if hides(got[part], got[whole]) else rate(got[part], got[whole]), "formula": formula}
        for _code, name, part, whole, formula in RATES
    ]
    return {"counts": counts, "rates": rates, "days": days}


def _loads(rights: Rights, rows: QuerySet) -> list[dict]:
    """How full each mediator's hands are, in the order of names: to share work, not to rank. For heads only."""
    if not rights.may("disputes.assign"):
        return []
    units = rights.units("disputes.assign")
    people = Mediator.objects.filter(is_active=True, body__unit__in=units).select_related("person", "body").annotate(
        n=Count("disputes", filter=~Q(disputes__state="closed"))
    ).order_by("person__name")
    return [{"name": row.person.name, "body": row.body.name, "n": row.n} for row in people]


def wall_figures(area_path: str, *, at: datetime) -> dict[str, Any]:
    """What the wall's panel 矛盾纠纷 shows of one subtree: three tiers in hand, soon due, red and orange, success."""
    rows = Dispute.objects.filter(area_path__startswith=area_path)
    got = rows.aggregate(
        in_hand=Count("pk", filter=~Q(state="closed")),
        soon=Count("pk", filter=Q(state__in=IN_HAND, due_at__lte=at + timedelta(days=1))),
        red=Count("pk", filter=Q(risk_colour="red") & ~Q(state="closed")),
        orange=Count("pk", filter=Q(risk_colour="orange") & ~Q(state="closed")),
        accepted=Count("pk", filter=PARTS["accepted"]), closed=Count("pk", filter=PARTS["closed"]),
        agreed=Count("pk", filter=Q(agreed_at__isnull=False)), confirmed=Count("pk", filter=Q(confirmed_at__isnull=False)),
        success=Count("pk", filter=PARTS["success"]), concluded=Count("pk", filter=PARTS["concluded"]),
    )
    return {**got, "tiers": _tiers(rows, at, {}), "closed_rate": rate(got["closed"], got["accepted"]),
            "success_rate": rate(got["success"], got["concluded"])}
