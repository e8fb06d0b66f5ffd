"""The verbs of the desk as one table: move → form → what it is done to. Thin: rules stand in ``transitions``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from casework.doing import UNDO_SECONDS
from casework.door import Move
from casework.offering import Subjects, Verb, VerbTable
from events import forms, joint_forms
from events import further_forms as more
from events.dossier import Dossier
from events.transitions.orders import MAIN_KINDS
from events.transitions.time import extension_rule
from events.workflow import MOVES, OPEN_ORDER


def _orders(*states: str) -> Subjects:
    def find(dossier: Dossier, move: Move) -> list[models.Model]:
        return dossier.own_orders(move.permission, states or tuple(OPEN_ORDER))

    return find


def _extendable(dossier: Dossier, move: Move) -> list[models.Model]:
    """Own accepted orders that are not overdue and whose class still gives an extension that was not asked for yet."""
    rule, times = extension_rule(dossier.event)
    used = Counter(row.order_id for row in dossier.extensions if row.state != "refused")
    if rule == "none":
        return []
    return [
        order for order in dossier.own_orders(move.permission, ("accepted",))
        if used[order.pk] < times and (order.due_at is None or order.due_at > dossier.at)
    ]


def _rows(name: str, wanted: Callable[[Any], bool]) -> Subjects:
    return lambda dossier, move: [row for row in getattr(dossier, name) if wanted(row)]


def _own_parts(wanted: Callable[[Any], bool]) -> Subjects:
    def find(dossier: Dossier, move: Move) -> list[models.Model]:
        return [
            part for part in dossier.parts
            if part.order_id and wanted(part) and dossier.rights.covers(move.permission, unit_ids=(part.unit_id,))
        ]

    return find


def _main_orders(dossier: Dossier, move: Move) -> list[models.Model]:
    """Orders by which the street holds the whole event: only those can go back up."""
    return [row for row in dossier.own_orders(move.permission, tuple(OPEN_ORDER)) if row.kind in MAIN_KINDS]


def _own_urges(dossier: Dossier, move: Move) -> list[models.Model]:
    """Supervision orders to the person's own unit that wait for an answer."""
    return [
        row for row in dossier.supervisions
        if row.replied_at is None and row.unit_id and dossier.rights.covers(move.permission, unit_ids=(row.unit_id,))
    ]


def _mine_just_sent(dossier: Dossier, move: Move) -> list[models.Model]:
    """The event, while its last dispatch can still be taken back by whoever made it."""
    last = next((row for row in reversed(dossier.orders)), None)
    sent = last is not None and last.kind == "dispatch" and last.state == "sent"
    fresh = sent and (dossier.at - last.sent_at).total_seconds() <= UNDO_SECONDS + 5
    return [dossier.event] if fresh else []


def _is_fresh(dossier: Dossier, moment: Any) -> bool:
    return moment is not None and (dossier.at - moment).total_seconds() <= UNDO_SECONDS + 5


def _just_delegated(dossier: Dossier, move: Move) -> list[models.Model]:
    """The event, while its last shares can still be taken back."""
    found = any(row.kind == "delegate" and row.state == "sent" and _is_fresh(dossier, row.sent_at) for row in dossier.orders)
    return [dossier.event] if found else []


def _just_whistled(dossier: Dossier, move: Move) -> list[models.Model]:
    me = dossier.rights.person_id
    found = any(
        row.state == "blown" and row.approved_by_id == me and _is_fresh(dossier, row.approved_at)
        for row in dossier.whistles
    )
    return [dossier.event] if found else []


def _just_urged(dossier: Dossier, move: Move) -> list[models.Model]:
    me = dossier.rights.person_id
    found = any(
        row.issued_by_id == me and row.replied_at is None and row.struck_off_at is None and _is_fresh(dossier, row.issued_at)
        for row in dossier.supervisions
    )
    return [dossier.event] if found else []


def _not_yet_clue(dossier: Dossier, move: Move) -> list[models.Model]:
    return [] if dossier.event.is_clue else [dossier.event]


def _not_yet_proposed(dossier: Dossier, move: Move) -> list[models.Model]:
    return [] if dossier.event.black_list_proposed else [dossier.event]


def _table(dossier: Dossier, move: Move) -> list[models.Model]:
    """The event, while a consultation is open."""
    return [dossier.event] if any(row.state == "open" for row in dossier.consultations) else []


def _elsewhere(dossier: Dossier, move: Move) -> list[models.Model]:
    """The event, while a procedure outside this system holds it: mediation answers by itself."""
    return [dossier.event] if any(more.is_outside(link) for link in dossier.links) else []


