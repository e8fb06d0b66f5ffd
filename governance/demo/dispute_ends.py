"""How the disputes of the year end, or where they rest: agreed and performed, refused, failed, gone outside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from casework.actor import Actor
from disputes import rules
from disputes import transitions as verbs
from disputes.models import CallBack, Instalment, Party
from disputes.telling import Told
from disputes.transitions.settling import CHECKS, Step
from governance.demo.dispute_lives import COURT
from governance.demo.dispute_walk import Rest, Walk
from governance.demo.dispute_words import ENDS as RESULTS
from governance.demo.dispute_words import ON_THE_SPOT, TERMS
from grids.scope import SHANGHAI

RULINGS = ("land", "demolition", "environment")
"""Types in which an authority rules rather than an arbitral body."""
HELPING_UNITS = ("justice", "public_security", "housing", "market_regulation", "human_resources", "civil_affairs")
Act = tuple[datetime, Callable[[], object]]


def live(walk: Walk, told: Told, started: datetime, who: Actor) -> None:
    """Taken in, and from guidance to where the fate leads; then what the clocks owe up to now. A dispute that rests stays
    open."""
    with suppress(Rest):
        walk.come_in(told, started, who)
        _live(walk)
    walk.catch_up(walk.until)
    walk.write()


def _live(walk: Walk) -> None:
    fate = walk.fate
    if fate.rests == "accepted":
        return
    if fate.end == "turned_away":
        _turn_away(walk)
        return
    if fate.rests == "guided" or fate.end == "elsewhere":
        _guide_elsewhere(walk)
        return
    walk.to_mediation() if fate.rests != "routed" else _only_route(walk)
    if fate.rests == "routed":
        return
    _mediate(walk)
    if fate.rests == "mediating":
        _stay(walk)
    else:
        END[fate.end](walk)


def _turn_away(walk: Walk) -> None:
    """不予受理 by the street's officer, who screens on his land, or by the district's dispatcher."""
    walk.wait(0.5, 6)
    cast = walk.company.stage.cast
    who = cast.at_place("street_officer", walk.dispute.street_code, walk.at) or cast.holds("district_dispatcher", walk.rng)
    if who is not None:
        walk.do(verbs.turn_away, actor=who, note="不属于调解范围,已告知办理途径")


def _only_route(walk: Walk) -> None:
    walk.wait(0.1, 2)
    walk.route()


def _guide_elsewhere(walk: Walk) -> None:
    """Advised to go another way; closed by the clock of leaving when nobody comes back."""
    channel = "mediation" if walk.fate.rests else "arbitration" if walk.fate.type == "labour" else "court"
    walk.wait(0.2, 4)
    walk.do(verbs.guide, actor=Actor.system(), channel=channel)
    if not walk.fate.rests:
        walk.pass_to(walk.at + timedelta(days=16))


def _mediate(walk: Walk) -> None:
    """Sessions and offers at each tier it comes to."""
    fate = walk.fate
    if fate.invites and walk.dispute.state == "mediating":
        _invite(walk)
    for turn in range(fate.rises):
        if not rules.next_tier(walk.dispute.tier):
            break
        walk.meet()
        walk.rise(by_clock=fate.by_clock and turn == 0)
    for n in range(max(fate.sessions, fate.rests == "mediating")):
        _at_table(walk)
        walk.meet()
        if n or walk.rng.random() < 0.35:
            walk.wait(0.5, 9)
            walk.bargain()
    if fate.extended and walk.dispute.state == "mediating":
        walk.do(verbs.extend, days=5, agreed=True, note="等待鉴定结果")
    _at_table(walk)


def _stay(walk: Walk) -> None:
    """Still at the table: where a tier's days are over, the next one signs and sits down with them."""
    while walk.dispute.state in ("routed", "mediating"):
        walk.rise(by_clock=True)
        if walk.dispute.state == "mediating":
            walk.meet()


def _at_table(walk: Walk) -> None:
    """Where the clock has handed it up meanwhile, the next tier signs."""
    if walk.dispute.state == "routed":
        walk.sign()


def _invite(walk: Walk) -> None:
    stage = walk.company.stage
    unit = stage.by_code.get(walk.rng.choice(HELPING_UNITS)) or walk.rng.choice(list(stage.by_code.values()))
    walk.wait(0.3, 4)
    _at_table(walk)
    walk.do(verbs.invite, units=[unit], note="请派员到场说明政策")
    guest = stage.cast.of_unit(unit.pk, "disputes.join", walk.rng)
    if guest is not None:
        walk.wait(1, 8)
        walk.do(verbs.answer_invite, actor=guest, note="按时派员参加")


# Agreed -----------------------------------------------------------------------------------------------------


