"""One session: who comes, minutes with autosave and one writer at a time, the calendar file."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.clients import client_address
from casework.edge import is_fetch
from casework.refusals import MoveRefused
from disputes import ics, minutes, opening, transitions, wall
from disputes.models import Session
from disputes.views.case import load
from disputes.views.edge import SEE, for_disputes

__all__ = ["calendar", "check_in", "detail", "pen", "save"]


def _session(request: HttpRequest, number: str, seq: int) -> Session:
    dispute = load(request, number)
    found = Session.objects.select_related("room__body", "writer").filter(dispute=dispute, seq=seq).first()
    if found is None:
        raise Http404
    found.dispute = dispute
    return found


@for_disputes(*SEE)
@require_safe
def detail(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """Time, place and seats for everybody in scope; names and minutes for the readers of the narrative."""
    session = _session(request, number, seq)
    dispute = session.dispute
    reason = opening.reason_for(request, number)
    reads = wall.may_open(dispute, request.actor) and (not dispute.is_sealed or bool(reason))
    parts: list[minutes.Part] = []
    if reads:
        with wall.opened(dispute, actor=request.actor, at=request.at, reason=reason, fields=("minutes",),
                         address=client_address(request)):
            parts = minutes.parts_of(session)
    holder = minutes.pen_holder(session, at=request.at)
    seats = [(seat, _seat_name(seat, reads)) for seat in session.seats.select_related("party", "person", "unit")]
    return render(request, "disputes/session.html", {
        "session": session, "dispute": dispute, "seats": seats, "parts": parts, "reads": reads,
        "mine": holder == request.user.pk, "writer": session.writer if holder and holder != request.user.pk else None,
        "silent": session.writer_id and not holder,
        "may_mediate": reads and dispute.is_reached_by(request.actor.rights, minutes.MINUTES),
    })


def _seat_name(seat: object, reads: bool) -> str:
    if seat.party_id:
        return seat.party.name if reads else str(seat.party.get_side_display())
    return seat.person.name if seat.person_id else str(seat.unit)


@for_disputes(*SEE)
@require_POST
def check_in(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    session = _session(request, number, seq)
    keys = lambda name: [int(key) for key in request.POST.getlist(name) if key.isdigit() and len(key) < 19]  # noqa: E731
    transitions.check_in(session, actor=request.actor, at=request.at, came=keys("came"), absent=keys("absent"))
    messages.success(request, _("签到已登记"))
    return redirect("disputes:session", number, seq)


@for_disputes(*SEE)
@require_POST
def pen(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """开始记录, 接手, or (``drop``) 停止记录."""
    session = _session(request, number, seq)
    if request.POST.get("drop"):
        minutes.drop_pen(session, actor=request.actor)
    else:
        try:
            minutes.take_pen(session, actor=request.actor, at=request.at)
        except MoveRefused as refused:
            if refused.status != 409 or is_fetch(request):
                raise
            messages.error(request, refused.detail)
    return redirect("disputes:session", number, seq)


@for_disputes(*SEE)
@require_POST
def save(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """One part, over the version that was seen: ``{part, text, version}``."""
    session = _session(request, number, seq)
    version = request.POST.get("version", "0")
    part = minutes.save(
        session, part=request.POST.get("part", ""), text=request.POST.get("text", ""),
        version=int(version) if version.isdigit() and len(version) < 9 else 0, actor=request.actor, at=request.at,
    )
    if is_fetch(request):
        return JsonResponse({"part": part.code, "version": part.version, "said": _("已保存")})
    messages.success(request, _("已保存"))
    return redirect("disputes:session", number, seq)


@for_disputes(*SEE)
@require_safe
def calendar(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """The session as a calendar file; no party's name in it."""
    session = _session(request, number, seq)
    return ics.response([session], at=request.at)
