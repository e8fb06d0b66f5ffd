"""日常巡访 (81): teams, the week's plan, what was found, and what becomes of an early sign.

Who makes visits does so for the teams he is in; overseeing follows the land (secretary, street) or the body (its
head). Early signs hold no names and no numbers: whoever is in a quarrel is written down when a dispute is taken in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.clock.loader import calendar
from casework.refusals import MoveRefused, forbidden, missing, not_found
from disputes.models import Dispute, DisputeType, EarlySign, MediationBody, Mediator, Visit, VisitTeam
from grids.days import day_of, monday_of
from grids.models import Area, Post
from grids.scope import SHANGHAI, Rights, path_filter
from grids.staff import in_force

VISIT, OVERSEE = "disputes.visit", "disputes.oversee_visits"
WEEK = timedelta(days=7)
AHEAD_WEEKS, BACK_DAYS = 8, 31
"""How far ahead a week may be planned, and how long after its day a visit may be entered."""
MOST_SIGNS, MOST_TEXT = 5, 300
_NUMBERS = re.compile(r"1[3-9]\d{9}|\d{17}[\dXx]|\d{3,4}-\d{7,8}")
"""Telephones and identity numbers."""


# Who sees and does what ----------------------------------------------------------------------------


def teams_of(rights: Rights) -> QuerySet[VisitTeam]:
    """Teams in being that the person is in or oversees."""
    condition = Q(pk__in=())
    if rights.may(VISIT):
        condition |= Q(mediator__person=rights.person_id) | Q(worker=rights.person_id)
    if rights.may(OVERSEE):
        condition |= path_filter(rights, OVERSEE, "area__path")
        condition |= Q(mediator__body__unit__in=list(rights.units(OVERSEE)))
    beside = ("area", "mediator__person", "mediator__body", "worker")
    return VisitTeam.objects.filter(condition, is_active=True).select_related(*beside).order_by("area__code", "pk")


def is_member(rights: Rights, team: VisitTeam) -> bool:
    """Whether the person goes round with this team."""
    return rights.may(VISIT) and rights.person_id in (team.mediator.person_id, team.worker_id)


def oversees(rights: Rights, team: VisitTeam) -> bool:
    units = (team.mediator.body.unit_id,) if team.mediator.body.unit_id else ()
    return rights.covers(OVERSEE, area_path=team.area.path, unit_ids=units)


def team_of(rights: Rights, key: int) -> VisitTeam:
    """Raises ``not_found`` outside the scope."""
    found = teams_of(rights).filter(pk=key).first()
    if found is None:
        raise not_found()
    return found


def visit_of(rights: Rights, key: int) -> Visit:
    found = Visit.objects.filter(pk=key, team__in=teams_of(rights)).select_related("team", *BESIDE).first()
    if found is None:
        raise not_found()
    return found


def sign_of(rights: Rights, key: int) -> EarlySign:
    beside = tuple(f"visit__{name}" for name in ("team", *BESIDE))
    found = EarlySign.objects.filter(pk=key, visit__team__in=teams_of(rights)).select_related("dispute", *beside).first()
    if found is None:
        raise not_found()
    return found


BESIDE = ("area", "team__area", "team__mediator__person", "team__mediator__body", "team__worker")


def visits_in(rights: Rights, monday: date) -> QuerySet[Visit]:
    """Visits of one week, by day."""
    rows = Visit.objects.filter(team__in=teams_of(rights), planned_on__gte=monday, planned_on__lt=monday + WEEK)
    return rows.select_related(*BESIDE).prefetch_related("signs__dispute").order_by("planned_on", "pk")


def signs_open(rights: Rights) -> QuerySet[EarlySign]:
    """Early signs that wait for a decision or are watched, newest first."""
    rows = EarlySign.objects.filter(visit__team__in=teams_of(rights), outcome__in=("", "watch"))
    return rows.select_related("visit__area", "visit__team__area").order_by("outcome", "-noted_at")


def waiting_for(rights: Rights, at: datetime) -> int | None:
    """How many visits of this week wait for the person by today; None for who goes round with nobody."""
    if not rights.may(VISIT):
        return None
    own = Q(team__mediator__person=rights.person_id) | Q(team__worker=rights.person_id)
    week = {"planned_on__gte": monday_of(day_of(at)), "planned_on__lt": monday_of(day_of(at)) + WEEK, "called_off_at": None}
    due = Count("pk", filter=Q(planned_on__lte=day_of(at), visited_on=None))
    found = Visit.objects.filter(own, team__is_active=True, **week).aggregate(all=Count("pk"), due=due)
    return found["due"] if found["all"] else None


# Teams and plans -----------------------------------------------------------------------------------


def candidates(rights: Rights, at: datetime) -> tuple[list[Mediator], list[Post]]:
    """Mediators of first-tier bodies that the person oversees, and the grid workers of their communities."""
    bodies = MediationBody.objects.filter(is_active=True, kind="committee", area__level="community").filter(
        path_filter(rights, OVERSEE, "area__path") | Q(unit__in=list(rights.units(OVERSEE)))
    )
    rows = Mediator.objects.filter(body__in=bodies, is_active=True).select_related("person", "body__area")
    paths = {body.area.path for body in bodies.select_related("area")[:60]}
    where = Q(pk__in=())
    for path in paths:
        where |= Q(area__path__startswith=path)
    posts = Post.objects.filter(where, in_force(day_of(at)), rank=Post.Rank.WORKER, person__is_active=True)
    posts = posts.select_related("person", "area").order_by("area__code", "cover")
    return list(rows.order_by("body__area__code", "pk")), list(posts)


def make_team(mediator: Mediator, post: Post, *, actor: Actor, at: datetime) -> VisitTeam:
    """组建小组 for the community of the mediator's body. Raises ``forbidden``, ``invalid``, ``done_already``."""
    area = mediator.body.area
    units = (mediator.body.unit_id,) if mediator.body.unit_id else ()
    if not actor.rights.covers(OVERSEE, area_path=area.path, unit_ids=units):
        raise forbidden()
    if not post.area_id or not post.area.path.startswith(area.path):
        raise missing(worker=_("网格员应在本社区任职"))
    if mediator.person_id == post.person_id:
        raise missing(worker=_("小组由两人组成,请另选一人"))
    known = {"area": area, "mediator": mediator, "worker": post.person, "is_active": True}
    team, is_new = VisitTeam.objects.get_or_create(**known, defaults={"since": day_of(at)})
    if not is_new:
        raise MoveRefused("done_already", _("该小组已组建"))
    return team


