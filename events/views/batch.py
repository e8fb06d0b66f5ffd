"""Many rows at once: verbs with a result per row, and the export of a view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.clients import client_address
from casework import readlog
from casework.refusals import MoveRefused, missing
from events import exporting, queries, transitions
from events.forms import unit_choices
from events.models import Event
from events.verbs import UNDO_SECONDS
from events.views.desk import rows_of
from events.views.edge import for_staff, is_fetch, next_of
from events.views.filters import FilterLine
from events.workflow import MOVES
from grids.models import Unit

MOST_ROWS = 200
SKIPPED = frozenset({"stale", "wrong_state", "already_claimed", "window_over"})
"""Refusals that only say that the row has moved on since it was ticked."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row: done, skipped (it had changed), failed."""

    number: str
    title: str
    outcome: str
    words: str


def _dispatch(request: HttpRequest, event: Event, version: int | None) -> str:
    unit = _unit(request)
    done = transitions.dispatch(
        event, unit=unit, note=request.POST.get("note", "") or (_("批量派单") if unit else ""), actor=request.actor,
        at=request.at, hold_seconds=UNDO_SECONDS, seen_version=version,
    )
    return _("已派 → %(unit)s") % {"unit": done.holder_name()}


def _unit(request: HttpRequest) -> Unit | None:
    key = request.POST.get("unit", "")
    if request.POST.get("act") != "dispatch_to":
        return None
    found = Unit.objects.filter(pk=key).first() if key.isdigit() else None
    if found is None:
        raise missing(unit=_("请选择单位"))
    return found


def _unchanged(event: Event, version: int | None) -> None:
    if version is not None and event.version != version:
        raise MoveRefused("stale", _("事件已有新变动,请查看后再操作"), state=event.state)


def _nudge(request: HttpRequest, event: Event, version: int | None) -> str:
    _unchanged(event, version)
    transitions.nudge(event, actor=request.actor, at=request.at)
    return _("已催办")


def _urge(request: HttpRequest, event: Event, version: int | None) -> str:
    _unchanged(event, version)
    note = request.POST.get("note", "").strip() or _("请于期限内办结并书面答复办理情况。")
    colour = request.POST.get("colour", "")
    transitions.urge(
        event, actor=request.actor, at=request.at, note=note, colour=colour, hold_seconds=UNDO_SECONDS
    )
    return _("已督办")


def _undo(request: HttpRequest, event: Event, version: int | None) -> str:
    transitions.undo_dispatch(event, actor=request.actor, at=request.at)
    return _("已撤回")


def _undo_urge(request: HttpRequest, event: Event, version: int | None) -> str:
    transitions.undo_urge(event, actor=request.actor, at=request.at)
    return _("已撤回")


UNDOES = {"dispatch": "undo", "dispatch_to": "undo", "urge": "undo_urge"}
"""Acts that can be taken back together, and by which act."""
ACTS: dict[str, tuple[str, Callable[[HttpRequest, Event, int | None], str]]] = {
    "dispatch": ("dispatch", _dispatch),
    "dispatch_to": ("dispatch", _dispatch),
    "nudge": ("nudge", _nudge),
    "urge": ("urge", _urge),
    "undo": ("undo_dispatch", _undo),
    "undo_urge": ("undo_urge", _undo_urge),
}


@for_staff("events.bulk")
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Do one act to every ticked row, each in its own transaction; the answer names every row's result."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise missing(act=_("请选择批量操作"))
    move, run = act
    if not request.rights.may(MOVES[move].permission):
        raise PermissionDenied
    ticked = _ticked(request)
    events = {event.pk: event for event in queries.visible_to(request.rights).filter(pk__in=ticked)}
    results = [_one(request, events.get(pk), version, run) for pk, version in ticked.items()]
    done = [row for row in results if row.outcome == "done"]
    shown = {
        "results": results, "done": len(done), "skipped": sum(row.outcome == "skipped" for row in results),
        "failed": sum(row.outcome == "failed" for row in results), "next": next_of(request, "/desk/"),
        "act": request.POST["act"], "undo_act": UNDOES.get(request.POST["act"], "") if done else "",
        "retry": [pk for pk, row in zip(ticked, results, strict=True) if row.outcome == "failed"],
        "undo_ids": [pk for pk, row in zip(ticked, results, strict=True) if row.outcome == "done"],
    }
    return render(request, "events/_batch_result.html" if is_fetch(request) else "events/batch_result.html", shown)


def _ticked(request: HttpRequest) -> dict[int, int | None]:
    """``row=<id>:<version>`` of every ticked box. Raises ``invalid`` beyond two hundred or without any."""
    found: dict[int, int | None] = {}
    for text in request.POST.getlist("row"):
        key, _sep, version = text.partition(":")
        if key.isdigit() and len(key) < 19:
            found[int(key)] = int(version) if version.isdigit() else None
    if not found:
        raise missing(row=_("请先勾选工单"))
    if len(found) > MOST_ROWS:
        raise missing(row=_("一次最多%(n)s件") % {"n": MOST_ROWS})
    return found


def _one(
    request: HttpRequest, event: Event | None, version: int | None, run: Callable[[HttpRequest, Event, int | None], str]
) -> Result:
    if event is None:
        return Result("—", "", "failed", _("没有找到"))
    try:
        with transaction.atomic():
            words = run(request, event, version)
    except MoveRefused as refused:
        outcome = "skipped" if refused.code in SKIPPED else "failed"
        return Result(event.number, event.title, outcome, refused.detail)
    return Result(event.number, event.title, "done", words)


@for_staff("events.export")
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The present view as CSV or XLSX: same filters, at most five thousand rows, no personal data; noted."""
    code = request.GET.get("view", "all")
    rows = rows_of(request, code, FilterLine(request.GET, rights=request.rights))
    ids = [int(text) for text in request.GET.get("ids", "").split(",") if text.isdigit() and len(text) < 19]
    if ids:
        rows = rows.filter(pk__in=ids[:MOST_ROWS])
    table = exporting.table_of(rows, at=request.at, by=request.user, view=str(queries.VIEW_BY_CODE[code].label))
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    readlog.record(
        request.actor, "export", kind="event", at=request.at, object_key=code, count=len(table.rows),
        fields=table.heads, reason=kind, address=client_address(request),
    )
    body = BytesIO()
    (exporting.write_xlsx if kind == "xlsx" else exporting.write_csv)(table, body)
    response = HttpResponse(body.getvalue(), content_type=exporting.TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="events-{request.at:%Y%m%d-%H%M%S}.{kind}"'
    return response



@for_staff("events.bulk")
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Units of 派单给…, with the letters they are found by."""
    return JsonResponse({"units": [{"id": pk, "name": name, "letters": found} for pk, name, found in unit_choices()]})
