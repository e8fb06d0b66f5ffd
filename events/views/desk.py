"""The dispatch desk: views with counts, filters, the list, the ticket beside it."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework import readlog
from casework.refusals import MoveRefused
from events import changes, queries, saved
from events.alerts import queries as alert_queries
from events.clues import queries as clue_queries
from events.counting import counts_and_look, dispatched_today
from events.filtering import behind_number
from events.models import Event, WorkOrder
from events.presenting import ROW_FIELDS, rows_for
from events.verbs import KEYED, function_of
from events.views.detail import ticket
from events.views.edge import for_staff
from events.views.filters import FilterLine, query_without
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


def rows_of(request: HttpRequest, code: str, line: FilterLine) -> QuerySet[Event]:
    """The rows of one view under the filters of the address; a phone number is searched apart and logged."""
    wanted = line.wanted
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


def _page(
    request: HttpRequest, code: str, line: FilterLine, of_view: int | None, *, order: str, size: int
) -> tuple[queries.Page, int | None]:
    """One page of ``rows_of`` and how many the list has; one without words is asked by a statement that was composed
    before."""
    cursor, found = request.GET.get("c", ""), None
    if line.wanted.q or request.GET.get("of"):
        found = rows_of(request, code, line)
        page = queries.page(found, order=order, cursor=cursor, size=size, fields=ROW_FIELDS)
    else:
        page = queries.listed(
            request.rights, line.wanted, at=request.at, order=order, cursor=cursor, size=size, fields=ROW_FIELDS, view=code
        )
    return page, _total(request, code, line, found, page, of_view)


def _total(
    request: HttpRequest, code: str, line: FilterLine, found: QuerySet[Event] | None, page: queries.Page,
    of_view: int | None,
) -> int | None:
    """The view's own count, or of what the filters and the number behind it leave."""
    if not line.chips and not request.GET.get("of"):
        return of_view
    if not page.next and not request.GET.get("c"):
        return len(page.rows)
    return (rows_of(request, code, line) if found is None else found).order_by().count()


@for_staff()
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """工作台. Everything that chooses what is shown stands in the address."""
    counts, looked = counts_and_look(request.rights, at=request.at)
    code = request.GET.get("view") or first_view(request.rights, counts)
    view = queries.VIEW_BY_CODE.get(code)
    if view is None:
        raise Http404
    line = FilterLine(request.GET, rights=request.rights)
    order = request.GET.get("order") or view.order
    size = int(request.GET["size"]) if request.GET.get("size") in map(str, SIZES) else PAGE
    try:
        page, total = _page(request, code, line, counts.get(code), order=order, size=size)
    except MoveRefused as refused:
        messages.error(request, refused.detail)
        page, total = queries.Page([], ""), 0
    chosen, here, token = _selected(request), query_without(request, "sel"), get_token(request)
    shown = {
        "view": view, "tabs": _tabs(request, counts, code), "filter": line, "order": order, "size": size,
        "sizes": _sizes(get_language()), "total": total,
        "rows": list_rows(request, page.rows, selected=chosen.get("event"), token=token),
        "next_url": f"?{here}&c={page.next}" if page.next else "",
        "first_url": f"?{here}" if request.GET.get("c") else "", "query": here, "sorts": _sorts(request, order),
        "alerts_waiting": alert_queries.waiting_count(request.rights),
        "clues_waiting": clue_queries.waiting_count(request.rights),
        "may_bulk": request.rights.may("events.bulk"), "may_export": request.rights.may("events.export"),
        "may_report": request.rights.may("events.report"), "density": _density(request),
        "is_filtered": bool(line.chips), "verb_keys": KEYED,
        "pulse_cursor": changes.following(looked, at=request.at).text,
        "saved_views": saved.listed(request.rights), "hidden": _hidden(request),
        "columns": _columns(get_language()), "csrf_token": token, "view_label": str(view.label),
    }
    if not shown["rows"] and code == "to_dispatch":
        shown["today"] = dispatched_today(request.rights, at=request.at)
    shown.update(chosen)
    return render(request, "events/desk.html", shown)


