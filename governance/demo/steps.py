"""What happens next to an event, by its state and fate: the desk's part. Units and checks have files of their own.

Every step calls one verb of ``events.transitions`` as somebody who may. A step that is refused is forgotten; the
case is looked at again after its next change.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from casework.actor import Actor
from events import transitions as verbs
from events.models import Consultation, Decline, Event, SupervisionOrder
from events.workflow import LIVE
from governance.demo import steps_checks, steps_units
from governance.demo.scene import Scene, Step, first
from grids.models import Unit

TWIN_MARK = "-t"
URGED_FROM = 0.8
"""Share of the time allowed that the work will take, from which the desk has reason to urge."""
BY_HAND = {
    "01": "justice", "03": "emergency", "05": "city_management", "09": "housing", "15": "education", "17": "petitions",
}  # fmt: skip
"""Whom the desk asks where no rule and no duty list names anybody."""


def next_step(scene: Scene) -> Step | None:
    """The next thing that will be done, or None when it is left as it is."""
    case = scene.case
    if case.state == scene.fate.stops_in:
        return None
    return first(_BY_STATE.get(case.state, _nothing)(scene), _supervision(scene), _urge(scene))


def _nothing(_scene: Scene) -> None:
    return None


def _reported(scene: Scene) -> Step | None:
    case, fate, stage = scene.case, scene.fate, scene.stage
    desk = stage.cast.holds("district_dispatcher", scene.rng("desk"))
    if desk is None:
        return None
    if scene.is_grave and case.category_id and "triage" not in scene.refused:
        return Step(scene.not_before(case.reported_at), "triage", _triage_by_rule(case))
    if "merge" not in scene.refused and _is_twin(scene):
        return _merge(scene, desk)
    if fate.on_spot and case.source == "grid":
        worker = stage.cast.at_place("grid_worker", case.grid_code, case.reported_at)
        if worker is not None and case.category_id:
            return _on_spot(scene, worker)
    if fate.asks_info and case.version == 1:
        return Step(
            scene.later(case.changed_at, 120, 1200, "ask"), "ask_info",
            lambda at: verbs.ask_info(case, actor=desk, at=at, note="请补充具体位置和现场照片"),
        )
    if fate.rejects:
        words = "经核实,所反映事项不属于社会治理事项受理范围,建议通过法定途径办理"
        return Step(
            scene.later(case.changed_at, 200, 1300, "reject"), "reject",
            lambda at: verbs.reject(case, actor=desk, at=at, note=words),
        )
    when = scene.later(case.changed_at, 20 if scene.is_grave else 60, 150 if scene.is_grave else 1300, "triage")
    category = None if case.category_id else _category_for(scene)
    return Step(when, "triage", lambda at: verbs.triage(case, actor=desk, at=at, category=category))


def _triage_by_rule(case: Event) -> Callable:
    return lambda at: verbs.triage(case, actor=Actor.system(), at=at)


def _is_twin(scene: Scene) -> bool:
    """Whether the first of the reports found nearby is the same matter: told as such, or of the same category."""
    case, near = scene.case, scene.case.suggestion.get("near")
    if not near or (case.client_key or "").endswith(TWIN_MARK):
        return bool(near)
    alike = Event.objects.filter(pk=near[0], category=case.category_id, state__in=LIVE)
    return case.category_id is not None and scene.rng("twin").random() < 0.6 and alike.exists()


def _merge(scene: Scene, desk: Actor) -> Step:
    """A twin follows the first report of the matter, if that is still open."""
    case = scene.case
    master = Event(pk=case.suggestion["near"][0])
    return Step(
        scene.later(case.changed_at, 60, 1200, "merge"), "merge",
        lambda at: verbs.merge(case, master=master, actor=desk, at=at, note="位置相距50米内,内容一致"),
    )


def _on_spot(scene: Scene, worker: Actor) -> Step:
    case, words = scene.case, scene.stage.words
    return Step(
        scene.later(case.changed_at, 240, 1500, "spot"), "handle_on_spot",
        lambda at: verbs.handle_on_spot(
            case, actor=worker, at=at, note=words.feedback(case.category_id, scene.rng("spot words"))
        ),
    )


def _category_for(scene: Scene) -> str:
    """What the desk settles on: the first suggestion where there is one."""
    ideas = scene.case.suggestion.get("categories") or []
    found = [idea["code"] for idea in ideas if idea["code"] in scene.stage.categories]
    return found[0] if found else scene.stage.draw.kind(scene.rng("category"))[1]


def _needs_info(scene: Scene) -> Step:
    case = scene.case
    return Step(
        scene.later(case.changed_at, 1800, 40_000, "supply"), "supply_info",
        lambda at: verbs.supply_info(case, actor=Actor.citizen(), at=at, note="已补充:就在公交站牌正对面,照片见附件"),
    )


def _rejected(scene: Scene) -> Step | None:
    case = scene.case
    if case.version != 2 or scene.rng("appeal").random() > 0.15:
        return None
    return Step(
        scene.later(case.changed_at, 7200, 90_000, "appeal"), "appeal",
        lambda at: verbs.appeal(case, actor=Actor.citizen(), at=at, note="问题影响多户居民,请再核实一次"),
    )


def _open_for_claim(scene: Scene) -> Step | None:
    case, stage = scene.case, scene.stage
    kind = stage.categories.get(case.category_id)
    local = kind is not None and kind.owner_kind != "unit"
    street = stage.street_unit(case.street_code)
    officer = stage.cast.of_unit(street.pk if street else None, "events.claim", scene.rng("officer"))
    if officer is not None and (local or scene.fate.claims) and "claim" not in scene.refused:
        when = scene.later(case.changed_at, 20, 500 if scene.is_grave else 1600, "claim", office=True)
        if case.window_ends_at is None or when < case.window_ends_at - timedelta(seconds=5):
            return Step(when, "claim", lambda at: verbs.claim(case, unit=street, actor=officer, at=at))
    when = scene.not_before((case.window_ends_at or case.changed_at) + timedelta(seconds=3))
    return Step(when, "close_window", lambda at: verbs.close_window(case, actor=Actor.system(), at=at))


def _awaiting_dispatch(scene: Scene) -> Step | None:
    case, stage = scene.case, scene.stage
    waiting = scene.pending_decline
    director = stage.cast.holds("district_director", scene.rng("director"))
    if waiting is not None and director is not None:
        return _ruling(scene, waiting, director)
    if scene.fate.transfers:
        return _transfer(scene)
    desk = stage.cast.holds("district_dispatcher", scene.rng("desk"))
    if desk is None:
        return None
    when = scene.later(case.changed_at, 40, 200 if scene.is_grave else 1250, "dispatch", case.bounces)
    unit = None if case.category_id in stage.owned else stage.by_code.get(BY_HAND.get(case.category_id[:2], ""))
    words = "无对应规则,经研判由该单位牵头" if unit else ""
    return Step(when, "dispatch", lambda at: verbs.dispatch(case, unit=unit, actor=desk, at=at, note=words))


def _ruling(scene: Scene, waiting: Decline, director: Actor) -> Step:
    founded = waiting.proposed_unit_id is not None and scene.rng("founded", waiting.pk).random() < 0.7
    words = "经查职责清单,由建议单位承办,今后同类事项照此办理" if founded else "职责清单已列明,退单理由不成立,请即办理"
    when = scene.later(waiting.declined_at, 900, 18_000, "ruling", office=True)
    return Step(
        when, "rule_decline",
        lambda at: verbs.rule_decline(waiting, founded=founded, actor=director, at=at, note=words),
    )


def _transfer(scene: Scene) -> Step | None:
    case, kind = scene.case, scene.fate.transfers
    desk = scene.stage.cast.holds("district_dispatcher", scene.rng("desk"))
    basis = {
        "mediation": "人民调解法:民间纠纷", "petition": "信访工作条例:信访事项", "court": "当事人选择诉讼",
        "police110": "治安管理处罚法:治安案件",
    }[kind]
    number = f"{kind[:2].upper()}{scene.rng('number').randrange(10**6):06d}"
    if desk is None:
        return None
    return Step(
        scene.later(case.changed_at, 200, 1500, "transfer"), "transfer",
        lambda at: verbs.transfer(
            case, kind=kind, basis=basis, number=number, actor=desk, at=at, note="依职责转有关程序办理"
        ),
    )


def _conferring(scene: Scene) -> Step | None:
    case, stage = scene.case, scene.stage
    leader = stage.cast.holds("district_director", scene.rng("leader"))
    rows = [row for row in scene.rows(Consultation) if row.state == "open"]
    if leader is None or not rows:
        return None
    around = _around_the_table(scene)
    if rows[-1].chair_id is None:
        return Step(
            scene.later(case.changed_at, 1800, 12_000, "convene", office=True), "convene",
            lambda at: verbs.convene(case, participants=around, actor=leader, at=at),
        )
    decisions = [
        verbs.Decision(unit, "牵头现场处置并反馈" if n == 0 else "配合处置,提供本部门力量", "WD", 3 * 7 * 3600, None, n == 0)
        for n, unit in enumerate(around)
    ]
    words = "会议听取街道情况说明,明确牵头单位,其余单位配合,三个工作日内反馈。"
    return Step(
        scene.later(case.changed_at, 3600, 18_000, "confer", office=True), "confer",
        lambda at: verbs.confer(case, actor=leader, at=at, note=words, decisions=decisions),
    )


def _around_the_table(scene: Scene) -> list[Unit]:
    """Two or three departments: those that have had it, else some that often sit there."""
    units, seen = scene.stage.units, []
    for key in [order.unit_id for order in scene.orders]:
        if units[key].kind in ("department", "utility", "enforcement") and units[key] not in seen:
            seen.append(units[key])
    for code in ("city_management", "housing", "enforcement", "ecology"):
        unit = scene.stage.by_code.get(code)
        if unit is not None and unit not in seen:
            seen.append(unit)
    if not seen:
        seen = [u for u in units.values() if u.kind == "department"]
    return seen[:3]


def _suspended(scene: Scene) -> Step:
    case = scene.case
    when = case.resume_on or case.changed_at + timedelta(days=2)
    if scene.fate.hurry < 1:
        when = scene.later(case.changed_at, 3600, 40_000, "resume")
    director = scene.stage.cast.holds("district_director", scene.rng("director"))
    actor = director if scene.fate.hurry < 1 and director else Actor.system()
    return Step(scene.not_before(when), "resume", lambda at: verbs.resume(case, actor=actor, at=at))


def _supervision(scene: Scene) -> Step | None:
    """Supervision orders are answered by their unit, and struck off when the result is verified."""
    case, stage = scene.case, scene.stage
    for row in scene.rows(SupervisionOrder) if case.flag else ():
        if row.struck_off_at is not None:
            continue
        if row.replied_at is None:
            actor = stage.cast.of_unit(row.unit_id, "events.answer_urge", scene.rng("answer", row.number))
            if actor is not None and case.state not in ("merged", "rejected", "transferred"):
                when = scene.later(row.issued_at, 900, 9000, "answer", row.number, office=True)
                return Step(when, "answer_urge", _answer(row, actor))
        elif case.state in ("evaluating", "closed"):
            desk = stage.cast.holds("district_dispatcher", scene.rng("desk"))
            if desk is not None:
                when = scene.later(case.changed_at, 600, 9000, "strike", row.number)
                return Step(when, "strike_off", _strike(row, desk))
    return None


def _urge(scene: Scene) -> Step | None:
    """The desk urges a unit whose time is nearly used up, once: yellow by rule."""
    case, stage = scene.case, scene.stage
    if case.state != "in_progress" or case.flag or not scene.fate.urged or scene.fate.pace < URGED_FROM:
        return None
    main, desk = scene.main, stage.cast.holds("district_dispatcher", scene.rng("urges"))
    if main is None or desk is None or case.handle_due_at is None or "urge" in scene.refused:
        return None
    if any(row.alarm_key is None for row in scene.rows(SupervisionOrder)):
        return None
    began = main.sent_at
    when = began + (case.handle_due_at - began) * scene.rng("urged at").uniform(0.9, 0.95)
    if when < case.changed_at:
        return None
    words = stage.words.line("urge", scene.rng("urge words"))
    return Step(
        scene.not_before(when), "urge",
        lambda at: verbs.urge(case, actor=desk, at=at, note=words, order=main, colour="yellow"),
    )


def _answer(row: SupervisionOrder, actor: Actor) -> Callable:
    words = "已安排专人跟进,今日到场处置,结果及时反馈"
    return lambda at: verbs.answer_urge(row, actor=actor, at=at, note=words)


def _strike(row: SupervisionOrder, desk: Actor) -> Callable:
    return lambda at: verbs.strike_off(row, actor=desk, at=at, note="核查通过,准予销号")


_BY_STATE = {
    "reported": _reported, "needs_info": _needs_info, "rejected": _rejected, "open_for_claim": _open_for_claim,
    "awaiting_dispatch": _awaiting_dispatch, "conferring": _conferring, "suspended": _suspended,
    "in_progress": steps_units.in_progress, "verifying": steps_checks.verifying,
    "evaluating": steps_checks.evaluating, "closed": steps_checks.closed,
}  # fmt: skip
