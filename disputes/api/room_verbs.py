"""Sessions and what follows an agreement over HTTP: body → arguments → the one function of the room. No rule here.

A session, an instalment and a call-back are named by their number within the dispute, so that nobody else's can be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from casework.api_shapes import named_unit
from casework.refusals import forbidden, missing
from casework.verb_api import ApiVerb, Asked
from disputes import bodies, transitions
from disputes.api import room_verb_forms as forms
from disputes.models import CallBack, Evidence, Instalment, Mediator, Room, Session
from disputes.transitions.settling import Step
from disputes.workflow import MOVES

Act = Callable[[Asked], Any]


def _seen(asked: Asked) -> dict[str, Any]:
    return {"seen_version": asked.sent.get("version")}


def _row(asked: Asked, name: str, model: type, **where: Any) -> Any:
    """A row of this dispute, which carries the dispute that was asked for. Raises ``forbidden`` before it says
    whether there is such a row, and ``invalid``."""
    if not asked.case.is_reached_by(asked.actor.rights, MOVES[asked.name].permission):
        raise forbidden()
    found = model.objects.filter(dispute=asked.case, **where).first()
    if found is None:
        raise missing(**{name: _("没有这个编号")})
    found.dispute = asked.case
    return found


def _session(asked: Asked) -> Session:
    return _row(asked, "session", Session, seq=asked.sent["session"])


def _instalment(asked: Asked) -> Instalment:
    return _row(asked, "instalment", Instalment, seq=asked.sent["instalment"], agreement__ended_at=None)


def _room(asked: Asked) -> dict[str, Room]:
    code = asked.sent.get("room")
    if not code:
        return {}
    found = bodies.rooms().filter(code=code).first()
    if found is None:
        raise missing(room=_("没有这间调解室"))
    return {"room": found}


def _people(asked: Asked) -> dict[str, Any]:
    """Persons of these mediators. Raises ``invalid``."""
    wanted = asked.sent.get("people") or ()
    found = dict(Mediator.objects.filter(pk__in=wanted, is_active=True).values_list("pk", "person_id"))
    if len(found) != len(set(wanted)):
        raise missing(people=_("没有这位调解员"))
    return {"people": [found[key] for key in dict.fromkeys(wanted)]} if found else {}


def _units(asked: Asked) -> dict[str, Any]:
    return {"units": [named_unit(code, "units") for code in asked.sent.get("units") or ()]}


def unit_of(asked: Asked) -> dict[str, Any]:
    """The unit that is named by its code."""
    code = asked.sent.get("unit")
    return {"unit": named_unit(code)} if code else {}


def _steps(asked: Asked, name: str) -> dict[str, tuple[Step, ...]]:
    rows = asked.sent.get(name) or ()
    return {name: tuple(Step(row["due_on"], row.get("amount")) for row in rows)}


def _proof(asked: Asked) -> dict[str, Any]:
    key = asked.sent.get("proof")
    return {"proof": _row(asked, "proof", Evidence, pk=key)} if key is not None else {}


def _schedule(asked: Asked) -> Any:
    more = {**_room(asked), **_people(asked), **_units(asked), **asked.taken("starts_at", "minutes", "mode", "link", "place")}
    return transitions.schedule(asked.case, **more, **_seen(asked), **asked.who)


def _of(find: Callable[[Asked], Any], *names: str, more: Callable[[Asked], dict[str, Any]] = lambda asked: {}) -> Act:
    """Calls the verb with the row it is done to, these fields, and what ``more`` finds."""

    def act(asked: Asked) -> Any:
        verb = getattr(transitions, asked.name)
        return verb(find(asked), **asked.taken(*names), **more(asked), **_seen(asked), **asked.who)

    return act


def _case(asked: Asked) -> Any:
    return asked.case


def _call_back_row(asked: Asked) -> CallBack:
    return _row(asked, "day", CallBack, day=asked.sent["day"], agreement__ended_at=None)


AGREED = ("terms", "facts", "issues", "duties", "way", "term", "effective_on", "checks", "oral")
ROOM_VERBS: dict[str, ApiVerb] = {
    name: ApiVerb(form, act, sees=True)
    for name, form, act in (
        ("schedule", forms.ScheduleBody, _schedule),
        ("reschedule", forms.RescheduleBody, _of(_session, "starts_at", "minutes", "note", more=_room)),
        ("call_off", forms.CallOffBody, _of(_session, "note")),
        ("check_in", forms.CheckInBody, _of(_session, "came", "absent")),
        ("begin", forms.SessionBody, _of(_session)),
        ("conclude", forms.SessionNoteBody, _of(_session, "note")),
        ("agree", forms.AgreeBody, _of(_case, *AGREED, more=lambda asked: _steps(asked, "plan"))),
        ("settle_orally", forms.OralBody, _of(_case, "terms")),
        ("plan", forms.PlanBody, _of(_case, "note", more=lambda asked: _steps(asked, "steps"))),
        ("perform", forms.PerformBody, _of(_instalment, "note", more=_proof)),
        ("breach", forms.BreachBody, _of(_instalment, "note", "enforcement")),
        ("fulfil", forms.MaybeNoted, _of(_case, "note")),
        ("apply_confirm", forms.ApplyConfirmBody, _of(_case, "court", "together", "applied_on", "number", more=unit_of)),
        ("confirm", forms.ConfirmBody, _of(_case, "decided_on", "number")),
        ("deny_confirm", forms.DenyConfirmBody, _of(_case, "decided_on", "note")),
        ("court_file", forms.CourtFileBody, _of(_case, "filing_number", "filed_on", "note")),
        ("court_serve", forms.CourtServeBody, _of(_case, "served_on", "heard_on", "note")),
        ("court_end", forms.CourtEndBody, _of(_case, "result", "closed_on", "note")),
        ("court_confirm", forms.ConfirmBody, _of(_case, "decided_on", "number")),
        ("court_deny", forms.CourtDenyBody, _of(_case, "decided_on", "note")),
        ("call_back", forms.CallBackBody, _of(_call_back_row, "finding", "satisfied", "note")),
        ("judge", forms.VerbBody, _of(_case)),
    )
}
