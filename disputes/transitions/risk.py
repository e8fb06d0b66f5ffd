"""Risk: flags, score and colour; joint notice 联合告知 to police, street, district; their receipts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from disputes import grading, rules
from disputes.models import Dispute, JointNotice
from disputes.transitions.steps import say
from disputes.workflow import do
from events import placing
from grids.models import Unit

POLICE_DUTY = "0202"
"""The duty (brawl) by which the unit is known that answers for the police."""


def rate_risk(
    dispute: Dispute, *, actor: Actor, at: datetime, flags: Sequence[str], complexity: str = "", note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """核定风险: the flags set by hand, computed ones follow; a new red flag is told jointly at once.

    Raises ``invalid`` for an unknown flag or complexity.
    """
    with moving(dispute, do.rate_risk, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        if not set(flags) <= set(rules.flags()):
            raise missing(flags=_("没有这个风险标识"))
        if complexity and complexity not in Dispute.Complexity.values:
            raise missing(complexity=_("没有这个选项"))
        before = set(grading.red_flags(locked))
        locked.risk_flags = sorted(set(flags))
        locked.complexity = complexity or locked.complexity
        grading.grade(locked)
        say(passage, note)
        tell_jointly(passage, [code for code in grading.red_flags(locked) if code not in before])
    return passage.case


def notify(
    dispute: Dispute, *, actor: Actor, at: datetime, targets: Sequence[str] = (), note: str = ""
) -> Dispute:
    """联合告知 by hand: to these targets, or to those that its red flags name. Raises ``invalid`` with nobody to tell,
    ``done_already`` when all of them have been told of these flags."""
    with moving(dispute, do.notify, actor=actor, at=at) as passage:
        codes = grading.red_flags(passage.case)
        wanted = list(targets) or _targets(codes)
        if not wanted or not set(wanted) <= {"police", "street", "district"}:
            raise missing(targets=_("请选择告知对象"))
        say(passage, note)
        if not _tell(passage, wanted, codes):
            raise MoveRefused("done_already", _("已告知"))
    return passage.case


def acknowledge(
    dispute: Dispute, *, notice: JointNotice, actor: Actor, at: datetime, note: str = ""
) -> Dispute:
    """回执 of one joint notice, once. Raises ``done_already``."""
    with moving(dispute, do.acknowledge, actor=actor, at=at) as passage:
        row = next((row for row in passage.rows(JointNotice) if row.pk == notice.pk), None)
        if row is None:
            raise missing(notice=_("没有这条告知"))
        if row.acknowledged_at is not None:
            raise MoveRefused("done_already", _("已回执"))
        passage.change(row, acknowledged_at=at, acknowledged_by=actor.name[:60], answer=note[:200])
    return passage.case


def tell_jointly(passage: Passage, codes: Sequence[str]) -> None:
    """Joint notice of these red flags, at once; nothing for none."""
    if codes:
        _tell(passage, _targets(codes), codes)


def _targets(codes: Iterable[str]) -> list[str]:
    return sorted({target for code in codes for target in rules.flags()[code].targets})


def _tell(passage: Passage, targets: Sequence[str], codes: Sequence[str]) -> bool:
    """Owe one notice per target not told of these flags yet; whether there was any."""
    dispute, done = passage.case, False
    known = {(row.target, tuple(row.flags)) for row in passage.rows(JointNotice)}
    urgent = grading.is_dangerous(dispute)
    for target in targets:
        if (target, tuple(codes)) in known:
            continue
        unit_id = _unit_of(dispute, target)
        passage.create(JointNotice(
            dispute=dispute, unit_id=unit_id, target=target, flags=list(codes), is_urgent=urgent and target == "police",
            told_at=passage.at,
        ))
        if unit_id is not None and unit_id not in dispute.unit_ids:
            dispute.unit_ids = [*dispute.unit_ids, unit_id]
        done = True
    if done:
        passage.details["told"] = list(targets)
        passage.tell("dispute_joint", targets=list(targets), flags=list(codes))
    return done


def _unit_of(dispute: Dispute, target: str) -> int | None:
    if target == "district":
        return placing.desk_of(dispute.district_code)
    if target == "street":
        found = Unit.objects.filter(kind=Unit.Kind.STREET, area__code=dispute.street_code, is_active=True)
    else:
        found = Unit.objects.filter(duties__category_code=POLICE_DUTY, is_active=True)
    return found.values_list("pk", flat=True).first()
