"""A living stock of disputes: 矛盾纠纷 at every tier and state, the walk-throughs 5 and 6 of rules.md §13.

Everything is walked by the verbs at plausible moments of the last weeks; the names and stories are made up.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from casework import outbox
from casework.actor import Actor
from casework.clock.sweep import sweep_deadlines
from casework.models import OutboxItem
from casework.refusals import MoveRefused
from disputes import transitions as verbs
from disputes.demo_load import court_unit
from disputes.models import Dispute, DisputeAlarm, DisputeDeadline, Mediator, Procedure
from disputes.services import nearest, point_of
from disputes.telling import ClaimTold, PartyTold, Told
from governance.demo import dispute_lives
from governance.demo.stage import Stage

STOCK = 60
SPAN_DAYS = 60
KEY = "演示档案-"
CAST_MEDIATOR, JUDGE = "tiaojie", "fating"
PROPERTY = (3, 4)
"""Stories for the property body, whose head is of the cast too."""
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
GIVEN = ("建国", "秀英", "丽", "志强", "敏", "海燕", "晓东", "桂芳", "伟", "静", "永刚", "春梅", "磊", "玉兰")
STORIES: tuple[tuple[str, str, str, int, tuple[str, ...]], ...] = (
    # type, facts, claim, money, flags
    ("neighbour", "楼上卫生间渗水,楼下顶棚发霉脱皮,双方对责任和维修费用说法不一,多次争吵。", "修好防水并赔偿粉刷费", 3400, ()),
    ("neighbour", "楼道堆放杂物,影响通行,清理时发生推搡。", "清走杂物,保证楼道畅通", 0, ("violence",)),
    ("family", "夫妻长期分居,对子女抚养和房屋居住意见不一。", "明确抚养费和探望时间", 0, ("vulnerable",)),
    ("property", "物业费上涨后公共区域保洁变少,多户业主拒交物业费。", "公开收支,恢复保洁频次", 12000, ()),
    ("property", "装修押金到期未退,物业称有违规改动。", "退还装修押金", 3400, ("promise",)),
    ("labour", "餐馆停业,三名员工两个月工资没有结清。", "付清两个月工资", 27600, ("wages",)),
    ("medical", "术后恢复不好,患者家属认为告知不充分。", "说明经过并适当补偿", 60000, ()),
    ("traffic", "电动车与小客车剐蹭,双方对修车费分担意见不一。", "赔偿修车和误工费", 5200, ()),
    ("consumer", "健身房关门,预付卡余额不退。", "退还余额", 2800, ()),
    ("housing", "翻建围墙占用通道,邻户出行不便。", "退出占用的通道", 0, ()),
    ("debt", "熟人借款到期不还,多次答应又拖延。", "归还借款本金", 45000, ("promise",)),
    ("enterprise", "供货方称货款拖欠,商户称货有质量问题。", "结清货款", 88000, ()),
    ("environment", "餐饮油烟直排居民窗口,夜间风机噪声大。", "改道排烟,夜间停机", 0, ()),
    ("land", "承包地边界标石移动,两户对面积说法不一。", "按原图恢复边界", 0, ()),
    ("youth", "放学路上两名学生争执受伤,家长对医药费意见不一。", "承担医药费", 1800, ("vulnerable",)),
)
ENDS = ("accepted", "guided", "routed", "mediating", "mediating", "applied", "offer", "joint", "district", "failed",
        "refused", "arbitrating", "litigating", "withdrawn", "oral", "agreed", "late", "confirmed", "closed", "closed")
"""How far a dispute of the stock is walked; drawn evenly."""


@dataclass(slots=True)
class Walker:
    """Walks disputes by their verbs, as the people who would."""

    stage: Stage
    until: datetime
    rng: random.Random

    def told(self, n: int, kind: int | None = None, *, at_home: bool = False) -> Told:
        """A made-up tale somewhere in the district; ``at_home`` where the mediator serves whom a visitor signs in as."""
        rng = self.rng
        type_, facts, claim, money, flags = STORIES[n % len(STORIES) if kind is None else kind]
        home = _home() if at_home else None
        grids = [code for code in self.stage.land.codes if home and code.startswith(home.body.area.code)]
        spot = self.stage.land.spot_in(rng.choice(grids), rng) if grids else self.stage.land.any_spot(rng)
        minor = type_ == "youth"
        first = PartyTold(
            name="小" + rng.choice(GIVEN)[0] if minor else self._name(), phone=self._phone(), consents=True, is_minor=minor,
            guardian_name=self._name() if minor else "", guardian_relation="父母" if minor else "",
        )
        firm = type_ in ("property", "labour", "enterprise", "consumer")
        second = PartyTold(
            name=f"某{'物业' if type_ == 'property' else '商贸'}公司" if firm else self._name(), side="respondent",
            kind="legal" if firm else "natural", phone=self._phone(), consents=True,
        )
        return Told(
            facts=facts, parties=(first, second), claims=(ClaimTold(text=claim, amount=Decimal(money) if money else None),),
            type=type_, flags=flags, lon=spot.lon, lat=spot.lat, address=spot.address, source="import",
            origin_number=f"{KEY}{n:04d}", complexity=rng.choice(("simple", "simple", "complex")),
        )

    def _name(self) -> str:
        return self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)

    def _phone(self) -> str:
        return f"1006{self.rng.randrange(10**7):07d}"

    def mediator_of(self, dispute: Dispute, at: datetime) -> Actor:
        """Who presides, as an actor."""
        lead = Mediator.objects.select_related("person").get(pk=dispute.mediator_id)
        return Actor.person(lead.person, at=at)

    def open(self, told: Told, at: datetime) -> Dispute:
        """Registered by the system, as a file that is taken over; guided and routed by rule."""
        return verbs.register(told, actor=Actor.system(), at=at)

    def to_body(self, dispute: Dispute, at: datetime) -> Dispute:
        dispute = verbs.guide(dispute, actor=Actor.system(), at=at, channel="mediation")
        home = _home()
        is_simple = dispute.complexity == "simple"
        body = home.body if home and is_simple and dispute.area_path.startswith(home.body.area.path) else None
        return verbs.route(dispute, actor=Actor.system(), at=at + timedelta(hours=1), body=body)

    def sign(self, dispute: Dispute, at: datetime) -> Dispute:
        home = _home()
        own = home if home and dispute.body_id == home.body_id else None
        return verbs.sign(dispute, actor=Actor.system(), at=at, mediator=own)

    def sweep(self, dispute: Dispute, at: datetime) -> None:
        """Fire the rungs owed by now, and carry them out."""
        sweep_deadlines(DisputeDeadline, DisputeAlarm, at=at, cases=[dispute.pk])
        waiting = OutboxItem.objects.filter(topic="alarm", done_at=None, dead_at=None, payload__case=dispute.pk,
                                            payload__model="disputes.disputedeadline")
        for key in waiting.order_by("id").values_list("id", flat=True):
            outbox.do_item(key, at=at)

    def walk(self, n: int, end: str, started: datetime) -> Dispute:
        """One dispute of the stock to where its life has come."""
        kind = PROPERTY[n % len(PROPERTY)] if end == "district" else None
        dispute = self.open(self.told(n, kind, at_home=n % 3 == 0), started)
        if end == "accepted":
            return dispute
        if end == "guided":
            return verbs.guide(dispute, actor=Actor.system(), at=started + timedelta(hours=2), channel="mediation")
        at = started + timedelta(hours=3)
        dispute = self.to_body(dispute, at)
        if end == "routed":
            return dispute
        at += timedelta(hours=5)
        dispute = self.sign(dispute, at)
        met = dispute_lives.meet(dispute, actor=self.mediator_of(dispute, at), at=at + timedelta(hours=2), until=self.until,
                                 rng=self.rng, among=70 if end == "mediating" else 14)
        dispute.refresh_from_db()
        if end == "mediating" or met is None:
            return dispute
        return FURTHER[end](self, dispute, met)


def _home() -> Mediator | None:
    """The community mediator of the cast: part of the stock lies in this person's hands, so that a visitor finds work."""
    rows = Mediator.objects.filter(person__username=CAST_MEDIATOR, body__kind="committee", is_active=True)
    return rows.select_related("body__area", "person").first()


