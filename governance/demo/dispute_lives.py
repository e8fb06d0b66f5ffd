"""What a dispute of the demo lives through in mediation: sessions with minutes, papers, agreements and what follows."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from casework.actor import Actor
from disputes import booking, minutes
from disputes import transitions as verbs
from disputes.demo_load import court_unit
from disputes.models import Dispute, Session
from disputes.transitions.settling import CHECKS, Step
from grids.scope import SHANGHAI

HOUR = timedelta(hours=1)
COURT = "区人民法院"
WORDS = {
    "focus": "责任怎样分担、费用怎样计算、何时付清。",
    "views": "申请人要求尽快解决并承担费用;被申请人认可事情经过,对数额有不同意见。",
    "offers": "调解员建议按责任大小分担,分期履行。",
    "next": "双方回去核对票据,下次带来。",
}


def meet(
    dispute: Dispute, *, actor: Actor, at: datetime, until: datetime, rng: random.Random, among: int = 14
) -> datetime | None:
    """A session at one of the next ``among`` free times of the body's room after ``at``; held, with attendance and
    minutes, when it is over by ``until``. When it ended; None while it lies ahead."""
    room = dispute.body.rooms.filter(is_active=True).order_by("pk").first()
    if room is None:
        return at
    keys = [booking.room_key(room), booking.person_key(actor.person_id), *map(booking.party_key, dispute.parties.all())]
    free = booking.next_free(room, keys, after=at + HOUR, length=HOUR, most=among)
    if not free:
        return None
    span = rng.choice(free)
    session = verbs.schedule(
        dispute, actor=actor, at=at, starts_at=span.starts_at, room=room, people=[actor.person_id], minutes=60,
    )
    if span.ends_at >= until:
        return None
    hold(session, actor=actor)
    return span.ends_at + HOUR


def hold(session: Session, *, actor: Actor) -> None:
    """Begun on time, everybody there, four parts of minutes, ended."""
    start, end = session.starts_at, session.ends_at
    verbs.begin(session, actor=actor, at=start)
    verbs.check_in(session, actor=actor, at=start, came=list(session.seats.values_list("pk", flat=True)))
    minutes.take_pen(session, actor=actor, at=start)
    for part, text in WORDS.items():
        minutes.save(session, part=part, text=text, version=0, actor=actor, at=end - timedelta(minutes=10))
    verbs.conclude(session, actor=actor, at=end)


def agree_in_writing(
    dispute: Dispute, *, actor: Actor, at: datetime, facts: str, terms: str, amount: Decimal | None, parts: int = 3,
    every: int = 20,
) -> None:
    """达成协议 with a plan of ``parts`` instalments, the first ten days from the agreement; its papers are issued."""
    day = at.astimezone(SHANGHAI).date()
    share = (amount / parts).quantize(Decimal("0.01")) if amount else None
    plan = [Step(day + timedelta(days=10 + every * n), share) for n in range(parts)]
    verbs.agree(
        dispute, actor=actor, at=at, facts=facts, issues="费用和责任的分担", duties="双方各自承担约定的部分", terms=terms,
        way="银行转账,收款后出具收条" if amount else "自行履行,调委会督促", term=f"{plan[-1].due_on:%Y年%-m月%-d日}前履行完毕",
        checks=CHECKS, plan=plan,
    )
    for kind in ("acceptance", "agreement"):
        verbs.issue(dispute, kind=kind, actor=actor, at=at)


def live_on(
    dispute: Dispute, *, actor: Actor, until: datetime, stops_paying: bool = False, confirms: bool = False,
    decided: bool = True,
) -> Dispute:
    """Instalments, call-backs and the court's confirmation on their days, in order, up to ``until``."""
    agreement = dispute.agreements.get(ended_at=None)
    acts: list[tuple[date, Callable[[datetime], object]]] = []
    if confirms:
        day = agreement.effective_on
        words = {"court": COURT, "together": True, "unit": court_unit()}
        acts.append((day + timedelta(days=5), lambda at: verbs.apply_confirm(dispute, actor=actor, at=at, **words)))
        if decided:
            acts.append((day + timedelta(days=12), lambda at: verbs.confirm(dispute, actor=actor, at=at)))
    rows = list(dispute.instalments.order_by("seq"))
    for row in rows[:1] if stops_paying else rows:
        acts.append((row.due_on, lambda at, row=row: verbs.perform(row, actor=actor, at=at)))
    if stops_paying and len(rows) > 1:
        second = rows[1]
        acts.append((second.due_on + timedelta(days=1), lambda at: verbs.breach(second, actor=actor, at=at, note="电话催促")))
    for row in dispute.call_backs.order_by("day"):
        acts.append((row.due_on, lambda at, row=row: verbs.call_back(
            row, actor=actor, at=at, finding="trouble" if stops_paying and row.day > 7 else "kept", satisfied=4)))
    for day, act in sorted(acts, key=lambda pair: pair[0]):
        moment = datetime.combine(day, time(10), SHANGHAI)
        if moment < until:
            act(moment)
    dispute.refresh_from_db()
    return dispute


def done_by(dispute: Dispute, until: datetime) -> datetime | None:
    """When the last instalment was performed; None while some are open."""
    rows = list(dispute.instalments.all())
    if any(row.state in ("due", "late") for row in rows):
        return None
    return max((row.done_at for row in rows), default=until - HOUR) + HOUR
