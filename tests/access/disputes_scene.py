"""Disputes in the scene: one that ``mediator`` mediates in street A, one waiting for a body there, one in street B."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from casework.actor import Actor
from disputes import transitions
from disputes.models import Dispute, EarlySign, MediationBody, Mediator, Room, Visit, VisitTeam
from disputes.reach import BY_LAND
from disputes.telling import PartyTold
from tests.disputes import cast
from tests.disputes.rooms_kit import make_room
from tests.world import NOON

if TYPE_CHECKING:
    from tests.access.scene import Scene

CANARIES = ("竹林里的金丝雀", "王小明", "李大伟")
"""Words of the story and names of the parties: in nobody's answer but its readers'."""
NO_DISPUTE = "MT20260305-9999"
SEEN_BY = {
    "mediated": ("mediator", "director", "director_a"),
    "waiting": ("director", "director_a", "dispatcher", "officer_a"),
    "elsewhere": ("director",),
}
"""By hand: who of the cast may know of each (quality.md §5.2)."""
HELD = "mediated"
"""Has a session and a paper; the others have neither."""
RELATIONS = (*SEEN_BY, "missing")


def add(scene: Scene) -> None:
    """Insert it."""
    house = cast.make_house(scene.world)
    facts = f"楼上漏水,{CANARIES[0]}"
    elsewhere = cast.accepted(house, by="worker_b1", area="150302001002001", facts=facts)
    actor = scene.world.actor("stranger_head")
    elsewhere = transitions.route(elsewhere, actor=actor, at=NOON, body=house.bodies["community_b"])
    elsewhere = transitions.sign(elsewhere, actor=actor, at=NOON)
    scene.disputes = {
        "mediated": cast.mediating(house, facts=facts), "waiting": cast.guided(house, facts=facts), "elsewhere": elsewhere,
    }
    _visits(scene, house)
    scene.named["slug:token"] = (_booking(house, facts), "f" * 32)
    scene.keys["dispute paper"] = _session_and_paper(house, scene.disputes[HELD])


VISITED_BY = ("mediator", "worker_a1", "secretary_a", "director_a")
"""By hand: who is in the team of community A, or oversees it by land."""


def _visits(scene: Scene, house: cast.House) -> None:
    """A team of community A with a visit planned for today and an early sign of the day before."""
    people, areas = scene.world.people, scene.world.areas
    team = VisitTeam.objects.create(
        area=areas["community_a"], mediator=house.mediators["mediator"], worker=people["worker_a1"], since=date(2026, 1, 1)
    )
    visit = Visit.objects.create(team=team, area=areas["grid_a1"], planned_on=date(2026, 3, 5))
    made = Visit.objects.create(
        team=team, area=areas["grid_a2"], planned_on=date(2026, 3, 4), visited_on=date(2026, 3, 4), recorded_at=NOON
    )
    sign = EarlySign.objects.create(visit=made, type="neighbour", text="楼道堆物争执", noted_at=NOON)
    scene.keys |= {"team": team.pk, "one": visit.pk, "sign": sign.pk}


def _booking(house: cast.House, facts: str) -> str:
    """The token of a mediation booked online for the next day."""
    citizen = Actor.citizen()
    dispute = transitions.book(cast.told(facts=facts), actor=citizen, at=NOON)
    transitions.schedule(
        dispute, actor=citizen, at=NOON, starts_at=NOON + timedelta(days=1), room=make_room(house),
        people=[house.world.people["second_mediator"].pk],
    )
    return dispute.token


def _session_and_paper(house: cast.House, dispute: Dispute) -> int:
    """Books its first session for Friday 14:00 and issues an application; the paper's key."""
    actor = house.actor("mediator")
    transitions.schedule(dispute, actor=actor, at=NOON, starts_at=NOON + timedelta(hours=26), room=Room.objects.get())
    return transitions.issue(dispute, kind="application", actor=actor, at=NOON).pk


def allowed(scene: Scene, who: str, relation: str, verb: str, held: frozenset[str], on_land: bool) -> bool:
    """Whether the act is theirs: by assignment, or by land where the code may lie on land."""
    if verb not in held:
        return False
    if verb == "casework.view_trail" or (who == "mediator" and relation == "mediated"):
        return True
    return verb in BY_LAND and on_land


