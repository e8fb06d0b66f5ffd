"""The demo's register of public legal services: made-up places with made-up telephones in the district's real streets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from disputes.bodies_load import _mark
from disputes.models import LegalService
from grids.models import Area

DATA = Path(__file__).parent / "demo" / "services.json"
STEP = 0.0012
"""Degrees between places of one area, so that their marks lie side by side."""


def load_services() -> int:
    """Insert what is missing; how many there are."""
    district = Area.objects.filter(code=settings.DISTRICT_CODE).first()
    if district is None:
        return 0
    known = set(LegalService.objects.values_list("code", flat=True))
    fresh = [row for row in _wanted(district) if row.code not in known]
    LegalService.objects.bulk_create(fresh)
    return len(known) + len(fresh)


def _wanted(district: Area) -> Iterator[LegalService]:
    told, n = json.loads(DATA.read_text(encoding="utf-8")), 0
    areas = Area.objects.filter(
        path__startswith=district.path, level_id__in=("street", "community"), abolished_on__isnull=True
    ).order_by("code")
    for area in (district, *areas):
        for place, row in enumerate(told[area.level_id]):
            n += 1
            yield _service(area, row, place, n)


def _service(area: Area, row: dict[str, str], place: int, n: int) -> LegalService:
    short, (lon, lat) = area.short_name or area.name, _mark(area)
    return LegalService(
        code=f"svc_{area.code}_{row['code']}"[:40], kind=row["kind"], area=area, name=row["name"].format(short),
        name_en=row["name_en"].format(short), note=row["note"], opening_hours=row["hours"], phone=f"0473-0119{n:03d}",
        address=row["address"] if area.level_id == "district" else short + row["address"],
        lon=lon and round(lon + STEP * (place % 3 - 1), 5),
        lat=lat and round(lat + STEP * (place // 3 + 1), 5), is_made_up=True,
    )
