"""Reads of disputes: who sees which, the views of the desk, filters, keyset pages, search in the story.

Everything starts from ``visible_to``. Lists, exports and the API never touch the narrative; ``found_in_story`` asks the
database itself, behind its wall, in the name of the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import readlog
from casework.actor import Actor
from casework.refusals import missing, not_found
from disputes import reach, wall
from disputes.models import Dispute, DisputeDeadline, DisputeType, Narrative, Session, Tier
from events.queries import Page, keyset
from events.search import grams
from grids.scope import SHANGHAI, Rights

ORDERS = ("-id", "id", "-registered_at", "registered_at", "due_at", "-risk_score")
SOON = timedelta(days=1)


def visible_to(rights: Rights) -> QuerySet[Dispute]:
    """Disputes a person may know of."""
    return Dispute.objects.filter(reach.visible(rights))


def one(rights: Rights, number: str) -> Dispute:
    """The dispute of this number. Raises ``not_found`` outside the scope: the same answer as for none."""
    beside = ("area", "body", "body__unit", "mediator__person", "event")
    found = visible_to(rights).select_related(*beside).filter(number=number).first()
    if found is None:
        raise not_found()
    return found


@dataclass(frozen=True)
class View:
    """A named view of the desk."""

    code: str
    label: Any
    condition: Any
    order: str = "-id"


def _state(*states: str) -> Any:
    return lambda rights, at: Q(state__in=states)


def _soon(rights: Rights, at: datetime) -> Q:
    """Tier or sign clock within a day of its end, or past it."""
    return Q(due_at__lte=at + SOON) & ~Q(state="closed")


def _today(rights: Rights, at: datetime) -> Q:
    start = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    held = Session.objects.filter(
        dispute=OuterRef("pk"), starts_at__gte=start, starts_at__lt=start + timedelta(days=1),
        state__in=("booked", "begun", "held"),
    )
    return Q(Exists(held))


def _confirming(rights: Rights, at: datetime) -> Q:
    running = DisputeDeadline.objects.filter(case=OuterRef("pk"), stage="confirm", state="running")
    return Q(state="agreed") & Q(Exists(running))


VIEWS: tuple[View, ...] = (
    View("to_screen", gettext_lazy("待筛选"), _state("booked"), "due_at"),
    View("to_route", gettext_lazy("待分流"), _state("accepted", "guided"), "due_at"),
    View("to_sign", gettext_lazy("待签收"), _state("routed"), "due_at"),
    View("in_hand", gettext_lazy("本级在办"), _state("mediating"), "due_at"),
    View("soon", gettext_lazy("将到期"), _soon, "due_at"),
    View("today", gettext_lazy("今日会期"), _today, "due_at"),
    View("to_perform", gettext_lazy("待履行"), _state("agreed", "confirmed"), "due_at"),
    View("to_confirm", gettext_lazy("待司法确认"), _confirming, "due_at"),
    View("failed", gettext_lazy("调解不成"), _state("failed"), "due_at"),
    View("outside", gettext_lazy("仲裁诉讼"), _state("arbitrating", "litigating"), "due_at"),
    View("risky", gettext_lazy("红橙风险"), lambda rights, at: Q(risk_colour__in=("red", "orange")) & ~Q(state="closed"),
         "-risk_score"),
    View("mine", gettext_lazy("我的"), lambda rights, at: Q(member_ids__contains=[rights.person_id]) & ~Q(state="closed"),
         "due_at"),
    View("all", gettext_lazy("全部"), lambda rights, at: Q()),
)
VIEW_BY_CODE = {view.code: view for view in VIEWS}


def in_view(rights: Rights, code: str, *, at: datetime) -> QuerySet[Dispute]:
    """The rows of one desk view. Raises ``not_found`` for an unknown view."""
    view = VIEW_BY_CODE.get(code)
    if view is None:
        raise not_found()
    return visible_to(rights).filter(view.condition(rights, at))


def counts(rights: Rights, *, at: datetime) -> dict[str, int]:
    """How many are in each view, in one query."""
    wanted = {view.code: Count("pk", filter=view.condition(rights, at)) for view in VIEWS}
    return visible_to(rights).aggregate(**wanted)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list may be narrowed by; empty means any."""

    states: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    colour: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    area: str = ""
    body: str = ""
    overdue: bool | None = None
    q: str = ""
    """A number, a tracking code, or words of a place; the story is searched apart (``found_in_story``)."""
    registered_after: datetime | None = None
    registered_before: datetime | None = None
    updated_after: datetime | None = None
    closed_after: datetime | None = None
    closed_before: datetime | None = None


