"""What units do with an event in hand: sign, speak, work, share, whistle, decline, ask for time, feed back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from casework.actor import Actor
from casework.models import StoredFile
from events import transitions as verbs
from events.actions import attach
from events.models import EventAttachment, Extension, Whistle, WhistlePart, WorkOrder
from events.reference_rows import budget, service_classes
from events.workflow import OPEN_ORDER
from governance.demo.scene import Scene, Step, first
from grids.models import Unit

WHISTLED = {
    "03": ("fire_rescue", "emergency", "housing"), "04": ("enforcement", "city_management", "sanitation"),
    "05": ("enforcement", "market", "traffic_police"), "06": ("municipal", "drainage", "city_management"),
    "07": ("ecology", "enforcement", "city_management"), "09": ("housing", "fire_rescue", "city_management"),
    "13": ("market", "enforcement", "police"),
}  # fmt: skip
WORKED = ("WH", "WD")
"""Kinds of time that run while an office is open."""


def in_progress(scene: Scene) -> Step | None:
    """The earliest of what any unit with an open order is about to do."""
    main = scene.main
    steps = [_whistle(scene, main) if main is not None else _whistle_goes_on(scene)]
    for order in scene.orders:
        if order.state == "sent":
            steps.append(_sign(scene, order))
        elif order.state == "accepted":
            steps.append(_work(scene, order))
    return first(*steps)


def _actor(scene: Scene, order: WorkOrder, permission: str) -> Actor | None:
    return scene.stage.cast.of_unit(order.unit_id, permission, scene.rng("handler", order.unit_id))


def _sign(scene: Scene, order: WorkOrder) -> Step | None:
    if order.kind == "joint" and order.whistle_id:
        return _arrive(scene, order)
    declined = _decline(scene, order) if _will_decline(scene, order) else None
    if declined is not None:
        return declined
    actor = _actor(scene, order, "events.accept")
    if actor is None:
        return None
    limit = budget(scene.case.service_class_id, "accept") or {"kind": "WH", "seconds": 7200}
    slow = scene.rng("slow", order.unit_id).random() < 0.03
    high = limit["seconds"] * (1.15 if slow else 0.8)
    when = scene.later(order.sent_at, min(60, high / 4), high, "sign", order.unit_id, office=limit["kind"] in WORKED,
                       unit_id=order.unit_id)
    return Step(when, "accept", lambda at: verbs.accept(order, actor=actor, at=at))


def _will_decline(scene: Scene, order: WorkOrder) -> bool:
    rows = scene.rows(verbs_decline())
    return (
        order.kind == "dispatch" and order.consultation_id is None and len(rows) < scene.fate.declines
        and all(row.unit_id != order.unit_id and row.ruled_unit_id != order.unit_id for row in rows)
        and not scene.is_grave and "decline" not in scene.refused
    )


def verbs_decline() -> type:
    from events.models import Decline

    return Decline


def _decline(scene: Scene, order: WorkOrder) -> Step | None:
    stage = scene.stage
    actor = _actor(scene, order, "events.decline")
    choice = [
        u for u in stage.units.values()
        if u.kind == Unit.Kind.DEPARTMENT and u.pk != order.unit_id and u.is_active
        and stage.cast.of_unit(u.pk, "events.accept", scene.rng("staffed", u.pk)) is not None
    ]
    if actor is None or not choice:
        return None
    rng = scene.rng("decline", order.pk)
    reason = rng.choice(("not_our_duty", "not_our_duty", "not_our_duty", "needs_superior"))
    related = stage.duties.get((scene.case.category_id or "")[:2], set())
    proposed = rng.choice([u for u in choice if u.pk in related] or choice)
    words = stage.words.line("decline", rng, reason)
    return Step(
        scene.later(order.sent_at, 300, 6600, "decline", order.pk, office=True), "decline",
        lambda at: verbs.decline(
            order, reason=reason, clause="职责清单第三条:不含该类设施", proposed_unit=proposed, actor=actor, at=at, note=words
        ),
    )


def _work(scene: Scene, order: WorkOrder) -> Step | None:
    if order.kind == "joint" and order.whistle_id:
        return _joint_work(scene, order)
    if any(child.parent_id == order.pk and child.state in OPEN_ORDER for child in scene.orders):
        return None
    spoken = _contact(scene, order)
    if spoken is not None:
        return spoken
    if order.is_lead and order.parent_id is None:
        chosen = _delegate(scene, order) or _return(scene, order) or _time(scene, order)
        if chosen is not None:
            return chosen
    return _finish(scene, order)


def _contact(scene: Scene, order: WorkOrder) -> Step | None:
    """The call to the reporter, which every order with a clock for it owes."""
    limit = budget(scene.case.service_class_id, "contact")
    if order.contacted_at is not None or not limit or "contact" in scene.refused:
        return None
    actor = _actor(scene, order, "events.accept")
    if actor is None:
        return None
    high = limit["seconds"] * (0.65 if scene.rng("calls", order.unit_id).random() < 0.97 else 1.1)
    when = scene.later(order.sent_at, high / 12, high, "contact", order.unit_id, office=limit["kind"] in WORKED,
                       unit_id=order.unit_id)
    return Step(when, "contact", lambda at: verbs.contact(order, actor=actor, at=at, note="已电话联系反映人"))


def _delegate(scene: Scene, order: WorkOrder) -> Step | None:
    stage, case = scene.stage, scene.case
    community = stage.community_unit(case.community_code)
    is_ours = order.kind == "claim" and scene.fate.delegates and community is not None
    if not is_ours or any(child.parent_id == order.pk for child in scene.orders):
        return None
    actor = _actor(scene, order, "events.delegate")
    if actor is None or stage.cast.of_unit(community.pk, "events.feed_back", scene.rng("child")) is None:
        return None
    share = verbs.Share(community, "到现场核实处置,拍照反馈", 100)
    return Step(
        scene.later(order.accepted_at, 300, 5000, "delegate", office=True, unit_id=order.unit_id), "delegate",
        lambda at: verbs.delegate(order, shares=[share], actor=actor, at=at),
    )


def _return(scene: Scene, order: WorkOrder) -> Step | None:
    if order.kind != "claim" or not scene.fate.returns or any(o.consultation_id for o in scene.orders):
        return None
    actor = _actor(scene, order, "events.return_up")
    if actor is None:
        return None
    return Step(
        scene.later(order.accepted_at, 3000, 20_000, "return", office=True), "return_up",
        lambda at: verbs.return_up(
            order, actor=actor, at=at, note="涉及多部门权属,街道无法单独解决", tried="已两次组织现场协调,未达成一致"
        ),
    )


def _time(scene: Scene, order: WorkOrder) -> Step | None:
    """Asks for more time, or for a pause, once and before the promise is due."""
    case, fate = scene.case, scene.fate
    kind = service_classes().get(case.service_class_id or "")
    if kind is None or case.handle_due_at is None or fate.pace >= 1:
        return None
    asked = scene.rows(Extension)
    director = scene.stage.cast.holds("district_director", scene.rng("director"))
    waiting = next((row for row in asked if row.state == "asked"), None)
    if waiting is not None and director is not None:
        return Step(
            scene.later(waiting.asked_at, 600, 7000, "grant", office=True), "grant_extension",
            lambda at: verbs.grant_extension(waiting, actor=director, at=at, note="情况属实,同意延期一次"),
        )
    actor = _actor(scene, order, "events.extend")
    if fate.extends and not asked and kind.extension and actor is not None:
        words = scene.stage.words.line("extend", scene.rng("extend words"))
        when = scene.later(order.accepted_at, 1800, 9000, "extend", office=True)
        if when < case.handle_due_at:
            return Step(when, "extend", lambda at: verbs.extend(order, actor=actor, at=at, note=words))
    return _pause(scene, order, kind.may_pause, director)


def _pause(scene: Scene, order: WorkOrder, may_pause: bool, director: Actor | None) -> Step | None:
    case = scene.case
    if not (scene.fate.suspends and may_pause) or director is None or case.resume_on is not None:
        return None
    when = scene.later(order.accepted_at, 3000, 20_000, "pause", office=True)
    clock_paused = any(s["kind"] == "pause" for row in _clocks(scene) for s in row.segments)
    if when >= case.handle_due_at or clock_paused:
        return None
    days = scene.rng("pause days").randint(2, 9)
    return Step(
        when, "suspend",
        lambda at: verbs.suspend(
            case, reason="construction_period", actor=director, at=at, note="需更换管段,按施工计划恢复",
            resume_on=at + timedelta(days=days),
        ),
    )


def _clocks(scene: Scene) -> list:
    from events.models import EventDeadline

    return [row for row in scene.rows(EventDeadline) if row.stage == "handle" and row.order_id is None]


def _finish(scene: Scene, order: WorkOrder) -> Step | None:
    case, stage = scene.case, scene.stage
    actor = _actor(scene, order, "events.feed_back")
    if actor is None or case.category_id is None:
        return None
    when = scene.handled_by(case.dispatched_at or order.sent_at, "work", order.reworks, unit_id=order.unit_id)
    if order.parent_id is not None:
        when = scene.not_before(order.accepted_at + (when - order.accepted_at) * 0.8)
    if order.reworks:
        high = min(20_000, scene.promised_seconds * 0.4)
        when = scene.later(case.changed_at, high / 6, high, "rework", order.reworks, office=True, unit_id=order.unit_id)
    when = max(when, scene.not_before(order.accepted_at))
    photo = stage.categories[case.category_id].needs_photo
    picture = _picture(scene, order) if photo else None
    if picture is not None:
        early = max(scene.not_before(when - timedelta(minutes=4)), scene.not_before(order.accepted_at))
        return Step(
            early, "attach",
            lambda at: attach(case, file=picture, purpose="feedback", actor=actor, at=at, note="处置后照片"),
        )
    words = stage.words.feedback(case.category_id, scene.rng("work words", order.kind))
    outcome = _outcome(scene)
    return Step(when, "feed_back", _feed_back(order, actor, words, outcome))


def _feed_back(order: WorkOrder, actor: Actor, words: str, outcome: str) -> Callable:
    return lambda at: verbs.feed_back(order, actor=actor, at=at, note=words, outcome=outcome)


def _outcome(scene: Scene) -> str:
    major = scene.case.category_id[:2]
    explained = 0.5 if major == "17" else 0.25 if major in ("09", "10", "12", "14") else 0.05
    chance = scene.rng("outcome").random()
    return "explained" if chance < explained else "cannot_solve" if chance > 0.985 else "solved"


def _picture(scene: Scene, order: WorkOrder) -> StoredFile | None:
    """A picture still to be shown for this order; None when there is one, or no other left."""
    shown = scene.rows(EventAttachment)
    if any(row.purpose == "feedback" and row.added_at >= order.sent_at for row in shown):
        return None
    used = {row.file_id for row in shown}
    rest = [picture for picture in scene.stage.pictures if picture.pk not in used]
    return scene.rng("picture", len(shown)).choice(rest) if rest else None


# The whistle ------------------------------------------------------------------------------------------


def _whistle(scene: Scene, main: WorkOrder) -> Step | None:
    """A street that has claimed something beyond its powers whistles; its leader approves; the street rates."""
    case, stage = scene.case, scene.stage
    codes = WHISTLED.get((case.category_id or "")[:2])
    if main.kind != "claim" or main.state != "accepted" or not scene.fate.whistles or codes is None:
        return None
    blown = scene.rows(Whistle)
    if not blown:
        return _blow(scene, main, [stage.by_code[code] for code in codes if code in stage.by_code])
    row = blown[-1]
    if row.state == "asked":
        leader = stage.cast.of_unit(row.street_id, "events.approve_whistle", scene.rng("leader"))
        if leader is None:
            return None
        return Step(
            scene.later(row.asked_at, 300, 4000, "approve", office=True), "approve_whistle",
            lambda at: verbs.approve_whistle(row, actor=leader, at=at, note="同意吹哨"),
        )
    return _confirm_or_rate(scene, row) if row.state == "blown" else None


def _blow(scene: Scene, main: WorkOrder, units: list[Unit]) -> Step | None:
    actor = _actor(scene, main, "events.whistle")
    if actor is None or not units:
        return None
    parts = [
        verbs.Called(unit, "牵头现场联合处置" if n == 0 else "到场配合,依职责处置", n == 0) for n, unit in enumerate(units)
    ]
    return Step(
        scene.later(main.accepted_at, 900, 7000, "whistle", office=True), "whistle",
        lambda at: verbs.whistle(
            scene.case, kind="enforcement", ground="no_power", parts=parts, actor=actor, at=at,
            note="街道无执法权限,群众多次反映,请联合整治",
        ),
    )


def _parts(scene: Scene, whistle_id: int) -> list[WhistlePart]:
    return [part for part in scene.rows(WhistlePart) if part.whistle_id == whistle_id]


def _whistle_goes_on(scene: Scene) -> Step | None:
    """The street's own order is done; those it called are still to be confirmed and rated."""
    blown = [row for row in scene.rows(Whistle) if row.state == "blown"]
    return _confirm_or_rate(scene, blown[-1]) if blown else None


