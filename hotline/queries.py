"""Reads of the hotline: who sees which orders, a caller's history, the call-back queue, the boards, the ledger.

Everything starts from ``visible_to``; a page, an API answer and an export ask the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.refusals import missing, not_found
from events.models.catalogue import Urgency
from events.placing import place_of
from events.queries import Page, page
from events.search import matching
from grids.scope import Rights, path_filter
from hotline.limits import limits
from hotline.models import CallBack, Caller, HotlineOrder, Referral
from hotline.models.caller import phone_key
from hotline.models.discipline import VIEWS as REFERRAL_VIEWS
from hotline.models.order import CALL_BACK_STATES
from hotline.workflow import LIVE

__all__ = ["Filters", "Page", "in_view", "narrow", "one", "page", "visible_to"]

VIEW = "hotline.view"
PERMISSIONS = ("hotline.view", "hotline.register", "hotline.call_back")
"""Any of these lets a person see some orders."""


_QUEUED = Q(Exists(CallBack.objects.filter(order=OuterRef("pk"), state="waiting")))
"""Closed on the line and drawn by the sample."""


def visible_to(rights: Rights) -> QuerySet[HotlineOrder]:
    """Orders a person may know of: on the land or by the units, one's own calls, what waits for one's call back."""
    scope = path_filter(rights, VIEW, "area_path")
    units = rights.units(VIEW)
    if units:
        scope |= Q(unit_ids__overlap=list(units))
    if rights.may("hotline.register") and rights.person_id:
        scope |= Q(agent=rights.person_id)
    if rights.paths("hotline.call_back"):
        scope |= path_filter(rights, "hotline.call_back", "area_path") & (Q(state__in=CALL_BACK_STATES) | _QUEUED)
    return HotlineOrder.objects.filter(scope)


def one(rights: Rights, number: str) -> HotlineOrder:
    """The order of this number. Raises ``not_found`` outside the scope: the same answer as for none."""
    rows = visible_to(rights).select_related("category__parent", "area", "service_class", "event__owner_unit", "agent")
    found = rows.filter(number=number).first()
    if found is None:
        raise not_found()
    return found


@dataclass(frozen=True)
class View:
    """A named view of the list."""

    code: str
    label: Any
    condition: Q
    order: str = "-id"


VIEWS: tuple[View, ...] = (
    View("live", gettext_lazy("在办"), Q(state__in=LIVE), "due_at"),
    View("to_forward", gettext_lazy("待转派"), Q(state="registered"), "due_at"),
    View("needs_info", gettext_lazy("待补充"), Q(state="needs_info"), "due_at"),
    View("handling", gettext_lazy("办理中"), Q(state__in=("dispatching", "handling")), "due_at"),
    View("to_answer", gettext_lazy("待答复"), Q(state="answering"), "due_at"),
    View("to_call_back", gettext_lazy("待回访"), Q(state="calling_back"), "due_at"),
    View("called_back", gettext_lazy("已回访"), Q(state="called_back")),
    View("overdue", gettext_lazy("超期"), Q(), "due_at"),
    View("flagged", gettext_lazy("无响应提示"), ~Q(flag="") & Q(state__in=LIVE), "due_at"),
    View("exclusions", gettext_lazy("不合理诉求"), Q(exclusions__state="asked") | Q(is_excluded=True)),
    View("mine", gettext_lazy("我受理的"), Q()),
    View("closed", gettext_lazy("已办结"), Q(state="closed")),
    View("all", gettext_lazy("全部"), Q()),
)
VIEW_BY_CODE = {view.code: view for view in VIEWS}


def in_view(rights: Rights, code: str, *, at: datetime) -> QuerySet[HotlineOrder]:
    """The rows of one view. Raises ``not_found`` for an unknown view."""
    view = VIEW_BY_CODE.get(code)
    if view is None:
        raise not_found()
    rows = visible_to(rights).filter(view.condition)
    if code == "overdue":
        rows = rows.filter(due_at__lt=at, state__in=LIVE)
    if code == "mine":
        rows = rows.filter(agent=rights.person_id)
    return rows.distinct() if code == "exclusions" else rows


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list may be narrowed by; empty means any."""

    states: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    handling: str = ""
    area: str = ""
    category: str = ""
    urgency: tuple[str, ...] = ()
    overdue: bool | None = None
    flag: str = ""
    excluded: bool | None = None
    rating: tuple[str, ...] = ()
    q: str = ""
    registered_after: datetime | None = None
    registered_before: datetime | None = None
    updated_after: datetime | None = None
    numbers: tuple[str, ...] = ()


