"""One view does every verb: GET shows its small panel, POST does it (with or without script)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clients import client_address
from casework.refusals import MoveRefused, missing
from events import actions, material, verbs
from events.dossier import Dossier
from events.forms import VerbForm
from events.models import CannedText, Event
from events.presenting import trail_of
from events.queries import one
from events.views.edge import for_staff, is_fetch, next_of, refusal
from grids.scope import SHANGHAI

CANNED = 8


@for_staff()
@require_http_methods(["GET", "HEAD", "POST"])
def verb(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """The panel of a verb, and the verb itself."""
    event = one(request.rights, number)
    known = verbs.VERBS.get(name)
    if known is None:
        raise Http404
    dossier = Dossier(event, request.rights, request.at)
    offered = verbs.offer(dossier, known, _chosen(request))
    if offered is None:
        raise PermissionDenied
    if request.method != "POST":
        return _panel(request, offered, _form(request, dossier, offered)) if offered.legal else _no(request, offered)
    if not offered.legal:
        return _illegal(request, event, offered)
    form = _form(request, dossier, offered, request.POST)
    if not form.is_valid():
        return _wrong(request, offered, form)
    try:
        result = _act(request, offered, form)
    except MoveRefused as refused:
        return _refused(request, event, offered, form, refused)
    if offered.name == "reveal":
        return _shown(request, event, form, result)
    return _done(request, event, offered, form)


def _chosen(request: HttpRequest) -> int | None:
    text = request.POST.get("subject") or request.GET.get("subject") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _form(request: HttpRequest, dossier: Dossier, offered: verbs.Offer, data: object = None) -> VerbForm:
    subject = offered.subject
    order = subject if subject is not None and subject._meta.model_name == "workorder" else None
    if order is not None:
        order.event = dossier.event
    form = offered.verb.form(
        data, case=dossier.event, order=order, actor=request.actor, at=request.at, auto_id=f"{offered.name}-%s"
    )
    form.subject = subject
    return form


def _act(request: HttpRequest, offered: verbs.Offer, form: VerbForm) -> object:
    arguments = form.arguments()
    files = request.FILES.getlist("files") if form.purpose else []
    kept = material.store_all(files, actor=request.actor, at=request.at)
    if offered.name == "attach":
        return _attach(request, form, kept, arguments.get("note", ""))
    if kept:
        # One transaction: proof without the feedback, or the other way round, must not remain.
        with transaction.atomic():
            material.attach_all(form.case, kept, purpose=form.purpose, actor=request.actor, at=request.at)
            arguments.pop("seen_version", None)
            return _run(request, offered, arguments)
    if offered.name == "reveal":
        arguments["address"] = client_address(request)
    return _run(request, offered, arguments)


def _attach(request: HttpRequest, form: VerbForm, kept: list, note: str) -> None:
    if not kept:
        raise missing(files=_("请选择照片或文件"))
    with transaction.atomic():
        for file in kept:
            actions.attach(
                form.case, file=file, purpose=form.purpose, note=note, actor=request.actor, at=request.at
            )


def _run(request: HttpRequest, offered: verbs.Offer, arguments: dict) -> object:
    if offered.verb.holds and is_fetch(request):
        arguments["hold_seconds"] = verbs.UNDO_SECONDS
    result = verbs.function_of(offered.name)(offered.subject, actor=request.actor, at=request.at, **arguments)
    note = str(arguments.get("note", ""))
    if note:
        CannedText.objects.filter(text=note).update(used=F("used") + 1)
    return result


def _shown(request: HttpRequest, event: Event, form: VerbForm, value: str) -> HttpResponse:
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


def _panel(request: HttpRequest, offered: verbs.Offer, form: VerbForm, status: int = 200, **more: object) -> HttpResponse:
    event = form.case
    words = {
        "event": event, "offer": offered, "form": form, "canned": canned_for(offered.name, request.user.pk),
        "action": reverse("events:verb", args=[event.number, offered.name]),
        "next": next_of(request, reverse("events:detail", args=[event.number])), "verb_keys": (), **more,
    }
    template = "events/_panel.html" if is_fetch(request) else "events/panel.html"
    return render(request, template, words, status=status)


def _no(request: HttpRequest, offered: verbs.Offer) -> HttpResponse:
    return refusal(request, MoveRefused("wrong_state", offered.reason))


def _wrong(request: HttpRequest, offered: verbs.Offer, form: VerbForm) -> HttpResponse:
    if is_fetch(request):
        words = {name: [str(one) for one in found] for name, found in form.errors.items()}
        first = next(iter(words.values()))[0]
        return JsonResponse({"code": "invalid", "detail": first, "fields": words}, status=400)
    return _panel(request, offered, form, status=400)


def _illegal(request: HttpRequest, event: Event, offered: verbs.Offer) -> HttpResponse:
    """The state has changed since the page was made: the case itself words it best (已被…抢单)."""
    refused = MoveRefused("wrong_state", offered.reason, state=event.state, holder=event.holder_name())
    if event.state not in offered.verb.move.sources:
        refused = event.refuse_state(offered.verb.move)
    return refusal(request, refused, back=next_of(request, reverse("events:detail", args=[event.number])))


def _refused(
    request: HttpRequest, event: Event, offered: verbs.Offer, form: VerbForm, refused: MoveRefused
) -> HttpResponse:
    """Invalid input stays in the form; a version that has moved on is shown with what changed."""
    if refused.status in (403, 404):
        return refusal(request, refused)
    changes = what_changed(event, form.cleaned_data.get("seen_version")) if refused.code == "stale" else []
    if is_fetch(request):
        event.refresh_from_db()
        return refusal(request, refused, changes=changes, version=event.version)
    for name, words in (refused.fields or {None: [refused.detail]}).items():
        form.add_error(name if name in form.fields else None, words)
    if refused.code == "stale":
        form.data = form.data.copy()
        event.refresh_from_db(fields=["version"])
        form.data["seen_version"] = str(event.version)
    return _panel(request, offered, form, status=refused.status, changes=changes)


def what_changed(event: Event, seen: int | None) -> list[dict]:
    """Who did what since the version that was seen, newest last."""
    return [
        {"who": row["who"], "verb": str(row["verb"]), "at": f"{row['at'].astimezone(SHANGHAI):%H:%M:%S}"}
        for row in trail_of(event) if row["seq"] > (seen or 0)
    ]


def _done(request: HttpRequest, event: Event, offered: verbs.Offer, form: VerbForm) -> HttpResponse:
    fresh = event
    fresh.refresh_from_db()
    words = _said(offered, fresh, form)
    if not is_fetch(request):
        messages.success(request, words)
        return redirect(next_of(request, reverse("events:detail", args=[event.number])))
    undo = reverse("events:verb", args=[event.number, offered.verb.undo]) if offered.verb.undo else ""
    until = request.at + timedelta(seconds=verbs.UNDO_SECONDS)
    return JsonResponse({
        "said": words, "id": event.pk, "number": event.number, "state": fresh.state, "version": fresh.version,
        "undo": undo, "undo_until": until.isoformat() if undo else None,
    })


def _said(offered: verbs.Offer, event: Event, form: VerbForm) -> str:
    unit = form.cleaned_data.get("unit")
    if unit is not None and hasattr(unit, "name"):
        return _("已%(verb)s → %(unit)s") % {"verb": offered.label, "unit": unit.name}
    if offered.name == "claim":
        return _("已抢单 → %(unit)s") % {"unit": event.holder_name()}
    return _("已%(verb)s:%(state)s") % {"verb": offered.label, "state": event.get_state_display()}


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
