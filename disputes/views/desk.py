"""The list of disputes with its views, registering, search in the story, statistics."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clients import client_address
from casework.refusals import MoveRefused
from disputes import hotspots, queries, statistics, visiting
from disputes.forms import RegisterForm
from disputes.grading import suggested_flags
from disputes.learning import suggest_type
from disputes.models import Dispute, DisputeType, EarlySign, MediationBody, Tier
from disputes.presenting import ROW_FIELDS, rows_for
from disputes.reach import TAKE_PART, VIEW
from disputes.rules import flags
from disputes.transitions import register as register_dispute
from disputes.views.edge import SEE, for_disputes
from disputes.views.visits import sign_asked
from events.queries import Page
from grids.models import Area

PAGE = 50


class FilterForm(forms.Form):
    """One line of filters; every field is optional."""

    type = forms.ChoiceField(
        required=False, label=gettext_lazy("类型"), choices=[("", gettext_lazy("类型")), *DisputeType.choices]
    )
    tier = forms.ChoiceField(required=False, label=gettext_lazy("层级"), choices=[("", gettext_lazy("层级")), *Tier.choices])
    colour = forms.ChoiceField(
        required=False, label=gettext_lazy("风险"), choices=[("", gettext_lazy("风险")), *Dispute.Colour.choices]
    )
    state = forms.ChoiceField(required=False, label=gettext_lazy("状态"), choices=[
        ("", gettext_lazy("状态")), *Dispute.State.choices, ("routed,mediating", gettext_lazy("在办(待签收、调解中)")),
    ])
    area = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    body = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    part = forms.ChoiceField(
        required=False, choices=[("", ""), *((name, name) for name in statistics.PARTS)], widget=forms.HiddenInput
    )
    days = forms.ChoiceField(
        required=False, choices=[("", ""), *((n, n) for n in ("30", "90", "365"))], widget=forms.HiddenInput
    )
    organisation = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    q = forms.CharField(required=False, max_length=80, label=gettext_lazy("搜索"))

    def filters(self) -> queries.Filters:
        got = self.cleaned_data
        several = {"type": "type", "tier": "tier", "colour": "colour", "state": "states"}
        return queries.Filters(
            **{target: tuple(got[name].split(",")) if got[name] else () for name, target in several.items()},
            area=got["area"], body=got["body"], q=got["q"].strip(),
        )

    @property
    def is_set(self) -> bool:
        return any(self.cleaned_data.values())


def _without(request: HttpRequest, *names: str, **more: str) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in (*names, "c") and value}
    return urlencode({**kept, **more})


def _first_view(request: HttpRequest, counted: dict[str, int]) -> str:
    """The view a person's day begins with: the first of the role's own work that is not empty."""
    may = request.rights.may
    own = [("mine", may("disputes.narrative") and not may("disputes.lead")), ("to_screen", may("disputes.screen")),
           ("to_route", may("disputes.route")), ("to_sign", may("disputes.sign")), ("in_hand", may("disputes.mediate"))]
    return next((code for code, is_theirs in own if is_theirs and counted.get(code)), "all")


@for_disputes(*SEE)
@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """The list: ``?view= &type= &tier= &colour= &state= &area= &body= &q= &story= &order= &c=``."""
    counted = queries.counts(request.rights, at=request.at)
    code = request.GET.get("view") or _first_view(request, counted)
    view = queries.VIEW_BY_CODE.get(code)
    if view is None:
        raise Http404
    form = FilterForm(request.GET)
    story = request.GET.get("story", "").strip()[:80]
    page = queries.Page([], "")
    if not form.is_valid():
        messages.error(request, _("筛选条件有误"))
    else:
        try:
            page = _page(request, view, form, story)
        except MoveRefused as refused:
            messages.error(request, refused.detail)
    return render(request, "disputes/desk.html", {
        "view": view, "filter": form, "rows": rows_for(page.rows, request.rights, at=request.at), "story": story,
        "total": counted.get(code), "views": _views(request, counted, code), "is_filtered": form.is_valid() and form.is_set,
        "next_url": f"?{_without(request)}&c={page.next}" if page.next else "",
        "first_url": f"?{_without(request)}" if request.GET.get("c") else "",
        "may_register": request.rights.may("disputes.register"), "may_count": request.rights.may("disputes.count"),
        "may_rooms": any(map(request.rights.may, (VIEW, TAKE_PART))),
        "may_visit": any(map(request.rights.may, (visiting.VISIT, visiting.OVERSEE))),
        "may_story": request.rights.may("disputes.narrative"), "place": _place(form), "held_by": _body(form),
        "with_party": form.cleaned_data.get("organisation") if form.is_valid() else "",
    })


def _page(request: HttpRequest, view: queries.View, form: FilterForm, story: str) -> Page:
    rows = queries.narrow(queries.in_view(request.rights, view.code, at=request.at), form.filters(), at=request.at)
    got = form.cleaned_data
    if got["part"]:
        rows = rows.filter(statistics.PARTS[got["part"]])
    if got["organisation"]:
        rows = rows.filter(hotspots.with_party(got["organisation"]))
    if got["days"]:
        rows = rows.filter(registered_at__gte=request.at - timedelta(days=int(got["days"])))
    if story:
        hits = queries.found_in_story(
            request.rights, story, actor=request.actor, at=request.at, address=client_address(request)
        )
        rows = rows.filter(pk__in=hits.values("pk"))
    return queries.page(
        rows, order=request.GET.get("order") or view.order, cursor=request.GET.get("c", ""), size=PAGE, fields=ROW_FIELDS
    )


def _place(form: FilterForm) -> Area | None:
    code = form.cleaned_data.get("area") if form.is_valid() else ""
    return Area.objects.filter(code=code).first() if code else None


def _body(form: FilterForm) -> MediationBody | None:
    code = form.cleaned_data.get("body") if form.is_valid() else ""
    return MediationBody.objects.filter(code=code).first() if code else None


def _views(request: HttpRequest, counted: dict[str, int], current: str) -> list[dict]:
    return [
        {
            "code": view.code, "label": view.label, "count": counted.get(view.code), "current": view.code == current,
            "alert": view.code in ("soon", "risky") and bool(counted.get(view.code)),
            "url": f"?{_without(request, 'view', 'order', view=view.code)}",
        }
        for view in queries.VIEWS
    ]


@for_disputes("disputes.register")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """登记一件纠纷. The words suggest signs of risk before it is kept; the person decides."""
    sign = sign_asked(request)
    form = RegisterForm(request.POST or None, initial=_known_of(sign) or _home(request), rights=request.rights)
    ideas: list[dict] = []
    if request.method == "POST" and form.is_valid():
        ideas = [one for one in suggested_flags(form.cleaned_data["facts"]) if one["code"] not in form.cleaned_data["flags"]]
        ideas = [one for one in ideas if not flags()[one["code"]].is_computed]
        if not ideas or request.POST.get("flags_seen"):
            try:
                dispute = _take_in(request, form, sign)
            except MoveRefused as refused:
                for name, words in (refused.fields or {None: [refused.detail]}).items():
                    form.add_error(name if name in form.fields else None, words)
            else:
                seen = dispute.is_visible_to(request.rights)
                messages.success(request, _taken_words(dispute, seen=seen))
                return redirect("disputes:detail", dispute.number) if seen else redirect("disputes:register")
    for one in ideas:
        one["name"] = str(flags()[one["code"]])
    bad = request.method == "POST" and bool(form.errors)
    types = type_ideas(request.POST.get("facts", ""))
    return render(
        request, "disputes/register.html", {"form": form, "ideas": ideas, "types": types, "sign": sign},
        status=400 if bad else 200,
    )


def _taken_words(dispute: Dispute, *, seen: bool) -> str:
    """Number and code; whose it is now, where it is not the person's own to see."""
    words = _("已受理 %(number)s,查询码 %(code)s") % {"number": dispute.number, "code": dispute.tracking_code}
    if seen:
        return words
    body = dispute.body.name if dispute.body_id else _("区指挥中心")
    return words + _("。由%(body)s引导分流,分流后通知您") % {"body": body}


