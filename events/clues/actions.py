"""What people do with clues: enter one, decide on a cluster, set its members right, count what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from shapely.geometry import shape

from casework.actor import Actor
from casework.refusals import MoveRefused, forbidden, missing, not_found
from events import placing, transitions, waiting
from events import queries as events
from events.clues import queries
from events.clues.finding import settle, the_elements
from events.clues.models import Clue, ClueCluster, ClueMember, ClueOutcome
from events.models import Event
from events.models.event import SOURCE_DIGITS
from events.transitions.intake import Report, check_moment, checked_category
from events.workflow import LIVE
from grids.models import Area, Unit
from grids.scope import SHANGHAI

MOST_TEXT, MOST_REASON, MOST_COUNT = 1000, 200, 100_000
State = ClueCluster.State


@dataclass(frozen=True, slots=True)
class Told:
    """A clue as somebody tells it; WGS-84. Without a moment it is now; without a point it lies in the middle of ``area``
    (an official code)."""

    source: str
    text: str
    lon: float | None = None
    lat: float | None = None
    area: str | None = None
    address: str = ""
    category: str | None = None
    external_number: str | None = None
    occurred_at: datetime | None = None


def enter(told: Told, *, actor: Actor, at: datetime) -> tuple[Clue, bool]:
    """登记线索: kept, not a ticket. The same (source, external number) again is the clue that is there (False).

    Raises ``forbidden``, ``invalid`` for an empty text, an unknown source or category, a point outside the district or
    not on the person's land, a moment to come; ``number_taken`` for a clue that the person may not know.
    """
    if actor.is_staff and not actor.rights.may(queries.ENTER):
        raise forbidden()
    _check(told, at)
    lon, lat = _point(told)
    place, _located = placing.find(lon=lon, lat=lat, area=told.area)
    if actor.is_staff and not actor.rights.covers(queries.ENTER, area_path=place.path):
        raise missing(lon=_("位置不在您的辖区内"))
    fresh = Clue(
        source=told.source, external_number=told.external_number or None, text=told.text.strip(), address=told.address,
        area_id=place.area_id, lon=lon, lat=lat, category_id=told.category or None,
        occurred_at=told.occurred_at or at, entered_at=at, entered_by_id=actor.person_id,
    )
    clue, is_new = _kept(fresh)
    if not is_new and actor.is_staff and not queries.clues_seen(actor.rights).filter(pk=clue.pk).exists():
        raise MoveRefused("number_taken", _("该来源的外部编号已被使用"))
    return clue, is_new


def _point(told: Told) -> tuple[float, float]:
    """The point told, else the middle of the area. Raises ``invalid`` for half a point or neither."""
    if (told.lon is None) != (told.lat is None):
        raise missing(lon=_("经度和纬度须同时填写"))
    if told.lon is not None and told.lat is not None:
        return told.lon, told.lat
    area = Area.objects.filter(code=told.area, abolished_on__isnull=True).first() if told.area else None
    if area is None or not area.boundary:
        raise missing(area=_("请选择网格,或填写经纬度"))
    middle = shape(area.boundary).representative_point()
    return round(middle.x, 5), round(middle.y, 5)


def _check(told: Told, at: datetime) -> None:
    if not told.text.strip():
        raise missing(text=_("请写明发生了什么"))
    if len(told.text) > MOST_TEXT:
        raise missing(text=_("内容不能超过%(n)s字") % {"n": MOST_TEXT})
    if told.source not in SOURCE_DIGITS:
        raise missing(source=_("没有这个来源"))
    check_moment(told.occurred_at, at=at)
    checked_category(told.category)


def _kept(fresh: Clue) -> tuple[Clue, bool]:
    known = Clue.objects.filter(source=fresh.source, external_number=fresh.external_number)
    if fresh.external_number and (found := known.first()):
        return found, False
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        return known.get(), False
    return fresh, True


# Clusters -------------------------------------------------------------------------------------------


def _open_door(cluster: ClueCluster, actor: Actor, *states: str) -> ClueCluster:
    """The row under its lock, if it is the actor's to decide and in one of these states."""
    if not list(ClueCluster.objects.select_for_update().filter(pk=cluster.pk).values_list("pk")):
        raise not_found()
    locked = ClueCluster.objects.select_related("area", "decided_by", "event").get(pk=cluster.pk)
    path = locked.area.path
    if not actor.rights.covers(queries.VIEW, area_path=path):
        raise not_found()
    if not actor.rights.covers(queries.DECIDE, area_path=path):
        raise forbidden()
    if locked.state not in states:
        raise _too_late(locked)
    return locked