def narrow(rows: QuerySet[HotlineOrder], wanted: Filters, *, at: datetime) -> QuerySet[HotlineOrder]:
    """Apply filters. Raises ``invalid`` naming a filter whose value is not a known one."""
    _check(wanted)
    conditions = Q()
    for lookup, value in _lookups(wanted):
        if value:
            conditions &= Q(**{lookup: value})
    if wanted.excluded is not None:
        conditions &= Q(is_excluded=wanted.excluded)
    if wanted.overdue is not None:
        late = Q(due_at__lt=at)
        conditions &= late if wanted.overdue else ~late | Q(due_at__isnull=True)
    if wanted.area:
        place = place_of(wanted.area)
        conditions &= Q(area_path__startswith=place.path) if place else Q(pk__in=())
    rows = rows.filter(conditions)
    return matching(rows, wanted.q) if wanted.q else rows


def _lookups(wanted: Filters) -> tuple[tuple[str, Any], ...]:
    category = wanted.category
    return (
        ("state__in", wanted.states), ("demand__in", wanted.demands), ("handling", wanted.handling),
        ("category" if len(category) == 4 else "category__parent", category), ("urgency__in", wanted.urgency),
        ("flag", wanted.flag), ("rating__in", wanted.rating), ("number__in", wanted.numbers),
        ("registered_at__gte", wanted.registered_after), ("registered_at__lt", wanted.registered_before),
        ("changed_at__gte", wanted.updated_after),
    )


def _check(wanted: Filters) -> None:
    for name, values, known in (
        ("state", wanted.states, HotlineOrder.State.values), ("demand", wanted.demands, HotlineOrder.Demand.values),
        ("handling", (wanted.handling,) if wanted.handling else (), HotlineOrder.Handling.values),
        ("urgency", wanted.urgency, Urgency.values), ("rating", wanted.rating, ("1", "2", "3", "4", "5")),
        ("flag", (wanted.flag,) if wanted.flag else (), ("red", "yellow", "dissatisfied")),
    ):
        if not set(values) <= set(known):
            raise missing(**{name: _("筛选条件有误")})


# Callers ------------------------------------------------------------------------------------------------


def caller_of(phone: str) -> Caller | None:
    """The caller of this number, by its keyed hash; the number itself is never searched."""
    key = phone_key(phone)
    return Caller.objects.filter(phone_hash=key).first() if key else None


def history_of(rights: Rights, caller: Caller | None, *, besides: int | None = None) -> QuerySet[HotlineOrder]:
    """Earlier orders of a caller that the person may know of, newest first."""
    if caller is None:
        return HotlineOrder.objects.none()
    return visible_to(rights).filter(caller=caller).exclude(pk=besides).select_related("category").order_by("-id")


def marks_of(caller: Caller, *, at: datetime) -> dict[str, Any]:
    """What an agent should know before answering: 老年, 残障, 重复 (calls in 90 days), 曾威胁."""
    since = at - timedelta(days=limits().repeat_days)
    calls = HotlineOrder.objects.filter(caller=caller, registered_at__gte=since).count()
    return {
        "elderly": caller.is_elderly, "disabled": caller.is_disabled, "threatened": caller.has_threatened,
        "calls": calls, "repeated": calls >= limits().repeat_calls,
    }


# Call-backs ---------------------------------------------------------------------------------------------


def call_back_queue(rights: Rights, *, at: datetime, tries: int | None = None, due: bool = True) -> QuerySet[CallBack]:
    """What is to be dialled on the person's land, longest waiting first; ``tries`` narrows to first, second, third
    calls; ``due`` False also gives what waits for a later half-day."""
    rows = CallBack.objects.filter(state="waiting").filter(Q(order__isnull=False) | Q(event__state="verifying")).filter(
        path_filter(rights, "hotline.call_back", "order__area_path")
        | path_filter(rights, "hotline.call_back", "event__area_path")
    )
    if due:
        rows = rows.filter(not_before__lte=at)
    if tries is not None:
        rows = rows.filter(tries=tries)
    rows = rows.select_related("order__category", "order__event", "event__category", "event__reporter")
    return rows.order_by("not_before", "id")


def one_call_back(rights: Rights, key: int) -> CallBack:
    """One of the queue or of what was done. Raises ``not_found``."""
    rows = CallBack.objects.filter(
        path_filter(rights, "hotline.call_back", "order__area_path")
        | path_filter(rights, "hotline.call_back", "event__area_path")
    )
    found = rows.select_related("order__caller", "order__event", "event__reporter").filter(pk=key).first()
    if found is None:
        raise not_found()
    return found


# Discipline ---------------------------------------------------------------------------------------------


def referrals(rights: Rights) -> QuerySet[Referral]:
    """Referrals a person may know of: inspection's, and those of the desk that hands over."""
    scope = Q(pk__in=())
    for code in REFERRAL_VIEWS:
        scope |= path_filter(rights, code, "area_path")
        units = rights.units(code)
        if units:
            scope |= Q(unit_ids__overlap=list(units))
    return Referral.objects.filter(scope).select_related("unit", "area")


def one_referral(rights: Rights, number: str) -> Referral:
    """Raises ``not_found`` outside the scope."""
    found = referrals(rights).filter(number=number).first()
    if found is None:
        raise not_found()
    return found