def _offer(walker: Walker, dispute: Dispute, at: datetime) -> Dispute:
    actor = walker.mediator_of(dispute, at)
    party = dispute.parties.order_by("pk").last()
    verbs.offer(dispute, actor=actor, at=at, text="先付一半,余款三个月内付清", party=party)
    return verbs.offer(dispute, actor=actor, at=at + timedelta(hours=3), text="双方各承担一半,共同找人维修")


def _rise(walker: Walker, dispute: Dispute, at: datetime) -> Dispute:
    actor = walker.mediator_of(dispute, at)
    dispute = verbs.rise(dispute, actor=actor, at=at, summary="责任认定分歧大,本级两次调解未能达成一致",
                         next_step="请上一级邀请相关部门共同调解")
    return walker.sign(dispute, at + timedelta(hours=4))


def _district(walker: Walker, dispute: Dispute, at: datetime) -> Dispute:
    while dispute.tier != "district":
        dispute = _rise(walker, dispute, at)
        at += timedelta(days=1)
    return dispute


def _fail(walker: Walker, dispute: Dispute, at: datetime) -> Dispute:
    return verbs.fail(dispute, actor=walker.mediator_of(dispute, at), at=at, note="双方坚持各自意见")


def _refuse(walker: Walker, dispute: Dispute, at: datetime) -> Dispute:
    party = dispute.parties.order_by("pk").last()
    return verbs.refuse(dispute, actor=walker.mediator_of(dispute, at), at=at, party=party, note="表示不愿再谈")


