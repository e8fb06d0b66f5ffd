"""Two-way verification 双向核查, the reporter's rating, the final evaluation, and reopening."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from accounts import prepared
from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from events.models import Event, Rating, Verification, WorkOrder
from events.reference_rows import category as category_of
from events.reference_rows import limits
from events.transitions.handling import WORKED_VERBS, send_to_rework
from events.transitions.orders import MAIN_KINDS, send_order, start_handling
from events.workflow import do
from grids.scope import SHANGHAI

UNASKED = ("unreached", "spared")
"""Findings of a call-back in which nobody was asked."""
EVALUATE_KIND, EVALUATE_SECONDS = "WD", 5 * 7 * 3600
"""Five working days for the rating and the unit's score; ours, the documents name none."""


def verify(event: Event, *, actor: Actor, at: datetime, finding: str, note: str) -> Event:
    """现场核查 by someone other than the handler. ``unsolved`` or ``partial`` sends it back as rework.

    Raises ``own_work`` for anybody who handled it, ``done_already`` for a second site check in one round.
    """
    with moving(event, do.verify, actor=actor, at=at, note=note) as passage:
        if finding not in ("solved", "partial", "unsolved"):
            raise missing(finding=_("请选择核查结论"))
        _refuse_handler(passage)
        if any(row.way == "site" for row in _this_round(passage)):
            raise MoveRefused("done_already", _("本轮现场核查已完成"))
        _record(passage, "site", finding, note)
        passage.clocks.stop("verify", at=at)
        _conclude(passage)
    return passage.case


def call_back(
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    finding: str,
    note: str = "",
    rating: int | None = None,
    reasons: list[str] | None = None,
) -> Event:
    """电话回访: the reporter says whether it is solved. ``unreached`` is tried again on another half-day; three
    tries count as reached-none, never as satisfied.

    Raises ``own_work``, ``same_half_day``, ``done_already``, ``invalid``.
    """
    with moving(event, do.call_back, actor=actor, at=at, note=note) as passage:
        if finding not in Verification.Finding.values or finding == "spared":
            raise missing(finding=_("请选择回访结论"))
        _refuse_handler(passage)
        earlier = [row for row in _this_round(passage) if row.way == "call_back"]
        _check_try(earlier, at)
        _record(passage, "call_back", finding, note, attempt=len(earlier) + 1)
        if finding != "unreached":
            passage.case.solved = finding == "solved"
            if rating is not None:
                add_rating(passage, level=rating, solved=finding == "solved", reasons=reasons or [], way="call")
        if finding != "unreached" or len(earlier) + 1 >= limits().numbers["call_back_tries"]:
            passage.clocks.stop("call_back", at=at)
        _conclude(passage)
    return passage.case


def spare_call_back(event: Event, *, actor: Actor, at: datetime, note: str = "") -> Event:
    """免回访: the sample did not draw it; the check on the spot decides alone. It counts as not asked, never as
    satisfied. Raises ``done_already`` once somebody has called."""
    with moving(event, do.spare_call_back, actor=actor, at=at, note=note) as passage:
        if any(row.way == "call_back" for row in _this_round(passage)):
            raise MoveRefused("done_already", _("本轮回访已完成"))
        _record(passage, "call_back", "spared", note)
        passage.clocks.stop("call_back", at=at)
        _conclude(passage)
    return passage.case


def half_day_of(at: datetime) -> str:
    """``2026-11-21am`` or ``…pm`` by the district's wall clock."""
    local = at.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d}{'am' if local.hour < 12 else 'pm'}"


def _check_try(earlier: list[Verification], at: datetime) -> None:
    if any(row.finding != "unreached" for row in earlier) or len(earlier) >= limits().numbers["call_back_tries"]:
        raise MoveRefused("done_already", _("本轮回访已完成"))
    if half_day_of(at) in {row.half_day for row in earlier}:
        raise MoveRefused("same_half_day", _("同一半日已回访过,请换个时段再拨"))


def _this_round(passage: Passage) -> list[Verification]:
    number = passage.case.reworks + passage.case.reopens + 1
    return [row for row in passage.rows(Verification) if row.round == number]


def _record(passage: Passage, way: str, finding: str, note: str, attempt: int = 1) -> None:
    event = passage.case
    passage.create(
        Verification(
            event=event, way=way, round=event.reworks + event.reopens + 1, attempt=attempt, finding=finding,
            text=note[:400], at=passage.at, half_day=half_day_of(passage.at), by_id=passage.actor.person_id,
        )
    )
    passage.details["finding"] = finding


def _refuse_handler(passage: Passage) -> None:
    """The check is made by someone other than the handler, whatever other posts that person holds."""
    person = passage.actor.person_id
    if person is None:
        return
    if any(order.handler_id == person for order in passage.rows(WorkOrder)):
        raise MoveRefused("own_work", _("不能核查自己处置的事件"))
    if _has_worked(passage.case.pk, person):
        raise MoveRefused("own_work", _("不能核查自己处置的事件"))


_WORKED = "SELECT 1 FROM events_eventtrail WHERE case_id = %s AND person_id = %s AND verb = ANY(%s) LIMIT 1"


def _has_worked(event_id: int, person_id: int) -> bool:
    with connection.cursor() as cursor:
        prepared.execute(cursor, _WORKED, [event_id, person_id, list(WORKED_VERBS)])
        return cursor.fetchone() is not None


