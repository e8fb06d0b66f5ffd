"""Loads the made-up district into the tables: land, units, people, posts, overlays. In bulk, and safe to run again.

Codes and names of streets and communities are real; everything else is made up (grids/demo/data/README.md).
What is there already is left alone, so that a changed demo keeps its changes.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from shapely.geometry import shape

from accounts.load import load_roles
from grids.addresses.importing import import_register
from grids.codes import ensure_levels, unpadded
from grids.demo import roster
from grids.demo_people import load_people, read_organisation
from grids.importing import import_divisions
from grids.load import load_bounds, load_templates
from grids.models import (
    Area,
    Building,
    DutyClause,
    LegacyGrid,
    PartyBranch,
    PublicPlace,
    TeamTemplate,
    Unit,
    VolunteerMember,
    VolunteerTeam,
)
from grids.names import pinyin_of, shorten
from grids.scope import NOBODY, Rights
from grids.tree import bump, tree_lock
from grids.tree_check import renumber

DATA = roster.DATA
LISTED_ON = date(2023, 6, 30)
SOURCE = "示范数据"
_RESPONSIBLE = {
    "school": "education", "hospital": "health", "market": "market", "office_tower": "commerce",
    "industrial_park": "park", "street_front": "city_management",
}  # fmt: skip
_CENTRES = {"district": "{}社会治理中心", "street": "{}社会治理分中心", "community": "{}社会治理站"}
_HOURS = {"district": "全天", "street": "8:30–20:00", "community": "8:30–18:00"}


class ProductionRefused(RuntimeError):
    """The demo may not be loaded under a production profile."""


def load_district(at: datetime) -> dict[str, int]:
    """Load everything as of ``at``; counts of what stands afterwards, by table. Raises ProductionRefused."""
    if settings.PRODUCTION:
        raise ProductionRefused("demo data and demo accounts cannot exist in a production profile")
    load_roles()
    with transaction.atomic():
        _land()
        _units()
        _overlays()
        _addresses(at)
        people = load_people(at)
    return {
        "areas": Area.objects.count(), "units": Unit.objects.count(), "buildings": Building.objects.count(),
        "places": PublicPlace.objects.count(), "party": PartyBranch.objects.count(),
        "legacy": LegacyGrid.objects.count(), **people,
    }  # fmt: skip


def _features(name: str) -> list[dict[str, Any]]:
    return json.loads((DATA / f"{name}.geojson").read_text(encoding="utf-8"))["features"]


# --- land -----------------------------------------------------------------------------------------


def _land() -> None:
    with tree_lock():
        ensure_levels()
        import_divisions(DATA / "divisions_150302.csv", on=LISTED_ON)
        made = _grids()
        if made:
            renumber()
        drawn = _outlines()
        if made or drawn:
            bump("district", "street", "community", "grid")
    load_bounds()


def _grids() -> int:
    known = set(Area.objects.filter(level_id="grid").values_list("code", flat=True))
    communities = {a.code: a for a in Area.objects.filter(level_id="community")}
    rows = []
    for feature in _features("grids"):
        told = feature["properties"]
        above = communities.get(told["code"][:12])
        if told["code"] in known or above is None:
            continue
        kind = {"basic": "basic"}.get(
            told["type"], "street_front" if told["subtype"] == "street_front" else "special"
        )
        lon, lat = told["mark"]
        rows.append(
            Area(
                code=told["code"], name=told["name"], short_name=shorten(told["name"]), pinyin=pinyin_of(told["name"]),
                level_id="grid", parent=above, path=f"{above.path}{told['code']}/", grid_type=kind,
                special_kind=told.get("subtype_name", ""), terrain=told["area_type"], households=told["households"],
                population=told["population"], boundary=feature["geometry"], lon=lon, lat=lat, is_made_up=True,
                source=SOURCE, lft=0, rght=0, depth=0, tree_id=0,
            )
        )  # fmt: skip
    Area.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _outlines() -> int:
    """Boundaries, centres and sums of households of district, streets and communities that have none yet."""
    shapes = {
        unpadded(f["properties"]["code"]): f["geometry"]
        for name in ("district", "streets", "communities")
        for f in _features(name)
    }
    sums: dict[str, list[int]] = {}
    for path, households, population in Area.objects.filter(level_id="grid").values_list(
        "path", "households", "population"
    ):
        for code in path.rstrip("/").split("/")[:-1]:
            total = sums.setdefault(code, [0, 0])
            total[0] += households or 0
            total[1] += population or 0
    areas = list(Area.objects.filter(code__in=shapes, boundary__isnull=True))
    for area in areas:
        area.boundary = shapes[area.code]
        point = shape(area.boundary).representative_point()
        area.lon, area.lat, area.is_made_up = round(point.x, 5), round(point.y, 5), True
        area.households, area.population = sums.get(area.code, (None, None))
        area.centre_name = _CENTRES[area.level_id].format(area.short_name)
        area.opening_hours = _HOURS[area.level_id]
    columns = [
        "boundary",
        "lon",
        "lat",
        "is_made_up",
        "households",
        "population",
        "centre_name",
        "opening_hours",
    ]
    Area.objects.bulk_update(areas, columns, batch_size=100)
    return len(areas)


# --- units ----------------------------------------------------------------------------------------


def _units() -> None:
    """Departments and utilities of the file, the street offices and the centre, and one unit per community."""
    areas = {a.code: a for a in Area.objects.filter(level_id__in=("district", "street", "community"))}
    district = areas[settings.DISTRICT_CODE]
    rows = [_unit(told, areas, district) for told in roster.read_units()]
    rows += [
        Unit(code=f"community_{a.code}", name=a.name, pinyin=a.pinyin, kind=Unit.Kind.COMMUNITY, area=a)
        for a in areas.values()
        if a.level_id == "community"
    ]
    Unit.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    _hang_units(district)
    ids = dict(Unit.objects.values_list("code", "id"))
    clauses = [
        DutyClause(unit_id=ids[u["code"]], category_code=d["code"], clause=d["clause"])
        for u in roster.read_units()
        for d in u["duties"]
    ]
    DutyClause.objects.bulk_create(clauses, ignore_conflicts=True)
    for kind, unit in _RESPONSIBLE.items():
        names = {f["properties"]["code"] for f in _features("grids") if f["properties"]["subtype"] == kind}
        Area.objects.filter(code__in=names, responsible_unit__isnull=True).update(
            responsible_unit_id=ids[unit]
        )


def _unit(told: dict[str, Any], areas: dict[str, Area], district: Area) -> Unit:
    _word, _bar, code = told["code"].partition("_")
    return Unit(
        code=told["code"], name=told["name"], name_en=told["name_en"], pinyin=pinyin_of(told["name"]),
        kind=told["kind"], phone=told["phone"], is_stationed=told["stationed"],
        area=areas.get(code, district) if told["kind"] == "street_office" else district,
        round_the_clock=told["kind"] in ("utility", "district_centre") or told["code"] in ("police", "fire_rescue"),
    )  # fmt: skip


def _hang_units(district: Area) -> None:
    """Communities under their street's office, all others under the centre."""
    centre = Unit.objects.get(kind=Unit.Kind.DISTRICT_CENTRE, area=district)
    offices = {u.area.code: u for u in Unit.objects.filter(kind=Unit.Kind.STREET).select_related("area")}
    loose = list(Unit.objects.filter(parent__isnull=True).exclude(pk=centre.pk).select_related("area"))
    for unit in loose:
        unit.parent = offices.get(unit.area.code[:9], centre) if unit.kind == Unit.Kind.COMMUNITY else centre
    Unit.objects.bulk_update(loose, ["parent"], batch_size=200)