def end_team(team: VisitTeam, *, actor: Actor, at: datetime) -> VisitTeam:
    """解散小组: what it has planned from today on is called off, its record stays. Raises ``forbidden``."""
    if not oversees(actor.rights, team):
        raise forbidden()
    with transaction.atomic():
        ahead = team.visits.filter(planned_on__gte=day_of(at), visited_on=None, called_off_at=None)
        ahead.update(called_off_at=at, note=_("小组解散"))
        VisitTeam.objects.filter(pk=team.pk).update(is_active=False)
    return team


def plan_week(team: VisitTeam, monday: date, *, actor: Actor, at: datetime) -> list[Visit]:
    """排出一周: one grid a working day from today on, those longest not visited first. Raises ``forbidden``,
    ``invalid`` for a week that is over or too far ahead, ``done_already`` for one that has a plan."""
    _need_plan(actor, team)
    now = day_of(at)
    if monday.weekday() or not monday_of(now) <= monday <= now + AHEAD_WEEKS * WEEK:
        raise missing(week=_("只能排本周和以后八周"))
    book = calendar("district")
    days = [day for day in (monday + timedelta(days=n) for n in range(7)) if day >= now and book.is_workday(day)]
    if not days:
        raise missing(week=_("本周已没有工作日,请排下周"))
    with transaction.atomic():
        VisitTeam.objects.select_for_update().get(pk=team.pk)
        if team.visits.filter(planned_on__gte=monday, planned_on__lt=monday + WEEK).exists():
            raise MoveRefused("done_already", _("这一周已有计划,可以增减单次巡访"))
        chosen = _longest_not_visited(team, len(days))
        if not chosen:
            raise missing(week=_("该社区还没有网格"))
        rows = [Visit(team=team, area=area, planned_on=day) for day, area in zip(days, chosen, strict=False)]
        return Visit.objects.bulk_create(rows)


def _longest_not_visited(team: VisitTeam, most: int) -> list[Area]:
    seen = dict(Visit.objects.filter(team__area=team.area_id, visited_on__isnull=False).values_list("area").annotate(
        last=Max("visited_on")).order_by())
    grids = list(grids_of(team))
    grids.sort(key=lambda area: (seen.get(area.pk, date.min), area.code))
    return grids[:most]


def grids_of(team: VisitTeam) -> QuerySet[Area]:
    """Grids of the team's community."""
    return Area.objects.filter(path__startswith=team.area.path, level_id="grid", abolished_on__isnull=True).order_by("code")


def add_visit(team: VisitTeam, area: Area, day: date, *, actor: Actor, at: datetime) -> Visit:
    """增加一次. Raises ``forbidden``, ``invalid`` for another community's grid or a day that is over or far ahead,
    ``done_already``."""
    _need_plan(actor, team)
    if area.level_id != "grid" or not area.path.startswith(team.area.path):
        raise missing(area=_("请选择本社区的网格"))
    if not day_of(at) <= day <= day_of(at) + AHEAD_WEEKS * WEEK:
        raise missing(planned_on=_("日期应在今天以后八周内"))
    visit, is_new = Visit.objects.get_or_create(team=team, area=area, planned_on=day)
    if not is_new:
        raise MoveRefused("done_already", _("这天已有这个网格的巡访"))
    return visit


