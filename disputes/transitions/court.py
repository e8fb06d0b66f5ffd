"""法庭进中心: what a judge or clerk at the centre does to a dispute that was handed to his court, in one place (76)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from disputes.models import Confirmation, Dispute, Procedure
from disputes.reach import COURT
from disputes.transitions.following import allow, applied_for, turn_down
from disputes.transitions.leaving import advance, finish
from disputes.transitions.steps import say
from disputes.workflow import do
from grids.scope import SHANGHAI


def _own(passage: Passage, rows: Iterable[Procedure | Confirmation]) -> Procedure | Confirmation:
    """What lies with the actor's court. Raises ``not_ours``."""
    units = set(passage.actor.rights.units(COURT))
    found = next((row for row in rows if row.unit_id in units), None)
    if found is None:
        raise MoveRefused("not_ours", _("该案没有移交本法庭"))
    return found


def _suit(passage: Passage) -> Procedure:
    return _own(passage, (row for row in reversed(passage.rows(Procedure)) if row.ended_at is None))


def court_file(
    dispute: Dispute, *, actor: Actor, at: datetime, filing_number: str, filed_on: date | None = None, note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """法庭立案, today unless a day is given; the days for service run. Raises ``invalid``, ``not_ours``,
    ``done_already``."""
    with moving(dispute, do.court_file, actor=actor, at=at, seen_version=seen_version) as passage:
        row = _suit(passage)
        if row.filed_on is not None:
            raise MoveRefused("done_already", _("已登记立案:%(number)s") % {"number": row.filing_number or row.filed_on})
        if not filing_number.strip():
            raise missing(filing_number=_("请填写案号"))
        day = filed_on or at.astimezone(SHANGHAI).date()
        advance(passage, row, {"filing_number": filing_number.strip()[:60], "filed_on": day})
        say(passage, note)
        passage.tell("dispute_court_filed")
    return passage.case


def court_serve(
    dispute: Dispute, *, actor: Actor, at: datetime, served_on: date | None = None, heard_on: date | None = None,
    note: str = "", seen_version: int | None = None,
) -> Dispute:
    """法庭送达, with the day of the hearing where it is fixed; the days for the defence run. Raises ``invalid`` for a
    day before the filing or ahead, ``not_ours``, ``not_filed``, ``done_already``."""
    with moving(dispute, do.court_serve, actor=actor, at=at, seen_version=seen_version) as passage:
        row, today = _suit(passage), at.astimezone(SHANGHAI).date()
        if row.filed_on is None:
            raise MoveRefused("not_filed", _("请先登记立案"))
        if row.served_on is not None:
            raise MoveRefused("done_already", _("已登记送达"))
        day = served_on or today
        if not row.filed_on <= day <= today:
            raise missing(served_on=_("送达日期应在立案之后、今天之前"))
        if heard_on is not None and heard_on < day:
            raise missing(heard_on=_("日期早于上一步"))
        advance(passage, row, {"served_on": day, **({"heard_on": heard_on} if heard_on else {})})
        say(passage, note)
        passage.tell("dispute_court_served")
    return passage.case


def court_end(
    dispute: Dispute, *, actor: Actor, at: datetime, result: str, closed_on: date | None = None, note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """法庭结案: judged, settled in court or withdrawn; the dispute is closed. Raises ``invalid``, ``not_ours``,
    ``not_filed``."""
    with moving(dispute, do.court_end, actor=actor, at=at, seen_version=seen_version) as passage:
        row, today = _suit(passage), at.astimezone(SHANGHAI).date()
        if row.filed_on is None:
            raise MoveRefused("not_filed", _("请先登记立案"))
        if closed_on is not None and not row.filed_on <= closed_on <= today:
            raise missing(closed_on=_("结案日期应在立案之后、今天之前"))
        say(passage, note)
        finish(passage, row, result, closed_on)
    return passage.case


def court_confirm(
    dispute: Dispute, *, actor: Actor, at: datetime, decided_on: date | None = None, number: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """裁定确认, entered by the court itself. Raises as ``confirm``, and ``not_ours``."""
    with moving(dispute, do.court_confirm, actor=actor, at=at, seen_version=seen_version) as passage:
        allow(passage, _own(passage, [applied_for(passage)]), decided_on, number)
    return passage.case


def court_deny(
    dispute: Dispute, *, actor: Actor, at: datetime, note: str, decided_on: date | None = None,
    seen_version: int | None = None,
) -> Dispute:
    """裁定不予确认, with the reason. Raises as ``deny_confirm``, ``invalid`` without a reason, ``not_ours``."""
    with moving(dispute, do.court_deny, actor=actor, at=at, seen_version=seen_version) as passage:
        row = _own(passage, [applied_for(passage)])
        if not note.strip():
            raise missing(note=_("请写明理由"))
        turn_down(passage, row, decided_on, note)
    return passage.case
