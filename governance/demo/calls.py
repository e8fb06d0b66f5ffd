"""The hotline of the demo: callers ring, agents answer or forward, call back, and hand over; all through the verbs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from casework.actor import Actor
from casework.door import MoveRefused
from events.models import Event
from governance.demo.analysis import cold_block, fill_ledger, find_hot_topics, make_quiet_weeks
from governance.demo.fate import draw_fate
from governance.demo.player import Life, Player
from governance.demo.stage import KEY, Stage
from hotline import tasks, transitions
from hotline.models import CallBack, Caller, HotlineOrder
from hotline.queries import call_back_queue
from hotline.transitions import Told
from hotline.transitions.calling import call_back_event

PAST_CALLS, PAST_HOURS = 90, 60
QUESTIONS = (
    ("老年优待证在哪里办", "带身份证和一张照片到社区居委会办理,当天可取。"),
    ("异地医保怎么备案", "可以在手机上备案,也可以到医保服务窗口办理。"),
    ("居住证到期怎么续", "到期前三十天内,带身份证到派出所或社区警务室续签。"),
    ("公积金可以提取来租房吗", "可以,连续缴存满三个月即可申请,窗口和网上都能办。"),
    ("养犬登记要带什么", "带身份证、免疫证明和犬只照片,到辖区派出所登记。"),
    ("供暖什么时候开始", "供暖期为每年10月15日至次年4月15日,以当年公告为准。"),
    ("孩子入学要准备哪些材料", "户口簿、房产证明或居住证,以学校当年的公告为准。"),
)
REGULAR = ("郝大妈", "10064730101")
"""Who often calls: the first number of the simulator, so that it rings with a history."""
SETTLED = "您的建议已记录,会转给主管单位研究,感谢来电。"
PRAISE = "社区网格员上门帮忙联系维修,态度很好,特来电表扬"
ANSWER_AFTER = timedelta(minutes=4)


class CallDesk:
    """Agents and callers. ``stage`` as for the rest of the demo."""

    def __init__(self, stage: Stage, *, seed: str | None = None) -> None:
        self.stage = stage
        self.rng = random.Random(seed)
        self._serial = 0

    def act(self, at: datetime) -> str:
        """One thing: what waits at the desk first, else the telephone rings; the name of the verb, or nothing."""
        for step in self.rng.sample((self.answer_one, self.call_back_one), 2):
            if self.rng.random() < 0.5 and (name := _quietly(step, at)):
                return name
        return _quietly(self.ring, at)

    # Calls ------------------------------------------------------------------------------------------------

    def ring(self, at: datetime, key: str = "") -> str:
        """Somebody calls: a question is answered on the line, anything else is forwarded."""
        agent = self.stage.cast.holds("hotline_agent", self.rng)
        if agent is None:
            return ""
        self._serial += 1
        key = key or f"call-{at.timestamp():.0f}-{self._serial}"
        answered = at - timedelta(seconds=self.rng.randint(40, 150))  # the call ends now
        order = transitions.register(self._told(key), actor=agent, at=answered)
        if order.state != "registered":
            return ""
        self._settle(order, agent, at)
        return "register"

    def ask(self, at: datetime, key: str) -> None:
        """A call of another day, answered on the line and rated there: nothing of it is left to do."""
        agent = self.stage.cast.holds("hotline_agent", self.rng)
        if agent is None:
            return
        question, words = self.rng.choice(QUESTIONS)
        name, phone = REGULAR if self.rng.random() < 0.04 else self.stage.words.person(self.rng)
        spot = self.stage.land.any_spot(self.rng)
        more = {"name": name, "phone": phone, "lon": spot.lon, "lat": spot.lat, "address": spot.address, "client_key": KEY + key}
        told = Told("consult", question, **more)
        if self.rng.random() < 0.55:
            category = self.rng.choice([code for code in self.stage.categories if code in self.stage.owned])
            report = self.stage.write("hotline", category, spot, key, self.rng)
            told, words = Told("suggestion", report.text, title=report.title, category=category, **more), SETTLED
        order = transitions.register(told, actor=agent, at=at)
        transitions.answer_directly(
            order, actor=agent, at=at + timedelta(minutes=2), note=words, level=self.rng.choice((4, 5, 5))
        )

    def _told(self, key: str) -> Told:
        spot = self.stage.land.any_spot(self.rng)
        name, phone = self._who()
        kind = self.rng.random()
        more = {
            "name": name, "phone": phone, "lon": spot.lon, "lat": spot.lat, "address": spot.address,
            "is_secret": self.rng.random() < 0.06, "may_call_back": self.rng.random() > 0.05, "client_key": KEY + key,
        }
        if kind < 0.3:
            return Told("consult", self.rng.choice(QUESTIONS)[0], **more)
        if kind < 0.33:
            return Told("praise", PRAISE, **more)
        category = self.rng.choice([code for code in self.stage.categories if code in self.stage.owned])
        demand = self.rng.choices(("complaint", "help", "tip_off", "suggestion"), (6, 4, 1, 1))[0]
        told = self.stage.write("hotline", category, spot, key, self.rng)
        return Told(demand, told.text, title=told.title, category=category, **more)

    def _who(self) -> tuple[str, str]:
        """A caller; every fifth has called before."""
        if self.rng.random() < 0.2:
            known = Caller.objects.exclude(phone="").order_by("-last_called_at")[:40]
            if known:
                found = self.rng.choice(list(known))
                return found.name, found.phone
        return self.stage.words.person(self.rng)

    def _settle(self, order: HotlineOrder, agent: Actor, at: datetime) -> None:
        if order.demand in ("consult", "praise", "suggestion") and order.category_id is None:
            words = dict(QUESTIONS).get(order.text, "感谢来电,我们会转达。")
            level = self.rng.choice((None, None, 4, 5, 5))
            transitions.answer_directly(order, actor=agent, at=at, note=words, level=level)
            return
        if self.rng.random() < 0.03:
            transitions.ask_exclusion(
                order, actor=agent, at=at, reason="no_duty", note="要求政府代为清偿个人借款,超出职责范围"
            )
            return
        transitions.forward(order, actor=agent, at=at)

    # What waits -------------------------------------------------------------------------------------------

    def answer_one(self, at: datetime) -> str:
        """The oldest order whose work is done is answered."""
        rows = HotlineOrder.objects.filter(state="answering", changed_at__lte=at - ANSWER_AFTER)
        order = rows.exclude(event=None).order_by("changed_at").first()
        agent = self.stage.cast.holds("hotline_agent", self.rng)
        if order is None or agent is None:
            return ""
        done = order.event.orders.exclude(feedback="").order_by("-pk").first()
        words = done.feedback if done else "您反映的问题已办理完毕"
        transitions.answer(order, actor=agent, at=at, note=f"您好,您反映的问题办理情况:{words}")
        return "answer"

    def call_back_one(self, at: datetime) -> str:
        """The first of the queue is called."""
        agent = self.stage.cast.holds("call_back_agent", self.rng)
        if agent is None:
            return ""
        row = call_back_queue(agent.rights, at=at).first()
        if row is None:
            return ""
        answers = self._answers()
        if row.order_id:
            transitions.call_back(row.order, actor=agent, at=at, **answers)
        else:
            call_back_event(row, actor=agent, at=at, **answers)
        return "call_back"

    def _answers(self) -> dict:
        chance = self.rng.random()
        if chance < 0.18:
            return {"finding": "unreached", "note": "电话无人接听"}
        if chance < 0.24:
            return {"finding": "reached", "was_contacted": False, "solved": False, "level": self.rng.choice((1, 2)),
                    "reasons": ["not_solved", "slow"], "note": "来电人表示问题仍然存在"}
        level = self.rng.choices((5, 4, 3, 2), (6, 5, 2, 1))[0]
        return {"finding": "reached", "was_contacted": True, "solved": True, "level": level}


def _quietly(step: object, at: datetime) -> str:
    """A verb that somebody was faster at is no error."""
    try:
        return step(at)
    except MoveRefused:
        return ""


def make_calls(at: datetime, stage: Stage) -> int:
    """The calls of the last days, so that desk, queues and boards are not empty at the first look; once."""
    if HotlineOrder.objects.exists():
        return 0
    desk = CallDesk(stage, seed="calls of the past")
    make_quiet_weeks(at, desk.ask)
    moments = sorted(at - timedelta(minutes=desk.rng.uniform(20, PAST_HOURS * 60)) for _n in range(PAST_CALLS))
    for n, moment in enumerate(moments):
        _quietly(lambda when, n=n: desk.ring(when, f"past-call-{n:03d}"), moment)
    _play(stage, at)
    cold_block(stage, at)
    for order in HotlineOrder.objects.exclude(event=None).order_by("pk"):
        moment = max(order.event.changed_at, order.changed_at)
        _quietly(lambda when, order=order: bool(transitions.follow(order, actor=Actor.system(), at=when)), moment)
    waiting = HotlineOrder.objects.filter(state="answering", changed_at__lte=at - ANSWER_AFTER).count()
    for _n in range(waiting * 2 // 3):
        _quietly(desk.answer_one, at)
    tasks.build_call_backs(at)
    due = CallBack.objects.filter(state="waiting", not_before__lte=at).count()
    for _n in range(due // 3):  # the rest stands in the queue at the first look
        _quietly(desk.call_back_one, at)
    tasks.watch_responses(at)
    tasks.refer_clues(at)
    fill_ledger(stage, at)
    find_hot_topics(at)
    return HotlineOrder.objects.count()


def _play(stage: Stage, at: datetime) -> None:
    """The cast handles the events of these calls as it handles any."""
    player = Player(stage, until=at, tells_from=at - timedelta(hours=6))
    rows = Event.objects.filter(client_key__startswith=f"{KEY}past-call-").exclude(state="rejected")
    for event in rows:
        fate = draw_fate(
            event.client_key, category=event.category_id or "1703", source="hotline", urgency=event.urgency, hurry=0.35
        )
        player.lives[event.pk] = Life(fate)
    player.play()
