"""职能清单自评: a centre goes through its duty sheet and says of each duty how far it is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from grids.models import Area, DutyAssessment
from grids.refusals import Doer, GridRefused, bad
from grids.scope import Rights

ASSESS = "grids.staff"
"""Whoever answers for the staff of a place answers for its sheet."""
LONGEST_NOTE, LONGEST_SUMMARY = 200, 300
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one duty."""

    mark: str
    note: str = ""


def may_assess(rights: Rights, area: Area) -> bool:
    return area.abolished_on is None and rights.covers(ASSESS, area_path=area.path)


def assess(area: Area, said: Sequence[Said], *, actor: Doer, at: datetime, summary: str = "") -> DutyAssessment:
    """Write down a self-assessment: one mark for each duty of the area's level, in order, and a reason for each that is
    not wholly carried out.

    Refusals: forbidden, invalid (naming ``d<n>`` or ``n<n>``, counted from 0).
    """
    if not may_assess(actor.rights, area):
        raise GridRefused("forbidden", _("没有这项权限"))
    duties = [str(duty) for duty in area.level.duties]
    if not duties:
        raise bad(summary=_("这一层级还没有职能清单"))
    for n, _duty in enumerate(duties):
        one = said[n] if n < len(said) else Said("")
        if one.mark not in DutyAssessment.Mark.values:
            raise bad(**{f"d{n}": _("第%(n)s条还没有自评") % {"n": n + 1}})
        if one.mark != DutyAssessment.Mark.DONE and not one.note.strip():
            raise bad(**{f"n{n}": _("第%(n)s条没有全部落实,请写明原因和打算") % {"n": n + 1}})
    return DutyAssessment.objects.create(
        area=area, summary=summary.strip()[:LONGEST_SUMMARY], at=at, by_id=actor.person_id,
        marks=[
            {"duty": duty, "mark": one.mark, "note": one.note.strip()[:LONGEST_NOTE]}
            for duty, one in zip(duties, said, strict=False)
        ],
    )


def sheet_of(area: Area) -> dict:
    """The duty sheet with what the newest assessment says of each duty, and the earlier ones: ``{rows, newest, done,
    earlier}``. A duty that has been worded anew since is not assessed yet."""
    found = list(DutyAssessment.objects.filter(area=area).select_related("by")[:SHOWN])
    newest = found[0] if found else None
    marks = {row["duty"]: row for row in newest.marks} if newest else {}
    words = dict(DutyAssessment.Mark.choices)
    rows = [
        {"duty": duty, "mark": marks.get(duty, {}).get("mark", ""), "note": marks.get(duty, {}).get("note", ""),
         "label": words.get(marks.get(duty, {}).get("mark", ""), "")}
        for duty in map(str, area.level.duties)
    ]
    for one in found:
        one.done = sum(row["mark"] == DutyAssessment.Mark.DONE for row in one.marks)
    return {"rows": rows, "newest": newest, "done": sum(row["mark"] == "done" for row in rows), "earlier": found[1:]}
