"""What pages and briefings ask: hot topics, surges, places and people that come back.

Every function takes ``among``, the orders the asker may know of (``hotline.queries.visible_to(rights)``), and reads
nothing else. No function returns a name, a number or a text longer than a title; people stand under a keyed mark.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import cos, floor, radians

from django.db.models import Count, F, IntegerField, Max, Min, Q, QuerySet
from django.db.models.expressions import RawSQL

from casework.clock import loader
from events.duplicates import METRES_PER_DEGREE, metres_between
from events.reference_rows import categories
from grids.models import Area
from grids.scope import SHANGHAI, Rights, path_filter
from hotline.hotspots import surge
from hotline.hotspots.clustering import heat
from hotline.models import HotlineOrder

PAST_DAYS = 28
RECURRENCE_DAYS = 90
PLACE_M = 50.0
LEAST_PLACE = 3
LEAST_PERSON = 3
MOST_ROWS = 20_000
MARK_LENGTH = 8
MOST_LISTED = 200
VIEW = "hotline.view"
_LONG_NUMBER = re.compile(r"[0-9A-Za-z]*\d[\d -]{5,}\d[Xx]?|[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}")


@dataclass(frozen=True, slots=True)
class Surge:
    """More calls of one major category in one street than chance explains. ``area_code`` ``""``: not located."""

    category: str
    category_name: str
    area_code: str
    area_name: str
    since: datetime
    until: datetime
    observed: int
    expected: float
    p: float
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecurringPlace:
    """The same matter within 50 m, ``count`` times; ``open`` of them are not closed."""

    category: str
    category_name: str
    address: str
    area_code: str
    lon: float
    lat: float
    count: int
    open: int
    first_at: datetime
    last_at: datetime
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecurringCaller:
    """One caller, told apart by the first signs of a keyed hash; never by name or number."""

    mark: str
    count: int
    categories: tuple[tuple[str, int], ...]
    first_at: datetime
    last_at: datetime
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A hot topic with what its heat is made of (``clustering.heat``)."""

    id: int
    title: str
    count: int
    callers: int
    open: int
    heat: float
    days: float
    first_at: datetime
    last_at: datetime
    category_name: str
    address: str
    lon: float | None
    lat: float | None


def _windows(at: datetime, hours: int, days: int) -> list[int]:
    """How many days back the earlier windows lie that are of the same kind: workdays with workdays of the district's
    calendar, days off with days off; all of them where too few are alike."""
    calendar = loader.calendar("district")
    today = calendar.is_workday(at.astimezone(SHANGHAI).date())
    alike = [
        back for back in range(1, days + 1)
        if calendar.is_workday((at - timedelta(days=back)).astimezone(SHANGHAI).date()) == today
    ]
    return alike if len(alike) >= surge.LEAST_WINDOWS else list(range(1, days + 1))


def surges(
    among: QuerySet[HotlineOrder], *, at: datetime, hours: int = 24, false_alarms: float = surge.FALSE_ALARMS,
    past_days: int = PAST_DAYS,
) -> list[Surge]:
    """Surges of the ``hours`` (1 … 24) before ``at`` against the same hours of earlier days, least likely first.

    Without a surge the list is non-empty with probability ≤ ``false_alarms`` (see ``surge``).
    """
    since = at - timedelta(hours=hours)
    counts: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    rows = among.filter(registered_at__gt=since - timedelta(days=past_days), registered_at__lte=at).annotate(
        back=RawSQL("floor(extract(epoch from (%s - registered_at)) / 86400)::int", (at,), IntegerField()),
        inside=RawSQL("mod(extract(epoch from (%s - registered_at))::bigint, 86400)", (at,), IntegerField()),
    ).filter(inside__lt=hours * 3600)
    for category, street, back, number in rows.order_by().values_list("category_id", "street_code", "back").annotate(
        number=Count("pk")
    ):
        counts[((category or "")[:2], street)][back] += number
    alike = _windows(at, hours, past_days)
    first = max((max(days) for days in counts.values()), default=0)
    alike = [back for back in alike if back <= first]
    """Days before the first order ever taken say nothing about calm."""
    verdicts = surge.round_of(
        {key: (days[0], [days[back] for back in alike]) for key, days in counts.items()}, false_alarms=false_alarms
    )
    found = sorted((v.p, key) for key, v in verdicts.items() if v.is_surge)
    names = area_names({street for _p, (_category, street) in found})
    known = categories()
    return [
        Surge(
            category, known[category].name if category in known else "", street, names.get(street, ""), since, at,
            verdicts[category, street].observed, verdicts[category, street].expected, p,
            _numbers(among, category, street, since, at),
        )
        for p, (category, street) in found
    ]


