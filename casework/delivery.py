"""One message through one outside channel: limit, circuit, tries, and what became of it (screens.md §8.3).

Exactly once is impossible across ``kill -9``; a message may go twice per kill, with the same idempotency key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db.models import F
from django.utils.translation import gettext as _

from casework import outbox
from casework.channels import Payload, Refuse, Retry, adapter_of
from casework.models import Channel, Delivery, OutboxItem
from casework.outbox import Again
from casework.rates import allow

LADDER_SECONDS = (10, 60, 300, 900, 3600)
"""Wait after the first … fifth failed try; a sixth failure is final."""
CIRCUIT_FAILURES = 5
CIRCUIT_REST = timedelta(minutes=2)
PROBE_TIME = timedelta(seconds=60)
HELD = "held: limit per minute"
DIGEST_LINES = 20


@outbox.handles("deliver", outside=True)
def deliver(item: OutboxItem, at: datetime) -> Callable[[], Again | None] | Again | None:
    """Carry out one owed delivery."""
    delivery = Delivery.objects.select_related("channel").filter(pk=item.payload["delivery"]).first()
    if delivery is None or delivery.state != Delivery.State.QUEUED:
        return None
    channel = delivery.channel
    if not channel.is_active:
        return lambda: _end(delivery, Delivery.State.FAILED, "channel switched off", at)
    rest = _rests(channel, at)
    if rest is not None:
        return Again(rest, "circuit open")
    verdict = allow(f"channel:{channel.code}", limit=channel.per_minute, window_seconds=60, at=at)
    if not verdict:
        Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.QUEUED).update(reason=HELD)
        return Again(at + timedelta(seconds=verdict.retry_after), HELD)
    return _send(delivery, at)


def _send(delivery: Delivery, at: datetime) -> Callable[[], Again | None]:
    channel = delivery.channel
    batch = [delivery, *_held_with(delivery)]
    payload = _digest(batch) if len(batch) > 1 else Payload(delivery.title, delivery.text)
    try:
        adapter_of(channel).send(delivery.target, payload, delivery.key)
    except Retry as error:
        return partial(_failed, delivery, str(error), at, after=error.after_seconds)
    except Refuse as error:
        return partial(_end, delivery, Delivery.State.FAILED, str(error), at)
    return lambda: _sent(channel, batch, at)


def _held_with(delivery: Delivery) -> list[Delivery]:
    """What the limit held back for the same target goes along in one digest."""
    if delivery.reason != HELD:
        return []
    others = Delivery.objects.filter(
        channel=delivery.channel, target=delivery.target, state=Delivery.State.QUEUED, reason=HELD
    )
    return list(others.exclude(pk=delivery.pk).order_by("pk"))


def _digest(batch: list[Delivery]) -> Payload:
    lines = [f"· {delivery.title}" for delivery in batch[:DIGEST_LINES]]
    if len(batch) > DIGEST_LINES:
        lines.append(_("……另有 %(count)s 条") % {"count": len(batch) - DIGEST_LINES})
    return Payload(_("%(count)s 条通知") % {"count": len(batch)}, "\n".join(lines))


def _rests(channel: Channel, at: datetime) -> datetime | None:
    """Until when the channel rests. After the rest one message goes ahead as a probe (half open); the others
    wait until it has come back."""
    if channel.failures < CIRCUIT_FAILURES:
        return None
    if channel.open_until is not None and channel.open_until > at:
        return channel.open_until
    mine = Channel.objects.filter(pk=channel.pk, open_until=channel.open_until)
    if mine.update(open_until=at + PROBE_TIME):
        return None
    return at + timedelta(seconds=10)


def _sent(channel: Channel, batch: list[Delivery], at: datetime) -> None:
    Delivery.objects.filter(pk__in=[row.pk for row in batch]).update(
        state=Delivery.State.SENT, sent_at=at, tries=F("tries") + 1, reason=""
    )
    Channel.objects.filter(pk=channel.pk).exclude(failures=0, open_until=None).update(failures=0, open_until=None)


def _failed(delivery: Delivery, reason: str, at: datetime, *, after: int | None) -> Again | None:
    channel = Channel.objects.select_for_update().get(pk=delivery.channel_id)
    channel.failures = min(channel.failures + 1, 1000)
    if channel.failures >= CIRCUIT_FAILURES:
        channel.open_until = at + CIRCUIT_REST
    channel.save(update_fields=["failures", "open_until"])
    tries = delivery.tries + 1
    if tries > len(LADDER_SECONDS):
        return _end(delivery, Delivery.State.FAILED, reason, at)
    Delivery.objects.filter(pk=delivery.pk).update(tries=tries, reason=reason[:300])
    wait = max(after or 0, LADDER_SECONDS[tries - 1])
    return Again(at + timedelta(seconds=wait), reason)


def _end(delivery: Delivery, state: str, reason: str, at: datetime) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, reason=reason[:300], tries=F("tries") + 1)


def send_test(channel: Channel, *, target: str, at: datetime) -> str:
    """「试发」: send one message now; the reason it failed, or an empty text."""
    payload = Payload(_("测试消息"), _("这是一条测试消息,收到即表示通道可用。"))
    try:
        adapter_of(channel).send(target, payload, f"test:{channel.code}:{at.timestamp():.0f}")
    except (Retry, Refuse) as error:
        return str(error)
    return ""