def call_off(visit: Visit, *, note: str, actor: Actor, at: datetime) -> Visit:
    """取消一次, with the reason. Raises ``forbidden``, ``invalid``, ``done_already``."""
    _need_plan(actor, visit.team)
    if not note.strip():
        raise missing(note=_("请写明取消原因"))
    with transaction.atomic():
        locked = _locked(visit)
        locked.called_off_at, locked.note = at, note.strip()[:200]
        locked.save(update_fields=["called_off_at", "note"])
    return locked


def _need_plan(actor: Actor, team: VisitTeam) -> None:
    if not is_member(actor.rights, team) and not oversees(actor.rights, team):
        raise forbidden()


def _locked(visit: Visit) -> Visit:
    row = Visit.objects.select_for_update().get(pk=visit.pk)
    if row.visited_on or row.called_off_at:
        raise MoveRefused("done_already", _("该次巡访已登记") if row.visited_on else _("该次巡访已取消"))
    return row


# The record ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Noticed:
    """An early sign as told."""

    type: str
    text: str


def record(
    visit: Visit, *, actor: Actor, at: datetime, visited_on: date | None = None, signs: Sequence[Noticed] = (), note: str = ""
) -> Visit:
    """登记巡访 by one of the two; no sign: nothing was found. Raises ``forbidden``, ``invalid``, ``done_already``."""
    if not is_member(actor.rights, visit.team):
        raise forbidden()
    day = visited_on or day_of(at)
    if not visit.planned_on - timedelta(days=BACK_DAYS) <= day <= day_of(at):
        raise missing(visited_on=_("巡访日期不能晚于今天"))
    if len(signs) > MOST_SIGNS:
        raise missing(text=_("一次最多登记%(n)s条苗头") % {"n": MOST_SIGNS})
    for one in signs:
        _check(one.type, one.text)
    check_words(note, "note")
    with transaction.atomic():
        locked = _locked(visit)
        locked.visited_on, locked.recorded_at, locked.recorded_by_id = day, at, actor.person_id
        locked.note = note.strip()[:200]
        locked.save(update_fields=["visited_on", "recorded_at", "recorded_by", "note"])
        EarlySign.objects.bulk_create(
            EarlySign(visit=locked, type=one.type, text=one.text.strip(), noted_at=at) for one in signs
        )
    return locked


def _check(kind: str, text: str) -> None:
    if kind not in DisputeType.values:
        raise missing(type=_("没有这个选项"))
    if not text.strip() or len(text) > MOST_TEXT or "\x00" in text:
        raise missing(text=_("请写明苗头,不超过%(n)s字") % {"n": MOST_TEXT})
    check_words(text, "text")


def check_words(text: str, name: str) -> None:
    """Raises ``invalid`` where a telephone or an identity number is written down."""
    if _NUMBERS.search(text):
        raise missing(**{name: _("请勿写入电话和证件号码;当事人在立为纠纷时登记")})


def decide(sign: EarlySign, *, outcome: str, actor: Actor, at: datetime, note: str = "") -> EarlySign:
    """继续关注 or 当场化解. Raises ``forbidden``, ``invalid``, ``done_already``."""
    _need_plan(actor, sign.visit.team)
    if outcome not in (EarlySign.Outcome.WATCH, EarlySign.Outcome.SETTLED):
        raise missing(outcome=_("请选择处理方式"))
    check_words(note, "note")
    with transaction.atomic():
        return _decided(sign, outcome, None, note, actor, at)


def become(sign: EarlySign, dispute: Dispute, *, actor: Actor, at: datetime) -> EarlySign:
    """立为纠纷: the dispute that was taken in from it. Inside the intake's transaction. Raises ``forbidden``,
    ``done_already`` when somebody else was first: then the intake is undone with it."""
    _need_plan(actor, sign.visit.team)
    return _decided(sign, EarlySign.Outcome.DISPUTE, dispute, "", actor, at)


def _decided(
    sign: EarlySign, outcome: str, dispute: Dispute | None, note: str, actor: Actor, at: datetime
) -> EarlySign:
    row = EarlySign.objects.select_for_update(of=("self",)).get(pk=sign.pk)
    if row.outcome not in ("", EarlySign.Outcome.WATCH):
        raise MoveRefused("done_already", _("该苗头%(outcome)s") % {"outcome": row.get_outcome_display()})
    row.outcome, row.dispute, row.decision = outcome, dispute, note.strip()[:200]
    row.decided_at, row.decided_by_id = at, actor.person_id
    row.save(update_fields=["outcome", "dispute", "decision", "decided_at", "decided_by"])
    return row


def number_of(sign: EarlySign) -> str:
    """What a dispute names as its origin."""
    return f"XF{sign.noted_at.astimezone(SHANGHAI):%Y%m%d}-{sign.pk}"
