"""Where and with whom disputes gather (capability 87): communities, and organisations that are a party again and again.

Natural persons are never counted here: a person who quarrels often is nobody's statistic. Sealed cases stay out.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from disputes.models import Dispute, Party
from disputes.presenting import TYPE_WORDS
from grids.models import Area

FEWEST = 5
"""Fewer in a community are no cell to show (quality.md §5.2)."""
AGAIN = 3
"""An organisation that is a party to so many disputes of the period is named."""
MOST = 10
GROWN = 2.0
ORGANISATIONS = (Party.Kind.LEGAL, Party.Kind.OTHER)


def places(rows: QuerySet[Dispute], *, since: datetime, at: datetime, days: int) -> list[dict[str, Any]]:
    """Communities with most disputes since, the period before beside them, and the type that leads.

    ``has_grown``: at least twice as many as in the period of the same length before.
    """
    before = since - (at - since)
    found = rows.exclude(community_code="").filter(registered_at__gte=before).values("community_code").annotate(
        n=Count("pk", filter=Q(registered_at__gte=since)), earlier=Count("pk", filter=Q(registered_at__lt=since)),
    ).filter(n__gte=FEWEST).order_by("-n", "community_code")[:MOST]
    lines = list(found)
    codes = [line["community_code"] for line in lines]
    names = dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
    types: dict[str, Counter] = {code: Counter() for code in codes}
    inside = rows.filter(registered_at__gte=since, community_code__in=codes).values_list("community_code", "type")
    for code, kind, n in inside.annotate(n=Count("pk")).order_by():
        types[code][kind] += n
    return [
        {
            "name": names.get(line["community_code"], line["community_code"]), "n": line["n"], "earlier": line["earlier"],
            "type": TYPE_WORDS[types[line["community_code"]].most_common(1)[0][0]],
            "has_grown": line["n"] >= GROWN * max(line["earlier"], 1),
            "query": urlencode({"view": "all", "days": days, "area": line["community_code"]}),
        }
        for line in lines
    ]


def organisations(rows: QuerySet[Dispute], *, since: datetime, narrowed: dict[str, Any]) -> list[dict[str, Any]]:
    """Companies and other organisations that are a party to several disputes since, the most first."""
    cases = rows.filter(registered_at__gte=since, is_sealed=False)
    found = Party.objects.filter(dispute__in=cases, kind__in=ORGANISATIONS).values("name").annotate(
        n=Count("dispute", distinct=True), open=Count("dispute", distinct=True, filter=~Q(dispute__state="closed")),
    ).filter(n__gte=AGAIN).order_by("-n", "name")[:MOST]
    return [{**row, "query": urlencode({"view": "all", **narrowed, "organisation": row["name"]})} for row in found]


def with_party(name: str) -> Q:
    """Condition of the list behind an organisation's number."""
    mine = Party.objects.filter(kind__in=ORGANISATIONS, name=name)
    return Q(pk__in=mine.values("dispute")) & Q(is_sealed=False)