def _outside(kind: str) -> Callable[[Walker, Dispute, datetime], Dispute]:
    def act(walker: Walker, dispute: Dispute, at: datetime) -> Dispute:
        actor = walker.mediator_of(dispute, at)
        dispute = _fail(walker, dispute, at)
        if kind == "court":
            return _to_court(walker, dispute, actor, at)
        labour = dispute.type == "labour"
        return verbs.arbitrate(dispute, actor=actor, at=at, kind="labour_arb" if labour else "adm_ruling",
                               authority="区劳动人事争议仲裁委员会" if labour else "主管行政机关")

    return act


def _to_court(walker: Walker, dispute: Dispute, actor: Actor, at: datetime) -> Dispute:
    """Sued at the centre, each at another step: to be filed, to be served, to be judged."""
    unit = court_unit()
    if unit is None:
        return verbs.litigate(dispute, actor=actor, at=at, authority="区人民法院", on_site=True)
    turn = Procedure.objects.filter(unit=unit).count() % 3
    at = max(at, walker.until - timedelta(days=2 + 3 * turn))
    dispute = verbs.litigate(dispute, actor=actor, at=at, unit=unit, hands_file=True)
    judge = Actor.person(User.objects.get(username=JUDGE), at=at)
    number = f"({at:%Y})内0302民初{turn + 15}号"
    acts = (
        lambda: verbs.court_file(dispute, actor=judge, at=at + timedelta(days=1), filing_number=number),
        lambda: verbs.court_serve(dispute, actor=judge, at=at + timedelta(days=3)),
    )
    for act in acts[:turn]:
        dispute = act()
    return dispute


def _withdraw(walker: Walker, dispute: Dispute, at: datetime) -> Dispute:
    return verbs.withdraw(dispute, actor=walker.mediator_of(dispute, at), at=at, note="双方自行和解")


def _oral(walker: Walker, dispute: Dispute, at: datetime) -> Dispute:
    """口头和解, performed on the spot."""
    verbs.settle_orally(dispute, actor=walker.mediator_of(dispute, at), at=at, terms="双方各让一步,当场履行,互不追究。")
    dispute.refresh_from_db()
    return dispute