def _confirm_or_rate(scene: Scene, row: Whistle) -> Step | None:
    actor = scene.stage.cast.of_unit(row.street_id, "events.rate_whistle", scene.rng("rater"))
    if actor is None:
        return None
    for part in _parts(scene, row.pk):
        if part.reported_in_at is not None and part.confirmed_at is None:
            when = scene.later(part.reported_in_at, 300, 1800, "confirm", part.unit_id)
            return Step(when, "confirm_arrival", _confirm(part, actor))
        if part.confirmed_at is not None and part.attendance is None and part.order.state == "done":
            when = scene.later(part.order.done_at, 600, 7000, "rate part", part.unit_id, office=True)
            return Step(when, "rate_whistle", _rate(scene, part, actor))
    return None


def _confirm(part: WhistlePart, actor: Actor) -> Callable:
    return lambda at: verbs.confirm_arrival(part, actor=actor, at=at)


def _rate(scene: Scene, part: WhistlePart, actor: Actor) -> Callable:
    rng = scene.rng("stars", part.unit_id)
    stars = [rng.choice((3, 4, 4, 5, 5, 5)) for _n in range(3)]
    return lambda at: verbs.rate_whistle(
        part, attendance=stars[0], attitude=stars[1], effect=stars[2], actor=actor, at=at, note="到场及时,配合有力"
    )


