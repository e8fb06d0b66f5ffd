"""预约调解: four steps, the receipt, moving and cancelling. Works without script and in the large-print version."""

from __future__ import annotations

import hmac
import io
import re
from datetime import datetime, timedelta

import segno
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.names import named
from disputes import booking, ics, transitions
from disputes.after_notices import place_words
from disputes.citizen.forms import BY_HAND, STEPS, BookForm, FindForm
from disputes.models import Dispute, MediationBody, Proxy, Session
from disputes.telling import ClaimTold, PartyTold, Told
from disputes.transitions.sessions import SlotTaken
from events.citizen import limits, question
from events.citizen.edge import for_everybody, nothing_there, too_many
from events.client_keys import one_at_a_time
from events.public import clean_code
from grids.models import Area
from grids.scope import SHANGHAI

BOOK_BY_ADDRESS = limits.Limit("c-mediate-at", 10, 3600)
BOOK_BY_PHONE = limits.Limit("c-mediate-phone", 5, 86_400)
LENGTH = timedelta(hours=1)
NOTICE = timedelta(hours=2)
"""A time sooner than that is not offered: nobody could be told."""
MOST_BODIES, MOST_TIMES, TRIES = 4, 8, 4


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """One address for the four steps: ``step`` says which was filled in, ``back`` goes one back."""
    if request.method != "POST":
        return _page(request, BookForm(initial={"mode": "on_site"}), 1, question.ask(at=request.at))
    step = min(max(int(request.POST.get("step", "1")) if request.POST.get("step", "").isdigit() else 1, 1), len(STEPS))
    asked = question.read(request.POST.get("question", "")) or question.ask(at=request.at)
    if request.POST.get("back"):
        return _page(request, BookForm(request.POST, upto=0), max(1, step - 1), asked, is_quiet=True)
    form = BookForm(request.POST, upto=step)
    if not form.is_valid():
        return _page(request, form, _first_wrong(form, step), asked, status=400)
    if step < len(STEPS):
        return _page(request, form, step + 1, asked, is_quiet=True)
    return _submit(request, form, asked)


def _first_wrong(form: BookForm, step: int) -> int:
    wrong = set(form.errors)
    return next((n for n, names in enumerate(STEPS, start=1) if wrong & set(names)), step)


def _page(
    request: HttpRequest, form: BookForm, step: int, asked: question.Question, *, status: int = 200,
    is_quiet: bool = False, said: str = "",
) -> HttpResponse:
    shown = STEPS[step - 1]
    if is_quiet and form.is_bound:
        form = BookForm(initial={name: request.POST.getlist(name)[-1] for name in form.fields if name in request.POST}
                        | ({} if request.POST.get("mode") else {"mode": "on_site"}))
    value = lambda name: (request.POST.get(name, "") if request.method == "POST" else "")  # noqa: E731
    hidden = [(name, value(name)) for names in STEPS for name in names if name not in shown and value(name)]
    context = {
        "form": form, "step": step, "names": shown, "hidden": hidden, "question": asked, "said": said,
        "steps": (_("类型"), _("双方"), _("时间地点"), _("核对")),
    }
    if step == 3:
        context["places"] = _places(value("type"), value("community"), request.at)
    if step == 4:
        context["summary"] = _summary(value)
    return render(request, "disputes/citizen/book.html", context, status=status)


def _places(dispute_type: str, community: str, at: datetime) -> list[dict]:
    """Bodies near the place that take the type, each with its next free times."""
    area = Area.objects.filter(code=community).first()
    if area is None:
        return []
    codes = area.path.rstrip("/").split("/")
    rows = MediationBody.objects.filter(is_active=True, area__code__in=codes, rooms__is_active=True).distinct()
    rows = [row for row in rows.order_by("-area__depth", "kind", "code") if row.takes(dispute_type)]
    found = []
    for body in rows:
        times = booking.openings(body, after=at + NOTICE, length=LENGTH, most=MOST_TIMES)
        if times:
            found.append({"body": body, "name": named(body), "times": [(_slot(body, one.span), one.span) for one in times]})
        if len(found) == MOST_BODIES:
            break
    return found