def _agreed(
    *, stops_paying: bool = False, confirms: bool = False, decided: bool = True, parts: int = 3, every: int = 20
) -> Callable[[Walker, Dispute, datetime], Dispute]:
    """A written agreement whose instalments run; closed as performed when all are paid by now."""

    def act(walker: Walker, dispute: Dispute, at: datetime) -> Dispute:
        actor = walker.mediator_of(dispute, at)
        amount = dispute.amount if dispute.amount and dispute.amount > 100 else None
        dispute_lives.agree_in_writing(
            dispute, actor=actor, at=at, facts="双方对事情经过无争议。", amount=amount, parts=parts, every=every,
            terms="按责任大小分担,分期付清;履行完毕后互不追究。",
        )
        dispute = dispute_lives.live_on(
            dispute, actor=actor, until=walker.until, stops_paying=stops_paying, confirms=confirms, decided=decided
        )
        done = dispute_lives.done_by(dispute, walker.until)
        if done is not None and done < walker.until:
            dispute = verbs.fulfil(dispute, actor=actor, at=done)
        return dispute

    return act


FURTHER: dict[str, Callable[[Walker, Dispute, datetime], Dispute]] = {
    "offer": _offer, "joint": _rise, "district": _district, "failed": _fail, "refused": _refuse,
    "arbitrating": _outside("arbitration"), "litigating": _outside("court"), "withdrawn": _withdraw, "oral": _oral,
    "agreed": _agreed(), "late": _agreed(stops_paying=True, every=5), "confirmed": _agreed(confirms=True),
    "closed": _agreed(parts=1), "applied": _agreed(confirms=True, decided=False),
}
HOURS: dict[str, tuple[float, float]] = {
    "accepted": (1, 9), "guided": (2, 9), "routed": (2, 9), "mediating": (20, 120), "offer": (40, 120),
    "joint": (60, 150), "applied": (24 * 14, 24 * 22), "failed": (50, 90), "refused": (50, 120),
    "confirmed": (24 * 22, 24 * SPAN_DAYS), "district": (24 * 8, 24 * 12), "late": (24 * 26, 24 * SPAN_DAYS),
    "closed": (24 * 20, 24 * SPAN_DAYS),
}
"""How long ago each began; what is not named here between nine days and the span."""
OLDER = (24 * 9, 24 * SPAN_DAYS)


def make_disputes(at: datetime, *, stage: Stage, say: Callable[[str], None] = print) -> int:
    """The stock and the two walk-throughs, once; how many there are. What a verb refuses is a fault of the demo and is
    raised: nothing is left out quietly."""
    there = set(Dispute.objects.filter(origin_number__startswith=KEY).values_list("origin_number", flat=True))
    for name, story in (("渗水", leak_between_neighbours), ("欠薪", unpaid_wages)):
        if f"{KEY}{name}" not in there:
            _play(name, at, lambda story=story, name=name: story(Walker(stage, at, random.Random(name)), at))
    rng = random.Random("disputes")
    for n in range(STOCK):
        end = ENDS[n % len(ENDS)]
        started = at - timedelta(hours=rng.uniform(*HOURS.get(end, OLDER)))
        if f"{KEY}{n:04d}" not in there:
            walker = Walker(stage, at, random.Random(f"dispute {n}"))
            _play(f"{n} {end}", at, lambda walker=walker, n=n, end=end, started=started: walker.walk(n, end, started))
    _settle_the_outbox(at)
    total = Dispute.objects.count()
    say(f"矛盾纠纷 disputes: {total}")
    return total


class BrokenDemo(RuntimeError):
    """A life of the demo that the district's own rules refuse: which, and why."""


def _play(name: str, at: datetime, life: Callable[[], object]) -> None:
    """One life as a whole, or nothing of it. Raises ``BrokenDemo``."""
    try:
        with transaction.atomic():
            life()
    except MoveRefused as refusal:
        raise BrokenDemo(f"dispute {name}: {refusal.code} {refusal.detail} {refusal.fields or ''}") from refusal


