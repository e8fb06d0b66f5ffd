"""Reads of the worker's phone: what waits for me, what I have sent, what I use most. All start from the rights."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from events.models import Category, Event, Verification, WorkOrder
from events.queries import visible_to
from events.reference_rows import categories
from events.transitions.checking import WORKED_VERBS
from events.workflow import OPEN_ORDER
from grids.models import Area
from grids.scope import Rights

MOST_TASKS = 60
MOST_GRIDS = 60
FAVOURITES = 8
FIRST_FAVOURITES = ("0601", "0606", "0401", "0208", "0501", "0605", "0101", "0602")
"""What a new worker is offered: manhole, lamp, garbage, noise, stalls, sewer, neighbours, road."""
LOOK_BACK = timedelta(days=90)
SENT_PAGE = 30


def my_orders(rights: Rights) -> QuerySet[WorkOrder]:
    """Open orders that this person may sign or feed back: by name, by unit, or delegated to the land."""
    mine = Q(handler=rights.person_id) | Q(unit__in=rights.units("events.accept"))
    for path in rights.paths("events.accept"):
        mine |= Q(area__path__startswith=path)
    rows = WorkOrder.objects.filter(mine, state__in=tuple(OPEN_ORDER), event__in=visible_to(rights))
    return rows.select_related("event", "event__category", "event__area", "unit", "area")


def my_checks(rights: Rights) -> QuerySet[Event]:
    """Events on this person's land that wait for the check on the spot, by anybody but their handlers."""
    land = Q(pk__in=())
    for path in rights.paths("events.verify"):
        land |= Q(area_path__startswith=path)
    checked = Verification.objects.filter(
        event=OuterRef("pk"), way="site", round=F("event__reworks") + F("event__reopens") + 1
    )
    trail = Event._meta.get_field("trail").related_model
    worked = trail.objects.filter(case=OuterRef("pk"), person=rights.person_id, verb__in=WORKED_VERBS)
    own = WorkOrder.objects.filter(event=OuterRef("pk"), handler=rights.person_id)
    rows = visible_to(rights).filter(land, state="verifying").exclude(Exists(checked))
    return rows.exclude(Exists(worked)).exclude(Exists(own)).select_related("category", "area")


def task_count(rights: Rights) -> int:
    """Orders and checks together; counted to a hundred."""
    return min(99, my_orders(rights)[:100].count() + my_checks(rights)[:100].count())


def sent(rights: Rights, *, before: int | None = None) -> list[Event]:
    """What I have reported, newest first, one more than a page."""
    rows = visible_to(rights).filter(reporter_person=rights.person_id).select_related("category", "owner_unit")
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: SENT_PAGE + 1])


def favourites(rights: Rights, *, at: datetime) -> list[Category]:
    """The eight categories this person reported most in ninety days, filled up with everyday ones."""
    known = categories()
    counted = (
        visible_to(rights)
        .filter(reporter_person=rights.person_id, reported_at__gte=at - LOOK_BACK, category__isnull=False)
        .values("category_id").annotate(n=Count("pk")).order_by("-n", "category_id")[:FAVOURITES]
    )
    codes = [row["category_id"] for row in counted]
    codes += [code for code in FIRST_FAVOURITES if code not in codes]
    return [known[code] for code in codes if code in known and known[code].is_active][:FAVOURITES]


def all_categories() -> list[tuple[Category, list[Category]]]:
    """Majors with their minors in use, for the search under 更多."""
    rows = categories().values()
    minors: dict[str, list[Category]] = {}
    for row in rows:
        if row.parent_id and row.is_active:
            minors.setdefault(row.parent_id, []).append(row)
    return [(row, minors[row.code]) for row in rows if row.parent_id is None and row.code in minors]


def my_grids(rights: Rights) -> list[Area]:
    """Grids inside the person's land: the choice where no satellite helps. Empty for those without land."""
    land = Q(pk__in=())
    for path in rights.paths("events.report"):
        land |= Q(path__startswith=path)
    rows = Area.objects.filter(land, level_id="grid", abolished_on__isnull=True).order_by("code")
    return list(rows[:MOST_GRIDS])
