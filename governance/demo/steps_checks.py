"""The checks and the end: site check, call-back, the reporter's word, the evaluation, doing it again."""

from __future__ import annotations

from casework.actor import Actor
from events import transitions as verbs
from events.models import Rating
from events.models.event import EventReporter
from events.transitions.checking import half_day_of
from governance.demo.scene import Scene, Step, first


def verifying(scene: Scene) -> Step | None:
    """The grid worker goes and looks; the reporter is called, again on another half-day when nobody answers."""
    return first(_site_check(scene), _call_back(scene))


def _site_check(scene: Scene) -> Step | None:
    case, stage = scene.case, scene.stage
    if scene.checks("site"):
        return None
    since = case.handled_at or case.changed_at
    worker = _checker(scene)
    if worker is None:
        return None
    finds_fault = scene.fate.reworks and case.reworks == 0 and case.outcome == "solved"
    finding, kind = ("unsolved", "rework") if finds_fault else ("solved", "agree")
    words = stage.words.line("verify", scene.rng("check words"), kind)
    return Step(
        scene.later(since, 1200, max(3600, min(16_000, scene.promised_seconds * 0.25)), "check", office=True), "verify",
        lambda at: verbs.verify(case, actor=worker, at=at, finding=finding, note=words),
    )


def _checker(scene: Scene) -> Actor | None:
    """A worker or head of the grid (else of another grid above it) who had no hand in the handling."""
    case, cast = scene.case, scene.stage.cast
    hands = {order.handler_id for order in scene.orders} | {case.reporter_person_id}
    when = case.handled_at or case.changed_at
    for role in ("grid_worker", "grid_head"):
        found = cast.at_place(role, case.grid_code, when)
        if found is not None and found.person_id not in hands:
            return found
    found = cast.at_place("grid_worker", case.grid_code, when)
    only_reported = found is not None and found.person_id not in {order.handler_id for order in scene.orders}
    return found if only_reported else None


def _call_back(scene: Scene) -> Step | None:
    case = scene.case
    reporter = getattr(case, "reporter", None)
    calls = scene.checks("call_back")
    if reporter is None or not reporter.phone or any(c.finding != "unreached" for c in calls) or len(calls) >= 3:
        return None
    agent = scene.stage.cast.holds("call_back_agent", scene.rng("agent"))
    if agent is None:
        return None
    since = calls[-1].at if calls else case.handled_at or case.changed_at
    when = scene.later(since, 2400, 20_000, "call", len(calls), office=True)
    while calls and half_day_of(when) in {c.half_day for c in calls}:
        when = scene.later(when, 8000, 16_000, "call again", len(calls), half_day_of(when))
    return Step(when, "call_back", lambda at: _ring(scene, reporter, agent, len(calls), at))


def _ring(scene: Scene, _reporter: EventReporter, agent: Actor, tries: int, at: object) -> object:
    case, fate = scene.case, scene.fate
    if tries < fate.unreached:
        return verbs.call_back(case, actor=agent, at=at, finding="unreached", note="电话无人接听")
    level = fate.rating
    # Solved and satisfied are two facts: some are displeased with the way although the matter is gone.
    is_gone = level is None or level >= 3 or case.reworks > 0 or scene.rng("solved all the same").random() < 0.6
    if not is_gone and case.outcome == "solved":
        return verbs.call_back(case, actor=agent, at=at, finding="unsolved", note="反映人表示问题未彻底解决", rating=level)
    rating = level
    if any(row.round == case.reworks + case.reopens + 1 for row in scene.rows(Rating)):
        rating = None
    return verbs.call_back(case, actor=agent, at=at, finding="solved", note="反映人确认已解决", rating=rating)


def evaluating(scene: Scene) -> Step | None:
    """A citizen may still rate on the page; then the desk scores every order and closes."""
    case, stage = scene.case, scene.stage
    desk = stage.cast.holds("district_dispatcher", scene.rng("scores"))
    since = case.verified_at or case.changed_at
    close = None
    if desk is not None:
        close = Step(
            scene.later(since, 3600, 40_000, "evaluate", office=True), "evaluate",
            lambda at: verbs.evaluate(
                case, actor=desk, at=at, scores=_scores(scene), answer=_answer(scene), note="按时限和核查结果评分"
            ),
        )
    rates = case.source in ("citizen", "hotline") and case.rating is None and scene.fate.rating is not None
    if not rates or scene.rng("rates").random() > 0.6:
        return close
    level = max(scene.fate.rating, 2)
    words = stage.words.rating(case.category_id, level, scene.rng("rating words"))
    rate = Step(
        scene.later(since, 1200, 30_000, "rate"), "rate",
        lambda at: verbs.rate(case, actor=Actor.citizen(), at=at, level=level, solved=True, text=words),
    )
    return first(rate, close)


def _scores(scene: Scene) -> dict[int, int]:
    late = scene.case.handled_at and scene.case.handle_due_at and scene.case.handled_at > scene.case.handle_due_at
    base = 3 if late or scene.case.reworks else 5
    return {
        order.pk: max(1, base - (scene.rng("score", order.unit_id).random() < 0.3))
        for order in scene.orders if order.state == "done"
    }


def _answer(scene: Scene) -> str:
    return scene.stage.words.reply(scene.case.category_id, scene.rng("reply"))


def closed(scene: Scene) -> Step | None:
    """One in a hundred comes back."""
    case = scene.case
    if not scene.fate.reopens or case.reopens or case.source not in ("citizen", "hotline"):
        return None
    return Step(
        scene.later(case.closed_at or case.changed_at, 20_000, 5 * 86_400, "reopen"), "reopen",
        lambda at: verbs.reopen(case, actor=Actor.citizen(), at=at, note="问题又出现了,请再处理"),
    )



