"""Reference data of events into their tables: classes, ladders, categories, routing rules, canned texts.

Run again it brings changed files in and touches nothing an administrator has added.
"""

from __future__ import annotations

from casework.clock import loader
from casework.models import LadderRung, ServiceClass
from events.clues.load import load_clue_elements
from events.models import CannedText, Category, RoutingRule
from events.reference import (
    Budget,
    load_ladders,
    load_majors,
    load_service_classes,
    load_taxonomy,
)
from events.reference_lists import load_canned_texts, load_keywords
from grids.models import DutyClause


def load_reference(*, overwrite: bool = True) -> dict[str, int]:
    """Load everything; counts by table of what the files hold. Without ``overwrite`` rows that are there stay as
    an administrator has left them."""
    counts = {
        "service_classes": _load_classes(overwrite),
        "rungs": _load_ladders(overwrite),
        "categories": _load_taxonomy(overwrite),
        "canned_texts": _load_canned(),
        "clue_elements": load_clue_elements(),
    }
    loader.forget()
    return counts


def _budget(found: Budget | None) -> dict | None:
    return {"kind": found.kind, "seconds": found.clock_seconds()} if found else None


def _load_classes(overwrite: bool) -> int:
    rows = []
    for rank, item in enumerate(load_service_classes()):
        stages = {"accept": item.accept, "contact": item.contact, "handle": item.handle}
        amount = _budget(item.extension.amount)
        rows.append(
            ServiceClass(
                code=item.code, name=item.name, name_en=item.name_en, rank=rank,
                budgets={stage: _budget(found) for stage, found in stages.items() if found},
                extension={**amount, "times": item.extension.times, "rule": item.extension.rule} if amount else None,
                may_pause=item.pausable, basis=item.basis,
            )
        )
    names = ["name", "name_en", "rank", "budgets", "extension", "may_pause", "basis"]
    _upsert(ServiceClass, rows, ["code"], names, overwrite)
    return len(rows)


def _load_ladders(overwrite: bool) -> int:
    rows = []
    for ladder in load_ladders():
        for position, rung in enumerate(ladder.rungs):
            rows.append(
                LadderRung(
                    ladder=ladder.code, code=rung.code, position=position, at_percent=rung.at_percent,
                    min_offset_seconds=rung.min_offset.clock_seconds() if rung.min_offset else 0,
                    min_offset_kind=rung.min_offset.kind if rung.min_offset else "WH",
                    actions=list(rung.actions), colour=rung.colour,
                )
            )
    _upsert(
        LadderRung, rows, ["ladder", "position"],
        ["code", "at_percent", "min_offset_seconds", "min_offset_kind", "actions", "colour"], overwrite,
    )
    return len(rows)


def _load_taxonomy(overwrite: bool) -> int:
    words = load_keywords().suggestions
    majors = [Category(code=m.code, name=m.name, name_en=m.name_en) for m in load_majors()]
    _upsert(Category, majors, ["code"], ["name", "name_en"], overwrite)
    minors = [
        Category(
            code=m.code, parent_id=m.major, name=m.name, name_en=m.name_en, urgency=m.urgency,
            service_class_id=m.service_class, owner_kind=m.owner_kind, owner_text=m.owner,
            risk_family=m.risk_family, situation=m.situation, is_sensitive=m.sensitive,
            needs_photo=m.needs_photo, auto_plan=m.auto_plan, dup_radius_m=m.dup_radius_m,
            reopen_days=m.reopen_days, keywords=list(words.get(m.code, ())), may_be_anonymous=True,
        )
        for m in load_taxonomy()
    ]
    names = [
        "parent", "name", "name_en", "urgency", "service_class", "owner_kind", "owner_text", "risk_family",
        "situation", "is_sensitive", "needs_photo", "auto_plan", "dup_radius_m", "reopen_days", "keywords",
    ]
    _upsert(Category, minors, ["code"], names, overwrite)
    return len(majors) + len(minors)


def _load_canned() -> int:
    if CannedText.objects.filter(person__isnull=True).exists():
        return 0
    rows = [CannedText(verb=item.verb, text=item.text) for item in load_canned_texts()]
    CannedText.objects.bulk_create(rows)
    return len(rows)


def make_routing_rules() -> int:
    """One rule per minor category from its default owner: the unit whose duty list names it, or the street or
    community where it lies. Categories that already have a rule are left alone."""
    known = set(RoutingRule.objects.values_list("category_id", flat=True))
    owners = {
        code: (unit, clause)
        for code, unit, clause in DutyClause.objects.order_by("-unit__code").values_list(
            "category_code", "unit_id", "clause"
        )
    }
    rows = []
    for item in Category.objects.filter(parent__isnull=False).exclude(code__in=known):
        unit, clause = owners.get(item.code, (None, "")) if item.owner_kind == "unit" else (None, "")
        if item.owner_kind == "unit" and unit is None:
            continue
        rows.append(
            RoutingRule(
                name=f"{item.name}→{item.owner_text}"[:80], category=item, unit_id=unit,
                owner_kind=item.owner_kind, clause=clause, priority=40,
            )
        )
    RoutingRule.objects.bulk_create(rows)
    loader.forget()
    return len(rows)


def _upsert(model: type, rows: list, keys: list[str], names: list[str], overwrite: bool) -> None:
    if overwrite:
        model.objects.bulk_create(rows, update_conflicts=True, unique_fields=keys, update_fields=names)
    else:
        model.objects.bulk_create(rows, ignore_conflicts=True)
