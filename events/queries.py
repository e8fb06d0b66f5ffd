"""Reads of events: who sees which, the views of the desk, filters, keyset pages.

Everything starts from ``visible_to``; a page, an API answer and an export ask the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import listings
from casework.refusals import missing, not_found
from casework.statements import read
from events.models import Event
from events.models.catalogue import Urgency
from events.models.event import ENDED
from events.search import matching
from grids.scope import Rights, path_filter

VIEW = "events.view"
ORDERS = ("-id", "id", "-reported_at", "reported_at", "due_at", "urgency")
"""What lists may be sorted by; ``due_at`` puts cases without a running clock last."""


def visible_to(rights: Rights) -> QuerySet[Event]:
    """Events a person may know of: on the land, by the units, or reported by oneself. Nobody sees nothing."""
    if not rights.may(VIEW):
        return Event.objects.none()
    scope = path_filter(rights, VIEW, "area_path")
    units = rights.units(VIEW)
    if units:
        scope |= Q(unit_ids__overlap=list(units))
    return Event.objects.filter(scope | Q(reporter_person=rights.person_id))


def one(rights: Rights, number: str) -> Event:
    """The event of this number. Raises ``not_found`` outside the scope: the same answer as for none."""
    found = read(Event, "number = %s", number)
    if not found or not found[0].is_visible_to(rights):
        raise not_found()
    return found[0]


@dataclass(frozen=True)
class View:
    """A named view of the desk: what it holds, how it is sorted."""

    code: str
    label: Any
    condition: Any
    order: str = "-id"
    is_timed: bool = False
    """What it holds hangs on the present moment."""


def _state(*states: str) -> Any:
    return lambda rights, at: Q(state__in=states)


VIEWS: tuple[View, ...] = (
    View("to_triage", gettext_lazy("待研判"), _state("reported"), "urgency"),
    View("to_claim", gettext_lazy("待抢单"), _state("open_for_claim"), "due_at"),
    View("to_dispatch", gettext_lazy("待派单"), _state("awaiting_dispatch"), "due_at"),
    View("handling", gettext_lazy("处置中"), _state("in_progress"), "due_at"),
    View("to_verify", gettext_lazy("待核查"), _state("verifying"), "due_at"),
    View("to_evaluate", gettext_lazy("待考评"), _state("evaluating")),
    View("conferring", gettext_lazy("会商"), _state("conferring")),
    View(
        "rulings", gettext_lazy("退单裁决"),
        lambda rights, at: Q(declines__ruling="pending") & ~Q(state__in=ENDED),
    ),
    View("suspended", gettext_lazy("挂起"), _state("suspended", "needs_info")),
    View("overdue", gettext_lazy("超期"), lambda rights, at: Q(due_at__lt=at) & ~Q(state__in=ENDED), "due_at", True),
    View("red", gettext_lazy("红牌"), lambda rights, at: Q(flag="red") & ~Q(state__in=ENDED), "due_at"),
    View(
        "mine", gettext_lazy("我的"),
        lambda rights, at: Q(
            orders__handler=rights.person_id, orders__state__in=("sent", "accepted")
        ) | Q(orders__unit__in=rights.units("events.accept") or (0,), orders__state__in=("sent", "accepted")),
        "due_at",
    ),
    View("watched", gettext_lazy("我关注"), lambda rights, at: Q(watches__person=rights.person_id)),
    View("unlocated", gettext_lazy("未定位"), lambda rights, at: Q(is_located=False) & ~Q(state__in=ENDED)),
    View("orphans", gettext_lazy("有单无人"), lambda rights, at: Q(owner_unit__isnull=True) & ~Q(state__in=ENDED)),
    View("all", gettext_lazy("全部"), lambda rights, at: Q()),
)
VIEW_BY_CODE = {view.code: view for view in VIEWS}


def in_view(rights: Rights, code: str, *, at: datetime) -> QuerySet[Event]:
    """The rows of one desk view. Raises ``not_found`` for an unknown view."""
    view = VIEW_BY_CODE.get(code)
    if view is None:
        raise not_found()
    rows = visible_to(rights).filter(view.condition(rights, at))
    return rows.distinct() if code in ("mine", "rulings") else rows


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list may be narrowed by (api.md); empty means any."""

    states: tuple[str, ...] = ()
    area: str = ""
    category: str = ""
    source: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    unit: str = ""
    overdue: bool | None = None
    flag: str = ""
    q: str = ""
    reported_after: datetime | None = None
    reported_before: datetime | None = None
    updated_after: datetime | None = None
    closed_after: datetime | None = None
    closed_before: datetime | None = None
    promised_after: datetime | None = None
    promised_before: datetime | None = None
    """Of the promised moment (``handle_due_at``), which stays when the clock has stopped."""
    on_time: bool | None = None
    """Handled no later than promised; False: promised and not so."""
    rating: tuple[str, ...] = ()
    solved: bool | None = None
    answered: bool | None = None
    """Whether the reporter said if it is solved."""
    due_after: datetime | None = None
    due_before: datetime | None = None
    """Of the clock that is due first now."""
    here: bool | None = None
    """With ``area``: placed on that area itself, not in a smaller one."""
    numbers: tuple[str, ...] = ()
    """Exactly these events: what a number made of few events opens."""


