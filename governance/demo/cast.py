"""Who acts: the people of the roster by place and right, read once instead of once per act."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from casework.actor import Actor
from grids.models import Leave, Post
from grids.scope import SHANGHAI, Reach, Rights


class Cast:
    """Ready actors. ``day`` is one on which the posts asked for are in force (posts of the demo do not end)."""

    def __init__(self, at: datetime) -> None:
        day = at.astimezone(SHANGHAI).date()
        posts = list(
            Post.objects.filter(valid_from__lte=day, role__isnull=False, person__is_active=True, person__is_machine=False)
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
            .select_related("role", "area", "unit", "person")
            .order_by("cover", "id")
        )
        self.actors = _actors(posts)
        self.visitors = frozenset(key for key, actor in self.actors.items() if actor.user.has_usable_password())
        """People whom a visitor can sign in as; they act only where nobody else holds the post."""
        self._by_role: dict[str, list[int]] = defaultdict(list)
        self._by_place: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_unit: dict[int, list[int]] = defaultdict(list)
        for post in posts:
            self._by_role[post.role.code].append(post.person_id)
            if post.area_id:
                self._by_place[post.role.code, post.area.code].append(post.person_id)
            if post.unit_id:
                self._by_unit[post.unit_id].append(post.person_id)
        self._away: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        for person, first, last in Leave.objects.values_list("person_id", "starts_at", "ends_at"):
            self._away[person].append((first, last))

    def holds(self, role: str, rng: random.Random) -> Actor | None:
        """Somebody of this role, whatever the place."""
        return self._choose(self._by_role.get(role, []), rng)

    def at_place(self, role: str, code: str, at: datetime) -> Actor | None:
        """Who holds this role here now: the A post, or the B post while A is away."""
        return self._first(self.holders(role, code, at))

    def holders(self, role: str, code: str, at: datetime) -> list[int]:
        """Keys of those who hold the role here and are not away, A posts first."""
        found = dict.fromkeys(k for k in self._by_place.get((role, code), []) if not self.is_away(k, at))
        return list(found)

    def note_leave(self, person_id: int, first: datetime, last: datetime) -> None:
        """Somebody goes on leave while we play."""
        self._away[person_id].append((first, last))

    def of_unit(self, unit_id: int | None, permission: str, rng: random.Random) -> Actor | None:
        """Somebody who may do this for the unit."""
        keys = [k for k in self._by_unit.get(unit_id or 0, []) if unit_id in self.actors[k].rights.units(permission)]
        return self._choose(keys, rng)

    def is_away(self, person_id: int, at: datetime) -> bool:
        return any(first <= at <= last for first, last in self._away.get(person_id, ()))

    def _first(self, keys: list[int]) -> Actor | None:
        rest = [k for k in keys if k not in self.visitors] or keys
        return self.actors[rest[0]] if rest else None

    def _choose(self, keys: list[int], rng: random.Random) -> Actor | None:
        rest = [k for k in keys if k not in self.visitors] or keys
        return self.actors[rng.choice(rest)] if rest else None


def _actors(posts: list[Post]) -> dict[int, Actor]:
    people: dict[int, User] = {}
    reaches: dict[int, list[Reach]] = defaultdict(list)
    for post in posts:
        people[post.person_id] = post.person
        reaches[post.person_id].append(_reach(post))
    return {
        key: Actor(
            "person", user.name, user, Rights(key, tuple(reaches[key])),
            next((reach.unit_id for reach in reaches[key] if reach.unit_id), None),
        )
        for key, user in people.items()
    }


def _reach(post: Post) -> Reach:
    role = post.role
    return Reach(
        post.pk, role.code, frozenset(role.permissions), post.area.path if post.area else None, post.unit_id,
        post.unit.name if post.unit else "", role.ceiling, role.field_level, role.may_unmask, role.is_office,
    )
