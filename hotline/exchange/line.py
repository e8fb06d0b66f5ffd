"""The line itself: outbox handlers that pull, take in and push. Requests are signed; nothing here runs in a page.

Pull: one page per outbox row; every new record is a message with its own row, so one bad record stops no other.
Push: one row per order and version; an older version that has not gone yet is dropped for the newer one.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.bodies import is_storable
from casework import outbox
from casework.actor import Actor
from casework.channels import Refuse, Retry, http
from casework.channels.webhook import check_answer, sign
from casework.door import MoveRefused
from casework.models import OutboxItem
from casework.outbox import Again
from hotline import transitions
from hotline.exchange import mapping as maps
from hotline.exchange.mapping import MappingError
from hotline.exchange.models import ExchangeMessage, Partner
from hotline.models import HotlineOrder
from hotline.workflow import LIVE

LADDER_SECONDS = (10, 60, 300, 900, 3600)
"""Wait after the first … fifth failed push; the sixth failure makes it a dead letter."""
PULL_WAIT_SECONDS = (30, 120, 600)
"""Wait after a failed pull within one round; then the next round of the timetable tries again."""
MOST_RECORDS = 500
MOST_PAGES = 20
"""Pages pulled in one round; the next round goes on from the cursor."""


def headers_of(partner: Partner, payload: bytes, *, key: str = "") -> dict[str, str]:
    """Who we are, when, and the signature over ``timestamp.payload``: of a POST its body, of a GET path and query."""
    secret = partner.secret or settings.WEBHOOK_SECRET
    if not secret:
        raise Refuse("no secret: set the platform's or WEBHOOK_SECRET")
    timestamp = str(int(time.time()))
    found = {
        "X-Governance-Key": partner.key_id, "X-Governance-Timestamp": timestamp,
        "X-Governance-Signature": sign(secret, timestamp, payload),
    }
    return found | ({"Idempotency-Key": hashlib.sha256(key.encode()).hexdigest()} if key else {})


# Pull ------------------------------------------------------------------------------------------------


@outbox.handles("exchange_pull", outside=True)
def pull(item: OutboxItem, at: datetime) -> Callable[[], Again | None] | None:
    """Fetch one page of what changed since the cursor."""
    partner = Partner.objects.filter(pk=item.payload["partner"], is_active=True).first()
    if partner is None or not partner.pull_url:
        return None
    try:
        answer = _fetch(partner)
        records = maps.records_of(answer, partner.mapping)[:MOST_RECORDS]
    except Retry as error:
        return partial(_pull_failed, partner, item, str(error), at)
    except (Refuse, MappingError, ValueError) as error:
        return partial(_note_failure, partner, str(error))
    return partial(_keep, partner, item, answer, records, at)


def _fetch(partner: Partner) -> Any:
    query = urlencode({"since": partner.cursor, "limit": MOST_RECORDS})
    url = f"{partner.pull_url}{'&' if '?' in partner.pull_url else '?'}{query}"
    parts = urlsplit(url)
    answer = http.get_json(url, headers=headers_of(partner, f"{parts.path}?{parts.query}".encode()))
    check_answer(answer)
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Refuse(_("应答不是 JSON")) from None
    if not is_storable(json.dumps(found, ensure_ascii=False)):
        raise Refuse(_("应答含有不能保存的字符"))
    return found


def _keep(partner: Partner, item: OutboxItem, answer: Any, records: list[dict], at: datetime) -> None:
    """Store new records, owe their taking in, move the cursor on; a full page owes the next one."""
    fresh = 0
    for record in records:
        fresh += keep_record(partner, record, at=at)
    cursor = _next_cursor(partner, answer, records)
    moved = cursor != partner.cursor
    Partner.objects.filter(pk=partner.pk).update(cursor=cursor, pulled_at=at, failures=0, last_error="")
    page = item.payload.get("page", 1)
    if records and moved and fresh and page < MOST_PAGES:
        outbox.owe("exchange_pull", f"{item.key}:{page + 1}"[:120], {**item.payload, "page": page + 1}, at=at)


def keep_record(partner: Partner, record: dict, *, at: datetime) -> bool:
    """Keep one record and owe its taking in; False when exactly this record is known."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True)
    try:
        number, state, reason = maps.number_of(record, partner.mapping), ExchangeMessage.State.WAITING, ""
    except MappingError as error:
        number, state, reason = "", ExchangeMessage.State.DEAD, str(error)
    message, is_new = ExchangeMessage.objects.get_or_create(
        partner=partner, direction="in", external_number=number, fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        defaults={"body": record, "created_at": at, "state": state, "reason": reason[:300]},
    )
    if is_new and state == ExchangeMessage.State.WAITING:
        owe(message, at=at)
    return is_new


def owe(message: ExchangeMessage, *, at: datetime) -> None:
    """Put a message on its way (again, after a replay)."""
    topic = "exchange_in" if message.direction == "in" else "exchange_push"
    outbox.owe(topic, f"{topic}:{message.pk}:{message.round}", {"message": message.pk}, at=at)


def _next_cursor(partner: Partner, answer: Any, records: list[dict]) -> str:
    mapping = partner.mapping
    if mapping.get("next"):
        found = maps.at_path(answer, mapping["next"])
        return str(found)[:200] if found not in (None, "") else partner.cursor
    if not mapping.get("updated"):
        return partner.cursor
    moments = (maps.at_path(record, mapping["updated"]) for record in records)
    return max([partner.cursor, *(str(moment) for moment in moments if moment)])[:200]