def narrow(rows: QuerySet[Event], wanted: Filters, *, at: datetime) -> QuerySet[Event]:
    """Apply filters. Raises ``invalid`` naming a filter whose value is not a known one."""
    _check(wanted)
    conditions = Q()
    for lookup, value in _lookups(wanted):
        if value:
            conditions &= Q(**{lookup: value})
    if wanted.area:
        conditions &= _inside(wanted.area, exactly=bool(wanted.here))
    if wanted.overdue is not None:
        late = Q(due_at__lt=at)
        conditions &= late if wanted.overdue else ~late | Q(due_at__isnull=True)
    conditions &= _how_it_ended(wanted)
    rows = rows.filter(conditions)
    return matching(rows, wanted.q) if wanted.q else rows


def _lookups(wanted: Filters) -> tuple[tuple[str, Any], ...]:
    return (
        ("state__in", wanted.states),
        ("source__in", wanted.source),
        ("urgency__in", wanted.urgency),
        ("owner_unit__code", wanted.unit),
        ("flag", wanted.flag),
        ("reported_at__gte", wanted.reported_after),
        ("reported_at__lt", wanted.reported_before),
        ("changed_at__gte", wanted.updated_after),
        ("closed_at__gte", wanted.closed_after),
        ("closed_at__lt", wanted.closed_before),
        ("handle_due_at__gte", wanted.promised_after),
        ("handle_due_at__lt", wanted.promised_before),
        ("due_at__gte", wanted.due_after),
        ("due_at__lt", wanted.due_before),
        ("rating__in", wanted.rating),
        ("number__in", wanted.numbers),
    )


def _how_it_ended(wanted: Filters) -> Q:
    """Category, promise kept or not, what the reporter said."""
    condition = _of_categories(wanted.category) if wanted.category else Q()
    if wanted.on_time is not None:
        kept = Q(handled_at__lte=F("handle_due_at"))
        condition &= Q(handle_due_at__isnull=False)
        condition &= kept if wanted.on_time else ~kept | Q(handled_at__isnull=True)
    if wanted.solved is not None:
        condition &= Q(solved=wanted.solved)
    if wanted.answered is not None:
        condition &= Q(solved__isnull=not wanted.answered)
    return condition


def _of_categories(codes: str) -> Q:
    """Major (two digits) and minor codes, separated by commas; ``none`` is what has no category yet."""
    wanted = codes.split(",")
    condition = Q(category__in=[code for code in wanted if len(code) == 4 and code != "none"])
    condition |= Q(category__parent__in=[code for code in wanted if len(code) == 2])
    return condition | Q(category__isnull=True) if "none" in wanted else condition


def _inside(code: str, *, exactly: bool = False) -> Q:
    """Inside an area by its code: the path of an area ends with its own code."""
    from events.placing import place_of

    place = place_of(code)
    if place is None:
        return Q(pk__in=())
    return Q(area_path=place.path) if exactly else Q(area_path__startswith=place.path)