def _hidden(request: HttpRequest) -> list[str]:
    """Columns that the person has switched off."""
    wish = request.GET.get("hide", request.COOKIES.get("hide", ""))
    return [code for code, _label in COLUMNS if code in wish.split(".")]


def _density(request: HttpRequest) -> str:
    wish = request.GET.get("density") or request.COOKIES.get("density") or ""
    return wish if wish in ("compact", "roomy", "normal") else "compact"


@cache
def _labels(language: str | None) -> tuple[tuple[str, str], ...]:
    with override(language):
        return tuple((view.code, escape(str(view.label))) for view in queries.VIEWS)


@cache
def _sizes(language: str | None) -> tuple[tuple[int, str], ...]:
    with override(language):
        return tuple((n, _("每页 %(n)s 条") % {"n": n}) for n in SIZES)


@cache
def _columns(language: str | None) -> tuple[tuple[str, str], ...]:
    with override(language):
        return tuple((code, str(label)) for code, label in COLUMNS)


ALERTING = frozenset({"overdue", "red", "orphans"})


def _tabs(request: HttpRequest, counts: dict[str, int], current: str) -> SafeString:
    """The views as tabs, by hand as the rows are (``events.work_rows``)."""
    rest = query_without(request, "view", "sel", "order")
    before, made = escape(f"?{rest}&view=" if rest else "?view="), []
    for code, label in _labels(get_language()):
        count = counts.get(code)
        alert = " tab--alert" if code in ALERTING and count else ""
        here = ' aria-current="page"' if code == current else ""
        number = "" if count is None else f' <span class="tab__count" data-count="desk.{code}">{count}</span>'
        made.append(f'<a class="tab{alert}" href="{before}{code}" data-view="{code}"{here}>{label}{number}</a>')
    return mark_safe("".join(made))  # noqa: S308 (the address is escaped; the rest is ours)


def _sorts(request: HttpRequest, order: str) -> dict[str, dict]:
    """Links of the column heads: pressing again turns the order round where it can be turned."""
    found, rest = {}, query_without(request, "order")
    for column, (up, down) in {
        "urgency": ("urgency", "urgency"), "clock": ("due_at", "due_at"), "time": ("-reported_at", "reported_at"),
    }.items():
        target = down if order == up else up
        found[column] = {"url": f"?{rest}&order={target}" if rest else f"?order={target}", "on": order in (up, down)}
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
    request: HttpRequest, rows: list[dict], *, selected: Event | None = None, next_url: str = "",
    bulk: bool | None = None, token: str = "",
) -> list[dict]:
    """Rows of a keyset page (``ROW_FIELDS``) with their acts and their HTML."""
    may_bulk = request.rights.may("events.bulk") if bulk is None else bulk
    sheet = Sheet(
        request.at, next_url or request.get_full_path(), token or get_token(request), may_bulk,
        selected.number if selected else "",
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
    line = FilterLine(request.GET, rights=request.rights)
    seen = queries.visible_to(request.rights).filter(number__in=numbers)
    rows = list_rows(request, list(seen.values("id", *ROW_FIELDS)), next_url="/desk/")
    inside = set(rows_of(request, code, line).filter(number__in=numbers).values_list("pk", flat=True))
    for row in rows:
        row["gone"] = row["id"] not in inside
    return render(request, "events/_cells.html", {"rows": rows})


@for_staff()
@require_safe
def new_rows(request: HttpRequest) -> HttpResponse:
    """Ids of those numbers that belong to the present view: what the new-rows bar may announce."""
    line = FilterLine(request.GET, rights=request.rights)
    rows = rows_of(request, request.GET.get("view", "all"), line).filter(number__in=_numbers(request))
    return HttpResponse(",".join(str(pk) for pk in rows.values_list("pk", flat=True)), content_type="text/plain")


def _numbers(request: HttpRequest) -> list[str]:
    return [text for text in request.GET.get("numbers", "").split(",") if 0 < len(text) <= 32][:CELL_IDS]