def _pull_failed(partner: Partner, item: OutboxItem, reason: str, at: datetime) -> Again | None:
    _note_failure(partner, reason)
    tried = item.payload.get("tried", 0)
    if tried >= len(PULL_WAIT_SECONDS):
        return None
    OutboxItem.objects.filter(pk=item.pk).update(payload={**item.payload, "tried": tried + 1})
    return Again(at + timedelta(seconds=PULL_WAIT_SECONDS[tried]), reason)


def _note_failure(partner: Partner, reason: str) -> None:
    Partner.objects.filter(pk=partner.pk).update(failures=min(partner.failures + 1, 1000), last_error=reason[:300])


# Taking in -------------------------------------------------------------------------------------------


@outbox.handles("exchange_in")
def take_in(item: OutboxItem, at: datetime) -> None:
    """Make an order of one record, or add what is new to the one it made before; a record that cannot be taken in is
    a dead letter with its reason."""
    message = ExchangeMessage.objects.select_for_update(of=("self",)).select_related("partner").get(pk=item.payload["message"])
    if message.state != ExchangeMessage.State.WAITING:
        return
    partner = message.partner
    try:
        with transaction.atomic():
            order = _apply(partner, message, at)
    except (MappingError, MoveRefused) as error:
        _finish(message, "dead", at, reason=getattr(error, "detail", str(error)))
        return
    message.order = order
    _finish(message, "done", at, body=maps.without_persons(message.body, partner.mapping))


def _apply(partner: Partner, message: ExchangeMessage, at: datetime) -> HotlineOrder:
    actor = Actor.system(partner.name)
    own = f"{partner.code}:{message.external_number}"[:60]
    told = maps.told_by(message.body, partner.mapping, external_number=own)
    known = transitions.intake.find_known(told)
    if known is None:
        order = transitions.register(told, actor=actor, at=at)
        return order if order.event_id else transitions.forward(order, actor=actor, at=at)
    if known.state in LIVE and told.text.strip() not in known.text and not _was_told(message, told.text, partner):
        return transitions.urge(known, actor=actor, at=at, note=_("上级平台更新:%(text)s") % {"text": told.text[:1200]})
    return known


def _was_told(message: ExchangeMessage, text: str, partner: Partner) -> bool:
    """Whether an earlier record of this number said the same: only its state has moved."""
    earlier = ExchangeMessage.objects.filter(
        partner=partner, direction="in", external_number=message.external_number, pk__lt=message.pk, state="done"
    )
    path = partner.mapping["fields"]["text"].get("from", "")
    return any(str(maps.at_path(row.body, path) or "").strip() == text.strip() for row in earlier.only("body"))


# Push ------------------------------------------------------------------------------------------------


@outbox.handles("exchange_push", outside=True)
def push(item: OutboxItem, at: datetime) -> Callable[[], Again | None] | None:
    """Tell the platform how one order stands."""
    message = ExchangeMessage.objects.select_related("partner").filter(pk=item.payload["message"]).first()
    if message is None or message.state != ExchangeMessage.State.WAITING:
        return None
    if _is_overtaken(message):
        return partial(_finish, message, "dropped", at, reason=_("已有更新的版本"))
    partner = message.partner
    if not partner.is_active:
        return partial(_finish, message, "dead", at, reason=_("平台已停用"))
    try:
        payload, kind = maps.envelope(message.body, partner.mapping)
        headers = headers_of(partner, payload, key=f"{partner.code}:{message.order_id}:{message.version}")
        check_answer(http.post_json(partner.push_url, payload, headers=headers | {"Content-Type": kind}))
    except Retry as error:
        return partial(_push_failed, message, str(error), at, error.after_seconds)
    except (Refuse, KeyError) as error:
        return partial(_finish, message, "dead", at, reason=str(error))
    return partial(_pushed, message, at)


def _is_overtaken(message: ExchangeMessage) -> bool:
    newer = ExchangeMessage.objects.filter(
        partner=message.partner, direction="out", order=message.order_id, version__gt=message.version
    )
    return newer.exclude(state="dropped").exists()


def _pushed(message: ExchangeMessage, at: datetime) -> None:
    _finish(message, "done", at)
    Partner.objects.filter(pk=message.partner_id).update(pushed_at=at, failures=0, last_error="")


def _push_failed(message: ExchangeMessage, reason: str, at: datetime, after: int | None) -> Again | None:
    _note_failure(message.partner, reason)
    tries = message.tries + 1
    if tries > len(LADDER_SECONDS):
        _finish(message, "dead", at, reason=reason, tries=tries)
        return None
    ExchangeMessage.objects.filter(pk=message.pk).update(tries=tries, reason=reason[:300])
    return Again(at + timedelta(seconds=max(after or 0, LADDER_SECONDS[tries - 1])), reason)


def _finish(message: ExchangeMessage, state: str, at: datetime, *, reason: str = "", **more: object) -> None:
    values = {"state": state, "reason": reason[:300], "done_at": at if state != "dead" else None, **more}
    for name, value in values.items():
        setattr(message, name, value)
    message.save(update_fields=[*values, "order"])