def narrow(rows: QuerySet[Dispute], wanted: Filters, *, at: datetime) -> QuerySet[Dispute]:
    """Apply filters. Raises ``invalid`` naming a filter whose value is not a known one."""
    _check(wanted)
    for lookup, value in (
        ("state__in", wanted.states), ("type__in", wanted.type), ("tier__in", wanted.tier),
        ("risk_colour__in", wanted.colour), ("source__in", wanted.source), ("outcome__in", wanted.outcome),
        ("body__code", wanted.body), ("registered_at__gte", wanted.registered_after),
        ("registered_at__lt", wanted.registered_before), ("changed_at__gte", wanted.updated_after),
        ("closed_at__gte", wanted.closed_after), ("closed_at__lt", wanted.closed_before),
    ):
        if value:
            rows = rows.filter(**{lookup: value})
    if wanted.area:
        rows = rows.filter(_inside(wanted.area))
    if wanted.overdue is not None:
        late = Q(due_at__lt=at)
        rows = rows.filter(late if wanted.overdue else ~late | Q(due_at__isnull=True))
    return rows.filter(_named(wanted.q)) if wanted.q else rows


def _named(words: str) -> Q:
    return Q(number__icontains=words) | Q(tracking_code__iexact=words) | Q(origin_number__icontains=words) | Q(
        area__name__icontains=words
    )


def _inside(code: str) -> Q:
    from events.placing import place_of

    place = place_of(code)
    return Q(pk__in=()) if place is None else Q(area_path__startswith=place.path)


def _check(wanted: Filters) -> None:
    for name, values, known in (
        ("state", wanted.states, Dispute.State.values), ("type", wanted.type, DisputeType.values),
        ("tier", wanted.tier, Tier.values), ("colour", wanted.colour, Dispute.Colour.values),
        ("source", wanted.source, Dispute.Source.values), ("outcome", wanted.outcome, Dispute.Outcome.values),
    ):
        if not set(values) <= set(known):
            raise missing(**{name: _("筛选条件有误")})


def page(
    rows: QuerySet[Dispute], *, order: str = "-id", cursor: str = "", size: int = 50, fields: tuple[str, ...]
) -> Page:
    """Keyset page as of events. Raises ``invalid`` for an unknown order or cursor."""
    if order not in ORDERS:
        raise missing(order=_("不支持的排序"))
    return keyset(rows, order=order, cursor=cursor, size=size, fields=fields)


def found_in_story(rights: Rights, words: str, *, actor: Actor, at: datetime, address: str = "") -> QuerySet[Dispute]:
    """Disputes whose story holds every word, among those whose story the person may read: the database's own policy
    decides, whatever this function forgets. The search is logged. Sealed ones are not found: they are opened one by
    one, with a reason. The answer is keys only; nothing of the story leaves."""
    keys: set[int] | None = None
    with wall.asking(person_id=actor.person_id):
        for word in words.split()[:6]:
            pairs = grams(word)
            if not pairs:
                return Dispute.objects.none()
            found = Narrative.objects.filter(grams__contains=pairs)
            if len(word) > 2:
                found = found.filter(text__icontains=word)
            hits = set(found.values_list("dispute_id", flat=True))
            keys = hits if keys is None else keys & hits
        readlog.record(actor, "search", kind="dispute", at=at, fields=("narrative",), count=len(keys or ()), address=address)
    return visible_to(rights).filter(pk__in=keys or ()).exclude(is_sealed=True)
