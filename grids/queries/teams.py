"""The team a grid should have and has: its pattern, who fills the required roles, which of the N teams have members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from grids.models import Area, TeamTemplate, VolunteerMember, VolunteerTeam


@dataclass(frozen=True, slots=True)
class Pattern:
    """A template with its roles: (name, ranks) required as posts, and (key, name) of the N teams."""

    template: TeamTemplate
    required: tuple[tuple[str, frozenset[str]], ...]
    teams: tuple[tuple[int, str], ...]

    def missing(self, ranks: set[str]) -> list[str]:
        """Required roles that nobody fills."""
        return [name for name, wanted in self.required if ranks.isdisjoint(wanted)]

    def missing_teams(self, there: set[int]) -> list[str]:
        """Teams without a member."""
        return [name for key, name in self.teams if key not in there]

    def completeness(self, ranks: set[str], there: set[int]) -> int:
        """Per cent of all roles and teams."""
        whole = len(self.required) + len(self.teams)
        lacking = len(self.missing(ranks)) + len(self.missing_teams(there))
        return round(100 * (whole - lacking) / whole) if whole else 100


def patterns_of(areas: Sequence[Area]) -> dict[int, Pattern]:
    """The pattern in force for each area (by key): its own choice, else the nearest above, else the usual one. Areas
    without any are left out. Three queries."""
    templates = {
        row.pk: _pattern(row) for row in TeamTemplate.objects.prefetch_related("roles").order_by("-is_default", "id")
    }
    usual = next((one for one in templates.values() if one.template.level_id == "grid"), None)
    codes = {code for area in areas for code in area.path.rstrip("/").split("/")}
    rows = Area.objects.filter(code__in=codes, team_template__isnull=False).values_list("code", "team_template")
    chosen = {code: templates[key] for code, key in rows}
    found = {}
    for area in areas:
        line = reversed(area.path.rstrip("/").split("/"))
        pattern = next((chosen[code] for code in line if code in chosen), usual)
        if pattern is not None:
            found[area.pk] = pattern
    return found


def _pattern(template: TeamTemplate) -> Pattern:
    roles = sorted(template.roles.all(), key=lambda role: role.pk)
    return Pattern(
        template, tuple((role.name, frozenset(role.ranks)) for role in roles if role.is_required),
        tuple((role.pk, role.name) for role in roles if not role.is_required),
    )


def members_now(day: date) -> Q:
    """Condition that a member serves on this day."""
    return Q(joined_on__lte=day) & (Q(left_on__isnull=True) | Q(left_on__gte=day))


def teams_with_members(root: Area, *, day: date) -> dict[int, set[int]]:
    """Role keys of the teams that have somebody, by the key of their area, on this land and above it."""
    above = root.path.rstrip("/").split("/")
    rows = VolunteerMember.objects.filter(members_now(day), team__is_active=True).filter(
        Q(team__area__path__startswith=root.path) | Q(team__area__code__in=above)
    )
    found: dict[int, set[int]] = {}
    for area, role in rows.values_list("team__area", "team__role").distinct():
        found.setdefault(area, set()).add(role)
    return found


@dataclass(slots=True)
class TeamCard:
    """What the page of a grid shows of its team."""

    pattern: Pattern
    completeness: int
    required: list[dict] = field(default_factory=list)
    """``{"name", "people": [names]}``"""
    teams: list[dict] = field(default_factory=list)
    """``{"name", "teams": [VolunteerTeam with .current]}``"""


def team_card(grid: Area, holders: Iterable[object], *, day: date) -> TeamCard | None:
    """The team of a grid with the community's teams; None where no pattern is set up. ``holders``: those of
    ``queries.holders_of``."""
    pattern = patterns_of([grid]).get(grid.pk)
    if pattern is None:
        return None
    people = list(holders)
    ranks = {one.rank for one in people}
    rows = VolunteerTeam.objects.filter(area__in=[grid.pk, grid.parent_id], is_active=True).select_related("area", "role")
    teams = list(rows.order_by("area__path", "name"))
    current = VolunteerMember.objects.filter(members_now(day), team__in=teams)
    by_team: dict[int, list[VolunteerMember]] = {}
    for member in current:
        by_team.setdefault(member.team_id, []).append(member)
    for team in teams:
        team.current = by_team.get(team.pk, [])
    there = {team.role_id for team in teams if team.current}
    return TeamCard(
        pattern, pattern.completeness(ranks, there),
        [{"name": name, "people": [one.name for one in people if one.rank in wanted]} for name, wanted in pattern.required],
        [{"name": name, "teams": [team for team in teams if team.role_id == key]} for key, name in pattern.teams],
    )
