"""忽略: warnings that somebody has put away with a reason, for hours, not for ever (screens.md §5.1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from casework.refusals import MoveRefused, missing, not_found
from dashboard.land import Land
from dashboard.models import Dismissal
from grids.scope import Rights

MAY = "dashboard.dismiss"
HOURS = (1, 4, 12, 24, 72)
RECORD = 100
TITLE, NOTE = 80, 120


def in_force(land: Land, *, at: datetime) -> dict[str, Dismissal]:
    """What is put away on this area's wall now, by key; the newest of a key counts."""
    rows = Dismissal.objects.filter(area__code=land.area.code, until__gt=at, lifted_at=None).order_by("pk")
    return {row.key: row for row in rows}


def without_dismissed(warnings: dict[str, Any], away: dict[str, Dismissal]) -> dict[str, Any]:
    """The panel without what is put away. What has grown since is shown again."""
    shown, hidden = [], 0
    for row in warnings["rows"]:
        known = away.get(row["key"])
        if known is not None and row["value"] <= known.value:
            hidden += 1
        else:
            shown.append(row)
    return {**warnings, "rows": shown, "value": len(shown), "dismissed": hidden}


def record(land: Land) -> QuerySet[Dismissal]:
    """Who has put what away on this area and below, newest first."""
    rows = Dismissal.objects.filter(area__path__startswith=land.area.path).select_related("area", "person", "lifted_by")
    return rows.order_by("-pk")[:RECORD]


def dismiss(
    land: Land, rows: list[dict[str, Any]], *, key: str, reason: str, note: str, hours: str, rights: Rights, at: datetime
) -> Dismissal:
    """Put one of the warnings on show away. Raises ``not_found`` without the right here or for a warning that is not
    on show, ``invalid`` with the field."""
    if not rights.covers(MAY, area_path=land.area.path):
        raise not_found()
    row = next((one for one in rows if one["key"] == key), None)
    if row is None:
        raise MoveRefused("gone", _("该预警已不在列"))
    if reason not in Dismissal.Reason.values:
        raise missing(reason=_("请选择忽略原因"))
    if reason == Dismissal.Reason.OTHER and not note.strip():
        raise missing(note=_("请说明原因"))
    if hours not in map(str, HOURS):
        raise missing(hours=_("请选择忽略多久"))
    return Dismissal.objects.create(
        area_id=_area_id(land), key=key, title=row["name"][:TITLE], value=row["value"], reason=reason,
        note=note.strip()[:NOTE], person_id=rights.person_id, at=at, until=at + timedelta(hours=int(hours)),
    )


def _area_id(land: Land) -> int:
    from grids.models import Area

    return Area.objects.values_list("pk", flat=True).get(code=land.area.code)


def lift(key: int, land: Land, *, rights: Rights, at: datetime) -> Dismissal:
    """恢复显示 before its time. Raises ``not_found``, ``gone`` when it is over already."""
    row = Dismissal.objects.filter(pk=key, area__path__startswith=land.area.path).select_related("area").first()
    if row is None or not rights.covers(MAY, area_path=row.area.path):
        raise not_found()
    if row.lifted_at is not None or row.until <= at:
        raise MoveRefused("gone", _("该预警已恢复显示"))
    row.lifted_at, row.lifted_by_id = at, rights.person_id
    row.save(update_fields=["lifted_at", "lifted_by"])
    return row