def _oral(walk: Walk) -> None:
    """口头和解, performed on the spot; then the call-backs."""
    walk.wait(0.3, 30 if walk.fate.sessions else 8)
    _at_table(walk)
    if walk.dispute.is_ended:
        return
    walk.do(verbs.settle_orally, terms=walk.rng.choice(ON_THE_SPOT))
    _run(walk, _call_backs(walk))


def _written(walk: Walk) -> None:
    """达成协议 with its papers, a plan, the court where it is asked, performance, call-backs."""
    walk.wait(0.5, 20)
    _at_table(walk)
    plan = _plan(walk)
    words = {"facts": "双方对事情经过无争议。", "issues": "费用和责任的分担", "duties": "双方各自承担约定的部分"}
    walk.do(
        verbs.agree, terms=walk.rng.choice(TERMS), way="银行转账,收款后出具收条" if plan[0].amount else "自行履行,调委会督促",
        term=f"{plan[-1].due_on:%Y年%-m月%-d日}前履行完毕", checks=CHECKS, plan=plan, **words,
    )
    walk.do(verbs.issue, kind="agreement")
    _run(walk, [*_court(walk), *_performance(walk), *_call_backs(walk)])


def _plan(walk: Walk) -> list[Step]:
    """Instalments: over by now for one that ends, into the months to come for one that rests."""
    rng, day = walk.rng, walk.at.astimezone(SHANGHAI).date()
    room = max(1, (walk.until - walk.at).days - (14 if walk.fate.late else 3))
    if walk.fate.rests:
        span, parts = room + rng.randint(12, 100), max(2, min(24, room // 30 + rng.randint(1, 3)))
    else:
        span = min(room, rng.choice((3, 5, 7, 10, 15, 30, 60, 90)))
        parts = 1 if span < 12 else rng.randint(1, max(1, span // 14))
    total = walk.dispute.amount
    share = (total / parts).quantize(Decimal("0.01")) if total and total > 100 else None
    return [Step(day + timedelta(days=max(1, round(span * (n + 1) / parts))), share) for n in range(parts)]


def _court(walk: Walk) -> list[Act]:
    """Both ask the court within its thirty days; what it says some days later."""
    if not walk.fate.confirms or walk.fate.late:
        return []
    asked = _office(_today(walk) + timedelta(days=walk.rng.randint(2, 22)), walk)
    said = _office(asked.date() + timedelta(days=walk.rng.randint(4, 20)), walk)
    is_open = walk.dispute.agreed_at is not None

    def ask() -> None:
        if walk.dispute.state == "agreed" and is_open:
            walk.do(verbs.apply_confirm, court=COURT, together=True)

    def say() -> None:
        if walk.dispute.state != "agreed":
            return
        if walk.fate.confirms == "confirmed":
            walk.do(verbs.confirm)
        else:
            walk.do(verbs.deny_confirm, note="部分内容不明确,可变更协议后另行申请")

    return [(asked, ask), (said, say)]


def _performance(walk: Walk) -> list[Act]:
    """Each instalment on its day or a little before; late ones after the clock has urged; then it is closed."""
    acts: list[Act] = []
    rows = walk.folder.rows(Instalment)
    late = walk.rng.choice(rows).pk if walk.fate.late else None
    for row in rows:
        slip = walk.rng.randint(2, 9) if row.pk == late else -walk.rng.choice((0, 0, 0, 1, 2))
        day = max(row.due_on + timedelta(days=slip), _today(walk))
        acts.append((max(_office(day, walk), walk.at + timedelta(minutes=30)), lambda row=row: _pay(walk, row)))
    last = max(moment for moment, _act in acts)
    acts.append((last + timedelta(hours=walk.rng.uniform(0.3, 20)), lambda: walk.do(verbs.fulfil)))
    return acts


def _pay(walk: Walk, row: Instalment) -> None:
    if row.state in ("due", "late"):
        walk.do(verbs.perform, row)


def _call_backs(walk: Walk) -> list[Act]:
    """On their days; some a day too late, some reached at the third try, few that tell of trouble."""
    acts: list[Act] = []
    for row in walk.folder.rows(CallBack):
        first = _office(row.due_on + timedelta(days=walk.rng.choices((0, 2), (96, 4))[0]), walk)
        tries = walk.rng.choices((1, 2, 3), (92, 5, 3))[0]
        finding = walk.rng.choices(("kept", "trouble"), (98, 2))[0] if tries < 3 else "unreached"
        for n in range(tries):
            what = finding if n == tries - 1 else "unreached"
            acts.append((first + timedelta(hours=n * 0.7), lambda row=row, what=what: _call(walk, row, what)))
    return acts


def _call(walk: Walk, row: CallBack, finding: str) -> None:
    satisfied = walk.rng.choices((5, 4, 3), (70, 24, 6))[0] if finding == "kept" else None
    walk.do(verbs.call_back, row, finding=finding, satisfied=satisfied)


def _run(walk: Walk, acts: list[Act]) -> None:
    """Each at its moment, in order, as far as the year has passed."""
    for moment, act in sorted(acts, key=lambda one: one[0]):
        walk.pass_to(moment)
        act()


def _today(walk: Walk) -> date:
    return walk.at.astimezone(SHANGHAI).date()


def _office(day: date, walk: Walk) -> datetime:
    return datetime.combine(day, time(9, 10), SHANGHAI) + timedelta(minutes=walk.rng.uniform(0, 480))


# Not agreed -------------------------------------------------------------------------------------------------


def _withdrawn(walk: Walk) -> None:
    walk.wait(1, 30)
    _at_table(walk)
    walk.do(verbs.withdraw, note="双方自行和解")


def _refused(walk: Walk) -> None:
    """One side does not want to: mediation ends at once; closed by the clock of leaving, or before by hand."""
    walk.wait(1, 20)
    _at_table(walk)
    walk.do(verbs.refuse, party=walk.folder.rows(Party)[-1], note="表示不愿再谈")
    _leave(walk)


def _failed(walk: Walk) -> None:
    """Not settled; the parties have the advice in their hands and it does not rise any more."""
    walk.wait(2, 30)
    _at_table(walk)
    walk.do(verbs.fail, note="双方坚持各自意见,不愿再调")
    if not walk.fate.rests:
        _leave(walk)


def _leave(walk: Walk) -> None:
    """Closed by the clock of leaving, or before by hand; where the clock has handed it up, it fails there too."""
    if walk.dispute.refused_at is not None and walk.rng.random() < 0.5:
        walk.pass_to(walk.at + timedelta(days=15.1))
    while walk.dispute.state != "closed":
        walk.wait(20, 60)
        _at_table(walk)
        if walk.dispute.state == "mediating":
            walk.do(verbs.fail, note="双方坚持各自意见,不愿再调")
        elif walk.dispute.state == "failed":
            walk.do(verbs.close, note="已告知仲裁、诉讼等途径")


def _arbitration(walk: Walk) -> None:
    """仲裁, or an authority's ruling, with its dates; then its end."""
    walk.wait(2, 30)
    _at_table(walk)
    walk.do(verbs.fail, note="双方坚持各自意见")
    walk.wait(1, 20)
    kind = "labour_arb" if walk.dispute.type == "labour" else "adm_ruling" if walk.dispute.type in RULINGS else "comm_arb"
    authority = {"labour_arb": "区劳动人事争议仲裁委员会", "adm_ruling": "主管行政机关"}.get(kind, "仲裁委员会")
    walk.do(verbs.arbitrate, kind=kind, authority=authority, note="当事人申请")
    _outside(walk, "arbitration", (14, 28))


def _litigated(walk: Walk) -> None:
    """诉讼 with filing, service, hearing and judgment; then its end."""
    walk.wait(2, 30)
    _at_table(walk)
    walk.do(verbs.fail, note="双方坚持各自意见")
    walk.wait(1, 20)
    walk.do(verbs.litigate, authority=COURT, on_site=True, note="当事人起诉")
    _outside(walk, "court", (20, 45))


def _outside(walk: Walk, kind: str, days: tuple[int, int]) -> None:
    """Accepted within a week, heard and decided in the days given; ended when the time to appeal is over."""
    for names, span in ((("filed_on",), (3, 6)), (("served_on", "heard_on"), days), (("decided_on",), (6, 15))):
        walk.pass_to(_office(_today(walk) + timedelta(days=walk.rng.randint(*span)), walk))
        walk.do(verbs.track, **dict.fromkeys(names, _today(walk)))
    walk.pass_to(_office(_today(walk) + timedelta(days=walk.rng.randint(15, 18)), walk))
    if not walk.fate.rests:
        walk.do(verbs.end_outside, result=walk.rng.choice(RESULTS[kind]))


END: dict[str, Callable[[Walk], None]] = {
    "oral": _oral, "written": _written, "withdrawn": _withdrawn, "refused": _refused, "failed": _failed,
    "arbitration": _arbitration, "court": _litigated,
}


# At the end of the year -------------------------------------------------------------------------------------


def finish(walk: Walk) -> None:
    """Bring one that rests to its end now: pay what is open, or settle, or close."""
    state = walk.dispute.state
    if state in ("agreed", "confirmed"):
        for row in walk.folder.rows(Instalment):
            _pay(walk, row)
        walk.do(verbs.fulfil)
    elif state in ("arbitrating", "litigating"):
        walk.do(verbs.end_outside, result="双方和解,程序终结")
    elif state == "mediating":
        walk.do(verbs.settle_orally, terms=ON_THE_SPOT[0])
    elif state == "failed":
        walk.do(verbs.close, note="已告知仲裁、诉讼等途径")
    else:
        walk.do(verbs.withdraw, actor=Actor.citizen(), note="双方自行和解")
    walk.catch_up(walk.until)
