"""The verbs of an event on its pages (``casework.doing``), and 我关注."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models, transaction
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clients import client_address
from casework.doing import VerbDoor
from casework.offering import Offer
from casework.refusals import missing
from casework.verb_forms import VerbForm
from events import actions, material, verbs
from events.dossier import Dossier
from events.models import CannedText, Event, Extension
from events.presenting import trail_of
from events.queries import one
from events.views.edge import for_staff, is_fetch, next_of
from events.workflow import do
from grids.scope import SHANGHAI

CANNED = 8


class EventVerbs(VerbDoor):
    """Events: orders as subjects, attachments with the verb, revealed values."""

    table = verbs.VERBS
    detail_url, verb_url = "events:detail", "events:verb"
    desk = ("events:desk", gettext_lazy("工作台"))

    def case_of(self, request: HttpRequest, number: str) -> Event:
        return one(request.rights, number)

    def dossier_of(self, request: HttpRequest, case: Event) -> Dossier:
        return Dossier(case, request.rights, request.at)

    def trail_of(self, case: Event) -> list[dict]:
        return trail_of(case)

    def form_arguments(self, dossier: Dossier, subject: models.Model | None) -> dict[str, Any]:
        order = subject if subject is not None and subject._meta.model_name == "workorder" else None
        if order is not None:
            order.event = dossier.event
        return {"order": order}

    def _form(self, request: HttpRequest, dossier: Dossier, offered: Offer, data: object = None) -> VerbForm:
        """Whoever decides on an extension sees who asks for it and why."""
        form = super()._form(request, dossier, offered, data)
        if isinstance(offered.subject, Extension):
            form.subject_words = _asked(offered.subject)
        return form

    def canned(self, name: str, person_id: int) -> list[dict]:
        return canned_for(name, person_id)

    def act(self, request: HttpRequest, offered: Offer, form: VerbForm) -> object:
        arguments = form.arguments()
        files = request.FILES.getlist("files") if form.purpose else []
        kept = material.store_for(form.case, do.attach, files, actor=request.actor, at=request.at)
        if offered.name == "attach":
            return _attach(request, form, kept, arguments.get("note", ""))
        if kept:
            # One transaction: proof without the feedback, or the other way round, must not remain.
            with transaction.atomic():
                material.attach_all(form.case, kept, purpose=form.purpose, actor=request.actor, at=request.at)
                arguments.pop("seen_version", None)
                return self.run(request, offered, arguments)
        if offered.name == "reveal":
            arguments["address"] = client_address(request)
        return self.run(request, offered, arguments)

    def run(self, request: HttpRequest, offered: Offer, arguments: dict) -> object:
        result = super().run(request, offered, arguments)
        note = str(arguments.get("note", ""))
        if note:
            CannedText.objects.filter(text=note).update(used=F("used") + 1)
        return result

    def shown(
        self, request: HttpRequest, case: Event, offered: Offer, form: VerbForm, result: object
    ) -> HttpResponse | None:
        return _revealed(request, case, form, str(result)) if offered.name == "reveal" else None

    def said(self, offered: Offer, case: Event, form: VerbForm) -> str:
        unit = form.cleaned_data.get("unit")
        if unit is not None and hasattr(unit, "name"):
            return _("已%(verb)s → %(unit)s") % {"verb": offered.label, "unit": unit.name}
        if offered.name == "claim":
            return _("已抢单 → %(unit)s") % {"unit": case.holder_name()}
        if offered.name == "whistle":
            return _("吹哨已提交,待街道领导批准")
        return super().said(offered, case, form)


verb = for_staff()(require_http_methods(["GET", "HEAD", "POST"])(EventVerbs().respond))


def _asked(extension: Extension) -> str:
    due = f"{extension.old_due_at.astimezone(SHANGHAI):%m-%d %H:%M}"
    words = _("%(who)s申请延期:%(reason)s(原到期 %(due)s)")
    return words % {"who": extension.asked_by.name, "reason": extension.reason, "due": due}


def _attach(request: HttpRequest, form: VerbForm, kept: list, note: str) -> None:
    if not kept:
        raise missing(files=_("请选择照片或文件"))
    with transaction.atomic():
        for file in kept:
            actions.attach(
                form.case, file=file, purpose=form.purpose, note=note, actor=request.actor, at=request.at
            )


def _revealed(request: HttpRequest, event: Event, form: VerbForm, value: str) -> HttpResponse:
    """The clear value, once: on the page for sixty seconds, or as a sentence without script."""
    if is_fetch(request):
        return JsonResponse({
            "said": _("已显示,60秒后重新遮盖"), "shown": value, "field": form.cleaned_data["field"],
            "number": event.number, "id": event.pk,
        })
    messages.info(request, value)
    return redirect(next_of(request, reverse("events:detail", args=[event.number])))


def canned_for(name: str, person_id: int) -> list[dict]:
    """常用语 of a verb, own ones and shared ones, most used first."""
    rows = CannedText.objects.filter(Q(person=None) | Q(person=person_id), verb__in=(f"events.{name}", name, ""))
    return [{"text": text} for text in rows.order_by("-used", "id").values_list("text", flat=True)[:CANNED]]


@for_staff()
@require_POST
def watch(request: HttpRequest, number: str) -> HttpResponse:
    """我关注: on or off."""
    event = one(request.rights, number)
    act = actions.unwatch if request.POST.get("on") == "0" else actions.watch
    act(event, actor=request.actor, at=request.at)
    if is_fetch(request):
        return JsonResponse({"said": _("已更新关注"), "number": event.number, "id": event.pk})
    return redirect(next_of(request, reverse("events:detail", args=[event.number])))
