"""One dispute: its page, clock, trail, story, packets, files, and its verbs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clients import client_address
from casework import files, readlog
from casework.doing import VerbDoor
from casework.edge import is_fetch, next_of
from casework.offering import Offer
from casework.presenting import clocks_explained
from casework.refusals import forbidden, missing
from casework.verb_forms import VerbForm
from disputes import actions, court, guidance, opening, packets, queries, wall
from disputes.aftercare import last_day_to_confirm
from disputes.dossier import Dossier
from disputes.masking import CLEAR
from disputes.models import Dispute, Packet
from disputes.presenting import (
    COLOUR_TONES,
    RUNG_WORDS,
    STATE_TONES,
    TARGET_WORDS,
    TIER_WORDS,
    lane_of,
    parties_of,
    stage_words,
    steps_of,
    trail_of,
    two_clocks,
)
from disputes.room_forms import known_of, words_for
from disputes.rules import flags
from disputes.verbs import VERBS
from disputes.views.edge import SEE, for_disputes
from disputes.workflow import do
from events import material


def load(request: HttpRequest, number: str) -> Dispute:
    """The dispute in the person's scope, noted as opened. Raises ``not_found``."""
    return queries.one(request.rights, number)


@for_disputes(*SEE)
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """The case: everybody in scope sees state, type, place and clock; its readers the story, noted each time."""
    dispute = load(request, number)
    dossier = Dossier(dispute, request.rights, request.at)
    reason = opening.reason_for(request, number)
    reads = wall.may_open(dispute, request.actor)
    closed = dispute.is_sealed and not reason and (reads or dossier.lies_with_court)
    shown = _shown(request, dossier, closed=closed)
    if not closed and reads:
        shown["story"] = _story(request, dossier, reason)
    if not closed and dossier.has_court and (reads or dossier.lies_with_court):
        shown["court_files"] = court.read_files(
            dispute, actor=request.actor, at=request.at, reason=reason, address=client_address(request)
        )
    return render(request, "disputes/_case.html" if is_fetch(request) else "disputes/detail.html", shown)


def _shown(request: HttpRequest, dossier: Dossier, *, closed: bool) -> dict[str, Any]:
    dispute = dossier.case
    trail = trail_of(dispute)
    level, parties = ("nothing", []) if closed else parties_of(dossier)
    bar, rest = ([], []) if closed else VERBS.offers(dossier)
    agreement = dossier.agreement
    return {
        "dispute": dispute, "dossier": dossier, "closed": closed, "level": level, "parties": parties,
        "is_clear": level == CLEAR, "steps": steps_of(dispute, trail), "lane": lane_of(dispute, trail),
        "clocks": two_clocks(dispute, at=request.at), "timeline": list(reversed(trail)), "bar": bar, "rest": rest,
        "tone": STATE_TONES[dispute.state], "colour_tone": COLOUR_TONES[dispute.risk_colour],
        "flags": [flags()[code] for code in dispute.risk_flags if code in flags()],
        "red": any(flags()[code].is_red_flag for code in dispute.risk_flags if code in flags()),
        "notices": [(TARGET_WORDS.get(row.target, row.target), row) for row in dossier.notices],
        "ways": guidance.ways_for(dispute) if dispute.state in ("failed", "closed") and not dispute.agreed_at else [],
        "reasons": [guidance.REASONS[code] for code in dispute.guidance.get("reasons", ()) if code in guidance.REASONS],
        "may_trail": request.rights.may("casework.view_trail") or level == CLEAR,
        "may_reveal": level == CLEAR and request.rights.may("disputes.reveal"), "verb_keys": VERBS.keyed,
        "pulse_cursor": "", "can": {one.name for one in (*bar, *rest) if one.legal},
        "confirm_by": last_day_to_confirm(agreement.effective_on) if agreement and agreement.form == "written" else None,
    }


def _story(request: HttpRequest, dossier: Dossier, reason: str) -> dict[str, list]:
    """The narrative, read behind the wall and noted before it leaves."""
    dispute = dossier.case
    with wall.opened(
        dispute, actor=request.actor, at=request.at, reason=reason, address=client_address(request),
        fields=("narrative", "claims", "offers", "packets"),
    ):
        return {
            "texts": list(dispute.narratives.exclude(kind="source").select_related("party")),
            "claims": list(dispute.claims.select_related("party")),
            "offers": list(dispute.offers.select_related("party")),
            "packets": [
                {"row": row, "from": TIER_WORDS[row.from_tier], "to": TIER_WORDS[row.to_tier],
                 "url": reverse("disputes:packet", args=[dispute.number, row.pk])}
                for row in dispute.packets.all()
            ],
        }


@for_disputes(*SEE)
@require_POST
def open_sealed(request: HttpRequest, number: str) -> HttpResponse:
    """A sealed case with its reason: ten minutes on this desk."""
    dispute = load(request, number)
    if not wall.may_open(dispute, request.actor) and not Dossier(dispute, request.rights, request.at).lies_with_court:
        readlog.record(request.actor, "refused", kind="dispute", at=request.at, object_key=number, allowed=False,
                       fields=("narrative",), address=client_address(request))
        raise forbidden()
    reason = request.POST.get("reason", "").strip()
    if not reason or len(reason) > 120:
        messages.error(request, _("请填写查阅事由,不超过120字"))
    else:
        opening.remember(request, number, reason)
    return redirect("disputes:detail", number)