def _take_in(request: HttpRequest, form: RegisterForm, sign: EarlySign | None) -> Dispute:
    """The intake; from an early sign both or neither: whoever is second is told of the dispute that is there."""
    told = form.told()
    if sign is None:
        return register_dispute(told, actor=request.actor, at=request.at)
    with transaction.atomic():
        told = replace(told, origin_number=visiting.number_of(sign))
        dispute = register_dispute(told, actor=request.actor, at=request.at)
        visiting.become(sign, dispute, actor=request.actor, at=request.at)
    return dispute


def _known_of(sign: EarlySign | None) -> dict:
    """What an early sign fills in."""
    return {} if sign is None else {"type": sign.type, "facts": sign.text, "area": sign.visit.area.code, "source": "grid"}


def type_ideas(text: str) -> list[dict]:
    """Likely types of what is told, each with the words that decided; never chosen by itself."""
    return [{**idea, "name": str(DisputeType(idea["code"]).label)} for idea in suggest_type(text[:5000])] if text else []


@for_disputes("disputes.register")
@require_POST
def suggest(request: HttpRequest) -> JsonResponse:
    """``{"types": [{"code", "name", "share", "words"}]}`` for ``text``. Asked by POST: the story stands in no address
    and in no access log."""
    return JsonResponse({"types": type_ideas(request.POST.get("text", "").strip())})


def _home(request: HttpRequest) -> dict:
    home = request.rights.home()
    path = home.area_path if home is not None else ""
    return {"area": path.rstrip("/").split("/")[-1] if path else "", "source": "walk_in"}


@for_disputes("disputes.count")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """矛调统计: every number with its formula and the list behind it. ``?area= &days=``."""
    area = request.GET.get("area", "")[:20]
    days = int(request.GET["days"]) if request.GET.get("days") in ("30", "90", "365") else 90
    found = statistics.overview(request.rights, area=area, days=days, at=request.at)
    may_list = request.rights.may("disputes.view")  # who sees less than is counted gets no list that would not agree
    return render(request, "disputes/figures.html", {
        **found, "days": days, "area": area, "may_list": may_list, "list_url": reverse("disputes:desk"),
        "spans": ((30, _("近30天")), (90, _("近90天")), (365, _("近一年"))),
        "streets": statistics.streets(request.rights),
    })
