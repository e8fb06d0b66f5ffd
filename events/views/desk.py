"""The dispatch desk: views with counts, filters, the list, the ticket beside it."""

from __future__ import annotations

import re

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from casework import readlog
from casework.refusals import MoveRefused
from events import queries
from events.alerts import queries as alert_queries
from events.counting import dispatched_today, view_counts
from events.filtering import behind_number
from events.models import Event, WorkOrder
from events.presenting import ROW_FIELDS, rows_for
from events.saved import views_for
from events.verbs import KEYED, function_of
from events.views.detail import ticket
from events.views.edge import cursor_now, for_staff
from events.views.filters import FilterForm, query_without, wanted_of
from events.work_rows import Sheet, add_html
from events.workflow import MOVES
from grids.scope import Rights

PAGE = 50
MOST = 200
SIZES = (50, 100, 200)
CELL_IDS = 200
COLUMNS = (("source", gettext_lazy("来源")), ("unit", gettext_lazy("建议/责任单位")), ("state", gettext_lazy("状态")))
"""Columns of the list that can be switched off."""


def first_view(rights: Rights, counts: dict[str, int]) -> str:
    """The view a person's day begins with: the first of the role's own work that is not empty. Whoever dispatches
    begins at the dispatch view in any case: an empty one says what was done today."""
    if rights.may("events.dispatch"):
        return "to_dispatch"
    own = (("to_claim", "events.claim"), ("to_verify", "events.call_back"), ("rulings", "events.rule_decline"),
           ("mine", "events.accept"))
    return next((code for code, permission in own if rights.may(permission) and counts.get(code)), "all")


def rows_of(request: HttpRequest, code: str, form: FilterForm) -> QuerySet[Event]:
    """The rows of one view under the filters of the address; a phone number is searched apart and logged."""
    wanted = wanted_of(form)
    rows = behind_number(queries.in_view(request.rights, code, at=request.at), request.GET, at=request.at)
    phone = re.sub(r"\D", "", wanted.q)
    if re.fullmatch(r"1\d{10}|0\d{9,11}", phone) and request.rights.may("events.reveal"):
        readlog.record(
            request.actor, "search", kind="event", at=request.at, fields=["phone"], object_key=code,
            address=request.META.get("REMOTE_ADDR", ""),
        )
        plain = queries.Filters(**{name: getattr(wanted, name) for name in wanted.__slots__ if name != "q"})
        return queries.narrow(rows, plain, at=request.at).filter(reporter__phone=phone)
    return queries.narrow(rows, wanted, at=request.at)


@for_staff()
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """工作台. Everything that chooses what is shown stands in the address."""
    cursor = cursor_now(request)
    counts = view_counts(request.rights, at=request.at)
    code = request.GET.get("view") or first_view(request.rights, counts)
    view = queries.VIEW_BY_CODE.get(code)
    if view is None:
        raise Http404
    form = FilterForm(request.GET, rights=request.rights)
    order = request.GET.get("order") or view.order
    size = int(request.GET["size"]) if request.GET.get("size") in map(str, SIZES) else PAGE
    try:
        found = rows_of(request, code, form)
        page = queries.page(found, order=order, cursor=request.GET.get("c", ""), size=size, fields=ROW_FIELDS)
        total = _total(request, form, found, page, counts.get(code))
    except MoveRefused as refused:
        messages.error(request, refused.detail)
        page, total = queries.Page([], ""), 0
    chosen = _selected(request)
    shown = {
        "view": view, "views": _views(request, counts, code), "filter": form, "order": order, "size": size,
        "sizes": SIZES, "rows": list_rows(request, page.rows, selected=chosen.get("event")), "total": total,
        "next_url": f"?{query_without(request, 'sel')}&c={page.next}" if page.next else "",
        "first_url": f"?{query_without(request, 'sel')}" if request.GET.get("c") else "",
        "query": query_without(request, "sel"), "sorts": _sorts(request, order),
        "alerts_waiting": alert_queries.waiting_count(request.rights),
        "may_bulk": request.rights.may("events.bulk"), "may_export": request.rights.may("events.export"),
        "may_report": request.rights.may("events.report"), "density": _density(request),
        "is_filtered": bool(form.chips), "verb_keys": KEYED, "pulse_cursor": cursor,
        "saved_views": views_for(request.rights), "hidden": _hidden(request), "columns": COLUMNS,
        "reach": "|".join(request.rights.paths("events.view")),
    }
    if not shown["rows"] and code == "to_dispatch":
        shown["today"] = dispatched_today(request.rights, at=request.at)
    shown.update(chosen)
    return render(request, "events/desk.html", shown)


def _total(
    request: HttpRequest, form: FilterForm, found: QuerySet[Event], page: queries.Page, of_view: int | None
) -> int | None:
    """How many the list has: the view's own count, or of what the filters and the number behind it leave."""
    if not form.chips and not request.GET.get("of"):
        return of_view
    whole = not page.next and not request.GET.get("c")
    return len(page.rows) if whole else found.order_by().count()


def _hidden(request: HttpRequest) -> list[str]:
    """Columns that the person has switched off."""
    wish = request.GET.get("hide", request.COOKIES.get("hide", ""))
    return [code for code, _label in COLUMNS if code in wish.split(".")]


