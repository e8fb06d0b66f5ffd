"""110: what the police hand over, what they keep, and who reads the feed's own fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from casework.making import new_row
from casework.refusals import missing
from events.models import Event, PoliceRecord
from events.models.police import POLICE_NATURES, Nature
from grids.scope import Rights

VIEW = "events.view_police"
SOURCE = Event.Source.POLICE110
REVEALABLE = ("caller_name", "caller_phone", "parties")
"""Fields that are masked until they are asked for with a reason."""


@dataclass(frozen=True, slots=True)
class PoliceTold:
    """The feed's own fields of one row. ``nature`` is a code of ``Nature``."""

    receipt_number: str
    nature: str
    kind: str = ""
    called_at: datetime | None = None
    station: str = ""
    caller_name: str = ""
    caller_phone: str = ""
    parties: str = ""


def check(told: PoliceTold | None, *, source: str) -> None:
    """Raises ``invalid`` naming the field: fields of the feed on an event of another source; police business (a crime,
    public security, an accident, a case that is being worked on), which stays with the police."""
    if told is None:
        return
    if source != SOURCE:
        raise missing(police=_("只有来源为110的事件可以带警情信息"))
    if told.nature not in Nature.values:
        raise missing(**{"police.nature": _("没有这个警情性质")})
    if told.nature in POLICE_NATURES:
        words = _("“%(nature)s”由公安机关办理,110只转办非警务事项") % {"nature": Nature(told.nature).label}
        raise missing(**{"police.nature": words})
    if not told.receipt_number.strip():
        raise missing(**{"police.receipt_number": _("请填写接警单编号")})


def row_of(event: Event, told: PoliceTold) -> PoliceRecord:
    """The unsaved companion of a new event."""
    return new_row(
        PoliceRecord, event=event, receipt_number=told.receipt_number[:60], kind=told.kind[:40], nature=told.nature,
        called_at=told.called_at, station=told.station[:60], caller_name=told.caller_name[:40],
        caller_phone=told.caller_phone[:20], parties=told.parties[:200],
    )


def may_see(event: Event, rights: Rights) -> bool:
    """Whether this person's permission holds on this event."""
    return rights.covers(VIEW, area_path=event.area_path, unit_ids=event.unit_ids)


def record_of(event: Event) -> PoliceRecord | None:
    """What the feed said of it. Ask ``may_see`` first."""
    return PoliceRecord.objects.filter(event=event.pk).first() if event.source == SOURCE else None
