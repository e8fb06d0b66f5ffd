"""``POST /hotline/line/``: what the exchange (CTI) tells, signed, once.

Header ``X-Governance-Timestamp`` (Unix seconds, at most five minutes off) and ``X-Governance-Signature``
(``sha256=`` and the hex HMAC-SHA256 of ``timestamp.body`` under ``HOTLINE_CTI_SECRET``). Body: JSON with ``id``
(of this message), ``event`` (ring, answered, held, resumed, ended), ``call``, ``phone``, ``seat`` (extension).
The same ``id`` is done once and answered the same; the same ``call`` is one call whatever is repeated.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from casework.channels.webhook import sign
from casework.idempotency import once
from casework.refusals import MoveRefused, missing
from hotline.lines import calls
from hotline.lines.base import EVENTS, Told
from hotline.models import PhoneCall, Seat

SKEW_SECONDS = 300
MOST_BYTES = 16 * 1024


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> JsonResponse:
    """202 with the call's state; 401 for a bad or old signature, 409 where no secret is set, 400 in words."""
    secret = settings.HOTLINE_CTI_SECRET
    if not secret:
        return JsonResponse({"code": "closed", "detail": _("未设置接入密钥,不接收话务消息")}, status=409)
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return JsonResponse({"code": "too_large", "detail": _("内容过大")}, status=413)
    body = request.body
    if not is_signed(secret, request.headers, body, at=request.at):
        return JsonResponse({"code": "bad_signature", "detail": _("签名无效或已过期")}, status=401)
    try:
        key, told = read(body)
        answer = once("cti", key, hashlib.sha256(body).hexdigest(), at=request.at, act=lambda: hear(told, at=request.at))
    except MoveRefused as refused:
        return JsonResponse(refused.as_dict(), status=refused.status)
    return JsonResponse(answer.body, status=answer.status)


def is_signed(secret: str, headers: object, body: bytes, *, at: datetime) -> bool:
    """Signature right, and the stamp at most five minutes from now either way."""
    stamp = headers.get("X-Governance-Timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    wanted = sign(secret, stamp, body)
    given = headers.get("X-Governance-Signature", "")
    right = given.isascii() and hmac.compare_digest(wanted, given)
    return right and abs(at.timestamp() - int(stamp)) <= SKEW_SECONDS


def read(body: bytes) -> tuple[str, Told]:
    """The message. Raises ``invalid``, naming the field."""
    try:
        told = json.loads(body)
    except ValueError:
        raise missing(body=_("内容应为 JSON 对象")) from None
    if not isinstance(told, dict):
        raise missing(body=_("内容应为 JSON 对象"))
    words = {name: told.get(name, "") for name in ("id", "event", "call", "phone", "seat")}
    for name, value in words.items():
        if not isinstance(value, str) or len(value) > 60 or "\x00" in value:
            raise missing(**{name: _("字段有误")})
    for name in ("id", "event", "call"):
        if not words[name]:
            raise missing(**{name: _("不能为空")})
    if words["event"] not in EVENTS:
        raise missing(event=_("事件应为 ring、answered、held、resumed 或 ended"))
    return words["id"], Told(words["event"], words["call"], words["phone"], words["seat"])


def hear(told: Told, *, at: datetime) -> tuple[int, dict]:
    """Do what the line tells. Out of order is borne: an ``answered`` or ``ended`` of an unknown call makes the call."""
    seat = Seat.objects.select_related("person").filter(extension=told.seat).first() if told.seat else None
    agent = seat.person if seat else None
    with transaction.atomic():
        call = calls.ring(told.call, phone=told.phone, seat=agent, at=at)
        if told.event in ("answered", "held", "resumed"):
            call = _seat_tells(told, call, agent, at)
        elif told.event == "ended":
            call = calls.end(call, at=at)
    return 202, {"call": call.key, "standing": standing_of(call)}


def _seat_tells(told: Told, call: PhoneCall, agent: object | None, at: datetime) -> PhoneCall:
    if agent is None:
        raise missing(seat=_("没有登记这个分机"))
    verb = {"answered": calls.answer, "held": calls.hold, "resumed": calls.resume}[told.event]
    return verb(call, agent=agent, at=at)


def standing_of(call: PhoneCall) -> str:
    """ringing, talking, held, ended or missed."""
    if call.ended_at is not None:
        return "ended" if call.answered_at else "missed"
    if call.answered_at is None:
        return "ringing"
    return "held" if call.held_at else "talking"
