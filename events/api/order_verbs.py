"""The verbs of one work order over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from casework.refusals import MoveRefused
from casework.verb_api import ApiVerb, Asked, NoteBody, OptionalNoteBody
from events import transitions
from events.api import verb_forms as forms
from events.api.shapes import named_unit
from events.models import Extension, WhistlePart, WorkOrder


class Ordered(Asked):
    """One request to do a verb on an order of a case."""

    @property
    def order(self) -> WorkOrder:
        return self.case


Act = Callable[[Ordered], Any]


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


ORDER_VERBS: dict[str, ApiVerb] = {
    "accept": ApiVerb(OptionalNoteBody, _plain("note")),
    "contact": ApiVerb(OptionalNoteBody, _plain("note")),
    "decline": ApiVerb(forms.DeclineForm, _decline),
    "extend": ApiVerb(NoteBody, _plain("note")),
    "grant_extension": ApiVerb(forms.GrantForm, _on_extension("note", "until")),
    "refuse_extension": ApiVerb(NoteBody, _on_extension("note")),
    "feed_back": ApiVerb(forms.FeedBackForm, _feed_back),
    "report_in": ApiVerb(forms.ReportInForm, _on_part("report_in", "lon", "lat", "note")),
    "confirm_arrival": ApiVerb(OptionalNoteBody, _on_part("confirm_arrival", "note")),
    "rebut": ApiVerb(NoteBody, _on_part("rebut", "note")),
    "rate": ApiVerb(forms.RateOrderForm, _on_part("rate_whistle", "attendance", "attitude", "effect", "note")),
}
"""``rate`` is the street's 评哨 of the department that this order called."""
