"""The mini district with its mediation: bodies of three tiers, mediators, a head; disputes walked by the moves.

``mediator`` sits in community A's committee, whose head is ``body_head``; ``joint_mediator`` in street A's,
``district_mediator`` in the district's centre; ``stranger_mediator`` and ``stranger_head`` in community B.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

from accounts.models import Role, User
from casework.actor import Actor
from disputes import transitions
from disputes.load import load_reference
from disputes.models import Dispute, MediationBody, Mediator
from disputes.telling import ClaimTold, PartyTold, Told
from grids.models import DutyClause, Post, Unit
from tests.world import NOON, World, make_world

__all__ = ["NOON", "House", "make_house"]
DAY = timedelta(days=1)
_serial = count(1)


@dataclass
class House:
    """The world with bodies and mediators by name."""

    world: World
    bodies: dict[str, MediationBody] = field(default_factory=dict)
    mediators: dict[str, Mediator] = field(default_factory=dict)

    def actor(self, name: str, at: datetime = NOON) -> Actor:
        return self.world.actor(name, at)


BODIES = (
    # name, label, kind, tier, area, specialities
    ("community_a", "青山社区调委会", "committee", "first", "community_a", []),
    ("community_b", "和平社区调委会", "committee", "first", "community_b", []),
    ("street_a", "海北街道调委会", "committee", "joint", "street_a", []),
    ("street_b", "凤凰岭街道调委会", "committee", "joint", "street_b", []),
    ("district", "区联调中心", "centre", "district", "district", []),
    ("labour", "劳动争议调委会", "specialised", "joint", "district", ["labour"]),
)
PEOPLE = (
    # name, role, body
    ("body_head", "mediation_head", "community_a"),
    ("stranger_head", "mediation_head", "community_b"),
    ("joint_head", "mediation_head", "street_a"),
    ("district_head", "mediation_head", "district"),
    ("mediator", "mediator", "community_a"),
    ("second_mediator", "mediator", "community_a"),
    ("stranger_mediator", "mediator", "community_b"),
    ("joint_mediator", "mediator", "street_a"),
    ("district_mediator", "mediator", "district"),
    ("labour_mediator", "mediator", "labour"),
)


def make_house(world: World | None = None) -> House:
    """Insert the mini district with its mediation. Needs a database."""
    world = world or make_world()
    load_reference()
    house = House(world)
    for name, label, kind, tier, area, specialities in BODIES:
        unit = Unit.objects.create(code=f"md_{name}", name=label, kind=Unit.Kind.MEDIATION, area=world.areas[area])
        world.units[f"md_{name}"] = unit
        house.bodies[name] = MediationBody.objects.create(
            code=name, name=label, kind=kind, tier=tier, area=world.areas[area], unit=unit, specialities=specialities
        )
    DutyClause.objects.create(unit=world.units["chengguan"], category_code="0202", clause="治安(测试中由其代)")
    roles = {role.code: role for role in Role.objects.all()}
    for name, role, body in PEOPLE:
        person = world.people.get(name) or _person(world, name)
        if role == "mediation_head":
            _post(person, roles[role], unit=house.bodies[body].unit)
        else:
            if not person.posts.exists():
                _post(person, roles[role], area=house.bodies[body].area)
            house.mediators[name] = Mediator.objects.create(
                person=person, body=house.bodies[body], languages=["普通话"], natures=["people"]
            )
    return house


def _person(world: World, name: str) -> User:
    person = User(username=name, name=name, phone="13800000000")
    person.set_password("Correct-horse-9")
    person.save()
    world.people[name] = person
    return person


def _post(person: User, role: Role, **where: object) -> None:
    Post.objects.create(person=person, role=role, rank="office", valid_from=date(2020, 1, 1), **where)


def told(**more: object) -> Told:
    """A leak between neighbours in grid A1."""
    fields = {
        "facts": f"楼上漏水,墙面受损 {next(_serial)}", "type": "neighbour", "area": "150302002001001",
        "parties": (
            PartyTold(name="王小明", phone="13811112222", id_number="150302199001011234", consents=True),
            PartyTold(name="李大伟", side="respondent", phone="13833334444", consents=True),
        ),
        "claims": (ClaimTold(text="赔偿修复费用"),), **more,
    }
    return Told(**fields)


def accepted(house: House, *, at: datetime = NOON, by: str = "worker_a1", **more: object) -> Dispute:
    return transitions.register(told(**more), actor=house.actor(by, at), at=at)


def guided(house: House, *, at: datetime = NOON, **more: object) -> Dispute:
    dispute = accepted(house, at=at, **more)
    return transitions.guide(dispute, actor=house.actor("body_head", at), at=at, channel="mediation")


def routed(house: House, *, at: datetime = NOON, body: str = "community_a", **more: object) -> Dispute:
    dispute = guided(house, at=at, **more)
    return transitions.route(dispute, actor=house.actor("body_head", at), at=at, body=house.bodies[body])


def mediating(house: House, *, at: datetime = NOON, **more: object) -> Dispute:
    dispute = routed(house, at=at, **more)
    return transitions.sign(
        dispute, actor=house.actor("body_head", at), at=at, mediator=house.mediators["mediator"]
    )


def failed(house: House, *, at: datetime = NOON, **more: object) -> Dispute:
    return transitions.fail(mediating(house, at=at, **more), actor=house.actor("mediator", at), at=at, note="分歧太大")


def refused(house: House, *, at: datetime = NOON, **more: object) -> Dispute:
    return transitions.refuse(mediating(house, at=at, **more), actor=house.actor("mediator", at), at=at, note="不愿再谈")
