"""Disputes in the scene: one that ``mediator`` mediates in street A, one waiting for a body there, one in street B."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from casework.actor import Actor
from disputes import transitions
from disputes.models import Dispute, Room
from disputes.reach import BY_LAND
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
    scene.named["slug:token"] = (_booking(house, facts), "f" * 32)
    scene.keys["dispute paper"] = _session_and_paper(house, scene.disputes[HELD])


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
