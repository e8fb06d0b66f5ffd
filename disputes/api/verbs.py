"""The verbs of a dispute over HTTP: body → arguments → the one function of the room. No rule here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from casework.api_shapes import named_unit
from casework.refusals import missing
from casework.verb_api import ApiVerb, Asked, plain
from disputes import actions, services, transitions, wall
from disputes.api import verb_forms as forms
from disputes.api.room_verbs import ROOM_VERBS, unit_of
from disputes.models import Evidence, JointNotice, MediationBody, Mediator, Offer, Party
from disputes.telling import PartyTold

Act = Callable[[Asked], Any]


def _seen(asked: Asked) -> dict[str, Any]:
    return {"seen_version": asked.sent.get("version")}


def _row(asked: Asked, name: str, model: type) -> dict[str, Any]:
    """A companion row of this dispute by its key. Raises ``invalid`` for another's."""
    key = asked.sent.get(name)
    if key is None:
        return {}
    found = model.objects.filter(pk=key, dispute=asked.case).first()
    if found is None:
        raise missing(**{name: _("没有这个编号")})
    return {name: found}


def _body(asked: Asked) -> dict[str, Any]:
    code = asked.sent.get("body")
    if not code:
        return {}
    found = MediationBody.objects.select_related("area").filter(code=code).first()
    if found is None:
        raise missing(body=_("没有这个调解组织"))
    return {"body": found}


def _mediator(asked: Asked) -> dict[str, Any]:
    key = asked.sent.get("mediator")
    if key is None:
        return {}
    found = Mediator.objects.filter(pk=key).first()
    if found is None:
        raise missing(mediator=_("没有这位调解员"))
    return {"mediator": found}


def _plain(*names: str, room: object = transitions, sees: bool = True) -> Act:
    return plain(room, *names, sees=sees)


def _with(room: object, *readers: Callable[[Asked], dict[str, Any]], names: tuple[str, ...] = (), sees: bool = False) -> Act:
    """Calls the verb with what the readers make of the body, and these fields as they are."""

    def act(asked: Asked) -> Any:
        found: dict[str, Any] = dict(_seen(asked)) if sees else {}
        for reader in readers:
            found.update(reader(asked))
        return getattr(room, asked.name)(asked.case, **asked.taken(*names), **found, **asked.who)

    return act


def _party(asked: Asked) -> dict[str, Any]:
    return _row(asked, "party", Party)


def _proof(asked: Asked) -> dict[str, Any]:
    return _row(asked, "proof", Evidence)


def _service(asked: Asked) -> dict[str, Any]:
    code = asked.sent.get("service")
    if not code:
        return {}
    found = services.service_of(code)
    if found is None:
        raise missing(service=_("没有这个服务机构"))
    return {"service": found}


def _invite(asked: Asked) -> Any:
    units = [named_unit(code, "units") for code in asked.sent["units"]]
    return transitions.invite(asked.case, units=units, **asked.taken("note"), **asked.who)


def _answer_offer(asked: Asked) -> Any:
    with wall.asking_as(asked.actor, asked.case):
        found = Offer.objects.filter(pk=asked.sent["offer"], dispute=asked.case).first()
    if found is None:
        raise missing(offer=_("没有这个方案"))
    return transitions.answer_offer(asked.case, offer=found, **asked.taken("answer", "note"), **asked.who)


def _acknowledge(asked: Asked) -> Any:
    return transitions.acknowledge(asked.case, **_row(asked, "notice", JointNotice), **asked.taken("note"), **asked.who)


def _add_party(asked: Asked) -> Any:
    return actions.add_party(asked.case, party=PartyTold(**asked.sent["party"]), **asked.who)


def _rate_risk(asked: Asked) -> Any:
    return transitions.rate_risk(
        asked.case, flags=asked.sent["flags"], **asked.taken("complexity", "note"), **_seen(asked), **asked.who
    )


