"""What the agent's desk shows besides the form: caller card, calls, the day's figures, call-backs, the caller log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from events.masking import mask_name, mask_phone
from grids.scope import SHANGHAI, Rights, path_filter, rights_of
from hotline.limits import limits
from hotline.lines import calls
from hotline.lines.base import line
from hotline.lines.webhook import standing_of
from hotline.models import CallBack, Caller, HotlineOrder, PhoneCall
from hotline.models.caller import clean_phone, phone_key
from hotline.queries import visible_to
from hotline.workflow import ENDED, LIVE

HISTORY = 8
RECENT_DAYS = 28
"""Orders younger than this are looked at before the form is filled."""
SHIFT = timedelta(hours=12)
LOG = 60
TONES = {"closed": "done", "registered": "warn", "dispatching": "warn", "needs_info": "warn", "handling": "run"}


def day_start(at: datetime) -> datetime:
    """00:00 of the day in the district."""
    return at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


def caller_named(phone: str) -> Caller | None:
    """The caller with exactly this number."""
    key = phone_key(clean_phone(phone))
    return Caller.objects.filter(phone_hash=key).first() if key else None


def card(caller: Caller | None, *, rights: Rights, at: datetime, on_line: bool) -> dict[str, Any] | None:
    """The caller card: masked, with flags and history newest first.

    While the caller is on the line their whole history helps; a number typed by hand shows open orders and those
    of one's own shift only (quality.md §5.2).
    """
    if caller is None:
        return None
    rows = HotlineOrder.objects.filter(caller=caller).filter(path_filter(rights, "hotline.view", "area_path"))
    if not on_line:
        rows = rows.filter(~Q(state__in=ENDED) | Q(agent_id=rights.person_id, registered_at__gte=at - SHIFT))
    orders = list(rows.select_related("category", "event").order_by("-registered_at")[: HISTORY + 1])
    since = at - timedelta(days=limits().repeat_days)
    repeats = rows.filter(registered_at__gte=since).count()
    return {
        "name": mask_name(caller.name), "phone": mask_phone(caller.phone), "has_name": bool(caller.name),
        "flags": flags_of(caller, repeats), "threat": caller.has_threatened,
        "history": [history_row(order, at) for order in orders[:HISTORY]], "more": len(orders) > HISTORY,
        "open": sum(1 for order in orders if order.state in LIVE), "total": rows.count(),
        "is_recent": any(order.registered_at >= at - timedelta(days=RECENT_DAYS) for order in orders),
        "whole": on_line,
    }


def flags_of(caller: Caller, repeats: int) -> list[str]:
    """What the agent should know before answering."""
    words = [(caller.is_elderly, _("老年")), (caller.is_disabled, _("残障")), (caller.has_threatened, _("曾威胁"))]
    found = [word for on, word in words if on]
    if repeats >= limits().repeat_calls:
        found.append(_("重复诉求%(n)s") % {"n": repeats})
    return found


def history_row(order: HotlineOrder, at: datetime) -> dict[str, Any]:
    live = order.state in LIVE
    return {
        "number": order.number, "title": order.title, "category": order.category.name if order.category_id else "",
        "on": order.registered_at, "state": order.get_state_display(), "tone": TONES.get(order.state, "run"),
        "live": live, "due": order.promised_at if live else None,
        "late": bool(live and order.promised_at and order.promised_at < at), "rating": order.rating,
        "stars": "★" * (order.rating or 0), "outcome": order.get_outcome_display() if order.outcome else "",
        "url": order_url(order), "urge": reverse("hotline:verb", args=[order.number, "urge"]) if live else "",
    }


def order_url(order: HotlineOrder) -> str:
    """The order's own page."""
    return reverse("hotline:order", args=[order.number])


# --- calls ---------------------------------------------------------------------------------------------------


def call_shown(call: PhoneCall) -> dict[str, Any]:
    """A call for the page: masked, never the number."""
    return {
        "key": call.key, "phone": mask_phone(call.caller.phone) if call.caller_id else _("号码未显示"),
        "name": mask_name(call.caller.name) if call.caller_id else "", "standing": standing_of(call),
        "direction_code": call.direction, "can_dial": call.caller_id is not None,
        "rang_at": call.rang_at.isoformat(), "order": call.order_id is not None,
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
    }


