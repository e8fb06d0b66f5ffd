"""Every move × every state × every kind of person: what the table does not allow is refused and changes nothing; and
the table itself. Moves whose verbs stand here are done in every state they start from (quality.md C-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.reference import load_permissions, load_roles
from casework.actor import Actor
from casework.door import moving
from casework.refusals import MoveRefused
from disputes import actions, transitions
from disputes.models import Dispute, Procedure
from disputes.models.dispute import STATES
from disputes.telling import PartyTold
from disputes.workflow import ALL_STATES, MOVES, STEPS
from tests.disputes import cast
from tests.disputes.cast import NOON, House

LATER = NOON + timedelta(hours=1)


def _closed(house: House) -> Dispute:
    return transitions.withdraw(cast.mediating(house), actor=house.actor("mediator"), at=NOON)


def _outside(verb: str, **more: object) -> Callable[[House], Dispute]:
    return lambda house: getattr(transitions, verb)(cast.failed(house), actor=house.actor("mediator"), at=NOON, **more)


def _set(state: str) -> Callable[[House], Dispute]:
    """States that another file walks to; here only the door is asked."""

    def make(house: House) -> Dispute:
        dispute = cast.mediating(house)
        Dispute.objects.filter(pk=dispute.pk).update(state=state)
        dispute.refresh_from_db()
        return dispute

    return make


def _booked(house: House) -> Dispute:
    return transitions.book(cast.told(), actor=Actor.citizen(), at=NOON)


MAKERS: dict[str, Callable[[House], Dispute]] = {
    "booked": _booked, "accepted": cast.accepted, "guided": cast.guided, "routed": cast.routed,
    "mediating": cast.mediating, "agreed": _set("agreed"), "confirmed": _set("confirmed"), "failed": cast.failed,
    "arbitrating": _outside("arbitrate", kind="labour_arb"), "litigating": _outside("litigate"), "closed": _closed,
}
WHO = ("body_head", "mediator", "director", "director_a", "dispatcher", "officer_a", "handler", "stranger", "evaluator")




PARTY = PartyTold(name="张三")
DONE: dict[str, dict] = {
    "accept": {}, "turn_away": {"note": "属行政执法"}, "cancel": {}, "guide": {"channel": "court"}, "route": {},
    "decline": {"note": "不受理"}, "sign": {}, "offer": {"text": "各付一半"}, "fail": {"note": "分歧"},
    "rise": {"summary": "分歧", "next_step": "请街道"}, "refuse": {}, "withdraw": {}, "extend": {"days": 3, "agreed": True},
    "help": {"note": "陪同"}, "arbitrate": {"kind": "petition"}, "litigate": {}, "track": {"filing_number": "1"},
    "come_back": {}, "end_outside": {"result": "已判"}, "close": {},
    "transfer": {"text": "水表井盖缺失"}, "reopen": {"note": "双方愿意"},
    "rate_risk": {"flags": ["threat"]}, "notify": {"targets": ["district"]}, "urge": {}, "seal": {},
    "refer": {"kind": "legal_aid", "provider": "法援中心"}, "add_party": {"party": PARTY}, "claim": {"text": "赔偿"},
    "write": {"text": "补充"}, "correct": {"type": "debt"},
}
IN_ACTIONS = frozenset({"add_party", "claim", "write", "correct"})
DOER = {"urge": "director_a", "help": "mediator"}


def test_the_table_is_whole() -> None:
    assert set(STATES) == ALL_STATES == set(MAKERS)
    codes = {record.code for record in load_permissions()}
    held = {code for role in load_roles() for code in role.permissions}
    for move in MOVES.values():
        assert move.sources | move.targets <= ALL_STATES, move.name
        assert move.permission in codes, move.name
        assert move.permission in held, f"nobody may {move.name}"
    reached = {target for move in MOVES.values() for target in move.targets}
    assert reached == ALL_STATES
    assert {state for _code, _char, _label, states, _date in STEPS for state in states} == ALL_STATES - {"closed"}


@pytest.mark.parametrize("state", sorted(MAKERS))
def test_each_state_refuses_what_the_table_does_not_allow(house: House, state: str) -> None:
    """Through the door, for every move: the state, then every kind of person; nothing changes by a refusal."""
    dispute = MAKERS[state](house)
    before = Dispute.objects.filter(pk=dispute.pk).values().get()
    for move in MOVES.values():
        for who in WHO:
            actor = house.actor(who)
            expected = _expected(dispute, move, actor)
            with transaction.atomic():
                try:
                    with moving(dispute, move, actor=actor, at=LATER) as passage:
                        if move.targets:
                            passage.stay()
                    got = ""
                except MoveRefused as refusal:
                    got = refusal.code
                transaction.set_rollback(True)
            assert got == expected, f"{move.name} in {state} by {who}"
    assert Dispute.objects.filter(pk=dispute.pk).values().get() == before


def _expected(dispute: Dispute, move: object, actor: Actor) -> str:
    if not dispute.is_visible_to(actor.rights):
        return "not_found"
    if not dispute.is_reached_by(actor.rights, move.permission):
        return "forbidden"
    return "" if dispute.state in move.sources else "wrong_state"


@pytest.mark.parametrize("name", sorted(DONE))
def test_each_verb_is_done_from_every_state_it_starts_from(house: House, name: str) -> None:
    move = MOVES[name]
    for state in sorted(move.sources - {"agreed", "confirmed"}):
        with transaction.atomic():
            dispute = MAKERS[state](house)
            who = DOER.get(name, "body_head")
            room = actions if name in IN_ACTIONS else transitions
            done = getattr(room, name)(dispute, actor=house.actor(who, LATER), at=LATER, **DONE[name])
            assert done.state in (move.targets or {state}), f"{name} from {state}"
            last = done.trail.order_by("seq").last()
            assert (last.verb, last.from_state, last.to_state) == (name, state, done.state)
            transaction.set_rollback(True)


def test_one_live_procedure_of_a_kind(house: House) -> None:
    dispute = MAKERS["arbitrating"](house)
    assert Procedure.objects.filter(dispute=dispute, ended_at=None).count() == 1
    dispute = transitions.litigate(dispute, actor=house.actor("mediator"), at=NOON)
    assert list(Procedure.objects.filter(dispute=dispute, ended_at=None).values_list("kind", flat=True)) == ["court"]