# --- overlays -------------------------------------------------------------------------------------


def _overlays() -> None:
    areas = dict(Area.objects.values_list("code", "id"))
    _buildings(areas)
    _places(areas)
    _party(areas)
    load_templates()
    _volunteers()
    lines = {entry["code"]: entry["line"] for entry in read_organisation()["legacy_lines"]}
    rows = [
        LegacyGrid(line=lines[old.line], code=old.code, name=old.name, grid_id=areas[new])
        for old in roster.legacy_grids()
        for new in old.merged_into
    ]
    if not LegacyGrid.objects.exists():
        LegacyGrid.objects.bulk_create(rows, batch_size=1000)


def _buildings(areas: dict[str, int]) -> None:
    count: dict[str, int] = {}
    rows = []
    for feature in _features("buildings"):
        told = feature["properties"]
        grid = told["grid"]
        count[grid] = count.get(grid, 0) + 1
        rows.append(
            Building(
                grid_id=areas[grid], code=f"{grid}{count[grid]:03d}", name=told["name"], footprint=feature["geometry"],
                height_m=told["height_m"],
            )
        )  # fmt: skip
    Building.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _places(areas: dict[str, int]) -> None:
    if PublicPlace.objects.exists():
        return
    rows = []
    for feature in _features("places") + _features("roads"):
        told, geometry = feature["properties"], feature["geometry"]
        spot = (
            shape(geometry).interpolate(0.5, normalized=True)
            if geometry["type"] != "Point"
            else shape(geometry)
        )
        line = geometry["coordinates"] if geometry["type"] != "Point" else None
        rows.append(
            PublicPlace(
                name=told["name"], pinyin=pinyin_of(told["name"]), kind=told["kind"], lon=round(spot.x, 5),
                lat=round(spot.y, 5), line=line, grid_id=areas.get(told.get("grid", "")),
            )
        )  # fmt: skip
    PublicPlace.objects.bulk_create(rows, batch_size=500)


