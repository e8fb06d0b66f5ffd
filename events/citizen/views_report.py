"""随手拍: home, the report form, what is told before it is sent, the receipt."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.files import serve
from casework.models import StoredFile
from casework.rates import Verdict
from casework.refusals import MoveRefused
from events import material, public, transitions
from events.citizen import kept, kinds, limits, question
from events.citizen.edge import ELDER, for_everybody, nothing_there, too_many
from events.citizen.forms import ReportForm
from events.citizen.presenting import day_and_time, expected, similar_cards
from events.client_keys import one_at_a_time
from events.placing import place_of
from grids import places
from grids.addresses import register
from grids.addresses.finding import find

YEAR_SECONDS = 31_536_000


@for_everybody
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Three big entries and the telephones."""
    return render(request, "citizen/home.html")


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """长辈版 on or off, remembered for a year."""
    wish = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wish, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(wish if ours else "citizen:home")
    on = request.COOKIES.get(ELDER) != "1"
    response.set_cookie(ELDER, "1" if on else "0", max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    return response


elder.permission = ""


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, grid: str = "") -> HttpResponse:
    """The form; ``grid`` is the code of the plate that was scanned."""
    if request.method != "POST":
        place = place_of(grid) if grid else None
        if grid and (place is None or place.level not in ("grid", "community")):
            return nothing_there(request)
        asked = question.ask(at=request.at)
        form = ReportForm(initial={"grid": grid if place else "", "question": asked.token})
        return _page(request, form, asked)
    asked = question.read(request.POST.get("question", ""))
    if asked is None:
        return _again(request, question.ask(at=request.at), _("页面停留太久,请再算一次"))
    with one_at_a_time(asked.client_key):
        known = public.by_client_key(asked.client_key)
        if known is not None:
            return redirect("citizen:receipt", token=known.token)
        return _take(request, asked)


def _take(request: HttpRequest, asked: question.Question) -> HttpResponse:
    """One form, alone under its key: check the sum, keep the photos, warn if need be, report."""
    wrong_sum = _wrong_sum(request, asked)
    if isinstance(wrong_sum, Verdict):
        return too_many(request, wrong_sum)
    if wrong_sum:
        return _again(request, question.ask(at=request.at), wrong_sum)
    asked = asked.passed()
    form = ReportForm(request.POST)
    files, wrong = _photos(request)
    if isinstance(wrong, Verdict):
        return too_many(request, wrong)
    if not form.is_valid() or wrong:
        form.is_valid()
        return _page(request, form, asked, files=files, photo_error=wrong or "", status=400)
    if not form.cleaned_data["is_checked"]:
        notes = _notes(request, form)
        if any(notes.values()):
            return _check(request, form, asked, files, notes)
    return _report(request, form, asked, files)


def _wrong_sum(request: HttpRequest, asked: question.Question) -> str | Verdict:
    """What is wrong with the answer in words; empty when it is right; the limit when there were too many."""
    if not question.is_alive(asked, at=request.at):
        return _("请回答这道新题")
    answer = request.POST.get("answer", "")
    if question.is_right(asked, answer, at=request.at):
        return ""
    verdict = limits.take([(limits.SUM_BY_ADDRESS, request.address)], at=request.at)
    if not verdict:
        return verdict
    return _("算得不对,请再试一次") if answer.strip() else _("请先算一算")


def _again(request: HttpRequest, asked: question.Question, words: str) -> HttpResponse:
    """The same form with a new question; the photos that came along are kept."""
    form = ReportForm(request.POST)
    form.is_valid()
    form.add_error("answer", words)
    files, wrong = _photos(request)
    if isinstance(wrong, Verdict):
        return too_many(request, wrong)
    return _page(request, form, asked, files=files, photo_error=wrong or "", status=400)


def _photos(request: HttpRequest) -> tuple[list[StoredFile], str | Verdict | None]:
    """Kept and new photos together, at most six, and what is wrong with them."""
    files = kept.read_files(request.POST.get("kept", ""), at=request.at)
    fresh = request.FILES.getlist("photos")
    if not fresh:
        return files, None
    if len(files) + len(fresh) > kept.MAX_PHOTOS:
        return files, _("最多 %(n)s 张照片") % {"n": kept.MAX_PHOTOS}
    verdict = limits.take([(limits.FILES_BY_ADDRESS, request.address)] * len(fresh), at=request.at)
    if not verdict:
        return files, verdict
    for file in fresh:
        try:
            stored = material.store_all([file], actor=request.actor, at=request.at)[0]
        except MoveRefused as refused:
            return files, refused.detail
        if stored.pk not in {one.pk for one in files}:
            files.append(stored)
    return files, None