def _settle_the_outbox(at: datetime) -> None:
    """Notices of the past are nobody's news any more; those of the last hours are told."""
    past = OutboxItem.objects.filter(topic="notice", done_at=None, payload__model="disputes.dispute")
    past.filter(created_at__lt=at - timedelta(hours=6)).update(done_at=at)


@transaction.atomic
def leak_between_neighbours(walker: Walker, at: datetime) -> Dispute:
    """Walk-through 5: the grid's mediator does not settle it in seven days; it rises with its packet by itself; the
    street does, and the court may confirm within thirty days."""
    told = walker.told(0, 0, at_home=True)
    started = at - timedelta(days=19)
    dispute = walker.open(Told(**{**_fields(told), "origin_number": f"{KEY}渗水", "complexity": "simple"}), started)
    dispute = walker.sign(walker.to_body(dispute, started + timedelta(hours=2)), started + timedelta(hours=6))
    _offer(walker, dispute, started + timedelta(days=2))
    risen = started + timedelta(days=7, hours=7)
    walker.sweep(dispute, risen)
    dispute.refresh_from_db()
    dispute = walker.sign(dispute, risen + timedelta(hours=3))
    actor = walker.mediator_of(dispute, risen)
    met = dispute_lives.meet(dispute, actor=actor, at=risen + timedelta(hours=4), until=at, rng=walker.rng)
    if met is None:
        return dispute
    later = max(met, at - timedelta(days=11))
    dispute_lives.agree_in_writing(
        dispute, actor=actor, at=later, facts=told.facts, amount=Decimal(3400), parts=2, every=25,
        terms="楼上一周内重做防水,赔偿楼下粉刷费3400元,分两期付清;双方不再追究。",
    )
    return dispute_lives.live_on(dispute, actor=actor, until=at)


@transaction.atomic
def unpaid_wages(walker: Walker, at: datetime) -> Dispute:
    """Walk-through 6: twelve workers unpaid, threats: red, told jointly at once, straight to the labour body, then
    arbitration with its days."""
    told = walker.told(0, 5)
    parties = (
        PartyTold(name=walker._name(), phone=walker._phone(), people=12, speaker_kind="delegate", speaker_name=walker._name(),
                  consents=True),
        PartyTold(name="某建筑劳务公司", side="respondent", kind="legal", phone=walker._phone()),
    )
    started = at - timedelta(days=12)
    dispute = walker.open(Told(**{
        **_fields(told), "origin_number": f"{KEY}欠薪", "parties": parties, "flags": ("wages", "threat"),
        "facts": "十二名工人三个月工资未结,有人扬言要爬塔吊讨薪。", "amount": Decimal(312000), "complexity": "knotty",
        "claims": (ClaimTold(text="付清十二人三个月工资", amount=Decimal(312000)),),
    }), started)
    dispute = walker.sign(walker.to_body(dispute, started + timedelta(minutes=20)), started + timedelta(minutes=50))
    failed = started + timedelta(days=5)
    actor = walker.mediator_of(dispute, failed)
    aid = nearest("legal_aid", point_of(dispute), most=1)
    if aid:  # 应援尽援: workers without wages get legal aid
        verbs.refer(dispute, actor=actor, at=started + timedelta(hours=2), kind="legal_aid", service=aid[0].service)
        dispute = verbs.take_up(dispute, actor=actor, at=started + timedelta(hours=5))
    dispute = verbs.fail(dispute, actor=actor, at=failed, note="公司称工程款未到,只同意先付一成")
    day = failed.date()
    return verbs.arbitrate(
        dispute, actor=actor, at=failed, kind="labour_arb", authority="区劳动人事争议仲裁委员会", applied_on=day,
        filed_on=day, filing_number="海劳仲字〔2026〕18号",
    )


def _fields(told: Told) -> dict:
    return {name: getattr(told, name) for name in Told.__dataclass_fields__}
