"""Write the data files of the demo district: ``python -m grids.demo.writing``; the same seed gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from grids.boundaries import area_m2, to_geojson
from grids.demo.ground import DATA, SEED, District, read_divisions
from grids.demo.places import furnish
from grids.demo.shapes import draw_district

DISTRICT = "150302000000"
NOTE = "示范边界为虚构绘制,仅供演示,不代表真实行政区划界线。Made up for demonstration; not a real boundary."


def feature_collection(
    features: Iterable[tuple[dict[str, Any], BaseGeometry]], **members: Any
) -> dict[str, Any]:
    """GeoJSON with the note that everything is made up as a foreign member (RFC 7946 §6.1)."""
    rows = [{"type": "Feature", "properties": p, "geometry": _geometry(g)} for p, g in features]
    return {"type": "FeatureCollection", "made_up": True, "note": NOTE, **members, "features": rows}


def _geometry(geom: BaseGeometry) -> dict[str, Any]:
    return to_geojson(geom) if geom.geom_type.endswith("Polygon") else json.loads(shapely.to_geojson(geom))


def write_json(path: Path, value: dict[str, Any], rows: str) -> None:
    """One line per entry of the list `rows`, so that a later change shows as a readable diff."""
    head = json.dumps({**value, rows: []}, ensure_ascii=False, separators=(",", ":"))
    lines = ",\n".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) for r in value[rows])
    path.write_text(head[:-2] + "\n" + lines + "\n]}\n", encoding="utf-8")


def write_files(folder: Path = DATA, seed: int = SEED) -> District:
    """Rewrite district, streets, communities, grids, roads, places and buildings in `folder`."""
    district = draw_district(seed)
    names = {row["code"]: row["name"] for row in read_divisions()}
    levels = {
        "district": {DISTRICT: district.outline},
        "streets": {f"{c}000": g for c, g in district.streets.items()},
        "communities": district.communities,
    }
    for name, shapes in levels.items():
        rows = [({"code": c, "name": names[c], "area_m2": round(area_m2(g))}, g) for c, g in shapes.items()]
        write_json(folder / f"{name}.geojson", feature_collection(rows), "features")
    town = furnish(district, seed)
    for name, rows in town.items():
        write_json(folder / f"{name}.geojson", feature_collection(rows), "features")
    return district


if __name__ == "__main__":
    drawn = write_files()
    print(f"{len(drawn.grids)} grids, {area_m2(drawn.outline) / 1e6:.1f} km², written to {DATA}")
