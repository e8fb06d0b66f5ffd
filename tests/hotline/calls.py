"""Calls of the mini district walked into every state by the real verbs."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from casework.announcing import tell_followers
from casework.models import OutboxItem
from events import transitions as event_verbs
from hotline import transitions
from hotline.models import HotlineOrder
from hotline.transitions import Told
from tests import world as worlds
from tests.world import NOON, World

PHONE = "13911112222"
_serial = count(1)


def hear(at: datetime = NOON) -> int:
    """Let every owed announcement be heard, as the worker would; how many there were."""
    owed = list(OutboxItem.objects.filter(topic="moved", done_at=None).order_by("pk"))
    for item in owed:
        tell_followers(item, at)
        OutboxItem.objects.filter(pk=item.pk).update(done_at=at)
    return len(owed)


def registered(world: World, *, at: datetime = NOON, **told: object) -> HotlineOrder:
    """A complaint of category 0805 (telecom fault, P3, B72) in grid A1, just taken in."""
    fields = {
        "demand": "complaint", "text": f"宽带断了三天没人修 {next(_serial)}", "category": "0805",
        "area": "150302002001001", "phone": PHONE, "name": "王小明", **told,
    }
    return transitions.register(Told(**fields), actor=world.actor("hotline", at), at=at)


def dispatching(world: World, *, at: datetime = NOON, **told: object) -> HotlineOrder:
    return transitions.forward(registered(world, at=at, **told), actor=world.actor("hotline", at), at=at)


def needs_info(world: World, *, at: datetime = NOON, **told: object) -> HotlineOrder:
    order = dispatching(world, at=at, **told)
    event_verbs.ask_info(order.event, actor=world.actor("dispatcher", at), at=at, note="请问是几号楼")
    return fresh(order, at)


def handling(world: World, *, at: datetime = NOON, **told: object) -> HotlineOrder:
    order = dispatching(world, at=at, **told)
    dispatcher = world.actor("dispatcher", at)
    event = event_verbs.triage(order.event, actor=dispatcher, at=at, open_window=False)
    event_verbs.dispatch(event, unit=world.units["chengguan"], note="测试指定", actor=dispatcher, at=at)
    return fresh(order, at)


def answering(world: World, *, at: datetime = NOON, **told: object) -> HotlineOrder:
    order = handling(world, at=at, **told)
    part = worlds.the_order(order.event)
    event_verbs.accept(part, actor=world.actor("handler", at), at=at)
    event_verbs.feed_back(part, actor=world.actor("handler", at), at=at, note="线路已修复")
    return fresh(order, at)


def calling_back(world: World, *, at: datetime = NOON, **told: object) -> HotlineOrder:
    order = answering(world, at=at, **told)
    return transitions.answer(order, actor=world.actor("hotline", at), at=at, note="线路已修复,请查看")


def called_back(world: World, *, at: datetime = NOON, **told: object) -> HotlineOrder:
    order = calling_back(world, at=at, **told)
    return transitions.call_back(
        order, actor=world.actor("call_backer", at), at=at, finding="reached", was_contacted=True, solved=True, level=5
    )


def closed(world: World, *, at: datetime = NOON, **told: object) -> HotlineOrder:
    order = called_back(world, at=at, **told)
    event = event_verbs.verify(order.event, actor=world.actor("worker_a1", at), at=at, finding="solved", note="已通")
    scores = {row.pk: 5 for row in event.orders.filter(state="done")}
    event_verbs.evaluate(event, actor=world.actor("dispatcher", at), at=at, scores=scores)
    return fresh(order, at)


def fresh(order: HotlineOrder, at: datetime = NOON) -> HotlineOrder:
    """The order as it is once the news has been heard."""
    hear(at)
    return HotlineOrder.objects.get(pk=order.pk)


STATES = {
    "registered": registered, "dispatching": dispatching, "needs_info": needs_info, "handling": handling,
    "answering": answering, "calling_back": calling_back, "called_back": called_back, "closed": closed,
}
