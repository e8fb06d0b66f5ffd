"""The verbs of an event over HTTP: form → arguments → the one function of ``events.transitions``. No rule here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from casework.door import ask
from casework.refusals import MoveRefused, missing
from casework.verb_api import ApiVerb, Asked, NoteBody, OptionalNoteBody, VerbBody, plain
from events import queries, transitions
from events.api import verb_forms as forms
from events.api.shapes import named_unit
from events.models import Decline, Event, SupervisionOrder, Whistle, WorkOrder
from events.workflow import MOVES, OPEN_ORDER, do
from grids.models import Area

Act = Callable[[Asked], Any]


class Doing(Asked):
    """An event and what was sent for its verb; ``unit`` reads a unit's code."""

    @property
    def event(self) -> Event:
        return self.case

    def unit(self, name: str = "unit") -> dict[str, Any]:
        found = named_unit(self.sent.get(name), name)
        return {} if found is None else {name: found}


def _plain(*names: str, sees: bool = False) -> Act:
    return plain(transitions, *names, sees=sees)


def _on_event(act: Callable[[Doing], Any]) -> Act:
    """For functions that read more of the request than its fields."""
    return lambda asked: act(Doing(asked.name, asked.case, asked.sent, asked.actor, asked.at))


def _claim(doing: Doing) -> Event:
    unit = doing.unit()
    if unit and unit["unit"].pk not in doing.actor.rights.units("events.claim"):
        raise missing(unit=_("没有这个单位"))
    return transitions.claim(doing.event, **unit, seen_version=doing.sent.get("version"), **doing.who)


def _dispatch(doing: Doing) -> Event:
    return transitions.dispatch(
        doing.event, **doing.unit(), **doing.taken("note", "task"), seen_version=doing.sent.get("version"), **doing.who
    )


def order_in(doing: Doing, states: Iterable[str]) -> WorkOrder:
    """The order that is named, else the newest of the actor's own in these states. Raises ``invalid`` for one of
    another event, ``no_order`` when none fits."""
    rows = WorkOrder.objects.filter(event=doing.event).select_related("event", "unit__area", "area").order_by("-pk")
    if doing.sent.get("order") is not None:
        found = rows.filter(pk=doing.sent["order"]).first()
        if found is None:
            raise missing(order=_("没有这张工单"))
        return found
    fitting = [row for row in rows if row.state in states]
    permission = MOVES[doing.name].permission
    for row in fitting:
        path = row.area.path if row.area_id else ""
        if doing.actor.rights.covers(permission, area_path=path, unit_ids=(row.unit_id,)):
            return row
    if fitting:
        return fitting[0]
    raise MoveRefused("no_order", _("没有可以这样操作的工单"), state=doing.event.state)


def _delegate(doing: Doing) -> Any:
    shares = [
        transitions.Share(
            unit=named_unit(row["unit"], "shares"), task=row["task"], share_percent=row.get("share_percent", 100),
            area=_area(row.get("area")),
        )
        for row in doing.sent["shares"]
    ]
    order = order_in(doing, ("accepted",))
    return transitions.delegate(order, shares=shares, **doing.taken("note"), **doing.who)


def _area(code: str | None) -> Area | None:
    if not code:
        return None
    found = Area.objects.filter(code=code, abolished_on__isnull=True).first()
    if found is None:
        raise missing(shares=_("没有这个区域编码"))
    return found


def _whistle(doing: Doing) -> Any:
    parts = [
        transitions.Called(unit=named_unit(row["unit"], "parts"), task=row["task"], is_lead=row.get("is_lead", False))
        for row in doing.sent["parts"]
    ]
    return transitions.whistle(doing.event, parts=parts, **doing.taken("kind", "ground", "note"), **doing.who)


def _return_up(doing: Doing) -> Any:
    return transitions.return_up(order_in(doing, OPEN_ORDER), **doing.taken("note", "tried"), **doing.who)


def _convene(doing: Doing) -> Any:
    units = [named_unit(code, "participants") for code in doing.sent["participants"]]
    return transitions.convene(doing.event, participants=units, **doing.taken("meeting_link", "note"), **doing.who)


def _summon(doing: Doing) -> Any:
    units = [named_unit(code, "participants") for code in doing.sent["participants"]]
    return transitions.summon(doing.event, participants=units, **doing.taken("meeting_link", "note"), **doing.who)


def _confer(doing: Doing) -> Any:
    decisions = [
        transitions.Decision(
            unit=named_unit(row["unit"], "decisions"),
            **{name: value for name, value in row.items() if name != "unit" and value not in (None, "")},
        )
        for row in doing.sent.get("decisions", ())
    ]
    return transitions.confer(doing.event, decisions=decisions, **doing.taken("note", "outcome", "answer"), **doing.who)


def _urge(doing: Doing) -> Any:
    more: dict[str, Any] = {}
    if doing.sent.get("order") is not None:
        more["order"] = order_in(doing, ())
    unit = named_unit(doing.sent.get("unit"))
    if unit is not None:
        more["unit_id"] = unit.pk
    return transitions.urge(doing.event, **more, **doing.taken("note", "colour", "way", "reply_by"), **doing.who)


def _evaluate(doing: Doing) -> Event:
    known = {str(key) for key in doing.event.orders.values_list("pk", flat=True)}
    sent = doing.sent["scores"]
    if not set(sent) <= known:
        raise missing(scores=_("没有这张工单"))
    scores = {int(key): score for key, score in sent.items()}
    return transitions.evaluate(doing.event, scores=scores, **doing.taken("note", "answer"), **doing.who)