@for_disputes(*SEE)
@require_safe
def clock(request: HttpRequest, number: str) -> HttpResponse:
    """「为什么是这个时限」: every clock of the dispute, segment by segment."""
    dispute = load(request, number)
    rows = dispute.deadlines.prefetch_related("fired").order_by("pk")
    words = clocks_explained(rows, at=request.at, stage_words=stage_words(), rung_words=RUNG_WORDS)
    template = "shared/_clock.html" if is_fetch(request) else "disputes/clock.html"
    return render(request, template, {"dispute": dispute, "clocks": words})


@for_disputes(*SEE)
@require_safe
def packet(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """A hand-over packet as it was handed over."""
    dispute = load(request, number)
    reason = opening.reason_for(request, number)
    if dispute.is_sealed and not reason and wall.may_open(dispute, request.actor):
        return redirect("disputes:detail", number)
    with wall.opened(dispute, actor=request.actor, at=request.at, reason=reason, fields=("packet",),
                     address=client_address(request)):
        row = get_object_or_404(Packet, dispute=dispute, pk=key)
    return render(request, "disputes/packet.html", {
        "dispute": dispute, "packet": row, "from_tier": TIER_WORDS[row.from_tier], "to_tier": TIER_WORDS[row.to_tier],
        "content": packets.readable(row.content),
    })


@for_disputes(*SEE)
@require_safe
def file(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """One piece of evidence; evidence tells the story, so it has the same readers and a row in the read log."""
    dispute = load(request, number)
    reason = opening.reason_for(request, number)
    with wall.opened(dispute, actor=request.actor, at=request.at, reason=reason, fields=("file",), act="download",
                     address=client_address(request)):
        found = get_object_or_404(dispute.evidence.select_related("file"), pk=key)
    return files.serve(found.file)


class DisputeVerbs(VerbDoor):
    """The verbs of a dispute on its pages."""

    table = VERBS
    detail_url, verb_url = "disputes:detail", "disputes:verb"
    desk = ("disputes:desk", gettext_lazy("矛调"))

    def case_of(self, request: HttpRequest, number: str) -> Dispute:
        dispute = load(request, number)
        if dispute.is_sealed and wall.may_open(dispute, request.actor) and not opening.reason_for(request, number):
            raise missing(reason=_("涉密纠纷,请先填写查阅事由"))
        return dispute

    def dossier_of(self, request: HttpRequest, case: Dispute) -> Dossier:
        return Dossier(case, request.rights, request.at)

    def trail_of(self, case: Dispute) -> list[dict]:
        return trail_of(case)

    def form_arguments(self, dossier: Dossier, subject: models.Model | None) -> dict[str, Any]:
        return {}

    def _form(self, request: HttpRequest, dossier: Dossier, offered: Offer, data: object = None) -> VerbForm:
        """A page may fill in what it knows: the free cell of the room grid its time and room."""
        form = super()._form(request, dossier, offered, data)
        form.subject_words = words_for(offered.subject)
        if data is None:
            form.initial.update(known_of(offered.subject))
            form.initial.update({name: request.GET[name] for name in form.fields if name in request.GET})
        return form

    def act(self, request: HttpRequest, offered: Offer, form: VerbForm) -> object:
        arguments = form.arguments()
        if offered.name == "attach":
            return self._attach(request, form, arguments)
        if offered.name == "reveal":
            arguments["address"] = client_address(request)
        return self.run(request, offered, arguments)

    def _attach(self, request: HttpRequest, form: VerbForm, arguments: dict[str, Any]) -> None:
        sent = request.FILES.getlist("files")
        kept = material.store_for(form.case, do.attach, sent, actor=request.actor, at=request.at)
        if not kept:
            raise missing(files=_("请选择照片或文件"))
        with transaction.atomic():
            for one in kept:
                actions.attach(form.case, file=one, actor=request.actor, at=request.at, **arguments)

    def shown(
        self, request: HttpRequest, case: Dispute, offered: Offer, form: VerbForm, result: object
    ) -> HttpResponse | None:
        if offered.name != "reveal":
            return None
        if is_fetch(request):
            field = f"{form.cleaned_data['party'].pk}-{form.cleaned_data['field']}"
            return JsonResponse({
                "said": _("已显示,60秒后重新遮盖"), "shown": str(result), "field": field, "number": case.number, "id": case.pk,
            })
        messages.info(request, str(result))
        return redirect(next_of(request, reverse("disputes:detail", args=[case.number])))


verb = for_disputes(*SEE)(require_http_methods(["GET", "HEAD", "POST"])(DisputeVerbs().respond))


@for_disputes(*SEE)
@require_safe
def advice(request: HttpRequest, number: str) -> HttpResponse:
    """The advice about the other ways, for print: given to the parties when mediation ends."""
    dispute = load(request, number)
    if dispute.state == "booked":
        raise Http404
    return render(request, "disputes/advice.html", {"dispute": dispute, "ways": guidance.ways_for(dispute)})
