"""Pages of the clues: what was found, one cluster with its evidence and decision, the short form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import readlog
from casework.edge import for_staff, refusal
from casework.refusals import MoveRefused
from events.clues import actions, queries
from events.clues.finding import the_rule
from events.clues.forms import AddForm, ConfirmForm, EnterForm, OutcomeForm, ReasonForm, RemoveForm
from events.clues.fusing import CHANCE, LEAST_LIFT
from events.clues.models import ClueCluster
from events.models import Event
from grids import queries as land

TABS = (*ClueCluster.State.choices, ("", gettext_lazy("全部")))
LATEST_CLUES = 10


@for_staff(queries.VIEW)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """聚合线索, the highest score first, on the map and as a list; the latest clues below."""
    state = request.GET.get("state", "open")
    rows = queries.listed(request.rights, state)
    names = queries.element_names()
    for row in rows:
        row.told = _elements(row, names)
    marks = [
        {"key": row.pk, "lon": row.lon, "lat": row.lat, "number": rank, "title": row.title,
         "url": reverse("events:cluster", args=[row.pk])}
        for rank, row in enumerate(rows, start=1)
    ]
    return render(request, "events/clues/list.html", {
        "rows": rows, "marks": marks, "tabs": [(code, label, code == state) for code, label in TABS], "state": state,
        "ground": land.ground(settings.DISTRICT_CODE) if marks else None, "rule": the_rule(),
        "waiting": queries.waiting_count(request.rights), "clues": queries.clues_seen(request.rights)[:LATEST_CLUES],
        "may_enter": request.rights.may(queries.ENTER),
    })


def _elements(cluster: ClueCluster, names: dict[str, str]) -> list[dict]:
    """What is concentrated, the most told first."""
    rows = sorted(cluster.elements.items(), key=lambda pair: (-pair[1][0], pair[0]))
    return [{"name": names.get(code, code), "count": pair[0], "expected": pair[1]} for code, pair in rows]


@for_staff(queries.VIEW)
@require_safe
def detail(request: HttpRequest, key: int) -> HttpResponse:
    return _detail(request, queries.one(request.rights, key))


def _detail(request: HttpRequest, cluster: ClueCluster, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    """One cluster: how it is weighed, where and when it was told, by whom, and what a person may do about it."""
    rows, hidden = queries.evidence(request.rights, cluster)
    readlog.record(
        request.actor, "open", kind="cluster", at=request.at, object_key=cluster.number, fields=["text"], count=len(rows)
    )
    sources = dict(Event.Source.choices)
    may = request.rights.covers(queries.DECIDE, area_path=cluster.area.path)
    given = {
        "confirm_form": ConfirmForm(at=request.at), "dismiss_form": ReasonForm(), "finish_form": ReasonForm(),
        "outcome_form": OutcomeForm(), "add_form": AddForm(), **bound,
    }
    return render(request, "events/clues/one.html", {
        "cluster": cluster, "rows": rows, "hidden": hidden,
        "removed": queries.evidence(request.rights, cluster, removed=True)[0] if may else (),
        "told": _elements(cluster, queries.element_names()),
        "weeks": queries.by_week(rows, sources), "sources": _by_source(rows), "marks": _marks(rows),
        "ground": land.ground(settings.DISTRICT_CODE), "outcome": queries.outcome_of(cluster), "rule": the_rule(),
        "noted": cluster.outcomes.select_related("by").order_by("-pk"), "chance": CHANCE[True], "lift": LEAST_LIFT,
        "may_decide": may and cluster.state == "open", "may_set": may and cluster.state in ("open", "confirmed"),
        "may_finish": may and cluster.state == "confirmed",
        "may_note": may and cluster.state in ("confirmed", "finished"), **given,
    }, status=status)


def _marks(rows: list[queries.Evidence]) -> list[dict]:
    return [
        {"key": row.key, "lon": row.lon, "lat": row.lat, "title": f"{row.source_name} {row.title or row.category_name}",
         "url": reverse("events:detail", args=[row.number]) if row.number else f"#evidence-{row.key}"}
        for row in rows if row.lat is not None
    ]


def _by_source(rows: list[queries.Evidence]) -> list[tuple[str, int]]:
    count: dict[str, int] = {}
    for row in rows:
        count[row.source_name] = count.get(row.source_name, 0) + 1
    return sorted(count.items(), key=lambda pair: -pair[1])


@for_staff(queries.ENTER)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """登记线索."""
    form = EnterForm(request.POST or None, rights=request.rights)
    if request.method == "POST" and form.is_valid():
        data = {name: value or None if name in ("category", "external_number", "area") else value
                for name, value in form.cleaned_data.items()}
        try:
            actions.enter(actions.Told(**data), actor=request.actor, at=request.at)
        except MoveRefused as refused:
            for name, words in (refused.fields or {None: [refused.detail]}).items():
                form.add_error(name if name in form.fields else None, words)
        else:
            messages.success(request, _("线索已登记"))
            return redirect(reverse("events:clues" if request.rights.may(queries.VIEW) else "events:enter_clue"))
    return render(request, "events/clues/enter.html", {"form": form}, status=400 if form.errors else 200)


# Acts -----------------------------------------------------------------------------------------------


def _act(name: str, make: Callable[[HttpRequest], forms.Form], do: Callable[..., Any], said: Any) -> Callable:
    """One view of a POST: form, action, one sentence, back to the cluster."""

    @for_staff(queries.DECIDE)
    @require_POST
    def view(request: HttpRequest, key: int) -> HttpResponse:
        cluster = queries.one(request.rights, key)
        form = make(request)
        if not form.is_valid():
            return _detail(request, cluster, status=400, **{f"{name}_form": form})
        back = reverse("events:cluster", args=[key])
        try:
            do(cluster, actor=request.actor, at=request.at, **form.cleaned_data)
        except MoveRefused as refused:
            return refusal(request, refused, back=back)
        messages.success(request, str(said))
        return redirect(back)

    return view


confirm = _act("confirm", lambda r: ConfirmForm(r.POST, at=r.at), actions.confirm, gettext_lazy("已转专项督导"))
dismiss = _act("dismiss", lambda r: ReasonForm(r.POST), actions.dismiss, gettext_lazy("已排除"))
finish = _act("finish", lambda r: ReasonForm(r.POST), actions.finish, gettext_lazy("专项已办结"))
outcome = _act("outcome", lambda r: OutcomeForm(r.POST), actions.note_outcome, gettext_lazy("成效已登记"))
add = _act("add", lambda r: AddForm(r.POST), actions.add_member, gettext_lazy("已加入"))
remove = _act("remove", lambda r: RemoveForm(r.POST), actions.remove_member, gettext_lazy("已移出"))