def _density(request: HttpRequest) -> str:
    wish = request.GET.get("density") or request.COOKIES.get("density") or ""
    return wish if wish in ("compact", "roomy", "normal") else "compact"


def _views(request: HttpRequest, counts: dict[str, int], current: str) -> list[dict]:
    alert = {"overdue", "red", "orphans"}
    return [
        {
            "code": view.code, "label": view.label, "count": counts.get(view.code), "current": view.code == current,
            "alert": view.code in alert and bool(counts.get(view.code)),
            "url": f"?{query_without(request, 'view', 'sel', 'order', view=view.code)}",
        }
        for view in queries.VIEWS
    ]


def _sorts(request: HttpRequest, order: str) -> dict[str, dict]:
    """Links of the column heads: pressing again turns the order round where it can be turned."""
    found = {}
    for column, (up, down) in {
        "urgency": ("urgency", "urgency"), "clock": ("due_at", "due_at"), "time": ("-reported_at", "reported_at"),
    }.items():
        target = down if order == up else up
        found[column] = {"url": f"?{query_without(request, 'order', order=target)}", "on": order in (up, down)}
    return found


def _selected(request: HttpRequest) -> dict:
    """The ticket of the pane: the one in the address, if it may be seen."""
    number = request.GET.get("sel", "")
    if not number:
        return {}
    try:
        return ticket(request, queries.one(request.rights, number))
    except MoveRefused:
        messages.warning(request, _("没有找到所选事件"))
        return {}


def with_acts(request: HttpRequest, rows: list[dict]) -> list[dict]:
    """Add the one act each row offers this person: one query for the person's own orders."""
    rights, own = request.rights, {}
    units = rights.units("events.accept")
    mine = Q(unit__in=units) | Q(handler=rights.person_id)
    for path in rights.paths("events.accept"):
        mine |= Q(area__path__startswith=path)
    if rights.may("events.accept"):
        found = WorkOrder.objects.filter(mine, event__in=[row["id"] for row in rows], state__in=("sent", "accepted"))
        for event_id, state in found.order_by("-state", "pk").values_list("event_id", "state"):
            own.setdefault(event_id, state)
    for row in rows:
        row["act"] = _act(rights, row, own.get(row["id"]))
    return rows


def list_rows(
    request: HttpRequest, rows: list[dict], *, selected: Event | None = None, next_url: str = "", bulk: bool | None = None
) -> list[dict]:
    """Rows of a keyset page (``ROW_FIELDS``) with their acts and their HTML."""
    may_bulk = request.rights.may("events.bulk") if bulk is None else bulk
    sheet = Sheet(
        request.at, next_url or request.get_full_path(), get_token(request), may_bulk, selected.number if selected else ""
    )
    return add_html(with_acts(request, rows_for(rows, at=request.at)), sheet)


STATE_ACTS = (
    # state, verb, whether the row's button does it without a panel
    ("reported", "triage", False),
    ("open_for_claim", "claim", True),
    ("awaiting_dispatch", "dispatch", True),
    ("conferring", "confer", False),
    ("verifying", "verify", False),
    ("verifying", "call_back", False),
    ("evaluating", "evaluate", False),
    ("suspended", "resume", True),
)
OWN_ACTS = {"sent": ("accept", True), "accepted": ("feed_back", False)}


def _act(rights: Rights, row: dict, own_state: str | None) -> dict | None:
    if row["state"] == "in_progress" and own_state:
        name, at_once = OWN_ACTS[own_state]
        return {"verb": name, "label": MOVES[name].label, "at_once": at_once}
    for state, name, at_once in STATE_ACTS:
        if state != row["state"] or function_of(name) is None:
            continue
        if rights.covers(MOVES[name].permission, area_path=row["area_path"]):
            direct = at_once and (name != "dispatch" or row["idea"] is not None)
            return {"verb": name, "label": MOVES[name].label, "at_once": direct}
    return None


@for_staff()
@require_safe
def cells(request: HttpRequest) -> HttpResponse:
    """Fresh rows for numbers the page shows; a row that has left the view says where it went."""
    numbers = _numbers(request)
    code = request.GET.get("view", "all")
    form = FilterForm(request.GET, rights=request.rights)
    seen = queries.visible_to(request.rights).filter(number__in=numbers)
    rows = list_rows(request, list(seen.values("id", *ROW_FIELDS)), next_url="/desk/")
    inside = set(rows_of(request, code, form).filter(number__in=numbers).values_list("pk", flat=True))
    for row in rows:
        row["gone"] = row["id"] not in inside
    return render(request, "events/_cells.html", {"rows": rows})


@for_staff()
@require_safe
def new_rows(request: HttpRequest) -> HttpResponse:
    """Ids of those numbers that belong to the present view: what the new-rows bar may announce."""
    form = FilterForm(request.GET, rights=request.rights)
    rows = rows_of(request, request.GET.get("view", "all"), form).filter(number__in=_numbers(request))
    return HttpResponse(",".join(str(pk) for pk in rows.values_list("pk", flat=True)), content_type="text/plain")


def _numbers(request: HttpRequest) -> list[str]:
    return [text for text in request.GET.get("numbers", "").split(",") if 0 < len(text) <= 32][:CELL_IDS]