def _conclude(passage: Passage) -> None:
    """Both halves in and agreeing → evaluation; a mismatch → rework; else wait for the other half."""
    rows = _this_round(passage)
    site = next((row for row in rows if row.way == "site"), None)
    calls = [row for row in rows if row.way == "call_back"]
    reached = next((row for row in calls if row.finding not in UNASKED), None)
    bad = [row for row in (site, reached) if row is not None and row.finding in ("partial", "unsolved")]
    if bad and passage.case.outcome == "solved":
        send_to_rework(passage)
        passage.go("in_progress")
        return
    spared = any(row.finding == "spared" for row in calls)
    calls_over = reached is not None or spared or len(calls) >= limits().numbers["call_back_tries"]
    if site is None or not (calls_over or _nobody_to_call(passage.case)):
        passage.go("verifying")
        return
    passage.clocks.stop_all(at=passage.at, stages=("verify", "call_back"))
    passage.case.verified_at = passage.at
    passage.clocks.start(
        "evaluate", kind=EVALUATE_KIND, budget_seconds=EVALUATE_SECONDS, at=passage.at,
        unit_id=passage.case.owner_unit_id, ladder="",
    )
    passage.go("evaluating")
    passage.tell("verified")


def _nobody_to_call(event: Event) -> bool:
    """Reported by the staff themselves or without a telephone number."""
    reporter = getattr(event, "reporter", None) if event.pk else None
    return reporter is None or not reporter.phone


def rate(
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    level: int,
    solved: bool | None = None,
    reasons: list[str] | None = None,
    text: str = "",
) -> Event:
    """评价 by the reporter: five levels, once per closing. One or two stars with "not solved" open the rectify
    loop at once: rework, a new check, a new call.

    Raises ``rated`` the second time, ``invalid`` for another level, ``too_late`` after the reopening window.
    """
    with moving(event, do.rate, actor=actor, at=at, note=text) as passage:
        locked = passage.case
        if locked.state == "closed" and not _may_still_reopen(locked, at):
            raise MoveRefused("too_late", _("评价期限已过"))
        add_rating(passage, level=level, solved=solved, reasons=reasons or [], text=text)
        bad = level <= limits().numbers["bad_rating_at_most"] and solved is False
        if bad and send_to_rework(passage, stage="rectify") is not None:
            passage.go("in_progress")
        else:
            passage.stay()
    return passage.case


def add_rating(
    passage: Passage, *, level: int, solved: bool | None, reasons: list[str], text: str = "", way: str = "page"
) -> None:
    """One rating per round. Raises ``rated`` and ``invalid``."""
    event = passage.case
    if not isinstance(level, int) or not 1 <= level <= 5:
        raise missing(level=_("请选择评价等级"))
    number = event.reworks + event.reopens + 1
    if any(row.round == number for row in passage.rows(Rating)):
        raise MoveRefused("rated", _("本次办理已评价"))
    passage.create(
        Rating(
            event=event, round=number, level=level, solved=solved, reasons=reasons[:8], text=text[:400], way=way,
            at=passage.at,
        )
    )
    event.rating = level
    if solved is not None:
        event.solved = solved
    passage.details["rating"] = level


def evaluate(
    event: Event, *, actor: Actor, at: datetime, scores: dict[int, int], note: str = "", answer: str = ""
) -> Event:
    """考评 and 办结: one score (1–5) for every order that was done, then the event is closed with its outcome.

    ``scores``: order id → score. Raises ``invalid`` naming an order without a score.
    """
    with moving(event, do.evaluate, actor=actor, at=at, note=note) as passage:
        done = [row for row in passage.rows(WorkOrder) if row.state == "done"]
        for order in done:
            score = scores.get(order.pk)
            if not isinstance(score, int) or not 1 <= score <= 5:
                raise missing(scores=_("请为%(unit)s的工单评分(1–5)") % {"unit": order.unit.name})
        for order in done:
            passage.change(order, score=scores[order.pk], score_text=note[:200])
        locked = passage.case
        locked.answer = answer or locked.answer or _answer_of(done)
        locked.closed_at = at
        passage.clocks.stop_all(at=at)
        if locked.rating is None:
            passage.details["rating"] = "none"
        passage.tell("closed")
    return passage.case


def _answer_of(done: list[WorkOrder]) -> str:
    return next((order.feedback for order in reversed(done) if order.is_lead), "")


def reopen(event: Event, *, actor: Actor, at: datetime, note: str) -> Event:
    """重办: by the reporter within the window of the category (15 days), by a supervisor any time; always with a
    reason; counts as rework. Raises ``too_late``, ``nothing_to_redo``."""
    with moving(event, do.reopen, actor=actor, at=at, note=note) as passage:
        locked = passage.case
        if not actor.is_staff and not _may_still_reopen(locked, at):
            raise MoveRefused("too_late", _("已超过可重办期限"))
        if send_to_rework(passage) is None:
            _send_again(passage)
        else:
            locked.reworks -= 1
        locked.reopens += 1
        passage.tell("reopened", unit=locked.owner_unit_id)
    return passage.case


def _send_again(passage: Passage) -> None:
    """Closed by a consultation without any feedback: the last main unit gets a new order. Raises
    ``nothing_to_redo`` when there never was one."""
    event = passage.case
    last = next((row for row in reversed(passage.rows(WorkOrder)) if row.kind in MAIN_KINDS), None)
    if last is None:
        raise MoveRefused("nothing_to_redo", _("没有可重办的工单"))
    order = send_order(passage, kind="dispatch", unit=last.unit, reason=_("重办"))
    start_handling(passage, order)
    event.handled_at = event.verified_at = event.closed_at = None
    event.outcome = ""


def _may_still_reopen(event: Event, at: datetime) -> bool:
    kind = category_of(event.category_id or "")
    days = kind.reopen_days if kind else limits().numbers["reopen_calendar_days"]
    return event.closed_at is not None and at <= event.closed_at + timedelta(days=days)
