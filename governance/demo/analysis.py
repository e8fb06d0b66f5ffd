"""What the analysis pages of the hotline live on: quiet weeks before, one block without heat, a ledger of inspection,
questions that nobody could answer, an address that was learned."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from casework.actor import Actor
from events import transitions as verbs
from events.models import Category, Event
from governance.demo.stage import KEY, Stage
from grids.addresses import register
from grids.models import Area, UnresolvedAddress
from hotline import transitions
from hotline.hotspots.finding import find_topics
from hotline.knowledge.actions import record_gap
from hotline.knowledge.models import KnowledgeGap
from hotline.models import HotlineOrder, Referral
from hotline.transitions import Told

QUIET_DAYS = (3, 24)
QUIET_CALLS = 110
COLD = (
    "整栋楼暖气不热,室内只有十四度,老人孩子都感冒了",
    "整栋楼暖气不热,暖气片冰凉,室内只有十三度",
    "整栋楼暖气不热三天了,室内只有十五度,报修没人来",
    "整栋楼暖气不热,暖气片只有进水口温,室内不到十五度",
    "整栋楼暖气不热,室内只有十四度,什么时候能修好",
    "整栋楼暖气不热,室内只有十四度,上午打过电话",
)
COLD_CATEGORY = "0803"
NEIGHBOURS = 9
GAPS = (
    ("电动车在小区充电桩充不上电找谁退费", None, 52),
    ("外地老人随子女居住怎样办免费乘车卡", None, 20),
    ("老旧小区换燃气软管有没有补贴", "0804", 5),
)
"""Question, category, how many hours ago nobody found an answer."""
REFERRED = (
    ("inaction", "两次催办未见处置记录,来电人反映无人联系", 3),
    ("shirking", "两个单位相互退单,超过规定时限仍未落实责任", 2),
    ("falsehood", "反馈已修复,回访时来电人称现场没有变化", 1),
    ("inaction", "临近时限未签收,值班电话无人接听", 0),
)
"""Kind, reason, how far inspection has come: handed over, received, concluded, struck off."""


def make_quiet_weeks(at: datetime, ask: Callable[[datetime, str], None]) -> None:
    """Calls answered on the line, some every day: a surge shows only against what is usual. ``ask(moment, key)``
    takes one in and answers it."""
    rng = random.Random("quiet weeks")
    first, last = QUIET_DAYS
    moments = sorted(at - timedelta(days=rng.uniform(first, last)) for _n in range(QUIET_CALLS))
    for n, moment in enumerate(moments):
        ask(moment, f"quiet-call-{n:03d}")


def cold_block(stage: Stage, at: datetime) -> list[HotlineOrder]:
    """One block without heat: nine neighbours ring within three hours, the first order goes out to the heating company, the
    others join its event."""
    rng = random.Random("cold block")
    agent = stage.cast.holds("hotline_agent", rng)
    codes = [code for code in stage.land.codes if code.startswith("150302002")]
    if agent is None or COLD_CATEGORY not in stage.categories or not codes:
        return []
    spot = stage.land.spot_in(rng.choice(codes), rng)
    orders: list[HotlineOrder] = []
    for n in range(NEIGHBOURS):
        text = COLD[n % len(COLD)]
        name, phone = stage.words.person(rng)
        moment = at - timedelta(minutes=170 - 18 * n)
        told = Told(
            "complaint", f"{spot.address}{text}", title="整栋楼暖气不热", category=COLD_CATEGORY, name=name, phone=phone,
            lon=spot.lon, lat=spot.lat, address=spot.address, client_key=f"{KEY}cold-call-{n}",
        )
        order = transitions.register(told, actor=agent, at=moment)
        if not orders:
            transitions.forward(order, actor=agent, at=moment + timedelta(minutes=2))
            _sign(stage, order, moment + timedelta(minutes=4), rng)
        else:
            lead = HotlineOrder.objects.select_related("event").get(pk=orders[0].pk).event
            transitions.join(order, event=lead, actor=agent, at=moment + timedelta(minutes=2), note="同一栋楼")
        orders.append(order)
    return orders


def _sign(stage: Stage, order: HotlineOrder, at: datetime, rng: random.Random) -> None:
    """The desk sends it on where no rule has, and the company signs."""
    event = Event.objects.select_related("reporter").get(hotline_orders=order)
    desk = stage.cast.holds("district_dispatcher", rng)
    if event.state == "reported" and desk is not None:
        event = verbs.triage(event, actor=desk, at=at, open_window=False)
    if event.state == "awaiting_dispatch" and desk is not None:
        event = verbs.dispatch(event, actor=desk, at=at + timedelta(minutes=1))
    sent = event.orders.select_related("event", "unit").filter(state="sent").order_by("pk").last()
    handler = stage.cast.of_unit(sent.unit_id, "events.accept", rng) if sent is not None else None
    if handler is not None:
        verbs.accept(sent, actor=handler, at=at + timedelta(minutes=9))


def fill_ledger(stage: Stage, at: datetime) -> int:
    """Four matters handed to inspection, each a step further than the next; how many."""
    if Referral.objects.exists():
        return 0
    rng = random.Random("ledger")
    giver, inspector = stage.cast.holds("district_director", rng), stage.cast.holds("discipline_reader", rng)
    if giver is None or inspector is None:
        return 0
    rows = HotlineOrder.objects.filter(event__owner_unit__isnull=False).exclude(client_key__startswith=f"{KEY}cold")
    for order, (kind, reason, steps) in zip(rows.order_by("changed_at", "pk"), REFERRED, strict=False):
        moment = min(order.changed_at + timedelta(minutes=30), at)
        referral = transitions.hand_over(order, actor=giver, at=moment, kind=kind, note=reason)
        _inspect(referral, inspector, steps, moment, at)
    return Referral.objects.count()


def _inspect(referral: Referral, inspector: Actor, steps: int, begun: datetime, until: datetime) -> None:
    def moment(hours: int) -> datetime:
        return min(begun + timedelta(hours=hours), until)

    if steps > 0:
        transitions.receive(referral, actor=inspector, at=moment(2))
    if steps > 1:
        transitions.conclude(
            referral, actor=inspector, at=moment(6), outcome="talk", note="约谈承办科室负责人,责令当日联系来电人"
        )
    if steps > 2:
        transitions.strike_off(referral, actor=inspector, at=moment(9), note="已联系来电人并整改到位,资料齐全")


def note_gaps(stage: Stage, at: datetime) -> int:
    """What agents did not find in the knowledge base, once; how many."""
    rng = random.Random("gaps")
    if KnowledgeGap.objects.exists():
        return 0
    for question, code, hours in GAPS:
        agent = stage.cast.holds("hotline_agent", rng)
        if agent is not None:
            category = Category.objects.filter(code=code).first() if code else None
            record_gap(question, actor=agent, at=at - timedelta(hours=hours), category=category)
    return KnowledgeGap.objects.count()


def learn_address(stage: Stage, at: datetime) -> None:
    """An agent has placed what nobody could place: the register knows it the next time."""
    rng = random.Random("learned")
    row = UnresolvedAddress.objects.filter(standing="open").order_by("last_at").first()
    agent = stage.cast.holds("hotline_agent", rng)
    grids = Area.objects.filter(level_id="grid", abolished_on__isnull=True, code__startswith="150302002").order_by("code")
    if row is not None and agent is not None and (grid := grids.first()) is not None:
        register.resolve(row, grid=grid.code, actor=agent, at=at)


def find_hot_topics(at: datetime) -> int:
    """As the beat would, so that the first look does not wait for it."""
    return find_topics(at=at)