def _too_late(cluster: ClueCluster) -> MoveRefused:
    if cluster.decided_by is None:
        return MoveRefused("wrong_state", _("请先研判"), state=cluster.state)
    told = {
        "who": cluster.decided_by.name, "state": cluster.get_state_display(),
        "time": f"{cluster.decided_at.astimezone(SHANGHAI):%m-%d %H:%M:%S}",
    }
    words = _("已由%(who)s处理:%(state)s(%(time)s)") % told
    return MoveRefused("already_decided", words, holder=cluster.decided_by.name, state=cluster.state)


def dismiss(cluster: ClueCluster, *, actor: Actor, at: datetime, reason: str) -> ClueCluster:
    """排除, with a reason. Its reports are spent: only new ones can open a cluster there again."""
    if not reason.strip():
        raise missing(reason=_("请填写理由"))
    with transaction.atomic():
        locked = _open_door(cluster, actor, State.OPEN)
        _decide(locked, State.DISMISSED, actor, at, reason=reason.strip()[:MOST_REASON])
    return locked


def confirm(
    cluster: ClueCluster, *, actor: Actor, at: datetime, category: str, unit: Unit, requirement: str, reply_by: datetime,
) -> ClueCluster:
    """专项督导: an event of its own for the whole matter, dispatched to the leading unit, and a supervision order to that
    unit on every report inside that is still open. All or nothing.

    Raises ``already_decided``, ``invalid``, and what the verbs of events raise.
    """
    if not requirement.strip():
        raise missing(requirement=_("请填写督导要求"))
    if reply_by <= at:
        raise missing(reply_by=_("回复期限须晚于现在"))
    with transaction.atomic():
        locked = _open_door(cluster, actor, State.OPEN)
        locked.lead_unit, locked.requirement, locked.reply_by = unit, requirement.strip()[:300], reply_by
        locked.event = _special_event(locked, actor, at, category)
        _urge_members(locked, actor, at)
        _decide(locked, State.CONFIRMED, actor, at)
    return locked


def _special_event(cluster: ClueCluster, actor: Actor, at: datetime, category: str) -> Event:
    """By the ordinary report, triage and dispatch, so that it has owner, clock and number like any other."""
    count = cluster.members.filter(removed_at=None).count()
    words = _("专项督导%(number)s:%(title)s。%(n)s件线索来自%(sources)s个来源。要求:%(text)s") % {
        "number": cluster.number, "title": cluster.title, "n": count, "sources": cluster.factors.get("sources", 0),
        "text": cluster.requirement,
    }
    told = Report(
        source="department", title=f"{_('专项督导')} {cluster.title}"[:80], text=words, category=category, urgency="P2",
        lon=cluster.lon, lat=cluster.lat, client_key=f"cluster-{cluster.pk}",
    )
    event = transitions.report(told, actor=actor, at=at)
    event = transitions.triage(event, actor=actor, at=at, open_window=False)
    return transitions.dispatch(event, unit=cluster.lead_unit, actor=actor, at=at, note=_("专项督导牵头单位"))


def _urge_members(cluster: ClueCluster, actor: Actor, at: datetime) -> None:
    """One order on each open report inside, in key order. A report somebody ends meanwhile needs none."""
    words = f"{_('专项督导')}{cluster.number}:{cluster.requirement}"
    for member in cluster.members.filter(removed_at=None, event__state__in=LIVE).select_related("event").order_by("event"):
        try:
            member.supervision = transitions.urge(
                member.event, actor=actor, at=at, note=words, unit_id=cluster.lead_unit_id, colour="yellow",
                way="consultation", reply_by=cluster.reply_by,
            )
        except MoveRefused as refused:
            if refused.code not in ("wrong_state", "not_found", "forbidden"):
                raise
            continue
        member.save(update_fields=["supervision"])


