"""Who is told of what, and in which words. No title or text carries personal data: those of the report may, so
the line names the category and the place and links to the page, which masks.

Citizens are told through their own page; nothing here reaches them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.names import named
from casework.models import OutboxItem
from casework.notices import Message, register_notice
from events.cover import away, posts_with
from events.models import Event, EventWatch, WorkOrder
from events.reference_rows import category as category_of

Audience = Callable[[Event, dict, datetime], Iterable[int]]
LONGEST_LINE = 5
"""Generations of merged events whose reporters are told of the end of the last master."""


def _available(posts: Iterable, at: datetime) -> list[int]:
    """Persons of these posts: those who are there, or all of them when everybody is away."""
    people = list(dict.fromkeys(post.person_id for post in posts if post.person.is_active))
    gone = away(people, at=at)
    return [person for person in people if person not in gone] or people


def on_path(permission: str, path: str, at: datetime) -> list[int]:
    """Holders of the permission on the land of this path: those who are there, or all when everybody is away."""
    return _available(posts_with(permission, at=at).filter(area__code__in=path.rstrip("/").split("/")), at)


def on_land(permission: str, event: Event, at: datetime) -> list[int]:
    """Holders of the permission on the land of the event."""
    return on_path(permission, event.area_path, at)


def of_unit(permission: str, unit_id: int | None, at: datetime) -> list[int]:
    """Holders of the permission in one unit."""
    return _available(posts_with(permission, at=at).filter(unit=unit_id), at) if unit_id else []


def desk(event: Event, payload: dict, at: datetime) -> list[int]:
    return on_land("events.dispatch", event, at)


def leaders(event: Event, payload: dict, at: datetime) -> list[int]:
    """District leaders: consultations, rulings, extensions."""
    return on_land("events.confer", event, at)


def alarmed(event: Event, payload: dict, at: datetime) -> list[int]:
    """An emergency is the leaders' to know at once, not only when a clock has run out (screens.md §8.1)."""
    return leaders(event, payload, at) if event.urgency == "P0" else []


def streets(event: Event, payload: dict, at: datetime) -> list[int]:
    return on_land("events.claim", event, at)


def unit(event: Event, payload: dict, at: datetime) -> list[int]:
    """Of an order its handler, or the grid's people; of a unit all who may sign."""
    order = WorkOrder.objects.filter(pk=payload.get("order")).first()
    if order is not None and order.handler_id:
        return [order.handler_id]
    if order is not None and order.area_id:
        posts = posts_with("events.accept", at=at).filter(area=order.area_id)
        return _available(posts, at) or of_unit("events.accept", order.unit_id, at)
    return of_unit("events.accept", payload.get("unit") or event.owner_unit_id, at)


def both(event: Event, payload: dict, at: datetime) -> list[int]:
    """补位: who stands in, and whom he stands in for."""
    found = unit(event, payload, at)
    return [*found, payload["before"]] if payload.get("before") else found


def holders(event: Event, payload: dict, at: datetime) -> list[int]:
    """Everybody with an open order, else the owner's people, else the desk."""
    named = event.orders.filter(state__in=("sent", "accepted"), handler__isnull=False)
    found = list(named.values_list("handler_id", flat=True)) or of_unit("events.accept", event.owner_unit_id, at)
    return found or desk(event, payload, at)


def reminded(event: Event, payload: dict, at: datetime) -> list[int]:
    """Whose clock it is: the order's people, or for the event's own promise everybody who works on it."""
    return unit(event, payload, at) if payload.get("order") else holders(event, payload, at)


def street_leaders(event: Event, payload: dict, at: datetime) -> list[int]:
    return of_unit("events.approve_whistle", payload.get("unit"), at)


def whistlers(event: Event, payload: dict, at: datetime) -> list[int]:
    return of_unit("events.whistle", payload.get("unit"), at)


def checkers(event: Event, payload: dict, at: datetime) -> list[int]:
    """The grid's workers and head for the check on the spot; the call-back desk works from its own queue."""
    grid = posts_with("events.verify", at=at).filter(area__code__in=[event.grid_code or "-"])
    return _available(grid, at)


