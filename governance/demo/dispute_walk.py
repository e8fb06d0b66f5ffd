"""One dispute of the year lived by its verbs: through guidance, tiers, sessions, to its end or to where it rests.

Between two steps every rung that was owed fires at the moment it was owed and is carried out: what rises, closes or
is judged by the clock does so as if the year had passed. Rungs that only tell somebody are recorded and not told, and
notices of a past nobody waits for are left out of the outbox.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Model

from casework.actor import Actor
from casework.clock.sweep import sweep_deadlines
from casework.door import Batch
from casework.folder import Folder
from casework.models import OutboxItem
from disputes import alarms, grading, minutes, rules, wall
from disputes import transitions as verbs
from disputes.models import (
    Agreement,
    CallBack,
    Dispute,
    DisputeAlarm,
    DisputeDeadline,
    Instalment,
    JoinedUnit,
    JointNotice,
    Offer,
    PanelMember,
    Party,
    Procedure,
    Session,
)
from disputes.telling import Told
from disputes.transitions.sessions import SlotTaken
from governance.demo.dispute_company import ONLY_TELL, Company
from governance.demo.dispute_fates import Fate
from governance.demo.dispute_lives import WORDS
from governance.demo.dispute_words import OFFERS
from grids.scope import SHANGHAI

OPENS, CLOSES = time(8, 40), time(18, 0)
WAITS = frozenset({"accept", "acknowledge", "guide", "route", "decline", "fail", "perform", "call_back"})
"""Verbs that ask only the folder: what they write goes with the next ones."""
COMPANIONS = (Party, JointNotice, JoinedUnit, PanelMember, Offer, Agreement, Instalment, CallBack, Procedure, Session)
SYSTEM = Actor.system


class Rest(Exception):
    """The next step lies after now: the dispute stays where it is."""


class BrokenWalk(RuntimeError):
    """An alarm of the past could not be carried out."""


class Walk:
    """A dispute on its way. ``until``: nothing happens after it."""

    def __init__(self, company: Company, fate: Fate, shared: Batch, *, until: datetime, rng: random.Random) -> None:
        self.company, self.fate, self.shared, self.until, self.rng = company, fate, shared, until, rng
        self.dispute: Dispute = Dispute()
        self.folder: Folder = Folder(self.dispute, shared.book)
        self.names: list[str] = []
        self.at = until

    # Time ---------------------------------------------------------------------------------------------------

    def pass_to(self, moment: datetime) -> None:
        """Let the clocks run up to this moment. Raises ``Rest`` for one that has not come."""
        if moment >= self.until:
            raise Rest
        self.catch_up(moment)
        self.at = max(self.at, moment)

    def wait(self, low: float, high: float) -> None:
        """Let so many hours pass, and then the night or the Sunday one has come into."""
        moment = self.at + timedelta(hours=self.rng.uniform(low, high))
        local = moment.astimezone(SHANGHAI)
        opening = datetime.combine(local.date(), OPENS, SHANGHAI) + timedelta(minutes=self.rng.uniform(0, 80))
        if local.time() > CLOSES:
            opening += timedelta(days=1)
        if local.time() > CLOSES or local.time() < OPENS:
            moment = opening
        if moment.astimezone(SHANGHAI).weekday() == 6 and high > 3:
            moment += timedelta(days=1)
        self.pass_to(moment)

    def catch_up(self, moment: datetime) -> None:
        """Fire what was owed up to this moment, each at its own."""
        while True:
            owed = [row for row in self.folder.clocks.live if row.next_alarm_at is not None and row.next_alarm_at <= moment]
            if not owed:
                return
            at = min(row.next_alarm_at for row in owed)
            self._fire([row for row in owed if row.next_alarm_at == at], at)
            self.at = max(self.at, at)

    def _fire(self, rows: list[DisputeDeadline], at: datetime) -> None:
        """The rungs of these clocks by the sweep; what they do by the room's own handler, but for telling."""
        self.write()
        key = self.dispute.pk
        sweep_deadlines(DisputeDeadline, DisputeAlarm, at=at, cases=[key])
        fired = [(f"alarm:{DisputeDeadline._meta.db_table}:{row.pk}:{row.next_rung}", row) for row in rows]
        settled = OutboxItem.objects.filter(key__in=[name for name, _row in fired]).update(done_at=at, attempts=1)
        if settled != len(fired):
            raise BrokenWalk(f"{self.dispute.number}: {len(fired)} rungs owed, {settled} fired")
        for name, row in fired:
            rung = row.next_rung
            row.next_rung, row.next_alarm_at = rung + 1, row.alarms[rung + 1] if rung + 1 < len(row.alarms) else None
            actions = self.company.rungs[row.ladder, rung]
            if ONLY_TELL.issuperset(actions):
                continue
            if actions == ["note"] and row.state == "running":  # most are: what the handler does, without its reading
                verbs.remind(self.dispute, stage=row.stage, actor=SYSTEM(), at=at)
            else:
                alarms.sound(OutboxItem(key=name, payload={"deadline": row.pk, "rung": rung}), at)
            self.write()

    def write(self) -> None:
        """What the verbs have collected; nobody waits for notices of last month, reminders of sessions to come stay."""
        outbox = self.shared.book.outbox
        outbox[:] = [item for item in outbox if item.available_at >= self.until]
        self.shared.write()

    # Steps --------------------------------------------------------------------------------------------------

    def do(self, verb: Callable[..., Any], *of: object, actor: Actor | None = None, **words: object) -> Any:
        """One verb at the moment reached; by whoever presides unless somebody else is named. What it wrote is sent at
        once where the verb, or what comes after it, asks the database."""
        waits = verb.__name__ in WAITS
        if not waits:
            self.write()
        found = verb(*(of or (self.dispute,)), actor=actor or self.lead(), at=self.at, **words)
        if not waits:
            self.write()
        return found

    def lead(self) -> Actor:
        """Who presides; the system where nobody does yet."""
        key = self.dispute.mediator_id
        return self.company.actor(key) if key is not None else SYSTEM()

    def come_in(self, told: Told, started: datetime, who: Actor) -> None:
        """Registered at the desk, or booked by a citizen and screened; joint notices are acknowledged."""
        self.at = started
        self.names = [name for party in told.parties for name in (party.name, party.guardian_name) if name]
        if told.source == "booking":
            self._hold_open(self.do(verbs.book, told, actor=Actor.citizen()))
            self.wait(0.3, 4)
            self.do(verbs.accept, actor=SYSTEM())
        else:
            self._hold_open(self.do(verbs.register, told, actor=who))
        for notice in self.folder.rows(JointNotice):
            self.at += timedelta(minutes=self.rng.uniform(2, 9))
            self.do(verbs.acknowledge, actor=SYSTEM(), notice=notice, note="已知悉,派人跟进")

    def take_up(self, dispute: Dispute) -> None:
        """Go on with one that is there."""
        self._hold_open(dispute, *COMPANIONS)
        self.names = [row.name for row in self.folder.rows(Party)]

    def _hold_open(self, dispute: Dispute, *companions: type[Model]) -> None:
        """Locked once for all of its life: rows, clocks and what is written next are kept in one batch. What is not
        there yet is not looked for, and what is made later joins it."""
        self.dispute = self.shared.lock([dispute], *(companions or (Party, JointNotice)))[0]
        self.folder = self.shared.folders[Dispute, dispute.pk]
        for model in COMPANIONS if not companions else ():
            if model not in (Party, JointNotice):
                self.folder.take_rows(model, [])

    def to_mediation(self) -> None:
        """Guided, routed to a body, now and then sent back once, signed for."""
        self.wait(0.1, 2.5)
        self.do(verbs.guide, actor=SYSTEM(), channel="mediation")
        self.wait(0.1, 2)
        self.route()
        if self.fate.declined:
            self.wait(0.5, 3)
            self.do(verbs.decline, actor=self._candidate(), note="当事人不在本辖区常住,请另行分流")
            self.wait(0.2, 2)
            self.route()
        self.sign()

    def route(self) -> None:
        """To a body of the tier where it may begin; the plain and two of five knotty ones at the lowest."""
        tier = grading.straight_tier(self.dispute)[0]
        if self.dispute.risk_colour != Dispute.Colour.RED and self.rng.random() < 0.4:
            tier = "first"
        body = next(filter(None, (self.company.body(self.dispute, one, self.rng) for one in (tier, *_tiers_below(tier)))), None)
        self.do(verbs.route, actor=SYSTEM(), body=body)

    def _candidate(self) -> Actor:
        found = self.company.mediator(self.dispute.body_id, self.names, self.rng)
        return self.company.actor(found.pk) if found is not None else SYSTEM()

    def sign(self) -> None:
        """The body takes it, one of its mediators presides."""
        self.wait(0.3, 4)
        if self.dispute.state != "routed":
            return
        found = self.company.mediator(self.dispute.body_id, self.names, self.rng)
        self.do(verbs.sign, actor=SYSTEM() if found is None else self.company.actor(found.pk), mediator=found)

    def meet(self) -> None:
        """A session in the body's room, at a free hour of the next days; where there is no room, at home."""
        room = self.company.rooms.get(self.dispute.body_id)
        lead = self.lead()
        if grading.is_dangerous(self.dispute):
            room = None
        for _try in range(4):
            span = self.company.hour(room, lead.person_id, self.at + timedelta(hours=1), self.rng)
            due = self.folder.clocks.find("tier")
            if span is None or (due is not None and due.due_at <= span.ends_at):
                return  # the tier's days are over before they could sit together
            try:
                session = self.do(
                    verbs.schedule, starts_at=span.starts_at, minutes=60, people=[lead.person_id], room=room,
                    **({} if room else {"mode": "visit", "place": self.dispute.address or self.dispute.area.name}),
                )
            except SlotTaken:
                continue
            self.pass_to(span.starts_at)
            if self.dispute.state != "mediating":
                return
            self._hold(session, span.ends_at)
            return

    def _hold(self, session: Session, ends: datetime) -> None:
        """Begun on time, everybody there, minutes written, ended."""
        lead, session.dispute = self.lead(), self.dispute
        self.do(verbs.begin, session)
        self.do(verbs.check_in, session, came=list(session.seats.values_list("pk", flat=True)))
        self.do(minutes.take_pen, session)
        for part in self.rng.sample(tuple(WORDS), self.rng.choice((1, 2))):
            minutes.save(session, part=part, text=WORDS[part], version=0, actor=lead, at=self.at)
        self.pass_to(ends)
        self.do(verbs.conclude, session, actor=lead)

    def bargain(self) -> None:
        """An offer of a party or of the mediator, answered."""
        if self.dispute.state != "mediating":
            return
        party = self.folder.rows(Party)[-1] if self.rng.random() < 0.5 else None
        self.do(verbs.offer, text=self.rng.choice(OFFERS), party=party)
        self.wait(0.2, 5)
        if self.dispute.state != "mediating":
            return
        with wall.asking_as(self.lead(), self.dispute):
            offer = max(self.folder.rows(Offer), key=lambda row: row.written_at)
        answer = self.rng.choice(("accepted", "refused", "countered"))
        self.do(verbs.answer_offer, offer=offer, answer=answer, note="愿意再商量" if answer != "accepted" else "同意")

    def rise(self, *, by_clock: bool) -> None:
        """Handed up: when the tier's days are over, or before by whoever presides; the next tier signs."""
        if by_clock:
            row = self.folder.clocks.find("tier")
            self.pass_to((row.due_at if row is not None else self.at) + timedelta(minutes=1))
        else:
            self.wait(4, 40)
            if self.dispute.state == "mediating" and self.rng.random() < 0.5:
                self.do(verbs.fail, note="双方对责任和数额各持己见")
                self.wait(1, 20)
            body = self.company.body(self.dispute, rules.next_tier(self.dispute.tier), self.rng)
            if self.dispute.state != "routed" and body is not None:
                words = {"summary": "责任认定分歧大,本级调解未能达成一致", "next_step": "请上一级邀请相关部门共同调解"}
                self.do(verbs.rise, body=body, **words)
        helper = self.dispute.panel.filter(role="helper", until=None).select_related("mediator").first()
        self.sign()
        if helper is not None and self.rng.random() < 0.3 and self.dispute.state == "mediating":
            actor = self.company.actor(helper.mediator_id)
            self.do(verbs.help, actor=actor, note="陪同当事人到场,说明前期经过")


def _tiers_below(tier: str) -> list[str]:
    codes = list(rules.tiers())
    return codes[: codes.index(tier)][::-1]
