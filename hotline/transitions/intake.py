"""受理: a call is taken in; the caller is kept apart from what was said."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.clock.arithmetic import ClockKind, due_after
from casework.clock.loader import calendar
from casework.door import Passage, missing, moving, opening
from events import placing
from events.reference_rows import budget, service_classes
from events.reference_rows import category as category_of
from events.search import grams
from events.suggesting import danger_words, raise_urgency
from events.transitions.intake import MAX_TEXT, tracking_code
from grids.scope import SHANGHAI
from hotline.limits import limits
from hotline.models import Caller, HotlineOrder
from hotline.models.caller import clean_phone, phone_key
from hotline.workflow import do

URGENCIES = ("P0", "P1", "P2", "P3")


@dataclass(frozen=True, slots=True)
class Told:
    """What was said on the line. Coordinates WGS-84 degrees; ``area`` an official code; times aware.

    Required: ``demand`` and ``text``. Everything else has a rule behind it: class and promise from category and
    demand, grid from the point or the area, the rest from the line.
    """

    demand: str
    text: str
    title: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    area: str | None = None
    category: str | None = None
    urgency: str | None = None
    handling: str = "general"
    service_class: str | None = None
    is_same_day: bool | None = None
    phone: str = ""
    name: str = ""
    is_secret: bool = False
    may_call_back: bool = True
    call_back_slot: str = ""
    channel: str = "phone"
    external_number: str | None = None
    client_key: str | None = None


def register(told: Told, *, actor: Actor, at: datetime) -> HotlineOrder:
    """受理: number, place, class, the promise to the caller; the clock of the answer runs from here on.

    The same (channel, external number) or client key sent again gives the order that is there, untouched.
    Raises ``invalid`` with a sentence a field, ``forbidden``.
    """
    known = find_known(told)
    if known is not None:
        return known
    order = _prepare(told, actor=actor, at=at)
    with opening(order, do.register, actor=actor, at=at) as passage:
        order.caller = _caller(told, at=at)
        _promise(passage)
        passage.clocks.start(
            "forward", kind="C", budget_seconds=limits().forward_minutes * 60, at=at,
            unit_id=placing.desk_of(order.district_code), ladder="",
        )
    return order


def find_known(told: Told) -> HotlineOrder | None:
    """The order this call was already taken in as."""
    if told.external_number:
        rows = HotlineOrder.objects.filter(channel=told.channel, external_number=told.external_number)
        if (found := rows.first()) is not None:
            return found
    return HotlineOrder.objects.filter(client_key=told.client_key).first() if told.client_key else None


def _prepare(told: Told, *, actor: Actor, at: datetime) -> HotlineOrder:
    text = _checked(told)
    category = category_of(told.category) if told.category else None
    if told.category and (category is None or category.parent_id is None or not category.is_active):
        raise missing(category=_("没有这个事项类别"))
    place, is_located = placing.find(lon=told.lon, lat=told.lat, area=told.area)
    title = (told.title or text)[:80].strip().splitlines()[0]
    order = HotlineOrder(
        demand=told.demand, channel=told.channel, external_number=told.external_number or None,
        client_key=told.client_key or None, token=secrets.token_hex(16), tracking_code=tracking_code(),
        is_secret=told.is_secret, may_call_back=told.may_call_back, call_back_slot=told.call_back_slot[:20],
        title=title, text=text, address=told.address[:160], lon=told.lon, lat=told.lat,
        category_id=category.code if category else None, handling=told.handling,
        agent_id=actor.person_id if actor.is_staff else None, registered_at=at,
    )
    placing.put(order, place, is_located=is_located)
    order.grams = grams(title, text, told.address)
    order.urgency = told.urgency or (category.urgency if category else "P3")
    if not told.urgency and danger_words(f"{title} {text}"):
        order.urgency = raise_urgency(order.urgency)
    order.service_class_id = _class_of(told, category)
    order.is_same_day = _is_same_day(told, order)
    return order


def _checked(told: Told) -> str:
    text = (told.text or "").strip()
    if not text:
        raise missing(text=_("请写明来电内容"))
    if len(text) > MAX_TEXT:
        raise missing(text=_("内容不能超过%(n)s字") % {"n": MAX_TEXT})
    for name, value, known in (
        ("demand", told.demand, HotlineOrder.Demand.values), ("channel", told.channel, HotlineOrder.Channel.values),
        ("handling", told.handling, HotlineOrder.Handling.values), ("urgency", told.urgency or "P3", URGENCIES),
    ):
        if value not in known:
            raise missing(**{name: _("请从列表中选择")})
    if any("\x00" in value for value in (text, told.title, told.address, told.name, told.phone)):
        raise missing(text=_("内容含有无法保存的字符,请删除后重试"))
    if told.phone and not 3 <= len(clean_phone(told.phone)) <= 15:
        raise missing(phone=_("电话号码应为3至15位数字"))
    return text


def _class_of(told: Told, category: object | None) -> str:
    if told.service_class:
        if told.service_class not in service_classes():
            raise missing(service_class=_("没有这个时限等级"))
        return told.service_class
    if told.handling == "legal":
        return limits().legal_classes[0]
    if category is not None and category.service_class_id:
        return category.service_class_id
    return limits().classes[told.demand]


def _is_same_day(told: Told, order: HotlineOrder) -> bool:
    if told.is_same_day is not None:
        return told.is_same_day
    if told.handling == "legal" or told.demand not in ("help", "complaint"):
        return False
    if order.service_class_id == limits().same_day_class:
        return True
    return any(word in f"{order.title} {order.text}" for word in limits().same_day_words)


def answer_budget(order: HotlineOrder, at: datetime) -> tuple[str, int]:
    """Kind and seconds of the promise: to 24:00 of the day of the call for the same-day class, else what the
    service class gives for handling (rules.md §1; workflows.md §2)."""
    if order.is_same_day:
        local = at.astimezone(SHANGHAI)
        midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return "C", max(60, int((midnight - local).total_seconds()))
    found = budget(order.service_class_id, "handle") or {"kind": "WD", "seconds": 5 * 7 * 3600}
    return found["kind"], found["seconds"]


def _promise(passage: Passage) -> None:
    order, at = passage.case, passage.at
    kind, seconds = answer_budget(order, at)
    row = passage.clocks.start(
        "answer", kind=kind, budget_seconds=seconds, at=at, service_class=order.service_class_id or "",
        unit_id=placing.desk_of(order.district_code), ladder="hotline",
    )
    order.promised_at = row.due_at or due_after(ClockKind(kind), calendar("district"), at, seconds)


def _caller(told: Told, *, at: datetime) -> Caller | None:
    """The caller's row by the keyed hash of the number; a name told now replaces an older one."""
    key = phone_key(told.phone)
    if not key and not told.name:
        return None
    key = key or secrets.token_hex(32)  # a name without a number is found by its order only
    found, is_new = Caller.objects.get_or_create(
        phone_hash=key,
        defaults={
            "phone": clean_phone(told.phone), "name": told.name[:40], "first_called_at": at, "last_called_at": at
        },
    )
    if not is_new:
        values = {"last_called_at": at} | ({"name": told.name[:40]} if told.name else {})
        Caller.objects.filter(pk=found.pk, last_called_at__lte=at).update(**values)
    return found


