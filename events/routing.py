"""Which unit should handle it, and why: precedents, then rules by category and place, then the duty list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from casework.clock import loader
from events.models import Event, Precedent, RoutingRule
from events.placing import desk_of
from grids.models import DutyClause, Unit
from grids.models.units import WITHOUT_ORDERS


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit with its share of confidence (percent) and the reason a person reads."""

    unit_id: int
    unit_name: str
    share: int
    reason: str
    rule_id: int | None = None


def _local_units() -> dict[tuple[str, str], tuple[int, str]]:
    """Street and community units by (kind, area code)."""
    rows = Unit.objects.filter(kind__in=("street_office", "community"), is_active=True)
    return {(kind, code): (pk, name) for pk, name, kind, code in rows.values_list("id", "name", "kind", "area__code")}


def local_unit(event: Event, kind: str) -> tuple[int, str] | None:
    """The street's or the community's own unit where the event lies, as (id, name)."""
    units = loader.keep("local_units", _local_units)
    if kind == "community":
        found = units.get(("community", event.community_code))
        if found:
            return found
    return units.get(("street_office", event.street_code))


def _rules() -> dict[str, list[RoutingRule]]:
    found: dict[str, list[RoutingRule]] = {}
    for rule in RoutingRule.objects.filter(is_active=True).select_related("unit", "area").order_by("priority", "id"):
        found.setdefault(rule.category_id, []).append(rule)
    return found


def _clauses() -> dict[str, list[tuple[int, str, str]]]:
    found: dict[str, list[tuple[int, str, str]]] = {}
    rows = DutyClause.objects.filter(unit__is_active=True).select_related("unit").order_by("unit__code")
    for row in rows:
        found.setdefault(row.category_code, []).append((row.unit_id, row.unit.name, row.clause))
    return found


def precedents_of(categories: Iterable[str]) -> dict[str, list[Precedent]]:
    """Rulings in force by category, read once for a whole list."""
    found: dict[str, list[Precedent]] = {code: [] for code in categories}
    rows = Precedent.objects.filter(category__in=list(found), is_active=True).select_related("unit", "area")
    for row in rows:
        found[row.category_id].append(row)
    return found


def suggest_units(
    event: Event, *, limit: int = 3, without: frozenset[int] = frozenset(),
    precedents: list[Precedent] | None = None,
) -> list[Suggestion]:
    """Likeliest units, best first; units that are not in use, take no orders or already declined this event are left out.

    ``precedents``: rulings of this category when a list has read them already.

    Without a category there is nothing to go by and the list is empty.
    """
    if event.category_id is None:
        return []
    found: dict[int, tuple[int, str, str, int | None]] = {}
    takers = loader.keep("units_with_orders", _takers)

    def add(unit_id: int, name: str, weight: int, reason: str, rule_id: int | None = None) -> None:
        if unit_id in takers and unit_id not in without and weight > found.get(unit_id, (0,))[0]:
            found[unit_id] = (weight, name, reason, rule_id)

    _add_precedents(event, add, precedents)
    _add_rules(event, add)
    _add_duties(event, add)
    _add_learnt(event, add)
    total = sum(entry[0] for entry in found.values()) or 1
    ranked = sorted(found.items(), key=lambda pair: (-pair[1][0], pair[0]))[:limit]
    return [
        Suggestion(unit_id, name, round(100 * weight / total), reason, rule_id)
        for unit_id, (weight, name, reason, rule_id) in ranked
    ]


def _add_precedents(event: Event, add: object, rows: list[Precedent] | None) -> None:
    if rows is None:
        rows = precedents_of([event.category_id])[event.category_id]
    codes = event.area_path.rstrip("/").split("/")
    count: dict[int, list] = {}
    for row in rows:
        if row.area_id and row.area.code not in codes:
            continue
        count.setdefault(row.unit_id, [row.unit.name, 0])[1] += 1
    for unit_id, (name, times) in count.items():
        add(unit_id, name, 160 + 20 * times, _("判例%(n)s件:此前同类退单裁定由%(unit)s承办") % {"n": times, "unit": name})


def _add_rules(event: Event, add: object) -> None:
    rules = loader.keep("routing_rules", _rules)
    code = event.category_id
    for category, base in ((code, 100), (code[:2], 60)):
        for rule in rules.get(category, ()):
            if rule.area_id and not event.area_path.startswith(rule.area.path):
                continue
            unit = (rule.unit_id, rule.unit.name) if rule.unit_id else local_unit(event, rule.owner_kind)
            if unit is None:
                continue
            weight = base + (30 if rule.area_id else 0) - min(rule.priority, 50) // 5
            add(*unit, weight, _("规则#%(id)s %(name)s") % {"id": rule.pk, "name": rule.name}, rule.pk)


def _add_duties(event: Event, add: object) -> None:
    clauses = loader.keep("duty_clauses", _clauses)
    for code, weight in ((event.category_id, 25), (event.category_id[:2], 8)):
        for unit_id, name, clause in clauses.get(code, ()):
            add(unit_id, name, weight, _("职责清单:%(clause)s") % {"clause": clause})


def _takers() -> frozenset[int]:
    return frozenset(Unit.objects.filter(is_active=True).exclude(kind__in=WITHOUT_ORDERS).values_list("id", flat=True))


def _units_by_code() -> dict[str, tuple[int, str]]:
    rows = Unit.objects.filter(is_active=True).values_list("code", "id", "name")
    return {code: (pk, name) for code, pk, name in rows}


def _add_learnt(event: Event, add: object) -> None:
    """Who closed events with such words before, as guessed at intake; at most as heavy as a rule by category."""
    owners = event.suggestion.get("units", ())
    units = loader.keep("units_by_code", _units_by_code) if owners else {}
    for owner in owners:
        if owner["code"] in units:
            told = {"share": owner["share"], "words": "、".join(owner["words"])}
            add(*units[owner["code"]], owner["share"], _("同类文本以往由其办结,概率%(share)s%%(%(words)s)") % told)


def fallback_unit(event: Event) -> int | None:
    """兜底: the district desk when no rule names anybody."""
    return desk_of(event.district_code)
