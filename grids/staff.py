"""Who stands where: posts, leave and cover, with the limits of the trade and of the rights.

Three things hold for every grant of a right: it is inside the granter's own scope; nobody grants himself; a field
manager grants only roles below his own, while the three administrators (三权分立) need a second person and never
meet on one account (quality.md §5.1, A-08).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.names import named
from grids.models import Area, DutyTurn, Leave, Post, Unit
from grids.refusals import Doer, GridRefused, bad, refuse_right
from grids.scope import SHANGHAI

STAFF, GRANT, LEAVE = "grids.staff", "accounts.grant_roles", "grids.leave"
HEAD_CAP = 3
"""A head holds at most this many grids; at this number the page warns (source 001)."""
ADMINISTRATORS = frozenset({"system_administrator", "security_administrator", "audit_administrator"})


@dataclass(frozen=True, slots=True)
class Appointment:
    """The new post and what the page should say besides: sentences, empty when all is well."""

    post: Post
    warnings: list[str] = field(default_factory=list)


def in_force(day: date, prefix: str = "") -> Q:
    """Condition that a post is in force on a day of the district's calendar."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": day})
    )


def appoint(
    person: User,
    role: Role | None,
    *,
    actor: Doer,
    at: datetime,
    area: Area | None = None,
    unit: Unit | None = None,
    rank: str = Post.Rank.OFFICE,
    cover: str = Post.Cover.A,
    employment: str = Post.Employment.FULL,
    valid_from: date | None = None,
    valid_to: date | None = None,
    second: Doer | None = None,
) -> Appointment:
    """Give a person a post, from today unless said otherwise. ``second`` confirms an administrator's grant.

    Refusals: forbidden, not_found (place outside the granter's scope), own_grant, above_own_role, second_person,
    separation (two of the three administrators on one account), invalid (place, dates, kind of scope, inactive
    person), already_holds, head_cap (a fourth grid), has_head (the grid has its one head).
    """
    day = at.astimezone(SHANGHAI).date()
    post = Post(
        person=person, role=role, area=area, unit=unit, rank=rank, cover=cover, employment=employment,
        valid_from=valid_from or day, valid_to=valid_to, granted_by_id=actor.person_id,
    )  # fmt: skip
    _check_inputs(post)
    _check_grant(post, actor, second, day)
    with transaction.atomic():
        # the person's row is the lock of all his posts, the area's that of its one head
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        if area is not None:
            Area.objects.select_for_update(no_key=True).get(pk=area.pk)
        _check_separation(post)
        warnings = _check_limits(post)
        post.save()
    return Appointment(post, warnings)


def _check_inputs(post: Post) -> None:
    if post.area_id is None and post.unit_id is None:
        raise bad(area=_("请选择区域或单位"))
    if post.valid_to and post.valid_to < post.valid_from:
        raise bad(valid_to=_("结束日期不能早于开始日期"))
    if not post.person.is_active:
        raise bad(person=_("该账号已停用"))
    if post.area_id and post.area.abolished_on:
        raise bad(area=_("该区域已撤销"))
    if post.rank in (Post.Rank.WORKER, Post.Rank.HEAD) and (
        post.area is None or post.area.level_id != "grid"
    ):
        raise bad(area=_("网格员、网格长须任职于网格"))
    _check_scope_kind(post)


def _check_scope_kind(post: Post) -> None:
    if post.role is None:
        return
    kinds = set(post.role.scope_kinds)
    given = {kind for kind, there in (("area", post.area_id), ("unit", post.unit_id)) if there}
    if not kinds or ("assigned" not in kinds and kinds.isdisjoint(given)):
        raise bad(role=_("角色“%(role)s”不能授予这类范围") % {"role": named(post.role)})


def _check_grant(post: Post, actor: Doer, second: Doer | None, day: date) -> None:
    """Right, scope, self-grant, height of the role, second person."""
    administrator = post.role is not None and post.role.code in ADMINISTRATORS
    _require_place(actor, (GRANT,) if administrator else (STAFF, GRANT), post, "appoint")
    if actor.lane == "system":
        return
    if post.person_id == actor.person_id:
        raise _refused(actor, post, "own_grant", _("不能给自己授予岗位"))
    if administrator:
        _check_second(post, actor, second)
    elif post.role is not None and not actor.rights.may(GRANT):
        own = Role.objects.filter(code__in=actor.rights.roles, permissions__contains=[STAFF]).aggregate(
            m=Min("rank")
        )
        if own["m"] is None or post.role.rank <= own["m"]:
            raise _refused(actor, post, "above_own_role", _("只能授予低于自己职级的角色"))


