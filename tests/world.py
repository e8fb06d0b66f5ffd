"""A mini district of two streets with the named cast; what most tests start from.

District 150302 with streets A (海北) and B (凤凰岭), one community each, two grids each. The dispatcher of the
district, officers of both streets (B's is *the stranger*), community, grid workers A and B of one grid, two
departments with handler and head, call-back agent, evaluator and the office roles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count

from accounts.models import Permission, Role, User
from accounts.reference import load_permissions, load_roles
from casework.actor import Actor
from casework.clock import loader
from casework.models import Calendar, CalendarDay, WorkPeriod
from events import placing, transitions
from events.load import load_reference, make_routing_rules
from events.models import Event, WorkOrder
from grids.models import Area, DutyClause, Level, Post, Unit
from hotline.load import load_reference as load_hotline

NOON = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
"""Thursday 2026-03-05 10:00 in Shanghai: working time."""
LEVELS = ("province", "city", "district", "subarea", "street", "community", "grid", "building")
_serial = count(1)


@dataclass
class World:
    """Areas, units and people by name; ``actor('dispatcher')`` is ready to act."""

    areas: dict[str, Area] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str, at: datetime = NOON) -> Actor:
        """A fresh actor: rights are read anew, as on a new request."""
        user = self.people[name]
        user.__dict__.pop("_rights", None)
        return Actor.person(user, at=at)


def make_world() -> World:
    """Insert the mini district. Needs a database."""
    loader.forget()
    placing.forget()
    world = World()
    _make_reference()
    _make_land(world)
    _make_units(world)
    _make_people(world)
    make_routing_rules()
    loader.forget()
    return world


def _make_reference() -> None:
    load_reference()
    load_hotline()
    calendar = Calendar.objects.create(code="district", name="区工作日历")
    for weekday in range(5):
        for starts, ends in (("09:00", "12:00"), ("13:30", "17:30")):
            WorkPeriod.objects.create(calendar=calendar, weekday=weekday, starts=starts, ends=ends)
    CalendarDay.objects.create(
        calendar=calendar, date=date(2026, 10, 1), is_workday=False, note="国庆节", notice_year=2026
    )
    Permission.objects.bulk_create(
        [Permission(code=p.code, name=p.name, name_en=p.name_en) for p in load_permissions()]
    )
    Role.objects.bulk_create(
        [
            Role(
                code=r.code, name=r.name, name_en=r.name_en, permissions=list(r.permissions),
                scope_kinds=list(r.scope_kinds), ceiling=r.ceiling, field_level=r.field_level,
                may_unmask=r.may_unmask, is_office=r.is_office, rank=r.rank,
            )
            for r in load_roles()
        ]
    )


def _make_land(world: World) -> None:
    for rank, code in enumerate(LEVELS):
        Level.objects.create(code=code, name=code, name_en=code, rank=rank)
    rows = [
        ("district", "150302", "海勃湾区", None, "district"),
        ("street_a", "150302002", "海北街道", "district", "street"),
        ("street_b", "150302001", "凤凰岭街道", "district", "street"),
        ("community_a", "150302002001", "青山社区", "street_a", "community"),
        ("community_b", "150302001002", "和平社区", "street_b", "community"),
        ("grid_a1", "150302002001001", "青山第一网格", "community_a", "grid"),
        ("grid_a2", "150302002001002", "青山第二网格", "community_a", "grid"),
        ("grid_b1", "150302001002001", "和平第一网格", "community_b", "grid"),
        ("grid_b2", "150302001002002", "和平第二网格", "community_b", "grid"),
    ]
    for name, code, label, parent, level in rows:
        above = world.areas.get(parent)
        world.areas[name] = Area.objects.create(
            code=code, name=label, short_name=label, level_id=level, parent=above,
            path=f"{above.path if above else ''}{code}/",
        )


CLAUSES = (
    ("chengguan", "0501", "店外经营的查处"),
    ("chengguan", "0601", "井盖管护"),
    ("chengguan", "0606", "照明设施维护"),
    ("chengguan", "0805", "架空线缆协调"),
    ("zhujian", "0309", "工地安全监管"),
    ("water", "0801", "供水抢修"),
    ("zhujian", "1803", "房屋坍塌处置"),
)


def _make_units(world: World) -> None:
    rows = [
        ("desk", "区指挥中心", "district_centre", "district"),
        ("street_a", "海北街道办", "street_office", "street_a"),
        ("street_b", "凤凰岭街道办", "street_office", "street_b"),
        ("community_a", "青山社区居委会", "community", "community_a"),
        ("community_b", "和平社区居委会", "community", "community_b"),
        ("chengguan", "城管局", "department", "district"),
        ("zhujian", "住建局", "department", "district"),
        ("water", "供水公司", "utility", "district"),
        ("court", "区人民法院驻中心法庭", "department", "district"),
    ]
    for name, label, kind, area in rows:
        world.units[name] = Unit.objects.create(
            code=name, name=label, kind=kind, area=world.areas[area], round_the_clock=kind == "utility"
        )
    for unit, code, clause in CLAUSES:
        DutyClause.objects.create(unit=world.units[unit], category_code=code, clause=clause)


CAST = (
    # name, role, area, unit, rank, cover
    ("dispatcher", "district_dispatcher", "district", "desk", "office", "A"),
    ("director", "district_director", "district", "desk", "office", "A"),
    ("call_backer", "call_back_agent", "district", "desk", "office", "A"),
    ("hotline", "hotline_agent", "district", "desk", "office", "A"),
    ("evaluator", "evaluator", "district", "desk", "office", "A"),
    ("discipline", "discipline_reader", None, "desk", "office", "A"),
    ("officer_a", "street_officer", "street_a", "street_a", "office", "A"),
    ("director_a", "street_director", "street_a", "street_a", "office", "A"),
    ("stranger", "street_officer", "street_b", "street_b", "office", "A"),
    ("secretary_a", "community_secretary", "community_a", "community_a", "guide", "A"),
    ("head_a1", "grid_head", "grid_a1", None, "head", "A"),
    ("worker_a1", "grid_worker", "grid_a1", None, "worker", "A"),
    ("cover_a1", "grid_worker", "grid_a1", None, "worker", "B"),
    ("worker_b1", "grid_worker", "grid_b1", None, "worker", "A"),
    ("handler", "department_handler", None, "chengguan", "office", "A"),
    ("head", "department_head", None, "chengguan", "office", "A"),
    ("other_handler", "department_handler", None, "zhujian", "office", "A"),
    ("water_handler", "department_handler", None, "water", "office", "A"),
    ("judge", "court_officer", None, "court", "office", "A"),
    ("mediator", "mediator", "district", None, "mediator", "A"),
    ("admin", "system_administrator", "district", None, "office", "A"),
    ("security", "security_administrator", "district", None, "office", "A"),
    ("auditor", "audit_administrator", "district", None, "office", "A"),
    ("steward", "data_steward", "district", None, "office", "A"),
    ("wall", "wall_reader", "district", None, "office", "A"),
    ("platform", "outside_platform", "district", None, "office", "A"),
)


def _make_people(world: World) -> None:
    roles = {role.code: role for role in Role.objects.all()}
    for name, role, area, unit, rank, cover in CAST:
        person = User(username=name, name=name, phone="13800000000", is_machine=name == "platform")
        person.set_password("Correct-horse-9")
        person.save()
        Post.objects.create(
            person=person, role=roles[role], area=world.areas.get(area), unit=world.units.get(unit), rank=rank,
            cover=cover, valid_from=date(2020, 1, 1),
        )
        world.people[name] = person


def reported(world: World, *, at: datetime = NOON, by: str = "worker_a1", **told: object) -> Event:
    """An event of category 0805 (telecom fault, P3, B72) in grid A1, just reported."""
    fields = {
        "source": "grid", "text": f"宽带信号中断,请派人维修 {next(_serial)}", "category": "0805",
        "area": "150302002001001", **told,
    }
    return transitions.report(transitions.Report(**fields), actor=world.actor(by, at), at=at)


def open_for_claim(world: World, *, at: datetime = NOON, **told: object) -> Event:
    return transitions.triage(reported(world, at=at, **told), actor=world.actor("dispatcher", at), at=at)


def awaiting_dispatch(world: World, *, at: datetime = NOON, **told: object) -> Event:
    event = reported(world, at=at, **told)
    return transitions.triage(event, actor=world.actor("dispatcher", at), at=at, open_window=False)


def in_progress(world: World, *, at: datetime = NOON, unit: str = "chengguan", **told: object) -> Event:
    """Dispatched to a department, not yet signed."""
    event = awaiting_dispatch(world, at=at, **told)
    return transitions.dispatch(
        event, unit=world.units[unit], note="测试指定", actor=world.actor("dispatcher", at), at=at
    )


def the_order(event: Event) -> WorkOrder:
    return event.orders.order_by("pk").last()


def verifying(world: World, *, at: datetime = NOON, **told: object) -> Event:
    event = in_progress(world, at=at, **told)
    order = the_order(event)
    transitions.accept(order, actor=world.actor("handler", at), at=at)
    transitions.feed_back(order, actor=world.actor("handler", at), at=at, note="已更换灯泡")
    event.refresh_from_db()
    return event


def evaluating(world: World, *, at: datetime = NOON, **told: object) -> Event:
    event = verifying(world, at=at, **told)
    return transitions.verify(event, actor=world.actor("worker_a1", at), at=at, finding="solved", note="已亮")


def closed(world: World, *, at: datetime = NOON, **told: object) -> Event:
    event = evaluating(world, at=at, **told)
    scores = {order.pk: 5 for order in event.orders.filter(state="done")}
    return transitions.evaluate(event, actor=world.actor("dispatcher", at), at=at, scores=scores)
