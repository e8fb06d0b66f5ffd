"""Bodies that every district has: the eight specialised ones, a committee for every street and community, the centre
for 联调, and a marriage-and-family station in each. Run again it adds what is missing and changes nothing.
"""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path

from django.conf import settings
from django.db import transaction

from disputes.models import MediationBody, Nature, Room, Tier
from grids.models import Area, Unit

DATA = Path(__file__).parent / "data"
CENTRE = "centre"
_COMMITTEE = {"street": ("{}人民调解委员会", "People's Mediation Committee of {}", Tier.JOINT),
              "community": ("{}人民调解委员会", "People's Mediation Committee of {}", Tier.FIRST)}
OPENS, CLOSES = time(9), time(18)
HOURS = "工作日 9:00–18:00"


@transaction.atomic
def load_bodies() -> int:
    """Insert the bodies that are missing; how many. Without the district's land there are none."""
    district = Area.objects.filter(code=settings.DISTRICT_CODE).first()
    if district is None:
        return 0
    wanted = [*_specialised(district), _centre(district), *_of_the_land(district)]
    known = set(MediationBody.objects.values_list("code", flat=True))
    fresh = [body for body in wanted if body.code not in known]
    MediationBody.objects.bulk_create(fresh)
    _rooms(fresh)
    return len(fresh)


def body_unit(code: str, name: str, name_en: str, area: Area, parent: Unit | None) -> Unit:
    """The unit of a body that is no part of a street's or community's office: what its head's post names."""
    return Unit.objects.get_or_create(
        code=f"body_{code}"[:40],
        defaults={"name": name[:60], "name_en": name_en[:80], "kind": Unit.Kind.MEDIATION, "area": area, "parent": parent},
    )[0]


def _specialised(district: Area) -> list[MediationBody]:
    told = json.loads((DATA / "specialised_bodies.json").read_text(encoding="utf-8"))["bodies"]
    departments = {unit.code: unit for unit in Unit.objects.filter(kind=Unit.Kind.DEPARTMENT)}
    lon, lat = _mark(district)
    return [
        MediationBody(
            code=f"special_{row['code']}", name=row["name"], name_en=row["name_en"], nature=row["nature"],
            kind=MediationBody.Kind.SPECIALISED, tier=Tier.DISTRICT, area=district, specialities=row["specialities"],
            unit=body_unit(row["code"], row["name"], row["name_en"], district, departments.get(row["guided_by"])),
            guided_by=departments.get(row["guided_by"]), opening_hours=HOURS, lon=lon, lat=lat,
        )
        for row in told
    ]  # fmt: skip


def _centre(district: Area) -> MediationBody:
    lon, lat = _mark(district)
    unit = Unit.objects.filter(kind=Unit.Kind.DISTRICT_CENTRE, area=district).first()
    return MediationBody(
        code=CENTRE, name="区矛盾纠纷多元化解中心", name_en="District Dispute Resolution Centre",
        kind=MediationBody.Kind.CENTRE, nature=Nature.PEOPLE, tier=Tier.DISTRICT, area=district, unit=unit,
        opening_hours=HOURS, lon=lon, lat=lat, load_cap=200,
    )  # fmt: skip


def _of_the_land(district: Area) -> list[MediationBody]:
    """A committee and a family station for every street and community in force."""
    areas = Area.objects.filter(
        path__startswith=district.path, level_id__in=tuple(_COMMITTEE), abolished_on__isnull=True
    ).order_by("code")
    offices = {
        unit.area_id: unit
        for unit in Unit.objects.filter(kind__in=(Unit.Kind.STREET, Unit.Kind.COMMUNITY), is_active=True)
    }
    found = []
    for area in areas:
        name, name_en, tier = _COMMITTEE[area.level_id]
        short, (lon, lat) = area.short_name or area.name, _mark(area)
        common = {"area": area, "unit": offices.get(area.pk), "tier": tier, "lon": lon, "lat": lat, "opening_hours": HOURS}
        found.append(
            MediationBody(
                code=f"committee_{area.code}", name=name.format(short), name_en=name_en.format(short),
                kind=MediationBody.Kind.COMMITTEE, **common,
            )
        )
        found.append(
            MediationBody(
                code=f"family_{area.code}", name=f"{short}婚姻家庭纠纷调解站", specialities=["family"],
                name_en=f"Marriage and Family Station of {short}", kind=MediationBody.Kind.STATION, **common,
            )
        )
    return found


def _mark(area: Area) -> tuple[float | None, float | None]:
    """Where the body is drawn: the area's own mark, else a point inside its boundary."""
    if area.lon is not None and area.lat is not None:
        return area.lon, area.lat
    if not area.boundary:
        return None, None
    from shapely.geometry import shape

    point = shape(area.boundary).representative_point()
    return round(point.x, 5), round(point.y, 5)


def _rooms(bodies: list[MediationBody]) -> None:
    """One room for each new committee and specialised body, three for the centre."""
    kinds = (MediationBody.Kind.COMMITTEE, MediationBody.Kind.SPECIALISED)
    rows = [_room(body, "", "调解室", "Mediation room", 8) for body in bodies if body.kind in kinds]
    for body in bodies:
        if body.kind == MediationBody.Kind.CENTRE:
            rows += [
                _room(body, "1", "第一调解室", "Room 1", 12), _room(body, "2", "第二调解室", "Room 2", 8),
                _room(body, "3", "视频调解室", "Video room", 6),
            ]  # fmt: skip
    Room.objects.bulk_create(rows, ignore_conflicts=True)


def _room(body: MediationBody, number: str, name: str, name_en: str, capacity: int) -> Room:
    equipment = ["桌椅", "录音录像", "打印机"] + (["视频会议"] if body.kind == MediationBody.Kind.CENTRE else [])
    return Room(
        body=body, code=f"room_{body.code}{number and '_'}{number}"[:40], name=name, name_en=name_en, capacity=capacity,
        equipment=equipment, opens=OPENS, closes=CLOSES, place=body.address,
    )  # fmt: skip
