"""The verbs of an order and of a referral as tables: move → form. Thin: rules stand in ``transitions``."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.door import Move
from casework.offering import Verb, VerbTable
from casework.verb_forms import NoteForm, OptionalNoteForm
from hotline import forms
from hotline.workflow import MOVES, REFERRAL_MOVES


def _asked(dossier: Any, move: Move) -> list[models.Model]:
    """The order, while a request for exclusion waits that somebody else made."""
    waiting = any(
        row.state == "asked" and row.asked_by_id != dossier.rights.person_id for row in dossier.exclusions
    )
    return [dossier.case] if waiting else []


def _not_asked(dossier: Any, move: Move) -> list[models.Model]:
    waiting = dossier.case.is_excluded or any(row.state == "asked" for row in dossier.exclusions)
    return [] if waiting else [dossier.case]


def _with_caller(dossier: Any, move: Move) -> list[models.Model]:
    return [dossier.case] if dossier.case.caller_id else []


def _to_call(dossier: Any, move: Move) -> list[models.Model]:
    """The order; one that has ended only while the sample wants its call."""
    waits = dossier.case.state == "calling_back" or any(row.state == "waiting" for row in dossier.call_backs)
    return [dossier.case] if waits else []


def _on_the_line(dossier: Any, move: Move) -> list[models.Model]:
    from hotline.transitions.answering import ON_THE_LINE

    return [dossier.case] if dossier.case.demand in ON_THE_LINE else []


VERBS = VerbTable(
    MOVES,
    (
        Verb("forward", OptionalNoteForm, "KeyP"),
        Verb("answer_directly", forms.DirectAnswerForm, subjects=_on_the_line, none=_("求助、投诉、举报须转派办理")),
        Verb("join", forms.JoinForm, "KeyB"),
        Verb("supply_info", NoteForm),
        Verb("answer", forms.AnswerForm, "KeyS"),
        Verb("call_back", forms.CallBackForm, "KeyH", subjects=_to_call, none=_("没有待回访的记录")),
        Verb("urge", NoteForm, "KeyC"),
        Verb("supervise", forms.SuperviseForm, "KeyD"),
        Verb("reopen", NoteForm, "KeyR"),
        Verb("classify", forms.ClassifyForm, "KeyE"),
        Verb("correct", forms.CorrectForm),
        Verb("ask_exclusion", forms.AskExclusionForm, subjects=_not_asked, none=_("已送审或已认定")),
        Verb("grant_exclusion", NoteForm, subjects=_asked, none=_("没有待审的不合理诉求申请")),
        Verb("refuse_exclusion", NoteForm, subjects=_asked, none=_("没有待审的不合理诉求申请")),
        Verb("hand_over", forms.HandOverForm),
        Verb("note_caller", forms.CallerMarksForm, subjects=_with_caller, none=_("没有来电人信息"),
             room="hotline.actions"),
        Verb("comment", NoteForm, "KeyW", room="hotline.actions"),
        Verb("reveal", forms.RevealForm, subjects=_with_caller, none=_("没有来电人信息"), room="hotline.actions"),
    ),
    room="hotline.transitions",
    front=("grant_exclusion", "refuse_exclusion", "forward", "answer_directly", "answer", "call_back", "supply_info",
           "urge", "supervise", "reopen", "join"),
)  # fmt: skip

REFERRAL_VERBS = VerbTable(
    REFERRAL_MOVES,
    (
        Verb("receive", OptionalNoteForm),
        Verb("conclude", forms.ConcludeForm),
        Verb("strike_off", NoteForm),
        Verb("give_back", NoteForm),
        Verb("reopen_referral", NoteForm),
        Verb("comment", NoteForm, room="hotline.transitions.discipline"),
    ),
    room="hotline.transitions",
    front=("receive", "conclude", "strike_off", "comment", "give_back", "reopen_referral"),
)