def _check(wanted: Filters) -> None:
    for name, values, known in (
        ("state", wanted.states, Event.State.values),
        ("source", wanted.source, Event.Source.values),
        ("urgency", wanted.urgency, Urgency.values),
        ("flag", (wanted.flag,) if wanted.flag else (), ("blue", "yellow", "red")),
        ("rating", wanted.rating, ("1", "2", "3", "4", "5")),
    ):
        if not set(values) <= set(known):
            raise missing(**{name: _("筛选条件有误")})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and the cursor of the next; ``next`` is empty at the end."""

    rows: list[dict]
    next: str


def page(
    rows: QuerySet[Event], *, order: str = "-id", cursor: str = "", size: int = 50, fields: tuple[str, ...]
) -> Page:
    """Keyset page: no offset, no count. The cursor is ``<sort value>|<id>`` of the last row.

    Raises ``invalid`` for an unknown order or a cursor that does not parse.
    """
    if order not in ORDERS:
        raise missing(order=_("不支持的排序"))
    return keyset(rows, order=order, cursor=cursor, size=size, fields=fields)


def listed(
    rights: Rights, wanted: Filters, *, at: datetime, order: str, cursor: str, size: int, fields: tuple[str, ...],
    view: str = "all",
) -> Page:
    """As ``page`` over ``narrow`` over ``in_view``. A list that hangs neither on the present moment nor on words
    nor on a place is asked by a statement that was composed before. Raises ``invalid``."""
    if order not in ORDERS:
        raise missing(order=_("不支持的排序"))

    def make() -> QuerySet:
        return _sorted(narrow(in_view(rights, view, at=at), wanted, at=at), order, cursor, size, fields)

    is_timed = wanted.overdue is not None or view not in VIEW_BY_CODE or VIEW_BY_CODE[view].is_timed
    if wanted.q or wanted.area or is_timed or not rights.may(VIEW):
        return _cut(list(make()), order, size)
    reach = (rights.person_id, rights.paths(VIEW), rights.units(VIEW), rights.units("events.accept"))
    key = (*reach, view, wanted, order, cursor, size, fields)
    return _cut(listings.rows(key, make), order, size)


def keyset(rows: QuerySet, *, order: str, cursor: str, size: int, fields: tuple[str, ...]) -> Page:
    """The page of any kind of case by an order that its room allows. Raises ``invalid`` for a cursor that does not
    parse."""
    return _cut(list(_sorted(rows, order, cursor, size, fields)), order, size)


def _sorted(rows: QuerySet, order: str, cursor: str, size: int, fields: tuple[str, ...]) -> QuerySet:
    """The rows of one page and one more."""
    name, backwards = order.lstrip("-"), order.startswith("-")
    rows = rows.order_by(order) if name == "id" else rows.order_by(order, "-id")
    if cursor:
        rows = rows.filter(_after(name, backwards, cursor))
    return rows.values(*dict.fromkeys(("id", name, *fields)))[: size + 1]


def _cut(found: list[dict], order: str, size: int) -> Page:
    more = len(found) > size
    found = found[:size]
    return Page(found, _cursor(order.lstrip("-"), found[-1]) if more else "")


def _cursor(name: str, row: dict) -> str:
    value = row[name]
    text = value.isoformat() if isinstance(value, datetime) else ("" if value is None else str(value))
    return f"{text}|{row['id']}"


def _after(name: str, backwards: bool, cursor: str) -> Q:
    text, _sep, key = cursor.rpartition("|")
    try:
        number = int(key)
        value = datetime.fromisoformat(text) if name.endswith("_at") and text else text
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError
    except ValueError:
        raise missing(cursor=_("翻页标记有误")) from None
    if name == "id":
        return Q(id__lt=number) if backwards else Q(id__gt=number)
    if value == "":
        return Q(**{f"{name}__isnull": True}, id__lt=number)
    further = "lt" if backwards else "gt"
    beyond = Q(**{f"{name}__{further}": value}) | Q(**{name: value}, id__lt=number)
    if name == "due_at" and not backwards:
        beyond |= Q(due_at__isnull=True)
    return beyond