DATES = ("authority", "filing_number", "applied_on", "filed_on")
VERBS: dict[str, ApiVerb] = {
    "accept": ApiVerb(forms.AcceptBody, _plain("note", "complexity"), sees=True),
    "turn_away": ApiVerb(forms.Noted, _plain("note"), sees=True),
    "confirm_proxy": ApiVerb(
        forms.ConfirmProxyBody, _with(transitions, _proof, names=("note",), sees=True), sees=True,
    ),
    "deny_proxy": ApiVerb(forms.MaybeNoted, _plain("note"), sees=True),
    "cancel": ApiVerb(forms.MaybeNoted, _plain("note", sees=False)),
    "guide": ApiVerb(forms.GuideBody, _plain("channel", "reasons", "note"), sees=True),
    "route": ApiVerb(forms.RouteBody, _with(transitions, _body, names=("note",), sees=True), sees=True),
    "decline": ApiVerb(forms.Noted, _plain("note"), sees=True),
    "sign": ApiVerb(forms.SignBody, _with(transitions, _mediator, sees=True), sees=True),
    "assign": ApiVerb(forms.AssignBody, _with(transitions, _mediator, names=("role", "note"), sees=True), sees=True),
    "invite": ApiVerb(forms.InviteBody, _invite),
    "answer_invite": ApiVerb(forms.Noted, _plain("note", sees=False)),
    "offer": ApiVerb(forms.OfferBody, _with(transitions, _party, names=("text", "amount"))),
    "answer_offer": ApiVerb(forms.AnswerOfferBody, _answer_offer),
    "fail": ApiVerb(forms.Noted, _plain("note"), sees=True),
    "rise": ApiVerb(
        forms.RiseBody, _with(transitions, _body, names=("summary", "next_step", "reason"), sees=True), sees=True
    ),
    "refuse": ApiVerb(forms.RefuseBody, _with(transitions, _party, names=("note",), sees=True), sees=True),
    "withdraw": ApiVerb(forms.MaybeNoted, _plain("note"), sees=True),
    "extend": ApiVerb(forms.ExtendBody, _plain("days", "agreed", "note"), sees=True),
    "help": ApiVerb(forms.Noted, _plain("note", sees=False)),
    "arbitrate": ApiVerb(forms.OutsideBody, _plain("kind", "note", "on_site", *DATES), sees=True),
    "litigate": ApiVerb(
        forms.LitigateBody, _with(transitions, unit_of, names=("kind", "note", "on_site", "hands_file", *DATES), sees=True),
        sees=True,
    ),
    "track": ApiVerb(
        forms.TrackBody, _plain("note", *DATES, "served_on", "heard_on", "decided_on", "is_extended"), sees=True
    ),
    "come_back": ApiVerb(forms.MaybeNoted, _plain("note", sees=False)),
    "end_outside": ApiVerb(forms.EndOutsideBody, _plain("result", "closed_on", "note"), sees=True),
    "transfer": ApiVerb(forms.TransferBody, _plain("text", "tells_applicant", "note"), sees=True),
    "close": ApiVerb(forms.MaybeNoted, _plain("note"), sees=True),
    "reopen": ApiVerb(forms.Noted, _plain("note", sees=False)),
    "rate_risk": ApiVerb(forms.RiskBody, _rate_risk, sees=True),
    "notify": ApiVerb(forms.NotifyBody, _plain("targets", "note", sees=False)),
    "acknowledge": ApiVerb(forms.AcknowledgeBody, _acknowledge),
    "urge": ApiVerb(forms.MaybeNoted, _plain("note", sees=False)),
    "seal": ApiVerb(forms.MaybeNoted, _plain("note", sees=False)),
    "unseal": ApiVerb(forms.Noted, _plain("note", sees=False)),
    "refer": ApiVerb(forms.ReferBody, _with(transitions, _party, _service, names=("kind", "provider"))),
    "take_up": ApiVerb(forms.TakeUpBody, _plain("kind", sees=False)),
    "add_party": ApiVerb(forms.AddPartyBody, _add_party),
    "claim": ApiVerb(forms.ClaimMoreBody, _with(actions, _party, names=("text", "amount"))),
    "write": ApiVerb(forms.WriteBody, _with(actions, _party, names=("text", "kind"))),
    "correct": ApiVerb(
        forms.CorrectBody,
        _plain("type", "nature", "complexity", "language", "address", "area", "amount", "is_cross_street",
               "involves_departments", "note", room=actions),
        sees=True,
    ),
    **ROOM_VERBS,
}  # fmt: skip
