"""What waits for the visitor: a task for each hand of the home grid, an order for the water company. The cast leaves
these alone (their client keys end as the rest of ``--full`` does), so they are there whenever somebody looks."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.demo_cast import HOME_COMMUNITY, HOME_GRID
from events import transitions as verbs
from events.models import Event, WorkOrder
from events.transitions import Share
from governance.demo.stage import Stage
from governance.demo.stories import Teller
from grids.models import Area

MARK = "-rest"


def leave_work(stage: Stage, at: datetime) -> list[Event]:
    """A lamp to check, rubbish delegated to the grid, a burst pipe to sign for. ``at``: when the first was told, two
    hours before the visitor comes."""
    teller = Teller.of(stage, "waiting")
    return [_to_check(teller, at), _delegated(teller, at + timedelta(minutes=82)), _to_sign(teller, at + timedelta(minutes=95))]


def _told(teller: Teller, text: str, name: str, category: str, at: datetime) -> Event:
    """A citizen's report in the home grid, triaged by the desk."""
    spot = teller.stage.land.spot_in(HOME_GRID, teller.rng)
    who, phone = teller.stage.words.person(teller.rng)
    event = teller.tell(
        "citizen", f"{spot.address}{text}", spot, f"waiting-{name}-{at:%y%m%d%H%M}{MARK}", at, category=category,
        title=f"{spot.address}{text.partition(',')[0]}"[:60], reporter_name=who, reporter_phone=phone,
    )
    if event.state == "reported":
        verbs.triage(event, actor=teller.who("district_dispatcher"), at=at + timedelta(minutes=4), open_window=False)
    return Event.objects.select_related("reporter").get(pk=event.pk)


def _dispatched(teller: Teller, event: Event, at: datetime, unit: str = "") -> WorkOrder:
    """The order of this unit (the street where none is named), which a rule may have sent already."""
    chosen = teller.unit(unit) if unit else teller.street_of(event)
    if event.state == "awaiting_dispatch":
        verbs.dispatch(event, unit=chosen, actor=teller.who("district_dispatcher"), at=at, note="按职责清单派办")
    return event.orders.select_related("unit", "event").order_by("-pk")[0]


def _to_check(teller: Teller, at: datetime) -> Event:
    """Mended by a department: whoever walks the grid looks at it."""
    event = _told(teller, "路灯不亮,晚上看不清台阶", "lamp", "0606", at)
    order = _dispatched(teller, event, at + timedelta(minutes=6), "municipal")
    handler = teller.of_unit(order.unit, "events.feed_back")
    verbs.accept(order, actor=handler, at=at + timedelta(minutes=15))
    teller.show(event, handler, at + timedelta(minutes=90))
    verbs.feed_back(order, actor=handler, at=at + timedelta(minutes=95), note="更换光源和镇流器,路灯已亮")
    return event


def _delegated(teller: Teller, at: datetime) -> Event:
    """The street shares its order out to the community, for this grid."""
    event = _told(teller, "楼道口堆着装修垃圾,影响出入", "rubbish", "0401", at)
    order = _dispatched(teller, event, at + timedelta(minutes=6))
    officer = teller.of_unit(order.unit, "events.delegate")
    verbs.accept(order, actor=officer, at=at + timedelta(minutes=12))
    community = teller.stage.community_unit(HOME_COMMUNITY)
    grid = Area.objects.get(code=HOME_GRID, abolished_on__isnull=True)
    share = Share(community, "到现场劝导清运,拍照反馈", 100, grid)
    verbs.delegate(order, shares=[share], actor=officer, at=at + timedelta(minutes=20), note="由网格就近处理")
    return event


def _to_sign(teller: Teller, at: datetime) -> Event:
    event = _told(teller, "井口往外冒水,路面已经积水", "water", "0801", at)
    _dispatched(teller, event, at + timedelta(minutes=6), "water_supply")
    return event
