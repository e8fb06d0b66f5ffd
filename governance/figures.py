"""Figures in the Prometheus text format."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q

from casework.models import Case, Heartbeat
from casework.queries import outbox_state

LIVE_CLOCK = Q(due_at__isnull=False)


def figures(kind: type[Case], *, at: datetime) -> str:
    """Cases by state, overdue clocks, the outbox, ages of heartbeats."""
    name = kind._meta.model_name
    by_state = kind._default_manager.values_list("state").annotate(n=Count("id")).order_by("state")
    late = kind._default_manager.filter(LIVE_CLOCK, due_at__lt=at)
    oldest = late.order_by("due_at").values_list("due_at", flat=True).first()
    outbox = outbox_state()
    ages = Heartbeat.objects.order_by("name").values_list("name", "at")
    lines = [
        *_series(f"governance_{name}s", "gauge", "Cases by state", [({"state": s}, n) for s, n in by_state]),
        *_series(f"governance_{name}s_overdue", "gauge", "Live cases past their due time", [({}, late.count())]),
        *_series(
            f"governance_{name}_oldest_overdue_seconds", "gauge", "How long the oldest has been overdue",
            [({}, (at - oldest).total_seconds() if oldest else 0)],
        ),
        *_series("governance_outbox_backlog", "gauge", "Owed and due, not done", [({}, outbox["backlog"])]),
        *_series("governance_outbox_oldest_seconds", "gauge", "Age of the oldest", [({}, outbox["oldest_seconds"])]),
        *_series("governance_outbox_claimed", "gauge", "Being done", [({}, outbox["claimed"])]),
        *_series("governance_outbox_dead", "gauge", "Given up", [({}, outbox["dead"])]),
        *_series(
            "governance_heartbeat_age_seconds", "gauge", "Since a part last finished a probe",
            [({"part": part}, round((at - beat).total_seconds(), 1)) for part, beat in ages],
        ),
    ]
    return "\n".join(lines) + "\n"


def _series(name: str, kind: str, words: str, rows: Iterable[tuple[dict, float]]) -> list[str]:
    lines = [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
    for labels, value in rows:
        inner = ",".join(f'{label}="{text}"' for label, text in labels.items())
        lines.append(f"{name}{{{inner}}} {value}" if inner else f"{name} {value}")
    return lines