def line_state(agent: User, *, at: datetime) -> dict[str, Any]:
    """Seat, what rings, the agent's calls and the day's figures, for the desk's own poll."""
    seat = calls.seen(agent, at=at)
    live = calls.live_of(agent).select_related("caller").order_by("answered_at")
    return {
        "now": at.isoformat(),
        "seat": {"standing": seat.standing, "label": seat.get_standing_display(), "since": seat.since.isoformat()},
        "ringing": [call_shown(row) for row in calls.ringing(agent, at=at)[:5]],
        "calls": [call_shown(row) for row in live],
        "counts": counts(agent, at=at), "answers_here": line().answers_here,
    }


def counts(agent: User, *, at: datetime) -> dict[str, int]:
    """今日: answered, answered on the line, forwarded, waiting in the queue, missed and unread, call-backs
    that wait on the agent's land."""
    since, rights = day_start(at), rights_of(agent, at=at)
    here = path_filter(rights, "hotline.view", "order__area_path") | path_filter(rights, "hotline.view", "event__area_path")
    mine = HotlineOrder.objects.filter(agent=agent, registered_at__gte=since).aggregate(
        direct=Count("id", filter=Q(outcome="answered")), forwarded=Count("id", filter=Q(forwarded_at__isnull=False)),
    )
    return {
        "answered": PhoneCall.objects.filter(agent=agent, direction="in", answered_at__gte=since).count(),
        "direct": mine["direct"], "forwarded": mine["forwarded"], "queue": calls.ringing(None, at=at).count(),
        "missed": missed(at).filter(read_at__isnull=True).count(),
        "call_backs": CallBack.objects.filter(here, state="waiting", not_before__lte=at).count(),
    }


def missed(at: datetime) -> QuerySet[PhoneCall]:
    """Calls in that nobody picked up."""
    return PhoneCall.objects.filter(direction="in", answered_at__isnull=True, ended_at__isnull=False)


def last_callers(agent: User, *, limit: int = 5) -> list[dict[str, Any]]:
    """The agent's last callers, for the idle desk."""
    rows = PhoneCall.objects.filter(agent=agent, answered_at__isnull=False, ended_at__isnull=False)
    return [
        {**call_shown(row), "at": row.answered_at, "number": row.order.number if row.order_id else "",
         "url": order_url(row.order) if row.order_id else "", "title": row.order.title if row.order_id else ""}
        for row in rows.select_related("caller", "order", "order__event").order_by("-answered_at")[:limit]
    ]


def call_log(kind: str, *, agent: User, at: datetime) -> list[dict[str, Any]]:
    """已接 and 未接, newest first; ``kind`` is answered, missed or empty. The line is one for all; the order of a call is
    named to whoever may know of it."""
    rows = PhoneCall.objects.select_related("caller", "agent", "order", "order__event").order_by("-rang_at")
    if kind == "missed":
        rows = rows.filter(direction="in", answered_at__isnull=True, ended_at__isnull=False)
    elif kind == "answered":
        rows = rows.filter(answered_at__isnull=False)
    found = list(rows[:LOG])
    known = set(
        visible_to(rights_of(agent, at=at)).filter(pk__in=[row.order_id for row in found if row.order_id])
        .values_list("pk", flat=True)
    )
    return [
        {**call_shown(row), "pk": row.pk, "rang": row.rang_at, "agent": row.agent.name if row.agent_id else "",
         "direction": row.get_direction_display(), "is_read": row.read_at is not None,
         "may_dial": row.caller_id is not None and (row.agent_id == agent.pk or standing_of(row) == "missed"),
         "seconds": _seconds(row), "number": row.order.number if row.order_id in known else "",
         "url": order_url(row.order) if row.order_id in known else ""}
        for row in found
    ]


def _seconds(row: PhoneCall) -> float | None:
    if row.answered_at is None or row.ended_at is None:
        return None
    return (row.ended_at - row.answered_at).total_seconds()
