"""Who of the hotline is told of what. No title or text carries personal data: category and number only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.names import named
from casework.models import Case, OutboxItem
from casework.notices import Message, register_notice
from events.cover import away, posts_with
from events.reference_rows import category as category_of
from hotline.models import HotlineOrder, Referral

Audience = Callable[[Case, datetime], list[int]]


def _holders(permission: str) -> Audience:
    """Whoever holds the permission on the land of the case, or in one of its units; those on duty first."""

    def find(case: Case, at: datetime) -> list[int]:
        codes = case.area_path.rstrip("/").split("/")
        posts = posts_with(permission, at=at)
        found = [*posts.filter(area__code__in=codes), *posts.filter(area=None, unit__in=case.unit_ids)]
        people = list(dict.fromkeys(post.person_id for post in found if post.person.is_active))
        gone = away(people, at=at)
        return [person for person in people if person not in gone] or people

    return find


def _agent(case: Case, at: datetime) -> list[int]:
    """Who took the call; the desk's head when that person is gone."""
    person = case.agent_id if isinstance(case, HotlineOrder) else None
    return [person] if person and not away([person], at=at) else _holders("hotline.supervise")(case, at)


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of notice: its title and everybody it goes to."""

    title: object
    audiences: tuple[Audience, ...]


KINDS: dict[str, Line] = {
    "hotline_to_answer": Line(gettext_lazy("已办理,请答复来电人"), (_agent,)),
    "hotline_closed": Line(gettext_lazy("热线工单已办结"), (_agent,)),
    "hotline_red": Line(gettext_lazy("热线工单超24小时未响应"), (_agent, _holders("hotline.supervise"))),
    "hotline_yellow": Line(gettext_lazy("热线工单超3天无进展"), (_agent, _holders("hotline.supervise"))),
    "hotline_dissatisfied": Line(gettext_lazy("来电人两次不满意"), (_holders("hotline.supervise"),)),
    "exclusion_asked": Line(gettext_lazy("不合理诉求待审批"), (_holders("hotline.decide_exclusion"),)),
    "exclusion_decided": Line(gettext_lazy("不合理诉求已审批"), (_agent,)),
    "referral_handed_over": Line(gettext_lazy("三类问题移送"), (_holders("hotline.inspect"),)),
    "referral_returned": Line(gettext_lazy("三类问题已退回"), (_holders("hotline.hand_over"),)),
    "referral_concluded": Line(gettext_lazy("三类问题已有结果"), (_holders("hotline.hand_over"),)),
    "referral_struck_off": Line(gettext_lazy("三类问题已销号"), (_holders("hotline.hand_over"),)),
    # owed by the ladder
    "hotline_near_due": Line(gettext_lazy("热线答复时限临近"), (_agent,)),
    "hotline_overdue": Line(gettext_lazy("热线答复已超期"), (_agent, _holders("hotline.supervise"))),
}


def message_for(kind: str, case: Case, at: datetime) -> Message | None:
    """The one message of this kind; None when nobody is to be told."""
    line = KINDS[kind]
    people = dict.fromkeys(person for audience in line.audiences for person in audience(case, at) if person)
    if not people:
        return None
    return Message(
        person_ids=tuple(people), title=str(line.title), text=_words(case), url=_url(case),
        urgency=getattr(case, "urgency", ""),
    )


def _words(case: Case) -> str:
    if isinstance(case, Referral):
        return _("%(kind)s · %(number)s") % {"kind": case.get_kind_display(), "number": case.number}
    found = category_of(case.category_id or "")
    return _("%(category)s · %(number)s") % {"category": named(found) if found else _("未分类"), "number": case.number}


def _url(case: Case) -> str:
    return f"/hotline/discipline/{case.number}/" if isinstance(case, Referral) else f"/hotline/{case.number}/"


def tell(case: Case, item: OutboxItem) -> list[Message]:
    """What ``casework.notices`` asks for every notice that a verb here owes."""
    message = message_for(item.payload["kind"], case, item.created_at)
    return [message] if message is not None else []


def register() -> None:
    """Called from the room's ``ready``."""
    for kind in KINDS:
        register_notice(kind, tell)
