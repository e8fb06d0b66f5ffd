"""Stories of the demo district: five walk-throughs of the acceptance scripts, and a pattern that nobody has named.

Each walk-through plays at a moment that is given and returns the events it is about; the tests ask what became of
them, ``manage.py demo`` plays each once at a plausible moment of the past.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework import outbox
from casework.actor import Actor
from casework.clock.sweep import sweep_deadlines
from casework.models import OutboxItem
from events import transitions as verbs
from events.actions import attach
from events.models import Event, EventAlarm, EventDeadline, Whistle
from events.transitions import Report
from governance.demo.stage import KEY, Stage
from governance.demo.words import Spot
from grids.models import Leave, Unit


@dataclass(slots=True)
class Teller:
    """A stage, and a draw that is the same each time the story is told."""

    stage: Stage
    rng: random.Random

    @classmethod
    def of(cls, stage: Stage, name: str) -> Teller:
        return cls(stage, random.Random(f"story {name}"))

    def who(self, role: str) -> Actor:
        """Somebody of this role. Raises LookupError on an empty stage."""
        return _there(self.stage.cast.holds(role, self.rng), role)

    def of_unit(self, unit: Unit, permission: str) -> Actor:
        return _there(self.stage.cast.of_unit(unit.pk, permission, self.rng), f"{unit.name} {permission}")

    def unit(self, code: str) -> Unit:
        return _there(self.stage.by_code.get(code), code)

    def street_of(self, event: Event) -> Unit:
        return _there(self.stage.street_unit(event.street_code), event.street_code)

    def checker(self, event: Event, at: datetime) -> Actor:
        return _there(self.stage.cast.at_place("grid_worker", event.grid_code, at), event.grid_code)

    def spot(self, *, urban: bool = True) -> Spot:
        """Somewhere in a grid that has a worker."""
        codes = [c for c in self.stage.land.codes if c.startswith("150302002" if urban else "150302")]
        return self.stage.land.spot_in(self.rng.choice(codes or self.stage.land.codes), self.rng)

    def tell(self, source: str, text: str, spot: Spot, key: str, at: datetime, **more: object) -> Event:
        """Report it, as this source does."""
        actor = self.stage.reporter(source, spot.place.grid_code, at, self.rng)
        told = Report(
            source=source, text=text, lon=spot.lon, lat=spot.lat, address=spot.address, client_key=f"{KEY}story-{key}",
            **more,
        )
        return verbs.report(told, actor=_there(actor, source), at=at)

    def show(self, event: Event, actor: Actor, at: datetime) -> None:
        """The photograph that the category asks for."""
        attach(event, file=self.stage.pictures[0], purpose="feedback", actor=actor, at=at, note="处置后照片")

    def sweep(self, event: Event, at: datetime) -> None:
        """Fire the rungs owed by now, and carry them out."""
        sweep_deadlines(EventDeadline, EventAlarm, at=at, cases=[event.pk])
        waiting = OutboxItem.objects.filter(topic="alarm", done_at=None, dead_at=None, payload__case=event.pk)
        for item_id in waiting.order_by("id").values_list("id", flat=True):
            outbox.do_item(item_id, at=at)

    def close(self, event: Event, at: datetime, *, rating: int | None = 5, call: bool = True) -> Event:
        """Checked on the spot an hour later, called back, rated, evaluated."""
        looked = at + timedelta(hours=1)
        verbs.verify(event, actor=self.checker(event, at), at=looked, finding="solved", note="现场复核,问题已解决")
        if call:
            verbs.call_back(
                event, actor=self.who("call_back_agent"), at=at + timedelta(hours=2), finding="solved",
                note="反映人满意", rating=rating,
            )
        scores = {order.pk: 5 for order in event.orders.filter(state="done")}
        return verbs.evaluate(
            event, actor=self.who("district_dispatcher"), at=at + timedelta(hours=3), scores=scores, note="及时到位"
        )


def _there(found: object, what: str) -> object:
    if found is None:
        raise LookupError(f"the stage has no {what}")
    return found


def missing_manhole(stage: Stage, at: datetime) -> list[Event]:
    """1: three snaps within 50 m make it P1; the street has it in four minutes, mends it in three hours; checked,
    called back, closed. The first of the events is the master."""
    teller = Teller.of(stage, "manhole")
    spot = teller.spot()
    words = ("人行道上井盖不见了,孩子差点掉下去", "井盖缺失,晚上看不见太危险", "这里少了个井盖,快来人")
    events = []
    for n, text in enumerate(words):
        here = spot if n == 0 else _there(stage.land.near(spot.lon, spot.lat, 30, teller.rng), "spot")
        name, phone = stage.words.person(teller.rng)
        events.append(
            teller.tell(
                "citizen", f"{spot.address}{text}", here, f"manhole-{at:%y%m%d%H%M}-{n}", at + timedelta(seconds=70 * n),
                title=f"{spot.address}井盖缺失", reporter_name=name, reporter_phone=phone,
            )
        )
    master, desk = events[0], teller.who("district_dispatcher")
    moment = at + timedelta(minutes=4)
    for twin in events[1:]:
        verbs.merge(twin, master=master, actor=desk, at=moment, note="50米内、同一问题、文字相近")
    verbs.triage(
        master, actor=desk, at=moment + timedelta(seconds=30), category="0601", urgency="P1", open_window=True,
        note="24小时内50米范围3件,升为重要紧急",
    )
    return [_street_mends(teller, master, moment + timedelta(seconds=30)), *(_fresh(e) for e in events[1:])]


def _street_mends(teller: Teller, master: Event, opened: datetime) -> Event:
    street = teller.street_of(master)
    officer = teller.of_unit(street, "events.claim")
    taken = opened + timedelta(minutes=3, seconds=40)
    verbs.claim(master, unit=street, actor=officer, at=taken)
    order = _fresh(master).orders.get(kind="claim")
    mended = taken + timedelta(hours=2, minutes=50)
    teller.show(master, officer, mended - timedelta(minutes=3))
    verbs.feed_back(order, actor=officer, at=mended, note="已更换新井盖并加装防坠网,现场恢复")
    return teller.close(_fresh(master), mended)


def cold_saturday(stage: Stage, at: datetime) -> Event:
    """2: no heating on Saturday at 22:00: U24 on natural time to the heating company; a blue supervision order at
    75 % of the time; warm again before the day is over. ``at``: any Saturday evening."""
    teller = Teller.of(stage, "cold")
    name, phone = stage.words.person(teller.rng)
    spot = teller.spot()
    event = teller.tell(
        "hotline", f"{spot.address}整栋楼暖气冰凉,家里有老人,室内只有12度", spot, f"cold-{at:%y%m%d%H%M}", at,
        category="0803", title=f"{spot.address}供暖不热", reporter_name=name, reporter_phone=phone,
    )
    event = _fresh(event)
    if event.state == "reported":
        event = verbs.triage(event, actor=teller.who("district_dispatcher"), at=at + timedelta(minutes=2))
    order = event.orders.order_by("pk").last()
    heating = order.unit
    handler = teller.of_unit(heating, "events.accept")
    verbs.accept(order, actor=handler, at=at + timedelta(minutes=20))
    verbs.contact(order, actor=handler, at=at + timedelta(minutes=50), note="已电话安抚,抢修班出发")
    due = _fresh(event).handle_due_at
    blue = order.sent_at + (due - order.sent_at) * 0.75
    teller.sweep(event, order.sent_at + (due - order.sent_at) * 0.5)
    teller.sweep(event, blue)
    supervision = verbs.urge(
        event, actor=teller.who("district_dispatcher"), at=blue, note="时限已过四分之三,请今晚恢复供暖", order=order,
        colour="blue",
    )
    verbs.answer_urge(
        supervision, actor=teller.of_unit(heating, "events.answer_urge"), at=blue + timedelta(minutes=40),
        note="换热站循环泵已更换,正在升温",
    )
    done = due - timedelta(hours=2)
    verbs.feed_back(order, actor=handler, at=done, note="循环泵更换完毕,入户测温21度")
    event = teller.close(_fresh(event), done)
    verbs.strike_off(supervision, actor=teller.who("district_dispatcher"), at=done + timedelta(hours=4))
    return _fresh(event)


def night_stalls(stage: Stage, at: datetime) -> Event:
    """3: night stalls: the community tells, the street whistles 执法哨, three departments arrive, the street rates
    them. ``at``: a working morning."""
    teller = Teller.of(stage, "stalls")
    spot = teller.spot()
    event = teller.tell(
        "grid", f"{spot.address}夜市摊点占满便道,油烟和噪声到半夜,居民意见很大", spot, f"stalls-{at:%y%m%d%H%M}", at,
        category="0502", title=f"{spot.address}夜市占道",
    )
    desk, street = teller.who("district_dispatcher"), teller.street_of(event)
    officer = teller.of_unit(street, "events.claim")
    verbs.triage(event, actor=desk, at=at + timedelta(minutes=5), service_class="D5")
    verbs.claim(event, unit=street, actor=officer, at=at + timedelta(minutes=12))
    called = [
        verbs.Called(teller.unit("enforcement"), "牵头劝导并依法处置占道摊点", True),
        verbs.Called(teller.unit("market"), "检查证照和食品安全"),
        verbs.Called(teller.unit("traffic_police"), "疏导交通、清理乱停"),
    ]
    whistle = verbs.whistle(
        event, kind="enforcement", ground="no_power", parts=called, actor=officer, at=at + timedelta(minutes=40),
        note="街道无执法权限,需联合整治", street=street,
    )
    verbs.approve_whistle(whistle, actor=teller.of_unit(street, "events.approve_whistle"), at=at + timedelta(minutes=55))
    return _departments_come(teller, event, whistle, officer, at + timedelta(hours=2))


def _departments_come(teller: Teller, event: Event, whistle: Whistle, officer: Actor, at: datetime) -> Event:
    for n, part in enumerate(_parts(whistle)):
        handler = teller.of_unit(part.unit, "events.report_in")
        arrived = at + timedelta(minutes=10 * n)
        verbs.report_in(part, lon=event.lon, lat=event.lat, actor=handler, at=arrived, note="已到现场")
        verbs.confirm_arrival(part, actor=officer, at=arrived + timedelta(minutes=5))
        if n == 0:
            teller.show(event, handler, arrived + timedelta(minutes=30))
    for n, part in enumerate(_parts(whistle)):
        handler = teller.of_unit(part.unit, "events.feed_back")
        done = at + timedelta(hours=1, minutes=10 * n)
        verbs.feed_back(part.order, actor=handler, at=done, note="联合整治完成,摊点入市,便道恢复通行")
    for n, part in enumerate(_parts(whistle)):
        verbs.rate_whistle(
            part, attendance=5, attitude=5 - n % 2, effect=4, actor=officer, at=at + timedelta(hours=2, minutes=n),
            note="到场及时,处置有力",
        )
    own = event.orders.get(kind="claim")
    end = at + timedelta(hours=2, minutes=30)
    second = teller.stage.pictures[1]
    attach(event, file=second, purpose="feedback", actor=officer, at=end - timedelta(minutes=2), note="整治后")
    verbs.feed_back(own, actor=officer, at=end, note="三部门到场联合整治,已约定摊点入室经营")
    return teller.close(_fresh(event), end, call=False)


def _parts(whistle: Whistle) -> list:
    return list(whistle.parts.select_related("unit", "order", "whistle__event").order_by("pk"))


def light_pollution(stage: Stage, at: datetime, *, again: datetime | None = None) -> tuple[Event, Event]:
    """4: three units refuse a matter of light; the court rules within a working day, and the ruling proposes city
    management the next time. Returns the ruled event and the next one, triaged. ``at``: a working morning; ``again``:
    when the next one is told (a day later)."""
    teller = Teller.of(stage, "light")
    spot = teller.spot()
    desk = teller.who("district_dispatcher")
    event = teller.tell(
        "hotline", f"{spot.address}楼顶广告屏整夜通亮,卧室如白昼", spot, f"light-{at:%y%m%d%H%M}", at, category="0708",
        title=f"{spot.address}光污染", reporter_name="", reporter_phone="",
    )
    verbs.triage(event, actor=desk, at=at + timedelta(minutes=3), open_window=False)
    moment, decline = at + timedelta(minutes=5), None
    manager = teller.unit("city_management")
    for code in ("housing", "ecology", "market"):
        unit = teller.unit(code)
        verbs.dispatch(event, unit=unit, actor=desk, at=moment, note="按光源先行派办")
        order = _fresh(event).orders.order_by("pk").last()
        decline = verbs.decline(
            order, reason="not_our_duty", clause="职责清单未列户外广告照明", proposed_unit=manager,
            actor=teller.of_unit(unit, "events.decline"), at=moment + timedelta(minutes=15), note="非本单位职责,建议城管承办",
        )
        moment += timedelta(minutes=20)
    director = teller.who("district_director")
    verbs.rule_decline(
        decline, founded=True, unit=manager, actor=director, at=moment + timedelta(hours=2),
        note="户外广告照明由城市管理局承办,今后同类照此办理",
    )
    verbs.convene(_fresh(event), participants=[manager], actor=director, at=moment + timedelta(hours=2, minutes=5))
    decision = verbs.Decision(manager, "限期关闭夜间照明并反馈", "WD", 2 * 7 * 3600, None, True)
    verbs.confer(
        _fresh(event), actor=director, at=moment + timedelta(hours=2, minutes=30), decisions=[decision],
        note="会议确认裁决,城市管理局承办,两个工作日内反馈",
    )
    return _light_goes_out(teller, event, moment + timedelta(hours=3)), _next_light(teller, again or at + timedelta(days=1))


def _light_goes_out(teller: Teller, event: Event, at: datetime) -> Event:
    order = _fresh(event).orders.order_by("pk").last()
    handler = teller.of_unit(order.unit, "events.accept")
    verbs.accept(order, actor=handler, at=at)
    verbs.feed_back(order, actor=handler, at=at + timedelta(hours=2), note="广告屏二十二点后关闭,亮度下调一半")
    return teller.close(_fresh(event), at + timedelta(hours=2), call=False)


def _next_light(teller: Teller, at: datetime) -> Event:
    spot = teller.spot()
    event = teller.tell(
        "grid", f"{spot.address}店招霓虹灯彻夜闪烁", spot, f"light2-{at:%y%m%d%H%M}", at, category="0708",
        title=f"{spot.address}光污染",
    )
    return verbs.triage(event, actor=teller.who("district_dispatcher"), at=at + timedelta(minutes=4), open_window=False)


def worker_on_leave(stage: Stage, at: datetime) -> tuple[Event, Actor]:
    """9: the A post is on leave, so the B post takes the check of a matter in its grid; nothing is without an owner.
    Returns the event and who checked it."""
    teller = Teller.of(stage, "leave")
    grid = next(
        (c for c in stage.land.codes if stage.cast.at_place("grid_worker", c, at) is not None and _has_cover(stage, c, at)),
        None,
    )
    code = _there(grid, "grid with A and B")
    regular = stage.cast.at_place("grid_worker", code, at)
    first, last = at - timedelta(hours=6), at + timedelta(days=2)
    Leave.objects.get_or_create(
        person=regular.user, starts_at=first, defaults={"ends_at": last, "reason": "年休假"}
    )
    stage.cast.note_leave(regular.person_id, first, last)
    cover = _there(stage.cast.at_place("grid_worker", code, at), "B post")
    spot = stage.land.spot_in(code, teller.rng)
    name, phone = stage.words.person(teller.rng)
    event = teller.tell(
        "citizen", f"{spot.address}路灯不亮,晚上走路摔跤", spot, f"leave-{at:%y%m%d%H%M}", at, category="0606",
        title=f"{spot.address}路灯不亮", reporter_name=name, reporter_phone=phone,
    )
    desk = teller.who("district_dispatcher")
    verbs.triage(event, actor=desk, at=at + timedelta(minutes=3), open_window=False)
    verbs.dispatch(event, actor=desk, at=at + timedelta(minutes=6))
    order = _fresh(event).orders.order_by("pk").last()
    handler = teller.of_unit(order.unit, "events.accept")
    verbs.accept(order, actor=handler, at=at + timedelta(minutes=40))
    teller.show(event, handler, at + timedelta(hours=3))
    verbs.feed_back(order, actor=handler, at=at + timedelta(hours=3, minutes=5), note="更换镇流器,路灯已亮")
    return teller.close(_fresh(event), at + timedelta(hours=3, minutes=5)), cover


def _has_cover(stage: Stage, code: str, at: datetime) -> bool:
    return len(stage.cast.holders("grid_worker", code, at)) > 1


def _fresh(event: Event) -> Event:
    return Event.objects.select_related("reporter").get(pk=event.pk)


__all__ = [
    "cold_saturday", "light_pollution", "missing_manhole", "night_stalls", "worker_on_leave",
]