FRONT = (
    "triage", "claim", "dispatch", "accept", "feed_back", "verify", "call_back", "evaluate", "confer", "summon",
    "rule_decline", "whistle", "delegate", "return_up", "decline", "urge", "resume",
)
VERBS = VerbTable(
    MOVES,
    (
        Verb("triage", forms.TriageForm, "KeyE"),
        Verb("claim", forms.PlainForm, "KeyQ", at_once=True),
        Verb("dispatch", forms.DispatchForm, "KeyP", undo="undo_dispatch", holds=True),
        Verb("undo_dispatch", forms.UnseenForm, subjects=_mine_just_sent, none="", at_once=True),
        Verb("handle_on_spot", forms.OnSpotForm, "KeyO"),
        Verb("accept", forms.UnseenForm, "KeyA", _orders("sent"), at_once=True, none=gettext_lazy("没有待签收的本单位工单")),
        Verb("contact", forms.OptionalNoteForm, "KeyI", _orders("sent", "accepted"), none=gettext_lazy("没有本单位的在办工单")),
        Verb("feed_back", forms.FeedBackForm, "KeyS", _orders("accepted"), none=gettext_lazy("没有已签收的本单位工单")),
        Verb("delegate", joint_forms.DelegateForm, "KeyF", _orders("accepted"), none=gettext_lazy("没有已签收的本单位工单"),
             undo="undo_delegate", holds=True),
        Verb("undo_delegate", forms.UnseenForm, subjects=_just_delegated, none="", at_once=True),
        Verb("whistle", joint_forms.WhistleForm, "KeyL"),
        Verb(
            "approve_whistle", forms.OptionalNoteForm, subjects=_rows("whistles", lambda row: row.state == "asked"),
            none=gettext_lazy("没有待批的吹哨"), undo="undo_whistle", holds=True,
        ),
        Verb("undo_whistle", forms.UnseenForm, subjects=_just_whistled, none="", at_once=True),
        Verb(
            "refuse_whistle", forms.NoteForm, subjects=_rows("whistles", lambda row: row.state == "asked"),
            none=gettext_lazy("没有待批的吹哨"),
        ),
        Verb(
            "report_in", joint_forms.ReportInForm, subjects=_own_parts(lambda row: row.reported_in_at is None),
            none=gettext_lazy("没有待报到的联单"),
        ),
        Verb(
            "rebut", forms.NoteForm,
            subjects=_own_parts(lambda row: row.reported_in_at is None and not row.rebuttal),
            none=gettext_lazy("没有可反哨的联单"),
        ),
        Verb(
            "confirm_arrival", forms.OptionalNoteForm,
            subjects=_rows("parts", lambda row: row.reported_in_at and not row.confirmed_at),
            none=gettext_lazy("没有待确认到场的单位"),
        ),
        Verb(
            "rate_whistle", joint_forms.RateWhistleForm,
            subjects=_rows("parts", lambda row: row.order_id and row.attendance is None), none=gettext_lazy("没有待评的吹哨"),
        ),
        Verb("verify", forms.VerifyForm, "KeyH"),
        Verb("call_back", forms.CallBackForm, "KeyN"),
        Verb("rate", forms.RateForm),
        Verb("evaluate", forms.EvaluateForm),
        Verb("reopen", forms.NoteForm),
        # Bouncing and conferring
        Verb("decline", more.DeclineForm, "KeyT", _orders("sent"), none=gettext_lazy("没有待签收的本单位工单")),
        Verb(
            "rule_decline", more.RuleDeclineForm, subjects=_rows("declines", lambda row: row.ruling == "pending"),
            none=gettext_lazy("没有待裁决的退单"),
        ),
        Verb("return_up", more.ReturnUpForm, "KeyR", _main_orders, none=gettext_lazy("没有本单位主办的在办工单")),
        Verb("convene", more.ConveneForm),
        Verb("summon", joint_forms.SummonForm),
        Verb("confer", more.ConferForm, subjects=_table, none=gettext_lazy("没有进行中的会商")),
        # Time
        Verb("extend", more.ExtendForm, "KeyY", _extendable, none=gettext_lazy("没有可以申请延期的本单位工单")),
        Verb(
            "grant_extension", more.GrantForm, subjects=_rows("extensions", lambda row: row.state == "asked"),
            none=gettext_lazy("没有待批的延期申请"),
        ),
        Verb(
            "refuse_extension", forms.NoteForm, subjects=_rows("extensions", lambda row: row.state == "asked"),
            none=gettext_lazy("没有待批的延期申请"),
        ),
        Verb("suspend", more.SuspendForm, "KeyG"),
        Verb("resume", forms.OptionalNoteForm, at_once=True),
        Verb("retarget", more.RetargetForm),
        # Supervision
        Verb("nudge", forms.OptionalNoteForm, "KeyC", at_once=True),
        Verb("urge", more.UrgeForm, "KeyD", undo="undo_urge", holds=True),
        Verb("undo_urge", forms.UnseenForm, subjects=_just_urged, none="", at_once=True),
        Verb(
            "answer_urge", forms.NoteForm, subjects=_own_urges, none=gettext_lazy("没有待答复的督办单"),
        ),
        Verb(
            "strike_off", forms.OptionalNoteForm,
            subjects=_rows("supervisions", lambda row: row.struck_off_at is None and row.replied_at is not None),
            none=gettext_lazy("没有可销号的督办单"),
        ),
        Verb("mark_clue", more.ClueForm, subjects=_not_yet_clue, none=gettext_lazy("已标记为线索")),
        Verb("propose_blacklist", forms.OptionalNoteForm, subjects=_not_yet_proposed, none=gettext_lazy("已提名黑榜")),
        # Bonds
        Verb("merge", more.MergeForm, "KeyB", undo="split_off", holds=True),
        Verb("split_off", forms.NoteForm),
        Verb("transfer", more.TransferForm, "KeyZ"),
        Verb("take_back", forms.NoteForm),
        Verb("note_number", more.NoteNumberForm, subjects=_elsewhere, none=gettext_lazy("没有转到外部程序")),
        Verb("end_elsewhere", more.EndElsewhereForm, subjects=_elsewhere, none=gettext_lazy("没有转到外部程序")),
        # Information
        Verb("reject", forms.NoteForm),
        Verb("ask_info", forms.NoteForm),
        Verb("supply_info", forms.NoteForm),
        Verb("appeal", forms.NoteForm),
        # No change of state
        Verb("comment", forms.CommentForm, room="events.actions"),
        Verb("attach", forms.AttachForm, room="events.actions"),
        Verb("correct", more.CorrectForm, room="events.actions"),
        Verb("reveal", forms.RevealForm, room="events.actions"),
    ),
    room="events.transitions", front=FRONT,
)
KEYED = VERBS.keyed
function_of, offer, offers = VERBS.function_of, VERBS.offer, VERBS.offers