def _merge(doing: Doing) -> Event:
    ask(doing.event, do.merge, actor=doing.actor)
    try:
        master = queries.one(doing.actor.rights, doing.sent["master"])
    except MoveRefused:
        raise missing(master=_("没有这个事件")) from None
    return transitions.merge(doing.event, master=master, **doing.taken("note"), **doing.who)


def _newest(rows: Any, wanted: str, field: str) -> Any:
    """The companion row of this number, else the newest. Raises ``invalid`` and ``nothing_waits``."""
    if wanted:
        rows = rows.filter(number=wanted)
    found = rows.order_by("-pk").first()
    if found is None and wanted:
        raise missing(**{field: _("没有找到")})
    if found is None:
        raise MoveRefused("nothing_waits", _("没有待处理的事项"))
    return found


def _on_whistle(doing: Doing) -> Any:
    rows = Whistle.objects.filter(event=doing.event).select_related("event", "street")
    wanted = doing.sent.get("whistle", "")
    row = _newest(rows if wanted else rows.filter(state="asked"), wanted, "whistle")
    return getattr(transitions, doing.name)(row, **doing.taken("note"), **doing.who)


def _on_supervision(doing: Doing) -> Any:
    rows = SupervisionOrder.objects.filter(event=doing.event).select_related("event")
    wanted = doing.sent.get("supervision", "")
    open_rows = rows.filter(replied_at__isnull=True) if doing.name == "answer_urge" else rows.filter(
        struck_off_at__isnull=True
    )
    row = _newest(rows if wanted else open_rows, wanted, "supervision")
    return getattr(transitions, doing.name)(row, **doing.taken("note"), **doing.who)


def _rule_decline(doing: Doing) -> Any:
    rows = Decline.objects.filter(event=doing.event).select_related("event", "unit", "order", "proposed_unit")
    if doing.sent.get("order") is not None:
        row = rows.filter(order=doing.sent["order"]).first()
        if row is None:
            raise missing(order=_("没有这张工单"))
    else:
        row = _newest(rows.filter(ruling="pending"), "", "order")
    return transitions.rule_decline(row, **doing.unit(), **doing.taken("founded", "note"), **doing.who)


EVENT_VERBS: dict[str, ApiVerb] = {
    "triage": ApiVerb(
        forms.TriageForm,
        _plain("category", "urgency", "service_class", "handling", "open_window", "note", sees=True), sees=True,
    ),
    "handle_on_spot": ApiVerb(forms.OnSpotForm, _plain("note", "outcome")),
    "reject": ApiVerb(NoteBody, _plain("note")),
    "appeal": ApiVerb(NoteBody, _plain("note")),
    "ask_info": ApiVerb(NoteBody, _plain("note")),
    "supply_info": ApiVerb(NoteBody, _plain("note")),
    "claim": ApiVerb(forms.ClaimForm, _on_event(_claim), sees=True),
    "dispatch": ApiVerb(forms.DispatchForm, _on_event(_dispatch), sees=True),
    "undo_dispatch": ApiVerb(VerbBody, _plain()),
    "undo_delegate": ApiVerb(VerbBody, _plain()),
    "undo_whistle": ApiVerb(VerbBody, _plain()),
    "undo_urge": ApiVerb(VerbBody, _plain()),
    "delegate": ApiVerb(forms.DelegateForm, _on_event(_delegate)),
    "whistle": ApiVerb(forms.WhistleForm, _on_event(_whistle)),
    "approve_whistle": ApiVerb(forms.WhistleChoiceForm, _on_event(_on_whistle)),
    "refuse_whistle": ApiVerb(forms.WhistleRefusalForm, _on_event(_on_whistle)),
    "return_up": ApiVerb(forms.ReturnUpForm, _on_event(_return_up)),
    "convene": ApiVerb(forms.ConveneForm, _on_event(_convene)),
    "summon": ApiVerb(forms.ConveneForm, _on_event(_summon)),
    "confer": ApiVerb(forms.ConferForm, _on_event(_confer)),
    "rule_decline": ApiVerb(forms.RuleDeclineForm, _on_event(_rule_decline)),
    "suspend": ApiVerb(forms.SuspendForm, _plain("reason", "resume_on", "note")),
    "resume": ApiVerb(OptionalNoteBody, _plain("note")),
    "retarget": ApiVerb(forms.RetargetForm, _plain("service_class", "note")),
    "urge": ApiVerb(forms.UrgeForm, _on_event(_urge)),
    "nudge": ApiVerb(OptionalNoteBody, _plain("note")),
    "answer_urge": ApiVerb(forms.AnswerUrgeForm, _on_event(_on_supervision)),
    "strike_off": ApiVerb(forms.StrikeOffForm, _on_event(_on_supervision)),
    "verify": ApiVerb(forms.VerifyForm, _plain("finding", "note")),
    "call_back": ApiVerb(forms.CallBackForm, _plain("finding", "note", "rating", "reasons")),
    "rate": ApiVerb(forms.RateForm, _plain("level", "solved", "reasons", "text")),
    "evaluate": ApiVerb(forms.EvaluateForm, _on_event(_evaluate)),
    "reopen": ApiVerb(NoteBody, _plain("note")),
    "merge": ApiVerb(forms.MergeForm, _on_event(_merge)),
    "split_off": ApiVerb(NoteBody, _plain("note")),
    "transfer": ApiVerb(forms.TransferForm, _plain("kind", "basis", "number", "note")),
    "take_back": ApiVerb(NoteBody, _plain("note")),
    "note_number": ApiVerb(forms.NoteNumberForm, _plain("kind", "number")),
    "end_elsewhere": ApiVerb(forms.EndElsewhereForm, _plain("kind", "note")),
}