def _numbers(among: QuerySet, category: str, street: str, since: datetime, until: datetime) -> tuple[str, ...]:
    rows = among.filter(street_code=street, registered_at__gt=since, registered_at__lte=until)
    rows = rows.filter(category__code__startswith=category) if category else rows.filter(category=None)
    return tuple(rows.order_by("-id").values_list("number", flat=True)[:50])


def area_names(codes: set[str]) -> dict[str, str]:
    """Names of areas by code."""
    return dict(Area.objects.filter(code__in=codes).values_list("code", "name"))


def recurring_places(
    among: QuerySet[HotlineOrder], *, at: datetime, days: int = RECURRENCE_DAYS, least: int = LEAST_PLACE,
    limit: int = 50,
) -> list[RecurringPlace]:
    """Same minor category within 50 m of one another at least ``least`` times in ``days``, most often first."""
    rows = among.filter(registered_at__gt=at - timedelta(days=days), registered_at__lte=at, lat__isnull=False)
    rows = rows.exclude(category=None).order_by("-id").values(
        "number", "category_id", "lon", "lat", "address", "grid_code", "state", "registered_at"
    )[:MOST_ROWS]
    by_category: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        by_category[row["category_id"]].append(row)
    known = categories()
    found = []
    for category, members in by_category.items():
        for group in near_groups(members):
            if len(group) >= least:
                found.append(_place(category, known[category].name if category in known else "", group))
    found.sort(key=lambda place: (-place.count, -place.last_at.timestamp()))
    return found[:limit]