def correct(
    order: HotlineOrder, *, actor: Actor, at: datetime, note: str, text: str | None = None,
    address: str | None = None, area: str | None = None, lon: float | None = None, lat: float | None = None,
    category: str | None = None, seen_version: int | None = None,
) -> HotlineOrder:
    """更正登记 before it is forwarded: old and new stand in the trail; no clock is touched. Afterwards the event is
    corrected, not the order. Raises ``invalid``."""
    with moving(order, do.correct, actor=actor, at=at, note=note, seen_version=seen_version) as passage:
        locked = passage.case
        if text is not None:
            if not text.strip() or len(text) > MAX_TEXT or "\x00" in text:
                raise missing(text=_("内容为空、过长或含有无法保存的字符"))
            locked.text = text.strip()
        if address is not None:
            locked.address = address.strip()[:160]
        if category:
            found = category_of(category)
            if found is None or found.parent_id is None:
                raise missing(category=_("没有这个事项类别"))
            locked.category_id = found.code
        if area or lon is not None or lat is not None:
            place, is_located = placing.find(lon=lon, lat=lat, area=area)
            placing.put(locked, place, is_located=is_located)
            locked.lon, locked.lat = (lon, lat) if lon is not None else (locked.lon, locked.lat)
        locked.grams = grams(locked.title, locked.text, locked.address)
    return passage.case

