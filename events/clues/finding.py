"""Runs the search over the last weeks and keeps what it finds; by the beat, once at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from posixpath import commonpath

from django.db import connection, transaction
from django.utils.translation import gettext as _

from casework import numbers
from events import waiting
from events.clues.fusing import ALIKE, Bounds, Element, Group, Item, fuse, weigh
from events.clues.models import Clue, ClueCluster, ClueElement, ClueMember, ClueRule
from events.models import Event
from events.reference_rows import categories
from grids.models import Area
from grids.scope import SHANGHAI

LOCK = 0x1234_6001
MOST_ITEMS = 30_000
SAME = 0.3
"""A found group with this share of its reports in a cluster that is not over is that cluster, grown."""
LEFT_OUT = ("merged", "rejected")
"""Twins say nothing new; what was turned away by a person neither."""
Key = tuple[str, int]


def find_clusters(*, at: datetime) -> int:
    """Look once; how many clusters were opened. Nothing while another run is at work or the rule is switched off.

    Reports of a cluster that was dismissed or finished are never counted again: only new ones can open another.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        rule = the_rule()
        if not rule.is_active:
            return 0
        elements = the_elements()
        spent = _keys(ClueMember.objects.filter(cluster__state__in=("dismissed", "finished")))
        items = [item for item in items_since(at - timedelta(weeks=rule.weeks), at) if item.key not in spent]
        bounds = Bounds(float(rule.radius_m), rule.least_members, rule.least_sources, rule.threshold)
        return sum(_keep(group, elements, at) for group in fuse(items, elements, bounds))


def the_rule() -> ClueRule:
    """The district's bounds; those of the product where none are set."""
    return ClueRule.objects.order_by("pk").first() or ClueRule()


def the_elements() -> list[Element]:
    rows = ClueElement.objects.filter(is_active=True)
    return [Element(row.code, tuple(row.words), row.weight) for row in rows]


def _keys(rows: Iterable[ClueMember]) -> set[Key]:
    return {key_of(row) for row in rows.only("event_id", "clue_id")}


def key_of(row: ClueMember) -> Key:
    return ("event", row.event_id) if row.event_id else ("clue", row.clue_id)


# Reports --------------------------------------------------------------------------------------------

_FIELDS = ("pk", "source", "category_id", "reported_at", "lon", "lat", "text", "address", "urgency")


def items_since(since: datetime, until: datetime) -> list[Item]:
    """Events and clues with a point, told in this time; the newest MOST_ITEMS."""
    events = Event.objects.filter(reported_at__gt=since, reported_at__lte=until, lat__isnull=False)
    rows = events.exclude(state__in=LEFT_OUT).order_by("-reported_at").values_list(*_FIELDS)[:MOST_ITEMS]
    clues = Clue.objects.filter(occurred_at__gt=since, occurred_at__lte=until)
    return [_item("event", *row) for row in rows] + [item_of_clue(row) for row in clues[:MOST_ITEMS]]


def items_of(members: Sequence[ClueMember]) -> list[Item]:
    """The reports of a cluster as the search sees them; those without a point left out."""
    events = [row.event_id for row in members if row.event_id]
    rows = Event.objects.filter(pk__in=events, lat__isnull=False).values_list(*_FIELDS)
    clues = Clue.objects.filter(pk__in=[row.clue_id for row in members if row.clue_id])
    return [_item("event", *row) for row in rows] + [item_of_clue(row) for row in clues]


def item_of_clue(clue: Clue) -> Item:
    return _item(
        "clue", clue.pk, clue.source, clue.category_id, clue.occurred_at, clue.lon, clue.lat, clue.text, clue.address, ""
    )


def _item(
    kind: str, key: int, source: str, category: str | None, at: datetime, lon: float, lat: float, text: str, address: str,
    urgency: str,
) -> Item:
    known = categories().get(category or "")
    family = (known.risk_family or known.code[:2]) if known else ""
    return Item((kind, key), source, family, urgency or (known.urgency if known else ""), at, lon, lat, text, address)


# Keeping --------------------------------------------------------------------------------------------


def _keep(group: Group, elements: list[Element], at: datetime) -> bool:
    """Into the cluster it continues, else a new one (True)."""
    keys = {item.key for item in group.items}
    cluster = _continued(keys)
    is_new = cluster is None
    if cluster is None:
        cluster = ClueCluster(
            number=number_at(at), found_at=at, first_at=group.items[0].at, last_at=group.items[-1].at,
            area=_smallest_area(group.items), lon=group.lon, lat=group.lat, score=0, weighed_at=at,
        )
        cluster.elements = {code: list(pair) for code, pair in group.elements.items()}
        cluster.title = title_of(cluster)
        cluster.save(force_insert=True)
    else:
        cluster.elements = {code: list(pair) for code, pair in group.elements.items()}
    known = _keys(cluster.members.all())
    ClueMember.objects.bulk_create(
        ClueMember(cluster=cluster, added_at=at, **{f"{kind}_id": key}) for kind, key in sorted(keys - known)
    )
    settle(cluster, elements, at=at)
    if is_new:
        waiting.owe("cluster_waits", cluster, at=at)
    return is_new


def _continued(keys: set[Key]) -> ClueCluster | None:
    """The cluster that is not over and holds enough of these reports."""
    rows = ClueMember.objects.filter(cluster__state__in=("open", "confirmed")).select_related("cluster")
    shared: dict[int, list[ClueMember]] = {}
    for row in rows:
        if key_of(row) in keys:
            shared.setdefault(row.cluster_id, []).append(row)
    best = max(shared.values(), key=len, default=[])
    return best[0].cluster if len(best) >= SAME * len(keys) else None


def settle(cluster: ClueCluster, elements: list[Element], *, at: datetime) -> None:
    """Weigh the members that are in it now, and write score, times and area."""
    items = sorted(items_of(cluster.members.filter(removed_at=None)), key=lambda item: item.at)
    if items:
        factors = weigh(items, {element.code: element for element in elements})
        cluster.factors, cluster.score = asdict(factors), factors.score
        cluster.first_at, cluster.last_at, cluster.area = items[0].at, items[-1].at, _smallest_area(items)
    else:
        cluster.score = 0
    cluster.weighed_at = at
    cluster.save(update_fields=["factors", "score", "first_at", "last_at", "area", "weighed_at", "elements"])


def _smallest_area(items: Sequence[Item]) -> Area:
    """The smallest area that holds them all."""
    events = [item.key[1] for item in items if item.key[0] == "event"]
    clues = [item.key[1] for item in items if item.key[0] == "clue"]
    paths = list(Event.objects.filter(pk__in=events).values_list("area_path", flat=True))
    paths += list(Area.objects.filter(pk__in=Clue.objects.filter(pk__in=clues).values("area")).values_list("path", flat=True))
    return Area.objects.get(path=commonpath(paths) + "/")


def number_at(at: datetime) -> str:
    """``XS20261130-01``: one series a day."""
    series = f"XS{at.astimezone(SHANGHAI):%Y%m%d}"
    return f"{series}-{numbers.take(series):02d}"


def title_of(cluster: ClueCluster) -> str:
    """Its place and the three elements most often told."""
    names = dict(ClueElement.objects.values_list("code", "name"))
    told = [names[code] for code in cluster.elements if code in names][:3]
    words = "、".join(told) or (_("说法相近") if ALIKE in cluster.elements else _("多源线索"))
    area = cluster.area
    place = f"{area.parent.name}{area.name}" if area.level_id in ("grid", "community") and area.parent else area.name
    return f"{place} {words}"[:80]