def _check_second(post: Post, actor: Doer, second: Doer | None) -> None:
    if second is None or second.person_id in (None, actor.person_id, post.person_id):
        raise _refused(actor, post, "second_person", _("授予管理员角色须由另一名管理员复核"))
    _require_place(second, (GRANT,), post, "confirm_appointment")


def _check_separation(post: Post) -> None:
    """三权分立: counted over all posts of the person that overlap this one in time, whoever granted them."""
    if post.role is None or post.role.code not in ADMINISTRATORS:
        return
    others = _overlapping(post).filter(role__code__in=ADMINISTRATORS - {post.role.code})
    if others.exists():
        raise GridRefused("separation", _("系统、安全、审计管理员不能由同一账号兼任"))


def _overlapping(post: Post) -> QuerySet[Post]:
    found = Post.objects.filter(person_id=post.person_id).exclude(pk=post.pk)
    return _during(found, post.valid_from, post.valid_to)


def _during(posts: QuerySet[Post], first: date, last: date | None) -> QuerySet[Post]:
    posts = posts.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first))
    return posts.filter(valid_from__lte=last) if last else posts


def _check_limits(post: Post) -> list[str]:
    same = _overlapping(post).filter(
        area_id=post.area_id, unit_id=post.unit_id, rank=post.rank, role_id=post.role_id
    )
    if same.exists():
        raise GridRefused("already_holds", _("该人员已担任这个岗位"))
    if post.rank != Post.Rank.HEAD:
        return []
    heads = _during(
        Post.objects.filter(area_id=post.area_id, rank=post.rank, cover="A"), post.valid_from, post.valid_to
    )
    if post.cover == Post.Cover.A and heads.exists():
        raise GridRefused("has_head", _("该网格已有网格长"))
    held = set(_overlapping(post).filter(rank=Post.Rank.HEAD).values_list("area_id", flat=True)) | {
        post.area_id
    }
    if len(held) > HEAD_CAP:
        raise GridRefused("head_cap", _("一名网格长最多兼任 %(n)s 个网格") % {"n": HEAD_CAP})
    if len(held) == HEAD_CAP:
        return [_("%(name)s 已兼任 %(n)s 个网格,达到上限") % {"name": post.person.name, "n": HEAD_CAP}]
    return []


def _place_of(post: Post) -> tuple[str, str, list[int]]:
    """Key for the log, path of the land, units."""
    if post.area is not None:
        return post.area.code, post.area.path, []
    return post.unit.code, post.unit.area.path, [post.unit_id]


def _require_place(actor: Doer, permissions: tuple[str, ...], post: Post, act: str) -> None:
    """The right on the post's land; for a post at a unit on the unit's land or for the unit itself. A post with
    both needs the right on both."""
    if actor.lane == "system":
        return
    key, path, units = _place_of(post)
    held = [p for p in permissions if actor.lane == "person" and actor.rights.may(p)]
    if not held:
        raise refuse_right(actor, act, key, GridRefused("forbidden", _("没有这项权限")))
    on_unit = post.unit is None or any(
        actor.rights.covers(p, area_path=post.unit.area.path, unit_ids=[post.unit_id]) for p in held
    )
    if not on_unit or not any(actor.rights.covers(p, area_path=path, unit_ids=units) for p in held):
        raise refuse_right(actor, act, key, GridRefused("not_found", _("没有找到")))


def _refused(actor: Doer, post: Post, code: str, words: str) -> GridRefused:
    return refuse_right(actor, "appoint", _place_of(post)[0], GridRefused(code, words))


def end_post(post: Post, *, actor: Doer, at: datetime, on: date | None = None) -> Post:
    """End a post; ``on`` is its last day, today by default, never before its first. Rights end with that day.

    Refusals: forbidden, not_found, already_ended, own_grant (an administrator may not end his own last control).
    """
    administrator = post.role is not None and post.role.code in ADMINISTRATORS
    _require_place(actor, (GRANT,) if administrator else (STAFF, GRANT), post, "end_post")
    last = max(on or at.astimezone(SHANGHAI).date(), post.valid_from)
    with transaction.atomic():
        locked = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
        if locked.valid_to is not None and locked.valid_to <= last:
            raise GridRefused("already_ended", _("该岗位已结束"))
        locked.valid_to = last
        locked.save(update_fields=["valid_to"])
    return locked


