"""The verbs of the desk as one table: move → form. Thin: rules stand in ``transitions`` and ``actions``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.door import Move
from casework.offering import Subjects, Verb, VerbTable
from disputes import court_forms as court
from disputes import forms, proxy_forms, service_forms
from disputes import further_forms as more
from disputes.dossier import Dossier
from disputes.room_verbs import ROOM_VERBS
from disputes.workflow import MOVES

ACTIONS = "disputes.actions"


def when(wanted: Callable[[Dossier], Any]) -> Subjects:
    """The verb is for the case itself, while this holds."""

    def find(dossier: Dossier, move: Move) -> list[models.Model]:
        return [dossier.case] if wanted(dossier) else []

    return find


def _invited(dossier: Dossier) -> bool:
    own = set(dossier.rights.units("disputes.join"))
    return any(row.answered_at is None and row.unit_id in own for row in dossier.joined)


def _helper(dossier: Dossier) -> bool:
    return any(
        row.role == "helper" and row.until is None and row.mediator.person_id == dossier.rights.person_id
        for row in dossier.panel
    )


def _suit(dossier: Dossier, missing: str, *, after: str = "") -> bool:
    """A live suit of the person's court that lacks this date, and has that before it."""
    return any(
        row.ended_at is None and row.unit_id in dossier.courts and getattr(row, missing) is None
        and (not after or getattr(row, after) is not None)
        for row in dossier.procedures
    )


def _to_confirm(dossier: Dossier) -> bool:
    found = dossier.confirmation
    return found is not None and not found.result and found.unit_id in dossier.courts


FRONT = (
    "confirm_proxy", "deny_proxy", "court_file", "court_serve", "court_end", "court_confirm", "court_deny",
    "accept", "route", "sign", "agree", "schedule", "rise", "guide", "acknowledge", "track", "perform", "confirm",
    "answer_invite", "fail", "offer", "refuse", "end_outside", "turn_away", "close", "reopen", "urge",
)
OWN = (
    Verb("accept", forms.AcceptForm, "KeyA"),
    Verb("turn_away", forms.ReasonForm),
    Verb("confirm_proxy", proxy_forms.ConfirmForm, subjects=when(lambda found: found.case.proxy_open)),
    Verb("deny_proxy", proxy_forms.DenyForm, subjects=when(lambda found: found.case.proxy_open)),
    Verb("cancel", forms.OptionalNoteForm),
    Verb("guide", forms.GuideForm, "KeyG"),
    Verb("route", forms.RouteForm, "KeyR"),
    Verb("decline", forms.ReasonForm),
    Verb("sign", forms.SignForm, "KeyQ"),
    Verb("assign", forms.AssignForm, "KeyM"),
    Verb("invite", forms.InviteForm),
    Verb("answer_invite", forms.AnswerInviteForm, subjects=when(_invited)),
    Verb("offer", forms.OfferForm, "KeyF"),
    Verb("answer_offer", forms.AnswerOfferForm),
    Verb("fail", forms.ReasonForm),
    Verb("rise", forms.RiseForm, "KeyZ", when(lambda found: found.case.tier != "district" and not found.case.refused_at),
         _("已是区级联调,或一方不愿")),
    Verb("refuse", more.RefuseForm),
    Verb("withdraw", forms.WordForm),
    Verb("extend", more.ExtendForm),
    Verb("help", more.ReasonUnseenForm, subjects=when(_helper)),
    Verb("arbitrate", more.ArbitrateForm),
    Verb("litigate", more.LitigateForm),
    Verb("track", more.TrackForm),
    Verb("court_file", court.FileForm, "KeyL", subjects=when(lambda found: _suit(found, "filed_on"))),
    Verb("court_serve", court.ServeForm, "KeyV", subjects=when(lambda found: _suit(found, "served_on", after="filed_on"))),
    Verb("court_end", court.EndForm, "KeyJ", subjects=when(lambda found: _suit(found, "closed_on", after="filed_on"))),
    Verb("court_confirm", court.AllowForm, subjects=when(_to_confirm)),
    Verb("court_deny", court.TurnDownForm, subjects=when(_to_confirm)),
    Verb("come_back", more.SealForm),
    Verb("end_outside", more.EndOutsideForm),
    Verb("transfer", more.TransferForm),
    Verb("close", forms.WordForm),
    Verb("reopen", more.ReasonUnseenForm),
    Verb("rate_risk", more.RiskForm, "KeyK"),
    Verb("notify", more.NotifyForm),
    Verb("acknowledge", more.AcknowledgeForm, subjects=when(
        lambda found: any(row.acknowledged_at is None for row in found.notices)), none=_("没有待回执的告知")),
    Verb("urge", more.BriefForm, "KeyD"),
    Verb("seal", more.SealForm),
    Verb("unseal", more.ReasonUnseenForm),
    Verb("refer", service_forms.ReferForm),
    Verb("take_up", more.TakeUpForm, subjects=when(
        lambda found: any(row.done_at is None for row in found.referrals)), none=_("没有待承接的转介")),
    Verb("add_party", more.PartyForm, room=ACTIONS),
    Verb("amend_party", more.AmendPartyForm, room=ACTIONS),
    Verb("claim", more.ClaimForm, room=ACTIONS),
    Verb("write", more.WriteForm, room=ACTIONS),
    Verb("attach", more.AttachForm, "KeyE", room=ACTIONS),
    Verb("correct", more.CorrectForm, room=ACTIONS),
    Verb("reveal", more.RevealForm, room=ACTIONS),
    Verb("link", more.LinkForm, room=ACTIONS),
)
VERBS = VerbTable(MOVES, (*OWN, *ROOM_VERBS), room="disputes.transitions", front=FRONT)
KEYED = VERBS.keyed