STORY = "外街的秘密"
"""Word of the story of what lies in street B only."""


def _house(scene: Scene) -> cast.House:
    """The house that ``add`` built."""
    bodies = {body.code: body for body in MediationBody.objects.all()}
    people = {row.person.username: row for row in Mediator.objects.select_related("person")}
    return cast.House(scene.world, bodies, people)


def prepare(scene: Scene) -> None:
    """What both worlds have: a room in community B, an agreement in street A."""
    house = _house(scene)
    Room.objects.create(
        body=house.bodies["community_b"], code="room_b", name="调解室", capacity=8, opens=time(9), closes=time(18)
    )
    transitions.agree(cast.mediating(house), actor=house.actor("mediator"), at=NOON, terms="各付一半", oral=True)


def add_foreign(scene: Scene) -> str:
    """Disputes of street B in many states, some between the very parties of street A's; the number of one."""
    house = _house(scene)
    actor = scene.world.actor("stranger_head")
    waiting = _elsewhere(house)
    transitions.guide(_elsewhere(house), actor=actor, at=NOON, channel="mediation")
    held = _mediating(house)
    people = [PartyTold(name="外街甲", phone="19900009998", consents=True), PartyTold(
        name="外街乙", side="respondent", phone="19900009997", consents=True)]
    agreed, failed, refused = (_mediating(house, parties=people) for _n in range(3))
    actor = scene.world.actor("stranger_mediator")
    transitions.schedule(
        held, actor=actor, at=NOON, starts_at=NOON + timedelta(days=4, hours=4), room=Room.objects.get(code="room_b")
    )
    transitions.issue(held, kind="application", actor=actor, at=NOON)
    transitions.invite(held, actor=actor, at=NOON, units=[scene.world.units["zhujian"]])
    transitions.agree(agreed, actor=actor, at=NOON, terms="各付一半", oral=True)
    transitions.fail(failed, actor=actor, at=NOON, note="分歧太大")
    transitions.refuse(refused, actor=actor, at=NOON, note="不愿再谈")
    Dispute.objects.filter(pk__in=(held.pk, waiting.pk)).update(
        risk_colour="red", risk_score=90, due_at=NOON - timedelta(hours=2)
    )
    _foreign_visits(scene, house)
    return held.number


def _foreign_visits(scene: Scene, house: cast.House) -> None:
    """A team of community B with a visit this week and one that noted an early sign."""
    people, areas = scene.world.people, scene.world.areas
    team = VisitTeam.objects.create(
        area=areas["community_b"], mediator=house.mediators["stranger_mediator"], worker=people["worker_b1"],
        since=date(2026, 1, 1),
    )
    Visit.objects.create(team=team, area=areas["grid_b1"], planned_on=date(2026, 3, 6))
    made = Visit.objects.create(
        team=team, area=areas["grid_b1"], planned_on=date(2026, 3, 3), visited_on=date(2026, 3, 3), recorded_at=NOON
    )
    EarlySign.objects.create(visit=made, type="neighbour", text="外街的苗头", noted_at=NOON)


def add_own(scene: Scene) -> str:
    """The control: one more that waits in street A, and one that ``mediator`` holds a session of; the latter's number."""
    house = _house(scene)
    cast.guided(house)
    mediated = cast.mediating(house)
    transitions.schedule(
        mediated, actor=house.actor("mediator"), at=NOON, starts_at=NOON + timedelta(days=4, hours=4),
        room=Room.objects.get(code="room_a"),
    )
    return mediated.number


def _elsewhere(house: cast.House, **more: object) -> Dispute:
    return cast.accepted(house, by="worker_b1", area="150302001002001", facts=f"楼上漏水,{STORY}", **more)


def _mediating(house: cast.House, **more: object) -> Dispute:
    actor = house.actor("stranger_head")
    dispute = transitions.route(_elsewhere(house, **more), actor=actor, at=NOON, body=house.bodies["community_b"])
    return transitions.sign(dispute, actor=actor, at=NOON, mediator=house.mediators["stranger_mediator"])