def _page(
    request: HttpRequest, form: ReportForm, asked: question.Question, *, files: list[StoredFile] | None = None,
    photo_error: str = "", status: int = 200,
) -> HttpResponse:
    grid = form["grid"].value() or ""
    place = place_of(grid) if grid and "grid" not in form.errors else None
    shown = {
        "form": form, "question": asked, "place": place, "photo_error": photo_error, "status": status,
        **_pictures(files or [], request),
    }
    return render(request, "citizen/report.html", shown, status=status)


def _pictures(files: list[StoredFile], request: HttpRequest) -> dict[str, Any]:
    return {
        "kept": kept.sign_files(files, at=request.at), "room": kept.MAX_PHOTOS - len(files),
        "pictures": [kept.picture_url(file.pk, at=request.at) for file in files],
    }


def _notes(request: HttpRequest, form: ReportForm) -> dict[str, Any]:
    """What is said before the report is taken: danger first, then similar reports, then a place outside."""
    data = form.cleaned_data
    category = kinds.category_of(data["kind"])
    near = public.similar(lon=data["lon"], lat=data["lat"], text=form.words, category=category, at=request.at)
    return {
        "dangers": kinds.diversions(data["text"], category),
        "similar": similar_cards(near, at=request.at),
        "is_outside": is_outside(data["lon"], data["lat"]),
    }


def is_outside(lon: float | None, lat: float | None) -> bool:
    """Whether the point lies outside the district, as far as its boundary is known."""
    if lon is None or lat is None or places.locate_code(lon, lat) is not None:
        return False
    return public.has_boundary() and places.locate_code(lon, lat, level="district") is None


def _check(
    request: HttpRequest, form: ReportForm, asked: question.Question, files: list[StoredFile], notes: dict[str, Any]
) -> HttpResponse:
    """The page between form and receipt; everything typed travels along in hidden fields."""
    carried = [
        (name, form.data.get(name, "")) for name in form.fields if name not in ("question", "kept", "is_checked", "answer")
    ]
    notes["dangers"] = [{"numbers": d.numbers, "text": kinds.words_of(d)} for d in notes["dangers"]]
    shown = {
        "carried": carried, "question": asked, "words": form.words, **notes, **_pictures(files, request),
        "district": settings.SITE_TITLE,
    }
    return render(request, "citizen/check.html", shown)


def _report(
    request: HttpRequest, form: ReportForm, asked: question.Question, files: list[StoredFile]
) -> HttpResponse:
    data = form.cleaned_data
    wanted = [(limits.REPORT_BY_ADDRESS, request.address), (limits.REPORT_BY_ALL, "")]
    if data["phone"]:
        wanted.append((limits.REPORT_BY_PHONE, data["phone"]))
    if data["grid"]:
        wanted.append((limits.REPORT_BY_GRID, data["grid"]))
    verdict = limits.take(wanted, at=request.at)
    if not verdict:
        return too_many(request, verdict, _("提交太频繁了,请稍后再试;紧急情况请直接打电话"))
    typed = data["address"] if data["lon"] is None and not data["grid"] else ""
    sure = find(typed).sure if typed else None
    told = transitions.Report(
        source="citizen", text=form.words, category=kinds.category_of(data["kind"]),
        lon=sure.lon if sure else data["lon"], lat=sure.lat if sure else data["lat"],
        accuracy_m=round(data["accuracy"]) if data["accuracy"] is not None and data["lon"] is not None else None,
        address=data["address"], area=(sure.grid if sure else data["grid"]) or None, client_key=asked.client_key,
        reporter_name=data["name"],
        reporter_phone=data["phone"], is_secret=data["is_secret"], wants_notice=bool(data["phone"]),
    )
    with transaction.atomic():
        event = transitions.report(told, actor=request.actor, at=request.at)
        if files:
            material.attach_all(event, files, purpose="report", actor=request.actor, at=request.at)
        if typed and sure is None:  # it waits on the register's list, and is placed when somebody settles it there
            register.note_unresolved(typed, subject=f"event:{event.number}", at=request.at)
    return redirect("citizen:receipt", token=event.token)


@for_everybody
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """回执: the code, the address as a picture, what comes next. Printable."""
    event = public.by_token(token)
    if event is None:
        return nothing_there(request)
    due = expected(event, at=event.reported_at)
    shown = {
        "event": event, "due_words": day_and_time(due, at=request.at) if due else "",
        "has_phone": public.has_phone(event),
    }
    return render(request, "citizen/receipt.html", shown)


@for_everybody
@require_safe
def receipt_code(request: HttpRequest, token: str) -> HttpResponse:
    """The tracking page's address as a QR picture (SVG, no script, no outside part)."""
    event = public.by_token(token)
    if event is None:
        raise Http404
    address = request.build_absolute_uri(f"/c/k/{event.token}/")
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=6, border=3, dark="#17233a", light="#ffffff", xmldecl=False)
    response = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@for_everybody
@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """One picture by its signed address."""
    found = kept.read_picture(token, at=request.at)
    if found is None:
        raise Http404
    return serve(found)