def near_groups(rows: list[dict], metres: float = PLACE_M) -> list[list[dict]]:
    """Rows joined where the next lies within ``metres``, found over a raster of that width."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    root = list(range(len(rows)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, row in enumerate(rows):
        step = metres / METRES_PER_DEGREE
        x, y = floor(row["lon"] * cos(radians(round(row["lat"], 1))) / step), floor(row["lat"] / step)
        for cell in ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            for j in cells.get(cell, ()):
                if metres_between(row["lon"], row["lat"], rows[j]["lon"], rows[j]["lat"]) <= metres:
                    root[find(i)] = find(j)
        cells[x, y].append(i)
    groups: dict[int, list[dict]] = defaultdict(list)
    for i, row in enumerate(rows):
        groups[find(i)].append(row)
    return list(groups.values())


def _place(category: str, name: str, group: list[dict]) -> RecurringPlace:
    address = Counter(row["address"] for row in group if row["address"]).most_common(1)
    moments = [row["registered_at"] for row in group]
    return RecurringPlace(
        category, name, address[0][0] if address else "", group[0]["grid_code"],
        sum(row["lon"] for row in group) / len(group), sum(row["lat"] for row in group) / len(group), len(group),
        sum(row["state"] != HotlineOrder.State.CLOSED for row in group), min(moments), max(moments),
        tuple(row["number"] for row in group[:50]),
    )


def recurring_callers(
    among: QuerySet[HotlineOrder], *, at: datetime, days: int = RECURRENCE_DAYS, least: int = LEAST_PERSON,
    limit: int = 50,
) -> list[RecurringCaller]:
    """Callers with at least ``least`` orders in ``days``, most often first. Orders kept secret are left out."""
    rows = among.filter(
        registered_at__gt=at - timedelta(days=days), registered_at__lte=at, caller__isnull=False, is_secret=False
    )
    people = list(
        rows.order_by().values("caller", mark=F("caller__phone_hash"))
        .annotate(n=Count("pk"), first=Min("registered_at"), last=Max("registered_at")).filter(n__gte=least)
        .order_by("-n", "-last")[:limit]
    )
    told: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for caller, number, category in rows.filter(caller__in=[person["caller"] for person in people]).order_by(
        "-id"
    ).values_list("caller", "number", "category__name"):
        told[caller].append((number, category or ""))
    return [
        RecurringCaller(
            person["mark"][:MARK_LENGTH], person["n"],
            tuple(Counter(name for _number, name in told[person["caller"]] if name).most_common(3)),
            person["first"], person["last"], tuple(number for number, _name in told[person["caller"]][:50]),
        )
        for person in people
    ]


def hot_topics(
    among: QuerySet[HotlineOrder], *, at: datetime, days: int = RECURRENCE_DAYS, least: int = 3, limit: int = 10,
) -> list[Topic]:
    """Topics with at least ``least`` orders in ``days``, hottest first. Heat is counted from the visible members only."""
    rows = among.filter(
        hot_topic__isnull=False, registered_at__gt=at - timedelta(days=days), registered_at__lte=at
    ).order_by("registered_at").values(
        "id", "caller", "title", "state", "registered_at", "address", "lon", "lat", "category__name",
        topic=F("hot_topic__topic"),
    )[:MOST_ROWS]
    members: dict[int, list[dict]] = defaultdict(list)
    for row in rows:
        members[row["topic"]].append(row)
    found = [_topic(topic, group) for topic, group in members.items() if len(group) >= least]
    found.sort(key=lambda topic: (-topic.heat, topic.id))
    return found[:limit]


def _topic(topic: int, group: list[dict]) -> Topic:
    callers = len({row["caller"] or f"order {row['id']}" for row in group})
    first, last = group[0]["registered_at"], group[-1]["registered_at"]
    days = (last - first).total_seconds() / 86_400
    points = [(row["lon"], row["lat"]) for row in group if row["lat"] is not None]
    names = Counter(row["category__name"] for row in group if row["category__name"]).most_common(1)
    places = Counter(row["address"] for row in group if row["address"]).most_common(1)
    return Topic(
        topic, masked(group[0]["title"]), len(group), callers,
        sum(row["state"] != HotlineOrder.State.CLOSED for row in group),
        heat(reporters=callers, likes=0, days=days), days, first, last, names[0][0] if names else "",
        places[0][0] if places else "", *(_middle(points)),
    )


def _middle(points: list[tuple[float, float]]) -> tuple[float | None, float | None]:
    if not points:
        return None, None
    return sum(lon for lon, _lat in points) / len(points), sum(lat for _lon, lat in points) / len(points)


def seen_by(rights: Rights) -> QuerySet[HotlineOrder]:
    """Orders on the land or by the units where a person may look at the hotline."""
    scope = path_filter(rights, VIEW, "area_path")
    units = rights.units(VIEW)
    if units:
        scope |= Q(unit_ids__overlap=list(units))
    return HotlineOrder.objects.filter(scope)


def members(among: QuerySet[HotlineOrder], topic: int) -> list[dict]:
    """The visible orders of a topic, newest first; empty when there is none (or none may be known of)."""
    rows = among.filter(hot_topic__topic=topic).order_by("-registered_at")
    return listed(rows)


def by_numbers(among: QuerySet[HotlineOrder], numbers: list[str]) -> list[dict]:
    """The visible ones among these orders, newest first."""
    return listed(among.filter(number__in=numbers).order_by("-registered_at"))


def listed(rows: QuerySet[HotlineOrder]) -> list[dict]:
    """What a list shows of an order; long runs of digits in the title are masked."""
    found = list(rows.values(
        "number", "title", "state", "registered_at", "address", "lon", "lat", "category__name", "area__name"
    )[:MOST_LISTED])
    for row in found:
        row["title"] = masked(row["title"])
        row["state_name"] = HotlineOrder.State(row["state"]).label
    return found


def masked(text: str) -> str:
    """Telephone, identity and plate numbers in running text become stars; what a caller said may hold them."""
    return _LONG_NUMBER.sub(lambda found: found[0][:2] + "****", text)


def by_day(moments: list[datetime]) -> list[tuple[date, int]]:
    """How many on each day between the first and the last, days without any included (at most 92)."""
    days = Counter(moment.astimezone(SHANGHAI).date() for moment in moments)
    if not days:
        return []
    last = max(days)
    first = max(min(days), last - timedelta(days=91))
    return [(first + timedelta(days=n), days[first + timedelta(days=n)]) for n in range((last - first).days + 1)]