def _slot(body: MediationBody, span: booking.Span) -> str:
    return f"{body.code}|{span.starts_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def _read_slot(text: str) -> tuple[MediationBody, datetime] | None:
    code, _bar, moment = text.partition("|")
    try:
        start = datetime.strptime(moment, "%Y-%m-%dT%H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
    body = MediationBody.objects.filter(code=code[:40], is_active=True).first()
    return (body, start) if body is not None else None


def _summary(value: object) -> list[tuple[str, str]]:
    from disputes.models import DisputeType

    chosen = _read_slot(value("slot"))
    when = f"{chosen[1]:%Y-%m-%d %H:%M} · {named(chosen[0])}" if chosen else _("由调解组织联系您")
    labels = dict(DisputeType.choices)
    return [
        (_("纠纷类型"), str(labels.get(value("type"), ""))), (_("您的姓名"), value("name")), (_("您的手机号"), value("phone")),
        *_for_whom(value),
        (_("对方"), value("other_name")), (_("发生了什么"), value("facts")), (_("想解决什么"), value("claim") or "—"),
        (_("时间地点"), when), (_("方式"), str(dict(Session.Mode.choices).get(value("mode"), ""))),
    ]


def _for_whom(value: object) -> list[tuple[str, str]]:
    """Who asks, where that is not the applicant."""
    if not value("for_other"):
        return []
    relation = dict(Proxy.Relation.choices).get(value("proxy_relation"), "")
    way = dict(Proxy.Way.choices).get(value("proxy_way"), "")
    return [(_("代办人"), f"{value('proxy_name')}({relation}) {value('proxy_phone')}"),
            (_("本人同意"), f"{way} {value('proxy_agreed_on')}")]


def _submit(request: HttpRequest, form: BookForm, asked: question.Question) -> HttpResponse:
    with one_at_a_time(asked.client_key):
        known = Dispute.objects.filter(source="booking", origin_number=asked.client_key).first()
        if known is not None:
            return redirect("disputes:receipt", token=known.token)
        if not question.is_alive(asked, at=request.at):
            return _page(request, form, 4, question.ask(at=request.at), status=400, said=_("请回答这道新题"))
        if not question.is_right(asked, form.cleaned_data["answer"], at=request.at):
            return _page(request, form, 4, question.ask(at=request.at), status=400, said=_("算得不对,请再试一次"))
        phone = form.cleaned_data["proxy_phone"] or form.cleaned_data["phone"]
        verdict = limits.take([(BOOK_BY_ADDRESS, request.address), (BOOK_BY_PHONE, phone)], at=request.at)
        if not verdict:
            return too_many(request, verdict, _("预约太多了,请稍后再试,或拨打12345"))
        try:
            dispute = _book(request, form, asked.client_key)
        except SlotTaken as taken:
            form.add_error("slot", taken.detail)
            return _page(request, form, 3, asked.passed(), status=409)
    return redirect("disputes:receipt", token=dispute.token)


def _book(request: HttpRequest, form: BookForm, key: str) -> Dispute:
    """The booking and its session, both or neither. Of several rooms and mediators the next free ones are tried."""
    data = form.cleaned_data
    told = Told(
        facts=data["facts"], type=data["type"], area=data["community"], origin_number=key, address=data["place"],
        parties=(
            PartyTold(name=data["name"], phone=data["phone"], consents=True),
            PartyTold(name=data["other_name"], side="respondent"),
        ),
        claims=(ClaimTold(text=data["claim"]),) if data["claim"] else (), proxy=form.proxy(),
    )
    chosen = _read_slot(data["slot"]) if data["slot"] != BY_HAND else None
    with transaction.atomic():
        dispute = transitions.book(told, actor=request.actor, at=request.at)
        if chosen is not None:
            reserve(dispute, *chosen, mode=data["mode"], place=data["place"], actor=request.actor, at=request.at)
    return dispute


def reserve(
    dispute: Dispute, body: MediationBody, start: datetime, *, mode: str, place: str, actor: object, at: datetime
) -> Session:
    """Any room and mediator of the body that are free then. Raises ``slot_taken`` with the next free times."""
    last: SlotTaken | None = None
    for _try in range(TRIES):
        free = booking.openings(body, after=start - timedelta(minutes=1), length=LENGTH, most=MOST_TIMES)
        one = next((one for one in free if one.span.starts_at == start), None)
        if one is None:
            break
        try:
            return transitions.schedule(
                dispute, actor=actor, at=at, starts_at=start, minutes=int(LENGTH.total_seconds() // 60),
                room=one.room if mode == "on_site" else None, mode=mode, place=place, people=[one.person_id],
            )
        except SlotTaken as taken:
            last = taken
    if last is not None:
        raise last
    free = booking.openings(body, after=max(start, at + NOTICE), length=LENGTH, most=3)
    words = "、".join(one.span.words() for one in free)
    raise SlotTaken(
        _("这个时间刚刚被约走了,请另选:%(times)s") % {"times": words or "—"}, [one.span for one in free], "slot"
    )


def _by_token(token: str) -> Dispute | None:
    if len(token) != 32:
        return None
    return Dispute.objects.select_related("body").filter(token=token, source="booking").first()


def _session_of(dispute: Dispute) -> Session | None:
    rows = dispute.sessions.select_related("room__body").exclude(state="called_off")
    return rows.order_by("starts_at").last()


def _body_of(session: Session) -> MediationBody | None:
    """Whose times are offered: the room's body; online or at the door, that of its mediator."""
    if session.room is not None:
        return session.room.body
    people = session.seats.filter(role="mediator").values("person")
    return MediationBody.objects.filter(mediators__person__in=people, mediators__is_active=True, is_active=True).first()


@for_everybody
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """回执: code, QR, time and place, what comes next; moving and cancelling."""
    dispute = _by_token(token)
    if dispute is None:
        return nothing_there(request)
    session = _session_of(dispute)
    times = []
    body = _body_of(session) if session is not None and session.state == "booked" else None
    if body is not None:
        times = booking.openings(body, after=request.at + NOTICE, length=LENGTH, most=MOST_TIMES)
    return render(request, "disputes/citizen/receipt.html", {
        "dispute": dispute, "session": session, "where": place_words(session) if session else "",
        "times": [(f"{one.span.starts_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}", one.span) for one in times],
        "may_cancel": dispute.state == "booked" or (session is not None and session.state == "booked"),
    })


@for_everybody
@require_safe
def receipt_code(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt's address as a QR picture."""
    dispute = _by_token(token)
    if dispute is None:
        raise Http404
    out = io.BytesIO()
    address = request.build_absolute_uri(f"/c/mediate/k/{token}/")
    segno.make(address, error="m").save(out, kind="svg", scale=6, border=3, dark="#17233a", light="#ffffff", xmldecl=False)
    response = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@for_everybody
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    dispute = _by_token(token)
    session = _session_of(dispute) if dispute else None
    if session is None:
        raise Http404
    return ics.response([session], at=request.at)


@for_everybody
@require_POST
def change(request: HttpRequest, token: str) -> HttpResponse:
    """Move (``slot``) or cancel (``cancel``) one's own booking."""
    dispute = _by_token(token)
    if dispute is None:
        return nothing_there(request)
    verdict = limits.take([(limits.ACT_BY_ADDRESS, request.address), (limits.ACT_BY_CASE, token)], at=request.at)
    if not verdict:
        return too_many(request, verdict)
    session = _session_of(dispute)
    if request.POST.get("cancel"):
        _cancel(request, dispute, session)
    elif session is not None:
        _move(request, session)
    return redirect("disputes:receipt", token=token)


def _cancel(request: HttpRequest, dispute: Dispute, session: Session | None) -> None:
    with transaction.atomic():
        if session is not None and session.state == "booked":
            transitions.call_off(session, actor=request.actor, at=request.at, note=_("申请人取消"))
        if dispute.state == "booked":
            transitions.cancel(dispute, actor=request.actor, at=request.at)
    messages.success(request, _("预约已取消"))


def _move(request: HttpRequest, session: Session) -> None:
    try:
        start = datetime.strptime(request.POST.get("slot", ""), "%Y-%m-%dT%H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        messages.error(request, _("请选择时间"))
        return
    try:
        transitions.reschedule(session, actor=request.actor, at=request.at, starts_at=start)
    except SlotTaken as taken:
        messages.error(request, taken.detail)
        return
    messages.success(request, _("已改期"))


def _endings(dispute: Dispute | None) -> list[str]:
    """Last four digits of whoever asked: the applicant, and who asked for him."""
    if dispute is None:
        return []
    phones = [dispute.parties.filter(side="applicant").values_list("phone", flat=True).first(),
              dispute.proxies.values_list("phone", flat=True).first()]
    found = [re.sub(r"\D", "", phone or "")[-4:] for phone in phones]
    return [ending for ending in found if len(ending) == 4]


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """查预约: by code and the last four digits; one answer for every miss."""
    form = FindForm(request.POST or None)
    if not form.is_valid():
        return render(request, "disputes/citizen/find.html", {"form": form}, status=400 if form.is_bound else 200)
    code = clean_code(form.cleaned_data["code"])
    wanted = [(limits.TRY_BY_ADDRESS, request.address), (limits.TRY_BY_CODE, code or "-")]
    verdict = limits.take(wanted, at=request.at)
    if not verdict:
        return too_many(request, verdict, _("试的次数太多了,请稍后再试"))
    dispute = Dispute.objects.filter(tracking_code=code, source="booking").first()
    given = re.sub(r"\D", "", form.cleaned_data["digits"]).encode()
    if not any([hmac.compare_digest(known.encode(), given) for known in _endings(dispute)]):  # noqa: C419 (all are compared)
        return nothing_there(request)
    for limit, subject in wanted:
        limits.give_back(limit.key(subject))
    return redirect("disputes:receipt", token=dispute.token)
