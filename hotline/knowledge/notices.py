"""Who is told what about the knowledge base: the bell of the unit that owns an article or a gap."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from casework import notices
from casework.notices import Message
from events.cover import posts_with
from hotline.knowledge.models import Article, KnowledgeGap
from hotline.knowledge.workflow import MANAGE, REVIEW, WRITE


def people_of(unit_id: int, *permissions: str, at: datetime) -> tuple[int, ...]:
    """Who may do this for the unit; those who manage the base where the unit has nobody."""
    found: list[int] = []
    for permission in permissions:
        found += posts_with(permission, at=at).filter(unit=unit_id).values_list("person_id", flat=True)
    return tuple(dict.fromkeys(found)) or managers(at=at)


def managers(*, at: datetime) -> tuple[int, ...]:
    return tuple(dict.fromkeys(posts_with(MANAGE, at=at).values_list("person_id", flat=True)))


TITLES = {
    # kind → what is told, permissions of those who are told
    "knowledge.review": (_("知识条目待审核"), (REVIEW,)),
    "knowledge.back": (_("知识条目被退回"), (WRITE,)),
    "knowledge.due": (_("知识条目即将到期,请复审"), (WRITE, REVIEW)),
    "knowledge.expired": (_("知识条目已到期,坐席已看不到"), (WRITE, REVIEW)),
    "knowledge.feedback": (_("有人反馈知识条目有问题"), (WRITE, REVIEW)),
    "gap.open": (_("知识缺口待补充"), (WRITE,)),
    "gap.near": (_("知识缺口即将超期"), (WRITE,)),
    "gap.late": (_("知识缺口已超期"), (WRITE, REVIEW)),
    "gap.answered": (_("您提出的知识缺口已有答复"), ()),
    "gap.dismissed": (_("您提出的知识缺口不予补充"), ()),
}


def owe(article: Article, kind: str, *, at: datetime, mark: str, person: int | None = None) -> int:
    """Tell about an article, once per ``mark``. Call it inside the transaction of the act."""
    people = (person,) if person else people_of(article.unit_id, *TITLES[kind][1], at=at)
    text = f"{article.unit.name} · {article.title}"
    return _send(kind, people, text, f"/hotline/knowledge/{article.number}/", article.number, mark, at)


def owe_gap(gap: KnowledgeGap, kind: str, *, at: datetime, mark: str = "") -> int:
    """Tell about a gap: the owner that it waits, nears its end or is late; who asked that it is settled. The question
    itself is not in the line: it was typed while somebody spoke."""
    if kind in ("gap.answered", "gap.dismissed"):
        people: tuple[int, ...] = (gap.recorded_by_id,)
    else:
        people = people_of(gap.unit_id, *TITLES[kind][1], at=at)
    if kind == "gap.late":
        people = tuple(dict.fromkeys((*people, *managers(at=at))))
    return _send(kind, people, gap.unit.name, f"/hotline/knowledge/gaps/?number={gap.number}", gap.number, mark, at)


def _send(kind: str, people: tuple[int, ...], text: str, url: str, number: str, mark: str, at: datetime) -> int:
    messages = notices.for_readers(lambda: [Message(people, str(TITLES[kind][0]), text, url, channels=())])
    return notices.send(kind, messages, key=f"{kind}:{number}:{mark}", at=at, case_number=number)
