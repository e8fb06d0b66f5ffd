"""The ticket: beside the list, as a page of its own, its trail, its clock, its paper."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from accounts.clients import client_address
from casework import files, readlog
from casework.presenting import clocks_explained
from casework.refusals import not_found
from events import duplicates, nearby, police, queries, verbs
from events.counting import live
from events.dossier import Dossier
from events.forms import DispatchForm
from events.masking import mask_name, mask_people, mask_phone
from events.models import Event
from events.presence import who_is_at
from events.presenting import LEVELS, SOURCE_WORDS, STATE_TONES, chip, clocks_of, steps_of
from events.reference import load_ladders
from events.views.doing import canned_for
from events.views.edge import cursor_now, for_staff, is_fetch
from events.workflow import DISPATCH_STATES
from grids.scope import Rights

NEAR_METRES = 250
POLICE_FIELDS = ("receipt_number", "kind", "nature", "called_at", "station", "caller_name", "caller_phone", "parties")
RUNG_NAMES = (gettext_noop("预警"), gettext_noop("临期提醒"), gettext_noop("提级"))
"""Names of rungs in ``events/data/ladders.json`` that no other text of the source says; ``clock`` translates them."""
STAGE_WORDS = {
    "triage": _("研判"), "claim": _("抢单"), "dispatch": _("派单"), "sign": _("签收"), "contact": _("首次联系"),
    "handle": _("处置"), "report_in": _("报到"), "verify": _("核查"), "call_back": _("回访"), "evaluate": _("考评"),
    "confer": _("会商"), "ruling": _("退单裁决"), "reply": _("督办答复"), "rectify": _("整改"),
    "supplement": _("补充材料"),
}


def load_event(request: HttpRequest, number: str) -> Event:
    """The event with what its page names, or 404."""
    rows = queries.visible_to(request.rights).select_related(
        "owner_unit", "category", "category__parent", "area", "service_class", "master"
    )
    found = rows.filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def ticket(request: HttpRequest, event: Event, *, on_paper: bool = False) -> dict[str, Any]:
    """What ``events/_ticket.html`` shows. Opening a ticket with personal data is noted before it is shown. What 110 told
    is not for paper."""
    if "owner_unit" not in event._state.fields_cache:
        event = load_event(request, event.number)
    dossier = Dossier(event, request.rights, request.at)
    bar, rest = verbs.offers(dossier)
    clocks = clocks_of([event.pk]).get(event.pk, [])
    return {
        "event": event, "dossier": dossier, "bar": bar, "rest": rest, "level": LEVELS[event.urgency],
        "tone": STATE_TONES.get(event.state, "pause"), "source_label": SOURCE_WORDS[event.source],
        "steps": steps_of(event, dossier.trail), "timeline": list(reversed(dossier.trail)),
        "may_trail": request.rights.may("casework.view_trail"), "orders": dossier.orders,
        "chip": chip(clocks, at=request.at, url=reverse("events:clock", args=[event.number])),
        "stage": STAGE_WORDS.get(event.due_stage, ""), "places": dossier.places,
        "suggestions": _suggestions(request, event), "reporter": _reporter(request, dossier),
        "police": None if on_paper else _police(request, dossier),
        "near": _near(request.rights, event, request), "cameras": nearby.cameras(event, request.rights),
        "hands": nearby.hands(event, request.rights, at=request.at),
        "canned_comment": canned_for("comment", request.user.pk),
        "presence": who_is_at([event.pk], besides=request.user.pk, at=request.at),
        "watched": event.watches.filter(person=request.user).exists(), "verb_keys": verbs.KEYED,
        "map": _map(dossier), "may_comment": request.rights.may("events.comment") and bool(
            verbs.function_of("comment")
        ),
    }


def _suggestions(request: HttpRequest, event: Event) -> list:
    if event.state not in DISPATCH_STATES or not request.rights.may("events.dispatch"):
        return []
    form = DispatchForm(case=event, actor=request.actor, at=request.at)
    return form.suggestions


def _reporter(request: HttpRequest, dossier: Dossier) -> dict | None:
    """Masked name and phone, for those who may need them; nothing at all for evaluators and discipline."""
    rights, found = request.rights, dossier.reporter
    needs = any(reach.may_unmask or reach.field_level >= 2 for reach in rights.reaches)
    if found is None or not needs:
        return None
    readlog.record(
        request.actor, "open", kind="event", at=request.at, object_key=dossier.event.number,
        fields=["name", "phone"], address=client_address(request),
    )
    may = rights.covers(
        "events.reveal", area_path=dossier.event.area_path, unit_ids=dossier.event.unit_ids
    ) and verbs.function_of("reveal") is not None
    return {
        "name": mask_name(found.name), "phone": mask_phone(found.phone), "is_secret": found.is_secret,
        "url": reverse("events:verb", args=[dossier.event.number, "reveal"]) if may else "",
    }


def _police(request: HttpRequest, dossier: Dossier) -> dict | None:
    """What 110 told, persons masked; ``{}`` says that there is something the person may not see, None that there is not."""
    event, found = dossier.event, dossier.police
    if found is None:
        return {} if event.source == police.SOURCE and not police.may_see(event, request.rights) else None
    readlog.record(
        request.actor, "open", kind="event", at=request.at, object_key=event.number, fields=POLICE_FIELDS,
        address=client_address(request),
    )
    may = request.rights.covers("events.reveal", area_path=event.area_path, unit_ids=event.unit_ids)
    masked = (
        ("caller_name", _("报警人"), mask_name(found.caller_name)),
        ("caller_phone", _("报警电话"), mask_phone(found.caller_phone)),
        ("parties", _("当事人"), mask_people(found.parties)),
    )
    return {
        "row": found, "masked": [one for one in masked if one[2]],
        "url": reverse("events:verb", args=[event.number, "reveal"]) if may else "",
    }


def _near(rights: Rights, event: Event, request: HttpRequest) -> list[dict]:
    """Open reports around the event that the person may know of."""
    if event.lon is None or event.lat is None:
        return []
    return duplicates.nearby(
        lon=event.lon, lat=event.lat, at=request.at, grams=event.grams, category=event.category_id,
        radius_m=NEAR_METRES, exclude=event.pk, among=live(rights),
    )


def _map(dossier: Dossier) -> dict | None:
    event = dossier.event
    if event.lon is None or event.lat is None:
        return None
    grid = next((area for area in dossier.places if area.code == event.grid_code), None)
    return {
        "lon": event.lon, "lat": event.lat, "title": event.title, "tone": "urgent" if event.urgency < "P2" else "run",
        "boundary": grid.boundary if grid else None, "grid": grid.name if grid else "",
    }


@for_staff()
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """The ticket as a page; for the desk's script only its pane."""
    cursor = cursor_now(request)
    shown = ticket(request, load_event(request, number)) | {"pulse_cursor": cursor}
    return render(request, "events/_ticket.html" if is_fetch(request) else "events/detail.html", shown)


