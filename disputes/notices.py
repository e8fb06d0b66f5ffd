"""Who is told of what. A line names state, type and place of the dispute, never a party or the story."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.models import OutboxItem
from casework.notices import Message, register_notice
from disputes.models import Dispute, Mediator
from events.cover import away, posts_with

Audience = Callable[[Dispute, dict, datetime], Iterable[int]]


def _there(posts: Iterable, at: datetime) -> list[int]:
    people = list(dict.fromkeys(post.person_id for post in posts if post.person.is_active))
    gone = away(people, at=at)
    return [person for person in people if person not in gone] or people


def _land(permission: str, dispute: Dispute, at: datetime) -> list[int]:
    codes = dispute.area_path.rstrip("/").split("/")
    return _there(posts_with(permission, at=at).filter(area__code__in=codes), at)


def _unit(permission: str, unit_ids: Iterable[int], at: datetime) -> list[int]:
    return _there(posts_with(permission, at=at).filter(unit__in=[key for key in unit_ids if key]), at)


def duty(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    """Who screens and routes: the head of the body that has it, else the duty officers of the land."""
    unit = dispute.body.unit_id if dispute.body_id else None
    return _unit("disputes.lead", (unit,), at) or _land("disputes.hand_over", dispute, at)


def head(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    """The head of the body; where there is none yet, the body's mediators, so that nothing waits unseen."""
    if not dispute.body_id:
        return duty(dispute, payload, at)
    found = _unit("disputes.lead", (dispute.body.unit_id,), at)
    return found or list(Mediator.objects.filter(body=dispute.body_id, is_active=True).values_list("person", flat=True))


def mediators(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    return list(dispute.member_ids) or head(dispute, payload, at)


def lead(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    return [dispute.mediator.person_id] if dispute.mediator_id else head(dispute, payload, at)


def assigned(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    return [payload["person"]]


def above(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    """The director of the street, else of the district."""
    return _land("disputes.urge", dispute, at)


def joined(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    return _unit("disputes.join", payload.get("units", ()), at)


def guide_of(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    """Whoever guided it last, and who took it in, unless they routed it themselves or are told of it anyway."""
    found = dispute.trail.filter(verb="guide", person__isnull=False).order_by("-seq").values_list("person", flat=True)[:1]
    told = {payload.get("by"), *dispute.member_ids}
    return [key for key in dict.fromkeys([*found, *registrar(dispute, payload, at)]) if key not in told]


def court_people(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    """The people at the centre of the court that it was handed to."""
    return _unit("disputes.court", (payload["unit"],), at)


def warned(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    """The people of the units that the joint notice went to, the duty officers of the land for those without one."""
    rows = dispute.joint_notices.filter(target__in=payload.get("targets", ()))
    units = [row.unit_id for row in rows if row.unit_id]
    people = _unit("disputes.acknowledge", units, at)
    return people or _land("disputes.acknowledge", dispute, at)


def registrar(dispute: Dispute, payload: dict, at: datetime) -> list[int]:
    return [dispute.reported_by_id] if dispute.reported_by_id else []


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of notice: its title and everybody it goes to; ``urgency`` P1 breaks through the quiet hours."""

    title: object
    audiences: tuple[Audience, ...]
    urgency: str = ""


KINDS: dict[str, Line] = {
    "dispute_booked": Line(gettext_lazy("新的调解预约待筛选"), (duty,)),
    "dispute_accepted": Line(gettext_lazy("纠纷已受理,请引导分流"), (duty,)),
    "dispute_declined": Line(gettext_lazy("调解组织退回,请重新分流"), (duty,)),
    "dispute_routed": Line(gettext_lazy("新的纠纷待签收"), (head,)),
    "dispute_routed_on": Line(gettext_lazy("您经手的纠纷已分流"), (guide_of,)),
    "dispute_assigned": Line(gettext_lazy("请主持调解"), (assigned,)),
    "dispute_invited": Line(gettext_lazy("请参与调解"), (joined,)),
    "dispute_failed": Line(gettext_lazy("调解不成,请上报或引导"), (lead, head)),
    "dispute_refused": Line(gettext_lazy("一方不愿,调解终止"), (mediators, head)),
    "dispute_outside": Line(gettext_lazy("纠纷转入外部程序"), (mediators, head)),
    "dispute_to_court": Line(gettext_lazy("移交法庭,请登记办理"), (court_people,)),
    "dispute_court_filed": Line(gettext_lazy("法庭已立案"), (mediators, head)),
    "dispute_court_served": Line(gettext_lazy("法庭已送达"), (mediators, head)),
    "dispute_closed": Line(gettext_lazy("纠纷已结案"), (mediators, registrar)),
    "dispute_joint": Line(gettext_lazy("民转刑风险联合告知,请回执"), (warned, lead), "P1"),
    "dispute_urged": Line(gettext_lazy("纠纷被督办"), (lead, head)),
    # owed by the ladder
    "dispute_remind_duty": Line(gettext_lazy("纠纷时限临近,请处理"), (duty,)),
    "dispute_remind_mediator": Line(gettext_lazy("调解时限临近"), (lead,)),
    "dispute_tell_above": Line(gettext_lazy("纠纷超过时限"), (head, above)),
    "dispute_tell_district": Line(gettext_lazy("纠纷严重超期,请督办"), (above,)),
}


def message_for(kind: str, dispute: Dispute, payload: dict, at: datetime) -> Message | None:
    """The one message of this kind; None when nobody is to be told."""
    line = KINDS[kind]
    people = dict.fromkeys(key for audience in line.audiences for key in audience(dispute, payload, at) if key)
    if not people:
        return None
    words = _("%(label)s · %(number)s") % {"label": dispute.label, "number": dispute.number}
    url = f"/disputes/{dispute.number}/"
    if kind == "dispute_routed_on" and dispute.body_id:  # the case is the body's now, and no longer the guide's to open
        words, url = f"{words} → {dispute.body.name}", f"/disputes/bodies/{dispute.body.code}/"
    return Message(person_ids=tuple(people), title=str(line.title), text=words, url=url, urgency=line.urgency)


def tell(dispute: Dispute, item: OutboxItem) -> list[Message]:
    """What ``casework.notices`` asks for every notice that a verb here owes."""
    message = message_for(item.payload["kind"], dispute, item.payload, item.created_at)
    return [message] if message is not None else []


def register() -> None:
    """Called from the room's ``ready``."""
    for kind in KINDS:
        register_notice(kind, tell)