def _arrive(scene: Scene, order: WorkOrder) -> Step | None:
    actor = _actor(scene, order, "events.report_in")
    part = next((p for p in _parts(scene, order.whistle_id) if p.order_id == order.pk), None)
    if actor is None or part is None or part.reported_in_at is not None:
        return None
    when = scene.later(order.sent_at, 900, 8000, "arrive", order.unit_id, office=True)
    lon, lat = scene.case.lon or 106.8, scene.case.lat or 39.68
    return Step(when, "report_in", lambda at: verbs.report_in(part, lon=lon, lat=lat, actor=actor, at=at))


def _joint_work(scene: Scene, order: WorkOrder) -> Step | None:
    actor = _actor(scene, order, "events.feed_back")
    part = next((p for p in _parts(scene, order.whistle_id) if p.order_id == order.pk), None)
    if actor is None or part is None or part.confirmed_at is None:
        return None
    photo = scene.stage.categories[scene.case.category_id].needs_photo
    picture = _picture(scene, order) if photo else None
    if picture is not None:
        return Step(
            scene.later(part.confirmed_at, 1200, 9000, "joint photo", order.unit_id), "attach",
            lambda at: attach(scene.case, file=picture, purpose="feedback", actor=actor, at=at, note="联合整治现场"),
        )
    return Step(
        scene.later(part.confirmed_at, 2400, 12_000, "joint", order.unit_id), "feed_back",
        _feed_back(order, actor, "已到场联合整治,现场问题已清理", "solved"),
    )