@for_staff()
@require_safe
def clock(request: HttpRequest, number: str) -> HttpResponse:
    """「为什么是这个时限」: every clock of the event, segment by segment."""
    event = load_event(request, number)
    dossier = Dossier(event, request.rights, request.at)
    rung_words = {rung.code: translated(rung.name) for ladder in load_ladders() for rung in ladder.rungs}
    clocks = clocks_explained(dossier.clocks, at=request.at, stage_words=STAGE_WORDS, rung_words=rung_words)
    template = "shared/_clock.html" if is_fetch(request) else "events/clock.html"
    return render(request, template, {"event": event, "clocks": clocks})


@for_staff("casework.view_trail")
@require_safe
def trail(request: HttpRequest, number: str) -> HttpResponse:
    """The whole trail as a page of its own."""
    event = load_event(request, number)
    dossier = Dossier(event, request.rights, request.at)
    return render(request, "events/trail.html", {"event": event, "timeline": list(reversed(dossier.trail))})


@for_staff()
@require_safe
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """The ticket on one sheet A4 with its code; printing is noted."""
    event = load_event(request, number)
    shown = ticket(request, event, on_paper=True)
    readlog.record(
        request.actor, "print", kind="event", at=request.at, object_key=event.number, address=client_address(request)
    )
    target = request.build_absolute_uri(public_url(event))
    shown |= {"qr": segno.make(target, error="m").png_data_uri(scale=4, border=2), "target": target}
    return render(request, "events/print.html", shown)


def public_url(event: Event) -> str:
    """The reporter's own page where it exists, else the ticket."""
    try:
        return reverse("citizen:status", args=[event.tracking_code])
    except NoReverseMatch:
        return reverse("events:detail", args=[event.number])


@for_staff()
@require_safe
def file(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """One attached file of a ticket the person may see; noted, since pictures show people."""
    event = queries.one(request.rights, number)
    found = get_object_or_404(event.attachments.select_related("file"), pk=key)
    readlog.record(
        request.actor, "download", kind="event", at=request.at, object_key=event.number, fields=["file"],
        address=client_address(request),
    )
    return files.serve(found.file)
