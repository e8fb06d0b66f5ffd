"""The verbs of one work order over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.refusals import MoveRefused
from events import transitions
from events.api import verb_forms as forms
from events.api.shapes import named_unit
from events.models import Extension, WhistlePart, WorkOrder


@dataclass(frozen=True, slots=True)
class Ordered:
    """One request to do a verb on an order."""

    name: str
    order: WorkOrder
    sent: dict
    actor: Actor
    at: datetime

    @property
    def who(self) -> dict[str, Any]:
        return {"actor": self.actor, "at": self.at}

    def taken(self, *names: str) -> dict[str, Any]:
        return {name: self.sent[name] for name in names if self.sent.get(name) not in (None, "")}


Act = Callable[[Ordered], Any]


@dataclass(frozen=True, slots=True)
class OrderVerb:
    form: type[forms.VerbForm]
    act: Act


def _plain(*names: str) -> Act:
    def act(asked: Ordered) -> Any:
        return getattr(transitions, asked.name)(asked.order, **asked.taken(*names), **asked.who)

    return act


def _feed_back(asked: Ordered) -> Any:
    return transitions.feed_back(
        asked.order, **asked.taken("note", "outcome"), seen_version=asked.sent.get("version"), **asked.who
    )


def _decline(asked: Ordered) -> Any:
    return transitions.decline(
        asked.order, **asked.taken("reason", "clause", "note"),
        proposed_unit=named_unit(asked.sent.get("proposed_unit"), "proposed_unit"), **asked.who,
    )


def _on_part(verb: str, *names: str) -> Act:
    """For verbs on a whistle's part: the department's answer that this order stands for."""

    def act(asked: Ordered) -> Any:
        part = WhistlePart.objects.filter(order=asked.order).select_related("whistle__event", "unit", "order").first()
        if part is None:
            raise MoveRefused("order_kind", _("只有联单可以这样操作"), state=asked.order.state)
        return getattr(transitions, verb)(part, **asked.taken(*names), **asked.who)

    return act


def _on_extension(*names: str) -> Act:
    def act(asked: Ordered) -> Any:
        row = Extension.objects.filter(order=asked.order).select_related("event", "order").order_by("-pk").first()
        if row is None:
            raise MoveRefused("nothing_waits", _("没有待处理的事项"))
        return getattr(transitions, asked.name)(row, **asked.taken(*names), **asked.who)

    return act


ORDER_VERBS: dict[str, OrderVerb] = {
    "accept": OrderVerb(forms.OptionalNoteForm, _plain("note")),
    "contact": OrderVerb(forms.OptionalNoteForm, _plain("note")),
    "decline": OrderVerb(forms.DeclineForm, _decline),
    "extend": OrderVerb(forms.NoteForm, _plain("note")),
    "grant_extension": OrderVerb(forms.GrantForm, _on_extension("note", "until")),
    "refuse_extension": OrderVerb(forms.NoteForm, _on_extension("note")),
    "feed_back": OrderVerb(forms.FeedBackForm, _feed_back),
    "report_in": OrderVerb(forms.ReportInForm, _on_part("report_in", "lon", "lat", "note")),
    "confirm_arrival": OrderVerb(forms.OptionalNoteForm, _on_part("confirm_arrival", "note")),
    "rebut": OrderVerb(forms.NoteForm, _on_part("rebut", "note")),
    "rate": OrderVerb(forms.RateOrderForm, _on_part("rate_whistle", "attendance", "attitude", "effect", "note")),
}
"""``rate`` is the street's 评哨 of the department that this order called."""
