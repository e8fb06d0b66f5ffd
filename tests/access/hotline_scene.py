"""Calls of the scene: one that waits for its call back in street A, one that is handled in street B, one referral."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from events import transitions as event_verbs
from grids.models import AddressAlias, UnresolvedAddress
from hotline import transitions
from hotline.hotspots.finding import find_topics
from hotline.models import CallBack, HotlineOrder, OrderFlag, PhoneCall
from tests import world as worlds
from tests.hotline import calls
from tests.world import NOON, World

if TYPE_CHECKING:
    from tests.access.scene import Scene

RELATIONS = ("call_a", "call_b")
VERBS = {
    # verb of the page, permission on the order
    "comment": "hotline.comment", "supervise": "hotline.supervise", "reveal": "hotline.reveal", "urge": "hotline.urge",
    "call_back": "hotline.call_back", "hand_over": "hotline.hand_over",
}
STREET_B = "150302001002001"


def add(scene: Scene) -> None:
    """Walk the calls into place by the real verbs; callers are canaries."""
    world = scene.world
    scene.calls = {
        "call_a": calls.calling_back(world, name="金丝雀7号", phone="19900000007"),
        "call_b": calls.dispatching(world, name="金丝雀8号", phone="19900000008", area=STREET_B),
    }
    inside = calls.registered(world, name="金丝雀9号", phone="19900000009")
    outside = calls.registered(world, area=STREET_B, name="金丝雀10号", phone="19900000010")
    row = CallBack.objects.create(
        order=scene.calls["call_a"], reason="hotline", built_at=NOON, not_before=NOON
    )
    scene.keys["call_back"] = row.pk
    referral = transitions.hand_over(
        scene.calls["call_b"], actor=world.actor("dispatcher"), at=NOON, kind="shirking", note="推诿"
    )
    scene.named["referral_number:number"] = (referral.number, "JJ20260305-9999")
    scene.rows |= {
        "hotline/hotlineorder": {"inside": inside.pk, "outside": outside.pk},
        "hotline/hotlinedeadline": {
            "inside": inside.deadlines.first().pk, "outside": outside.deadlines.first().pk
        },
    }
    for name, order in scene.calls.items():
        scene.calls[name] = type(order).objects.get(pk=order.pk)


SAME = {"text": "宽带断了三天没人修,又断了", "phone": "19900000007", "name": "金丝雀7号"}
"""One caller with one matter: near the border of the streets, told about both sides of it."""
LOST, SETTLED = "老粮库后面的平房", "凤凰岭供销社旁小院"


def prepare(scene: Scene) -> None:
    """What both worlds have, so that no list is empty: three calls of one matter in street A with their topic, a call
    on the line, an address that nobody could place."""
    near = [calls.registered(scene.world, **SAME).pk for _n in range(3)]
    HotlineOrder.objects.filter(pk__in=near).update(lon=106.805, lat=39.605)
    OrderFlag.objects.create(order_id=near[0], kind="yellow", mark="own", raised_at=NOON)
    find_topics(at=NOON)
    early = NOON - timedelta(minutes=20)
    PhoneCall.objects.create(
        key="the call", agent=scene.world.people["hotline"], rang_at=early, answered_at=early, ended_at=NOON
    )
    UnresolvedAddress.objects.create(text=LOST, normal=LOST, first_at=NOON, last_at=NOON)


def add_foreign(scene: Scene) -> str:
    """Calls about street B for 住建局 in many states, with what hangs on them; the number of one. The caller, the
    words and the point are those of ``prepare``: counts and topics of persons must not join across the scope."""
    world = scene.world
    told = {"area": STREET_B, **SAME}
    waiting, called_back = _answered(world, **told), _answered(world, **told)
    CallBack.objects.get_or_create(order=waiting, round=waiting.round, defaults={
        "reason": "hotline", "built_at": NOON, "not_before": NOON - timedelta(hours=1)})
    transitions.call_back(
        called_back, actor=world.actor("call_backer"), at=NOON, finding="reached", was_contacted=True, solved=True, level=2
    )
    flagged = calls.registered(world, **told)
    for kind in OrderFlag.Kind.values:
        OrderFlag.objects.create(order=flagged, kind=kind, mark="foreign", raised_at=NOON)
    transitions.ask_exclusion(
        calls.registered(world, **told), actor=world.actor("hotline"), at=NOON, reason="no_duty", note="非职责"
    )
    transitions.hand_over(waiting, actor=world.actor("dispatcher"), at=NOON, kind="inaction", note="拖延")
    asked = calls.registered(world, **told, demand="consult")
    transitions.answer_directly(asked, actor=world.actor("hotline"), at=NOON, note="已答复")
    rows = HotlineOrder.objects.filter(area_path__startswith=world.areas["street_b"].path, pk__gte=waiting.pk)
    rows.update(lon=106.805, lat=39.605)
    rows.filter(pk=flagged.pk).update(due_at=NOON - timedelta(hours=2), flag="red")
    find_topics(at=NOON)
    PhoneCall.objects.filter(key="the call").update(order=waiting)
    _addresses(world, waiting.number)
    return waiting.number


def _answered(world: World, **told: object) -> HotlineOrder:
    order = calls.dispatching(world, **told)
    dispatcher, handler = world.actor("dispatcher"), world.actor("other_handler")
    event = event_verbs.triage(order.event, actor=dispatcher, at=NOON, open_window=False)
    event_verbs.dispatch(event, unit=world.units["zhujian"], note="测试指定", actor=dispatcher, at=NOON)
    part = worlds.the_order(order.event)
    event_verbs.accept(part, actor=handler, at=NOON)
    event_verbs.feed_back(part, actor=handler, at=NOON, note="线路已修复")
    return transitions.answer(calls.fresh(order), actor=world.actor("hotline"), at=NOON, note="已修复,请查看")


def add_own(scene: Scene) -> str:
    """The control: one more of the same in street A, called back, marked and placed there; its number."""
    world = scene.world
    order = calls.calling_back(world, **SAME)
    HotlineOrder.objects.filter(pk=order.pk).update(lon=106.805, lat=39.605)
    CallBack.objects.create(order=order, reason="hotline", built_at=NOON, not_before=NOON)
    OrderFlag.objects.create(order=order, kind="red", mark="more", raised_at=NOON)
    find_topics(at=NOON)
    PhoneCall.objects.filter(key="the call").update(order=order)
    _addresses(world, order.number, grid="grid_a1", by="officer_a")
    return order.number


def _addresses(world: World, number: str, *, grid: str = "grid_b1", by: str = "stranger") -> None:
    """The lost address waits for one more case; another has been settled in this grid and was learnt there."""
    UnresolvedAddress.objects.filter(text=LOST).update(subjects=[f"hotline:{number}"])
    UnresolvedAddress.objects.create(
        text=SETTLED, normal=SETTLED, first_at=NOON, last_at=NOON, standing="resolved", subjects=[f"hotline:{number}"],
        grid=world.areas[grid], settled_by=world.people[by], settled_at=NOON,
    )
    AddressAlias.objects.create(
        name=SETTLED, normal=SETTLED, grid=world.areas[grid], origin="learned", taught_by=world.people[by], taught_at=NOON
    )
