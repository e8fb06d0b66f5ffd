"""What waits for somebody's judgement and is no case: device alerts and clusters of clues tell those who may decide on
them in that place, once each, through the outbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.names import named
from casework import notices, outbox
from casework.models import OutboxItem
from events.cover import posts_with
from events.models import Alert, ClueCluster
from events.notices import on_path
from events.reference_rows import category as category_of

TOPIC = "waiting"


@dataclass(frozen=True, slots=True)
class Kind:
    """``wanted``: the state that waits; ``right``: who may decide; ``place`` gives the path of its land; ``tell`` its
    words, group of bell lines and urgency."""

    model: type[models.Model]
    wanted: str
    right: str
    title: object
    page: str
    place: Callable[[Any], str]
    words: Callable[[Any], str]
    group: Callable[[Any], str]
    urgency: Callable[[Any], str]


def _category(alert: Alert) -> Any:
    return category_of(alert.category_id or alert.device.category_id or "")


def _alert_words(alert: Alert) -> str:
    found = _category(alert)
    return _("%(category)s · %(number)s") % {
        "category": named(found) if found else _("未分类"), "number": alert.device.name,
    }


def _alert_urgency(alert: Alert) -> str:
    found = _category(alert)
    return found.urgency if found else "P3"


KINDS: dict[str, Kind] = {
    "alert_waits": Kind(
        Alert, Alert.State.CANDIDATE, "events.decide_alert", gettext_lazy("设备预警待确认"), "events:alert",
        lambda alert: alert.device.area.path, _alert_words, lambda alert: alert.device.code[:32], _alert_urgency,
    ),
    "cluster_waits": Kind(
        ClueCluster, ClueCluster.State.OPEN, "events.decide_clue", gettext_lazy("新的聚合线索待研判"), "events:cluster",
        lambda cluster: cluster.area.path, lambda cluster: cluster.title, lambda cluster: cluster.number,
        lambda cluster: "P2",
    ),
}


def owe(kind: str, row: models.Model, *, at: datetime) -> None:
    """Let those who may decide hear of it; inside the transaction that made the row."""
    outbox.owe(TOPIC, f"{kind}:{row.pk}", {"kind": kind, "row": row.pk}, at=at)


@outbox.handles(TOPIC)
def tell(item: OutboxItem, at: datetime) -> None:
    """A bell line for each; nobody for what has been decided meanwhile. An emergency rings like an event."""
    kind = KINDS[item.payload["kind"]]
    row = kind.model._base_manager.filter(pk=item.payload["row"], state=kind.wanted).first()
    if row is None:
        return
    people = on_path(kind.right, kind.place(row), item.created_at)
    if people:
        lines = notices.for_readers(lambda: [notices.Message(
            person_ids=tuple(people), title=str(kind.title), text=kind.words(row), url=reverse(kind.page, args=[row.pk]),
            urgency=kind.urgency(row),
        )])
        key = f"{item.payload['kind']}:{row.pk}"
        notices.send(item.payload["kind"], lines, key=key, at=item.created_at, case_number=kind.group(row))


def _deciders(kind: Kind, row: models.Model, at: datetime) -> set[int]:
    """Who may decide there, also those who are away: they may have a line from before."""
    codes = kind.place(row).rstrip("/").split("/")
    return set(posts_with(kind.right, at=at).filter(area__code__in=codes).values_list("person_id", flat=True))


def decided(kind: str, row: models.Model, *, by: int | None, at: datetime) -> None:
    """Nothing waits any more: the lines of all are read."""
    notices.settle(f"{kind}:{row.pk}", _deciders(KINDS[kind], row, at), by=by, at=at)


def waits_again(kind: str, row: models.Model, *, decided_at: datetime, at: datetime) -> None:
    """The decision was taken back: the lines it had settled wait again, and whoever has none yet is told."""
    notices.unsettle(f"{kind}:{row.pk}", _deciders(KINDS[kind], row, at), at=decided_at)
    outbox.owe(TOPIC, f"{kind}:{row.pk}:{at.timestamp():.0f}", {"kind": kind, "row": row.pk}, at=at)