def addressee(event: Event, payload: dict, at: datetime) -> list[int]:
    """Whom a comment was sent to."""
    return [payload["person"]]


def scorers(event: Event, payload: dict, at: datetime) -> list[int]:
    return on_land("events.evaluate", event, at)


def followers(event: Event, payload: dict, at: datetime) -> list[int]:
    """Staff who reported it or one merged into it, and all who watch."""
    keys, line = {event.pk}, {event.pk}
    for _generation in range(LONGEST_LINE):
        line = set(Event.objects.filter(master__in=line).values_list("pk", flat=True)) - keys
        keys |= line
    reporters = Event.objects.filter(pk__in=keys, reporter_person__isnull=False)
    watching = EventWatch.objects.filter(event__in=keys)
    return [
        *reporters.values_list("reporter_person_id", flat=True), *watching.values_list("person_id", flat=True)
    ]


def inspectors(event: Event, payload: dict, at: datetime) -> list[int]:
    """Discipline inspection, whose posts stand in a unit."""
    posts = posts_with("events.view", at=at).filter(role__code="discipline_reader")
    return _available(posts, at)


def heads(event: Event, payload: dict, at: datetime) -> list[int]:
    """The unit's head: whoever in it may approve what leaves it."""
    key = payload.get("unit") or event.owner_unit_id
    return of_unit("events.approve_export", key, at) or of_unit("events.accept", key, at)


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of notice: its title and everybody it goes to."""

    title: object
    audiences: tuple[Audience, ...]


KINDS: dict[str, Line] = {
    "reported": Line(gettext_lazy("新事件待研判"), (desk, alarmed)),
    "open_for_claim": Line(gettext_lazy("有事件可抢单"), (streets,)),
    "awaiting_dispatch": Line(gettext_lazy("事件待派单"), (desk,)),
    "claimed": Line(gettext_lazy("已抢单,请办理"), (unit,)),
    "dispatched": Line(gettext_lazy("新工单待签收"), (unit,)),
    "delegated": Line(gettext_lazy("新分单待签收"), (unit,)),
    "whistle_asked": Line(gettext_lazy("吹哨待批准"), (street_leaders,)),
    "whistle_refused": Line(gettext_lazy("吹哨未获批准"), (whistlers,)),
    "whistled": Line(gettext_lazy("街道吹哨,请到场报到"), (unit,)),
    "reported_in": Line(gettext_lazy("部门已报到,请确认到场"), (whistlers,)),
    "rebutted": Line(gettext_lazy("部门反哨,请处理"), (whistlers, street_leaders)),
    "whistle_rated": Line(gettext_lazy("街道已评哨"), (unit,)),
    "conferring": Line(gettext_lazy("事件待会商"), (leaders,)),
    "convened": Line(gettext_lazy("请参加会商"), (unit,)),
    "summoned": Line(gettext_lazy("请立即到中心会商"), (addressee,)),
    "summoned_unit": Line(gettext_lazy("中心召集会商,派驻本班无人,请派人到场"), (unit,)),
    "declined": Line(gettext_lazy("退单待裁决"), (leaders, desk)),
    "ruled": Line(gettext_lazy("退单已裁决"), (unit, desk)),
    "extension_asked": Line(gettext_lazy("延期申请待审批"), (leaders,)),
    "extension_granted": Line(gettext_lazy("延期已同意"), (unit,)),
    "extension_refused": Line(gettext_lazy("延期未同意"), (unit,)),
    "suspended": Line(gettext_lazy("事件已挂起"), (holders,)),
    "resumed": Line(gettext_lazy("事件已恢复,时限继续"), (holders,)),
    "covered": Line(gettext_lazy("补位:工单已转交"), (both,)),
    "covered_event": Line(gettext_lazy("责任单位缺位,由区值班台兜底"), (desk,)),
    "given_up": Line(gettext_lazy("承办单位无人在岗,工单已撤回"), (desk, holders)),
    "handled": Line(gettext_lazy("处置完成,待核查"), (checkers,)),
    "rework": Line(gettext_lazy("核查不一致,请返工"), (unit,)),
    "verified": Line(gettext_lazy("核查通过,待考评"), (scorers,)),
    "evaluate_late": Line(gettext_lazy("考评期限已过,请评分办结"), (desk,)),
    "closed": Line(gettext_lazy("事件已办结"), (followers,)),
    "reopened": Line(gettext_lazy("事件重办"), (unit,)),
    "rejected": Line(gettext_lazy("事件不予受理"), (followers,)),
    "appealed": Line(gettext_lazy("反映人申诉,请重新研判"), (desk,)),
    "info_asked": Line(gettext_lazy("请补充材料"), (followers,)),
    "info_supplied": Line(gettext_lazy("材料已补充,待研判"), (desk,)),
    "urged": Line(gettext_lazy("收到督办单,请按期答复"), (unit, heads)),
    "urge_answered": Line(gettext_lazy("督办已答复"), (desk,)),
    "nudged": Line(gettext_lazy("群众催办"), (holders,)),
    "clue": Line(gettext_lazy("三类问题线索"), (inspectors, leaders)),
    "blacklist": Line(gettext_lazy("拟列黑榜"), (leaders,)),
    "merged": Line(gettext_lazy("事件已并案"), (followers,)),
    "split_off": Line(gettext_lazy("事件已拆案"), (desk,)),
    "transferred": Line(gettext_lazy("事件已转出"), (followers,)),
    "ended_elsewhere": Line(gettext_lazy("转出的事件已在对方办结"), (followers,)),
    "taken_back": Line(gettext_lazy("事件已转回,待派单"), (desk,)),
    "message": Line(gettext_lazy("有人就这件事找您"), (addressee,)),
    "commented": Line(gettext_lazy("事件有新跟进"), (holders,)),
    # owed by the ladder, not by a verb
    "remind_handler": Line(gettext_lazy("时限临近,请尽快办理"), (reminded,)),
    "tell_head": Line(gettext_lazy("本单位工单超期"), (heads,)),
    "tell_street": Line(gettext_lazy("辖区事件超期"), (streets,)),
    "tell_duty_desk": Line(gettext_lazy("事件严重超期,已督办"), (desk,)),
    "tell_leader": Line(gettext_lazy("事件超期一倍,请调度"), (leaders,)),
}


QUEUES = frozenset({"reported", "open_for_claim", "awaiting_dispatch", "verified"})
"""What stands in a queue of the desk anyway: the bell tells of it only when it is urgent (screens.md §8.1)."""


AT_ONCE = frozenset({"summoned", "summoned_unit"})
"""What rings whatever the event's own urgency: somebody is waited for at a table."""


def message_for(kind: str, event: Event, payload: dict, at: datetime) -> Message | None:
    """The one message of this kind; None when nobody is to be told."""
    if kind in QUEUES and event.urgency not in ("P0", "P1"):
        return None
    line = KINDS[kind]
    people = dict.fromkeys(person for audience in line.audiences for person in audience(event, payload, at) if person)
    if not people:
        return None
    return Message(
        person_ids=tuple(people), title=str(line.title), text=_words(event), url=f"/events/{event.number}/",
        urgency=min(event.urgency, "P1") if kind in AT_ONCE else event.urgency,
    )


def _words(event: Event) -> str:
    found = category_of(event.category_id or "")
    return _("%(category)s · %(number)s") % {"category": named(found) if found else _("未分类"), "number": event.number}


def tell(event: Event, item: OutboxItem) -> list[Message]:
    """What ``casework.notices`` asks for every notice that a verb here owes."""
    message = message_for(item.payload["kind"], event, item.payload, item.created_at)
    return [message] if message is not None else []


def register() -> None:
    """Called from the room's ``ready``."""
    for kind in KINDS:
        register_notice(kind, tell)
