"""日常巡访 of the demo: teams in some communities, four weeks of visits, early signs, one of them taken in as a dispute."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction

from accounts.demo_cast import HOME_COMMUNITY, HOME_GRID
from casework.actor import Actor
from disputes import transitions as verbs
from disputes import visiting
from disputes.models import Mediator, Visit, VisitTeam
from disputes.telling import PartyTold, Told
from disputes.visiting import Noticed
from grids.days import day_of, monday_of
from grids.models import Post
from grids.scope import SHANGHAI

TEAMS, WEEKS = 12, 3
"""Communities with a team, and how many weeks of the past they went round."""
SIGNS = (
    Noticed("neighbour", "三单元楼道长期堆放纸箱,上下楼邻居有口角"), Noticed("neighbour", "楼上夜间拖动桌椅,楼下多次敲门理论"),
    Noticed("property", "停水通知不及时,几户业主准备联合拒交物业费"), Noticed("labour", "小饭馆连续两月晚发工资,后厨有怨言"),
    Noticed("debt", "邻里借款到期未还,双方言语激烈"), Noticed("housing", "院墙翻修占了过道,邻户出行不便"),
    Noticed("consumer", "理发店转让,会员卡余额能否使用有争议"), Noticed("family", "老人赡养费分担,兄妹之间意见不一"),
    Noticed("environment", "烧烤摊油烟直排,二楼住户不满"),
)
SHARE = 0.28
"""Of visits that find something."""


def make_visits(at: datetime, *, say: Callable[[str], None] = print) -> int:
    """Once; how many visits there are."""
    if not VisitTeam.objects.exists():
        rng = random.Random("visits")
        with transaction.atomic():
            for n, team in enumerate(_teams(at)):
                _go_round(team, at, rng, takes_in=n == 0)
    count = Visit.objects.count()
    say(f"日常巡访 visits: {count}")
    return count


def _teams(at: datetime) -> Iterator[VisitTeam]:
    """The cast's team first; then one in each of some communities."""
    rows = Mediator.objects.filter(body__kind="committee", body__tier="first", is_active=True, is_full_time=True)
    rows = list(rows.select_related("body__area", "person").order_by("body__area__code", "pk"))
    rows.sort(key=lambda row: (row.body.area.code != HOME_COMMUNITY, row.person.username != "tiaojie"))
    seen: set[int] = set()
    for row in rows:
        if row.body.area_id in seen or len(seen) == TEAMS:
            continue
        posts = Post.objects.filter(rank=Post.Rank.WORKER, cover="A", area__path__startswith=row.body.area.path)
        posts = sorted(posts.select_related("area", "person"), key=lambda post: (post.area.code != HOME_GRID, post.area.code))
        if posts and posts[0].person_id != row.person_id:
            seen.add(row.body.area_id)
            yield VisitTeam.objects.create(
                area=row.body.area, mediator=row, worker=posts[0].person, since=day_of(at) - timedelta(days=60)
            )


def _go_round(team: VisitTeam, at: datetime, rng: random.Random, *, takes_in: bool) -> None:
    monday = monday_of(day_of(at))
    for back in range(WEEKS, -1, -1):
        week = monday - back * visiting.WEEK
        start = datetime.combine(week, time(8), SHANGHAI)
        who = Actor.person(team.worker, at=start)
        for visit in visiting.plan_week(team, week, actor=who, at=start):
            visit.team = team
            done = datetime.combine(visit.planned_on, time(16, 30), SHANGHAI)
            if done < at and rng.random() < 0.94:
                found = (rng.choice(SIGNS),) if rng.random() < (2 * SHARE if takes_in else SHARE) else ()
                visiting.record(visit, actor=who, at=done, signs=found)
                _decide(visit, done, at, rng)
    if takes_in:
        _take_in(team, at)


def _decide(visit: Visit, done: datetime, at: datetime, rng: random.Random) -> None:
    for sign in visit.signs.select_related("visit__team__mediator__body", "visit__team__area"):
        moment = done + timedelta(days=rng.uniform(0.5, 4))
        outcome = rng.choice(("settled", "watch", "")) if done > at - 2 * visiting.WEEK else "settled"
        if outcome and moment < at:
            who = Actor.person(visit.team.mediator.person, at=moment)
            note = "上门劝和,双方各让一步" if outcome == "settled" else "下周再去看看"
            visiting.decide(sign, outcome=outcome, actor=who, at=moment, note=note)


def _take_in(team: VisitTeam, at: datetime) -> None:
    """The last sign that was settled badly: a visit two days ago that ended in a dispute."""
    day: date = day_of(at) - timedelta(days=2)
    moment = datetime.combine(day, time(15), SHANGHAI)
    who = Actor.person(team.worker, at=moment)
    visit, _new = Visit.objects.get_or_create(team=team, area=visiting.grids_of(team)[0], planned_on=day)
    if visit.visited_on is not None or not who.rights.may("disputes.register"):
        return
    visit = visiting.record(visit, actor=who, at=moment, signs=(SIGNS[5],))
    sign = visiting.sign_of(who.rights, visit.signs.get().pk)
    dispute = verbs.register(Told(
        facts=f"{sign.text},已上门劝过一次未成。", type=sign.type, area=visit.area.code, source="grid",
        origin_number=visiting.number_of(sign), parties=(
            PartyTold(name="孙桂芳", phone="10060470011", consents=True), PartyTold(name="马永刚", side="respondent"),
        ),
    ), actor=who, at=moment + timedelta(hours=1))
    visiting.become(sign, dispute, actor=who, at=moment + timedelta(hours=1))
