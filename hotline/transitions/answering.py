"""答复: on the line from knowledge, or after the work from what the unit fed back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from events.models import Event
from hotline.models import HotlineOrder
from hotline.transitions.following import settle
from hotline.workflow import do

MAX_ANSWER = 4000
ON_THE_LINE = frozenset({"consult", "suggestion", "praise"})
"""Demands that may end on the phone; a request for help, a complaint or a tip-off is always handled."""


def answer_directly(
    order: HotlineOrder, *, actor: Actor, at: datetime, note: str, level: int | None = None
) -> HotlineOrder:
    """直接答复: ``note`` is what was said to the caller, ``level`` (1–5) what the caller said to that, if asked.

    Raises ``must_forward`` for a demand that needs handling, ``invalid``.
    """
    with moving(order, do.answer_directly, actor=actor, at=at, note=note) as passage:
        locked = passage.case
        if locked.demand not in ON_THE_LINE:
            raise MoveRefused("must_forward", _("求助、投诉、举报须转派办理,不能直接答复"))
        _write(passage, note)
        check_level(level)
        if level is not None:
            locked.rating, locked.was_reached = level, True
        locked.outcome, locked.closed_at = "answered", at
        passage.clocks.stop_all(at=at)
    return passage.case


def pass_on(order: HotlineOrder, *, actor: Actor, at: datetime, note: str = "") -> HotlineOrder:
    """转办 on the platform where the order is handled: one row in the trail for each time it was passed on there."""
    with moving(order, do.pass_on, actor=actor, at=at, note=note) as passage:
        passage.clocks.stop("forward", at=at)
    return passage.case


def settle_elsewhere(order: HotlineOrder, *, actor: Actor, at: datetime, note: str) -> HotlineOrder:
    """外部办结: handled and answered on another platform; ``note`` is the answer given there. Nothing is known of
    whether it was solved, so nothing is said of it."""
    with moving(order, do.settle_elsewhere, actor=actor, at=at, note=note) as passage:
        _write(passage, note)
        passage.case.outcome, passage.case.closed_at = "explained", at
        passage.clocks.stop_all(at=at)
    return passage.case


def answer(order: HotlineOrder, *, actor: Actor, at: datetime, note: str) -> HotlineOrder:
    """答复 to the caller after the work, in the caller's words; the promise is met or missed, the call-back begins."""
    with moving(order, do.answer, actor=actor, at=at, note=note) as passage:
        _write(passage, note)
        settle(passage, Event.objects.select_related("master").get(pk=passage.case.event_id))
    return passage.case


def _write(passage: Passage, note: str) -> None:
    if not note.strip() or len(note) > MAX_ANSWER or "\x00" in note:
        raise missing(note=_("请写明答复内容,不超过%(n)s字") % {"n": MAX_ANSWER})
    passage.case.answer, passage.case.answered_at = note.strip(), passage.at


def check_level(level: int | None) -> None:
    """Raises ``invalid`` for anything but the five levels or nothing."""
    if level is not None and (not isinstance(level, int) or isinstance(level, bool) or not 1 <= level <= 5):
        raise missing(level=_("请选择评价等级"))
