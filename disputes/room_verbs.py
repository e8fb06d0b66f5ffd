"""Verbs of sessions, papers and what follows an agreement, for the room's table (``disputes.verbs``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.door import Move
from casework.offering import Subjects, Verb
from disputes import room_forms as forms
from disputes.aftercare import end_of


def _rows(name: str, wanted: Callable[[Any, Any], bool]) -> Subjects:
    """Rows of the dossier that the verb may be done to, where the verb holds on the dispute."""

    def find(dossier: Any, move: Move) -> list[models.Model]:
        if not dossier.case.is_reached_by(dossier.rights, move.permission):
            return []
        return [row for row in getattr(dossier, name) if wanted(row, dossier)]

    return find


def _case(wanted: Callable[[Any], bool]) -> Subjects:
    return lambda dossier, move: [dossier.case] if wanted(dossier) else []


def _booked(row: Any, dossier: Any) -> bool:
    return row.state == "booked"


def _open_step(row: Any, dossier: Any) -> bool:
    return row.state in ("due", "late")


def _late_step(row: Any, dossier: Any) -> bool:
    return row.state in ("due", "late") and end_of(row.due_on) <= dossier.at


ROOM_VERBS = (
    Verb("schedule", forms.SessionForm, "KeyS"),
    Verb("reschedule", forms.MoveSessionForm, subjects=_rows("sessions", _booked), none=_("没有已约的会期")),
    Verb("call_off", forms.CallOffForm, subjects=_rows("sessions", _booked), none=_("没有已约的会期")),
    Verb("begin", forms.VersionForm, subjects=_rows("sessions", _booked), at_once=True, none=_("没有已约的会期")),
    Verb("conclude", forms.VersionForm, subjects=_rows("sessions", lambda row, _d: row.state in ("booked", "begun")),
         at_once=True, none=_("没有进行中的会期")),
    Verb("issue", forms.IssueForm, "KeyO"),
    Verb("agree", forms.AgreeForm),
    Verb("settle_orally", forms.OralForm),
    Verb("plan", forms.PlanForm),
    Verb("perform", forms.PerformForm, subjects=_rows("instalments", _open_step), none=_("没有待履行的期次")),
    Verb("breach", forms.BreachForm, subjects=_rows("instalments", _late_step), none=_("没有逾期的期次")),
    Verb("fulfil", forms.FulfilForm, subjects=_case(lambda d: d.agreement and not any(_open_step(r, d) for r in d.instalments)),
         none=_("还有没履行的期次")),
    Verb("apply_confirm", forms.ApplyForm, subjects=_case(lambda d: d.agreement and d.confirmation is None),
         none=_("已申请过司法确认")),
    Verb("confirm", forms.ConfirmForm, subjects=_case(lambda d: d.confirmation and not d.confirmation.result),
         none=_("还没有申请司法确认")),
    Verb("deny_confirm", forms.DenyForm, subjects=_case(lambda d: d.confirmation and not d.confirmation.result),
         none=_("还没有申请司法确认")),
    Verb("call_back", forms.CallBackForm, subjects=_rows("call_backs", lambda row, _d: row.done_at is None),
         none=_("没有待回访")),
)
