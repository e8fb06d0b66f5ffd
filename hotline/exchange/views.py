"""The exchange pages: platforms, their mapping with a try-out, dead letters."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.door import MoveRefused, missing, not_found
from casework.edge import for_staff, next_of, refusal
from hotline.exchange import actions, queries
from hotline.exchange.forms import PartnerForm
from hotline.exchange.mapping import MappingError
from hotline.exchange.models import ExchangeMessage, Partner

EXCHANGE = "hotline.exchange"
PAGE = 50


@for_staff(EXCHANGE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Platforms and records by ``state`` (dead first) and ``partner``."""
    state, partner = request.GET.get("state", "dead"), request.GET.get("partner", "")[:20]
    page = Paginator(queries.messages(state=state, partner=partner), PAGE).get_page(request.GET.get("page"))
    kept = f"state={state}&partner={partner}&" if partner.isascii() and state.isalpha() else ""
    return render(request, "hotline/exchange/index.html", {
        "partners": queries.partners(), "page": page, "state": state, "partner": partner, "kept": kept,
        "states": ExchangeMessage.State.choices,
    })


@for_staff(EXCHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _form(request, Partner())


@for_staff(EXCHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    return _form(request, queries.one(code))


def _form(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Save, or with ``try`` show how the pasted record reads; nothing is saved then."""
    is_new = partner.pk is None
    form = PartnerForm(request.POST or None, instance=partner)
    shown: dict = {"form": form, "is_new": is_new, "partner": partner}
    if request.method == "POST" and form.is_valid():
        if not request.POST.get("try"):
            if is_new:
                partner.shared_since = request.at
            form.save()
            messages.success(request, _("已保存"))
            return redirect("hotline:exchange")
        try:
            shown["tried"] = form.tried()
        except MappingError as error:
            shown["try_error"] = str(error)
        return render(request, "hotline/exchange/partner.html", shown)
    return render(request, "hotline/exchange/partner.html", shown, status=400 if request.method == "POST" else 200)


@for_staff(EXCHANGE)
@require_POST
def settle(request: HttpRequest, key: int) -> HttpResponse:
    """``verb``: replay, or drop with ``reason``."""
    message = ExchangeMessage.objects.filter(pk=key).first()
    if message is None:
        raise not_found()
    back = next_of(request, reverse("hotline:exchange"))
    try:
        if request.POST.get("verb") == "replay":
            actions.replay(message, at=request.at)
        elif request.POST.get("verb") == "drop":
            actions.drop(message, at=request.at, reason=request.POST.get("reason", ""))
        else:
            raise missing(verb=_("未知的操作"))
    except MoveRefused as refused:
        return refusal(request, refused, back=back)
    messages.success(request, _("已处理"))
    return redirect(back)


@for_staff(EXCHANGE)
@require_POST
def replay_all(request: HttpRequest) -> HttpResponse:
    """Replay every dead letter of one platform: after the mapping has been mended."""
    done = 0
    for message in queries.messages(state="dead", partner=request.POST.get("partner", "")[:20])[:1000]:
        actions.replay(message, at=request.at)
        done += 1
    messages.success(request, _("已重放 %(n)s 条") % {"n": done})
    return redirect("hotline:exchange")
