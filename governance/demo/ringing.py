"""The telephone of the demo: a call behind each order of late, some that nobody picked up, addresses nobody could place."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from grids.addresses import register
from hotline.lines.calls import caller_of
from hotline.models import HotlineOrder, PhoneCall

DAYS = 3
MISSED = 5
UNKNOWN = ("老粮库后面第二排平房", "火车头浴池旁边", "三角地早市路口", "东头变电箱那里")


def ring(at: datetime) -> int:
    """Calls of the last days; how many were made. What is there already is left alone."""
    if PhoneCall.objects.exists():
        return 0
    rng = random.Random("telephone")
    rows = HotlineOrder.objects.filter(channel="phone", registered_at__range=(at - timedelta(days=DAYS), at))
    made = [_answered(order, rng) for order in rows.exclude(agent=None).order_by("pk")]
    made += [_missed(at, n, rng) for n in range(MISSED)]
    PhoneCall.objects.bulk_create(made)
    for n, text in enumerate(UNKNOWN):
        register.note_unresolved(text, at=at - timedelta(hours=3 * n + 1))
    return len(made)


def _answered(order: HotlineOrder, rng: random.Random) -> PhoneCall:
    """Rang, was picked up, and ended about when the order was there."""
    answered = order.registered_at - timedelta(seconds=rng.randint(40, 180))
    ended = order.registered_at + timedelta(seconds=rng.randint(0, 60))
    return PhoneCall(
        key=f"demo-{order.number}", caller_id=order.caller_id, agent_id=order.agent_id, order=order,
        rang_at=answered - timedelta(seconds=rng.randint(3, 15)), answered_at=answered, ended_at=ended,
        wrapped_up_at=ended + timedelta(seconds=rng.randint(10, 90)),
    )


def _missed(at: datetime, n: int, rng: random.Random) -> PhoneCall:
    rang = at - timedelta(hours=5 * n, minutes=rng.randint(1, 59))
    return PhoneCall(
        key=f"demo-missed-{n}", caller=caller_of(f"1000000{7000 + n}", at=rang), rang_at=rang,
        ended_at=rang + timedelta(seconds=40), read_at=rang + timedelta(hours=1) if n > 2 else None,
    )