def finish(cluster: ClueCluster, *, actor: Actor, at: datetime, reason: str) -> ClueCluster:
    """专项办结, with what it came to in words; the numbers are noted by ``note_outcome``."""
    if not reason.strip():
        raise missing(reason=_("请填写专项结论"))
    with transaction.atomic():
        locked = _open_door(cluster, actor, State.CONFIRMED)
        locked.finished_at = at
        _decide(locked, State.FINISHED, actor, at, reason=reason.strip()[:MOST_REASON])
    return locked


def _decide(cluster: ClueCluster, state: str, actor: Actor, at: datetime, *, reason: str = "") -> None:
    cluster.state, cluster.decided_by_id, cluster.decided_at, cluster.reason = state, actor.person_id, at, reason
    cluster.save(update_fields=[
        "state", "decided_by", "decided_at", "reason", "lead_unit", "requirement", "reply_by", "event", "finished_at",
    ])
    waiting.decided("cluster_waits", cluster, by=actor.person_id, at=at)


def note_outcome(
    cluster: ClueCluster, *, actor: Actor, at: datetime, kind: str, count: int, note: str = ""
) -> ClueOutcome:
    """成效: so many sites closed, cases opened, people dealt with."""
    if kind not in ClueOutcome.Kind.values:
        raise missing(kind=_("请选择成效类别"))
    if not 1 <= count <= MOST_COUNT:
        raise missing(count=_("数量须为正整数"))
    with transaction.atomic():
        locked = _open_door(cluster, actor, State.CONFIRMED, State.FINISHED)
        return ClueOutcome.objects.create(
            cluster=locked, kind=kind, count=count, note=note.strip()[:MOST_REASON], at=at, by_id=actor.person_id
        )


def add_member(cluster: ClueCluster, *, actor: Actor, at: datetime, number: str = "", key: int | None = None) -> ClueMember:
    """Put an event in by hand, or back what was taken out (``key`` of the member, a clue as well). Raises ``invalid``
    for one out of sight, and for a member that is none."""
    with transaction.atomic():
        locked = _open_door(cluster, actor, State.OPEN, State.CONFIRMED)
        if key is not None:
            return _put_back(locked, key, actor, at)
        event = events.visible_to(actor.rights).filter(number=number.strip()).first()
        if event is None or not event.area_path.startswith(locked.area.path):
            event = _reachable(locked, event, actor)
        member, _made = ClueMember.objects.update_or_create(
            cluster=locked, event=event,
            defaults={"added_at": at, "added_by_id": actor.person_id, "removed_at": None, "removed_by": None},
        )
        settle(locked, the_elements(), at=at)
    return member


def _put_back(cluster: ClueCluster, key: int, actor: Actor, at: datetime) -> ClueMember:
    member = cluster.members.filter(pk=key, removed_at__isnull=False).first()
    if member is None:
        raise missing(key=_("没有找到"))
    member.removed_at, member.removed_by_id, member.added_at, member.added_by_id = None, None, at, actor.person_id
    member.save(update_fields=["removed_at", "removed_by", "added_at", "added_by"])
    settle(cluster, the_elements(), at=at)
    return member


def _reachable(cluster: ClueCluster, event: Event | None, actor: Actor) -> Event:
    """An event outside the cluster's land widens it; only onto land that is the actor's as well."""
    if event is None or not actor.rights.covers(queries.DECIDE, area_path=event.area_path):
        raise missing(number=_("没有找到"))
    return event


def remove_member(cluster: ClueCluster, *, actor: Actor, at: datetime, key: int) -> ClueMember:
    """Take one out by hand; the search does not bring it back into this cluster. Raises ``invalid``."""
    with transaction.atomic():
        locked = _open_door(cluster, actor, State.OPEN, State.CONFIRMED)
        member = locked.members.filter(pk=key, removed_at=None).first()
        if member is None:
            raise missing(key=_("没有找到"))
        member.removed_at, member.removed_by_id = at, actor.person_id
        member.save(update_fields=["removed_at", "removed_by"])
        settle(locked, the_elements(), at=at)
    return member
