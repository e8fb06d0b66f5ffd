"""The land as the wall walks it: an area, what is above it, and the next smaller areas that have counts."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from casework.refusals import not_found
from grids.scope import Rights

VIEW = "dashboard.view"
BELOW = {"district": "street", "street": "community", "community": "grid", "grid": ""}
"""Levels with counts of their own and the one below; a level between them (片区) is passed over."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One area in a word."""

    code: str
    name: str
    level: str
    path: str
    load_cap: int


@dataclass(frozen=True, slots=True)
class Land:
    """An area with its ancestors inside the reader's rights, widest first, and its children in the order of codes."""

    area: Piece
    above: tuple[Piece, ...]
    children: tuple[Piece, ...]

    @property
    def depth(self) -> int:
        """Which part of a path, counted from one, is the code just below this area."""
        return self.area.path.count("/") + 1


_LAND_SQL = """
WITH me AS (SELECT * FROM grids_area WHERE code = %s AND abolished_on IS NULL)
SELECT a.code, COALESCE(NULLIF(a.short_name, ''), a.name), a.level_id, a.path, a.load_cap,
       a.path = me.path AS is_me, starts_with(me.path, a.path) AS is_above
  FROM me JOIN grids_area a
    ON a.abolished_on IS NULL
   AND (a.code = ANY(string_to_array(me.path, '/'))
        OR (a.path LIKE me.path || '%%' AND a.level_id = CASE me.level_id WHEN 'district' THEN 'street'
            WHEN 'street' THEN 'community' WHEN 'community' THEN 'grid' END))
 ORDER BY a.path
"""


def read_land(rights: Rights, code: str) -> Land:
    """The land around an area code. Raises ``not_found`` for an unknown code, an abolished area, a level without
    counts, or an area outside the rights."""
    with connection.cursor() as cursor:
        cursor.execute(_LAND_SQL, [code])
        rows = cursor.fetchall()
    me = next((Piece(*row[:5]) for row in rows if row[5]), None)
    if me is None or me.level not in BELOW or not rights.covers(VIEW, area_path=me.path):
        raise not_found()
    above = tuple(
        Piece(*row[:5]) for row in rows
        if row[6] and not row[5] and row[2] in BELOW and rights.covers(VIEW, area_path=row[3])
    )
    children = tuple(Piece(*row[:5]) for row in rows if not row[6])
    return Land(me, above, children)


def home_code(rights: Rights) -> str:
    """The widest area the reader may look at; empty when there is none."""
    roots = sorted(rights.paths(VIEW), key=len)
    return roots[0].rstrip("/").rsplit("/", 1)[-1] if roots else ""