@dataclass(frozen=True, slots=True)
class _Product:
    """The product itself as the doer of what the demo loads."""

    lane: str = "system"
    person_id: int | None = None
    rights: Rights = NOBODY


def _addresses(at: datetime) -> None:
    """Old and popular names, and some buildings more. Made up."""
    import_register((DATA / "addresses.csv").read_text(encoding="utf-8"), actor=_Product(), at=at)


PATTERN_OF = {"150302101": "1+N+X服务管理团队"}
"""The town keeps another pattern than the streets, to show that a choice holds for what lies below."""


def _volunteers() -> None:
    """A team of each kind in every community with four to nine people; a few communities lack one. Made up."""
    for code, name in PATTERN_OF.items():
        Area.objects.filter(code=code).update(team_template=TeamTemplate.objects.get(name=name))
    if VolunteerTeam.objects.exists():
        return
    rng = random.Random("volunteers")
    names = roster.invent_names(rng)
    usual = TeamTemplate.objects.filter(level_id="grid").order_by("-is_default", "id").first()
    teams = []
    for area in Area.objects.filter(level_id="community").select_related("parent").order_by("code"):
        template = area.parent.team_template or usual
        roles = template.roles.filter(is_required=False).order_by("id")
        teams += [
            VolunteerTeam(area=area, role=role, name=f"{area.short_name or area.name}{role.name}", founded_on=date(2024, 3, 5))
            for role in roles if rng.random() < 0.96
        ]
    VolunteerTeam.objects.bulk_create(teams)
    VolunteerMember.objects.bulk_create([
        VolunteerMember(
            team=team, name=next(names)[0], phone=f"1990000{rng.randint(0, 9999):04}" if first else "", is_leader=first,
            joined_on=date(2024, 3, 5) + timedelta(days=rng.randint(0, 600)),
        )
        for team in teams for first in (True, *(False,) * rng.randint(3, 8))
    ])


def _party(areas: dict[str, int]) -> None:
    if PartyBranch.objects.exists():
        return
    kinds = {"committee": "committee", "branch": "branch", "building_group": "group"}
    made: dict[str, PartyBranch] = {}
    bodies = roster.party_bodies()
    for kind in kinds:  # each level after the one it hangs on
        level = [body for body in bodies if body.kind == kind]
        rows = [
            PartyBranch(
                name=body.name, kind=kinds[kind], area_id=areas[body.area], parent=made.get(body.parent),
                members=body.members,
            )
            for body in level
        ]  # fmt: skip
        PartyBranch.objects.bulk_create(rows, batch_size=500)
        made |= {body.code: row for body, row in zip(level, rows, strict=True)}
