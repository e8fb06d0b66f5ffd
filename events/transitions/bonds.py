"""Bonds between matters: 并案 and 拆案, 流转 to another procedure and back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving, not_found, together
from events.models import Event, EventLink
from events.models.event import ELSEWHERE
from events.transitions.conferring import back_to_desk
from events.transitions.dispatching import wait_for_dispatch
from events.transitions.holding import UNDO_SECONDS, drop_held, hold
from events.transitions.orders import withdraw_open
from events.workflow import do

TARGETS = ELSEWHERE
MAX_CHAIN = 50


def merge(
    event: Event, *, master: Event, actor: Actor, at: datetime, note: str, hold_seconds: int = 0
) -> Event:
    """并案: a duplicate follows its live master; its reporters stay subscribed. ``note`` is the evidence of
    likeness. Its orders are withdrawn and its clocks stand still until it is split off again.

    Both rows are locked in key order and the master gets its own trail row. Raises ``invalid`` for a master that
    is the event itself or follows it, ``wrong_state`` when either is not live (the loser of A→B against B→A).
    """
    if master.pk == event.pk:
        raise missing(master=_("不能并入自身"))
    with (
        together(event, master),
        moving(event, do.merge, actor=actor, at=at, note=note) as passage,
        moving(master, do.absorb, actor=actor, at=at) as above,
    ):
        locked = passage.case
        if _follows(above.case, locked.pk):
            raise missing(master=_("不能并入跟随自己的事件"))
        withdraw_open(passage)
        _stand_still(passage, _("并案"))
        locked.master = above.case
        locked.window_ends_at = locked.resume_on = None
        passage.details["into"] = above.case.number
        passage.tell("merged")
        hold(passage, hold_seconds)
        above.case.repeats += 1
        above.details["absorbed"] = locked.number
    return passage.case


def _follows(event: Event, key: int) -> bool:
    """Whether the event, master by master, comes to this key."""
    seen = 0
    while event.master_id is not None and seen < MAX_CHAIN:
        if event.master_id == key:
            return True
        event, seen = event.master, seen + 1
    return False


def _stand_still(passage: Passage, reason: str) -> None:
    """Pause what ran; a clock that is paused already keeps its own reason."""
    passage.clocks.pause_all(at=passage.at, reason=reason, by=passage.actor.name)


def split_off(event: Event, *, actor: Actor, at: datetime, note: str) -> Event:
    """拆案: back to where it was before the merger: to triage, or, once triaged, to the dispatcher; its clocks go
    on with what had elapsed."""
    known = Event.objects.get(pk=event.pk).master
    if known is None:  # not merged: the door says in which state it is
        with moving(event, do.split_off, actor=actor, at=at, note=note):
            raise MoveRefused("wrong_state", _("该事件没有并入其他事件"))
    with (
        together(event, known),
        moving(event, do.split_off, actor=actor, at=at, note=note) as passage,
        moving(known, do.release, actor=actor, at=at) as above,
    ):
        locked = passage.case
        if locked.master_id != known.pk:
            raise MoveRefused("stale", _("事件已有新变动,请查看后再操作"), state=locked.state)
        locked.master = None
        _go_on(passage, to_triage=locked.dispatched_at is None and _was_reported(locked))
        passage.details["from"] = above.case.number
        if not _is_undone(passage):
            passage.tell("split_off")
        above.case.repeats -= 1
        above.details["released"] = locked.number
    return passage.case


def _is_undone(passage: Passage) -> bool:
    """Whether this takes the merger back within its seconds, by whoever made it: nobody has heard of it."""
    row = passage.case.trail.filter(verb="merge").order_by("-seq").first()
    mine = row is not None and row.person_id == passage.actor.person_id
    if not mine or (passage.at - row.at).total_seconds() > UNDO_SECONDS:
        return False
    drop_held(passage.case, row.seq, at=passage.at)
    return True


def _was_reported(event: Event) -> bool:
    last = event.trail.filter(verb="merge").order_by("-seq").first()
    return last is None or last.from_state in ("reported", "needs_info")


def _go_on(passage: Passage, *, to_triage: bool) -> None:
    """Of the clocks that stood still only the promise (and triage, where it goes back there) runs on."""
    event, at = passage.case, passage.at
    event.handled_at = event.verified_at = None
    event.outcome = ""
    kept = ("handle", "triage") if to_triage else ("handle", "dispatch", "ruling")
    passage.clocks.stop_all(at=at, stages={row.stage for row in passage.clocks.live} - set(kept) or {"-"})
    passage.clocks.resume_all(at=at)
    back_to_desk(passage)
    if to_triage:
        passage.go("reported")
    else:
        wait_for_dispatch(passage)


def repeat(event: Event, *, actor: Actor, at: datetime, note: str, follower: str = "") -> Event:
    """再次反映: somebody tells of the same matter again, or has more to say: the words go onto the trail and whoever
    holds it is told. ``follower``: the room that took the words in and follows the event from now on."""
    with moving(event, do.repeat, actor=actor, at=at, note=note) as passage:
        passage.case.repeats += 1
        _mark(passage, follower)
        passage.tell("nudged", unit=passage.case.owner_unit_id)
    return passage.case


def follow(event: Event, *, actor: Actor, at: datetime, follower: str) -> Event:
    """A room above follows the event from now on. Raises ``done_already``."""
    with moving(event, do.follow, actor=actor, at=at) as passage:
        if follower in passage.case.followers:
            raise MoveRefused("done_already", _("已在跟踪"))
        _mark(passage, follower)
    return passage.case


def _mark(passage: Passage, follower: str) -> None:
    if follower and follower not in passage.case.followers:
        passage.case.followers = [*passage.case.followers, follower]


def transfer(
    event: Event, *, kind: str, basis: str, actor: Actor, at: datetime, note: str, number: str = ""
) -> Event:
    """流转 to mediation, petition, court or 110 on a legal basis: the link keeps their number, the orders here are
    withdrawn, the clocks here stand still while the other procedure's runs.

    Raises ``invalid``, ``transfer_loop`` when it has already come back from there once (loops must be 0).
    """
    with moving(event, do.transfer, actor=actor, at=at, note=note) as passage:
        if kind not in TARGETS:
            raise missing(kind=_("请选择流转去向"))
        if not basis.strip():
            raise missing(basis=_("请填写流转依据"))
        if any(row.kind == kind for row in passage.rows(EventLink)):
            raise MoveRefused("transfer_loop", _("已转去该处并退回,不能再次转去"))
        withdraw_open(passage)
        _stand_still(passage, _("流转"))
        passage.case.window_ends_at = passage.case.resume_on = None
        passage.create(
            EventLink(event=passage.case, kind=kind, number=number[:60], basis=basis[:200], linked_at=at)
        )
        passage.details.update(kind=kind, number=number[:60])
        passage.book.owe(
            "handed_over", f"handed_over:{event.pk}:{passage.case.version + 1}", {"event": event.pk, "kind": kind}, at=at
        )
        passage.tell("transferred")
    return passage.case


def note_number(event: Event, *, kind: str, number: str, actor: Actor, at: datetime) -> Event:
    """登记去向编号: the procedure that took it over has given its number. Raises ``not_found`` without a link."""
    with moving(event, do.note_number, actor=actor, at=at) as passage:
        link = next((row for row in passage.rows(EventLink) if row.kind == kind), None)
        if link is None:
            raise not_found()
        passage.change(link, number=number[:60])
        passage.details.update(kind=kind, number=number[:60])
    return passage.case


def end_elsewhere(event: Event, *, kind: str, actor: Actor, at: datetime, note: str) -> Event:
    """转出办结: the other procedure has ended; the words of how go onto the event's page, its link is closed."""
    with moving(event, do.end_elsewhere, actor=actor, at=at, note=note) as passage:
        for link in passage.rows(EventLink):
            if link.kind == kind and link.returned_at is None:
                passage.change(link, returned_at=at)
        passage.tell("ended_elsewhere")
    return passage.case


def take_back(event: Event, *, actor: Actor, at: datetime, note: str) -> Event:
    """转回: the other procedure gave it back; the dispatcher chooses a unit, the promise goes on."""
    with moving(event, do.take_back, actor=actor, at=at, note=note) as passage:
        for link in passage.rows(EventLink):
            if link.returned_at is None:
                passage.change(link, returned_at=at)
        _go_on(passage, to_triage=False)
        passage.tell("taken_back")
    return passage.case