def set_cover(post: Post, cover: str, *, actor: Doer, at: datetime) -> Post:
    """Make a post the A or the B of its place. Whoever holds A there with the same rank changes to B.

    Refusals: forbidden, not_found, invalid.
    """
    if cover not in Post.Cover.values:
        raise bad(cover=_("只能是 A 岗或 B 岗"))
    _require_place(actor, (STAFF, GRANT), post, "set_cover")
    day = at.astimezone(SHANGHAI).date()
    with transaction.atomic():
        if post.area_id:
            Area.objects.select_for_update(no_key=True).get(pk=post.area_id)
        same = Post.objects.select_for_update(of=("self",)).filter(
            in_force(day), area_id=post.area_id, unit_id=post.unit_id, rank=post.rank
        )
        if cover == Post.Cover.A:
            same.exclude(pk=post.pk).filter(cover="A").update(cover="B")
        Post.objects.filter(pk=post.pk).update(cover=cover)
    post.refresh_from_db()
    return post


def record_leave(
    person: User, *, starts_at: datetime, ends_at: datetime, reason: str, actor: Doer, at: datetime
) -> Leave:
    """Record that a person is away; meanwhile the B post answers (AB岗).

    Refusals: forbidden, not_found (none of the person's posts inside the actor's scope), invalid, overlaps.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > 60:
        raise bad(reason=_("请填写 60 字以内的事由"))
    if ends_at <= starts_at:
        raise bad(ends_at=_("结束时间须晚于开始时间"))
    _require_person(actor, person, at, "record_leave")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        if Leave.objects.filter(person=person, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
            raise GridRefused("overlaps", _("与已登记的请假时间重叠"))
        return Leave.objects.create(
            person=person, starts_at=starts_at, ends_at=ends_at, reason=reason, recorded_by_id=actor.person_id
        )


def end_leave(leave: Leave, *, actor: Doer, at: datetime) -> None:
    """The person is back: a running leave ends now, one not yet begun is taken out. Refusals: forbidden,
    not_found, already_ended."""
    _require_person(actor, leave.person, at, "end_leave")
    with transaction.atomic():
        locked = Leave.objects.select_for_update(of=("self",)).filter(pk=leave.pk).first()
        if locked is None or locked.ends_at <= at:
            raise GridRefused("already_ended", _("该请假已结束"))
        if locked.starts_at >= at:
            locked.delete()
            return
        locked.ends_at = at
        locked.save(update_fields=["ends_at"])


def _require_person(actor: Doer, person: User, at: datetime, act: str) -> None:
    if actor.lane == "system":
        return
    if actor.lane != "person" or not actor.rights.may(LEAVE):
        raise refuse_right(actor, act, person.username, GridRefused("forbidden", _("没有这项权限")))
    posts = Post.objects.filter(in_force(at.astimezone(SHANGHAI).date()), person=person)
    for area_path, unit_id, unit_path in posts.values_list("area__path", "unit_id", "unit__area__path"):
        units = [unit_id] if unit_id else []
        if actor.rights.covers(LEAVE, area_path=area_path or unit_path or "", unit_ids=units):
            return
    raise refuse_right(actor, act, person.username, GridRefused("not_found", _("没有找到")))


def assign_turn(
    area: Area, person: User, *, day: date, shift: str, kind: str, actor: Doer, at: datetime
) -> DutyTurn:
    """Put a person on the duty roster of a centre; a second time gives the same turn. Refusals: forbidden,
    not_found, invalid."""
    if shift not in DutyTurn.Shift.values or kind not in DutyTurn.Kind.values:
        raise bad(shift=_("没有这个班次或岗位"))
    if not person.is_active:
        raise bad(person=_("该账号已停用"))
    _require_place(actor, (STAFF,), Post(area=area, person=person), "assign_turn")
    turn, _made = DutyTurn.objects.get_or_create(area=area, person=person, day=day, shift=shift, kind=kind)
    return turn
