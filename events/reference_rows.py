"""Categories, service classes and limits as the verbs need them, kept per process for a few seconds."""

from __future__ import annotations

from casework.clock import loader
from casework.models import ServiceClass
from events.models import Category
from events.reference import Limits, load_limits, load_urgencies


def categories() -> dict[str, Category]:
    """All categories by code, minors with their major."""
    return loader.keep("categories", lambda: {c.code: c for c in Category.objects.select_related("parent")})


def category(code: str) -> Category | None:
    return categories().get(code)


def service_classes() -> dict[str, ServiceClass]:
    return loader.keep("service_classes", lambda: ServiceClass.objects.in_bulk())


def budget(class_code: str | None, stage: str) -> dict | None:
    """``{"kind", "seconds"}`` of one stage of a class; None where it sets no limit."""
    found = service_classes().get(class_code or "")
    return found.budgets.get(stage) if found else None


def limits() -> Limits:
    return load_limits()


def limit_seconds(name: str) -> tuple[str, int]:
    """A budget of ``limits.json`` as (kind, seconds)."""
    found = load_limits().budgets[name]
    return found.kind, found.clock_seconds()


def ladder_for(urgency: str) -> str:
    """P0 and P1 climb the urgent ladder, the rest the default one."""
    return next((u.ladder for u in load_urgencies() if u.code == urgency), "default")
