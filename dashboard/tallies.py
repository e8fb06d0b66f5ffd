"""Keeping and reading the tallies: fold, rebuild, compare with a recount, sums for a wall."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from dashboard import tally_sql
from dashboard.models import NUMBERS

FOLD_LOCK = 4_710_301
FOLD_ROWS = 20_000
NOW_DAY = date(1, 1, 1)


def fold(*, limit: int = FOLD_ROWS) -> int:
    """Fold waiting deltas into the tallies; how many were taken. One at a time: a second folder takes none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLD_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(tally_sql.FOLD, [limit])
        return cursor.fetchone()[0]


def fold_all() -> int:
    """Fold until nothing waits."""
    total = 0
    while taken := fold():
        total += taken
    return total


def rebuild() -> int:
    """Count everything anew from the events; the number of tally rows. Holds off writers of events meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE events_event IN SHARE MODE")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLD_LOCK])
        cursor.execute("DELETE FROM dashboard_tallydelta")
        cursor.execute("DELETE FROM dashboard_tally")
        cursor.execute(
            f"INSERT INTO dashboard_tally (area_code, dim, value, day, {', '.join(NUMBERS)}) "
            + tally_sql.RECOUNT
        )
        return cursor.rowcount


def differences() -> list[dict]:
    """Slices in which tallies plus deltas differ from a recount of the events; empty when all is well."""
    names = ", ".join(NUMBERS)
    reading = tally_sql.READING.format(where="true", keys="area_code, dim, value, day")
    statement = f"""
        WITH mine AS ({reading}), truth AS ({tally_sql.RECOUNT})
        (SELECT 'tally' AS side, * FROM (SELECT * FROM mine EXCEPT SELECT * FROM truth) a
          WHERE ({names}) <> ({", ".join("0" for _n in NUMBERS)}))
        UNION ALL
        (SELECT 'recount', * FROM (SELECT * FROM truth EXCEPT SELECT * FROM mine) b
          WHERE ({names}) <> ({", ".join("0" for _n in NUMBERS)}))
        LIMIT 100
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement)
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def sums(areas: list[str], dims: list[str], *, first: date, last: date, by_day: bool = False) -> list[dict]:
    """Summed counts of these areas and slices over days ``first`` … ``last`` (both included).

    One row per (area_code, dim, value[, day]) with every name of ``NUMBERS``. Slices of a grid other than ``all``
    and ``state`` are not kept: ``grid_sums`` counts them.
    """
    return _read(tally_sql.READING, {"areas": areas, "dims": dims, "first": first, "last": last}, by_day)


def grid_sums(grid: str, path: str, dims: list[str], *, first: date, last: date, by_day: bool = False) -> list[dict]:
    """The same for one grid, from its own events; ``path`` is its materialised path."""
    values = {"areas": [grid], "dims": dims, "first": first, "last": last, "path": path + "%"}
    return _read(tally_sql.GRID_READING, values, by_day)


def _read(statement: str, values: dict, by_day: bool) -> list[dict]:
    keys = "area_code, dim, value, day" if by_day else "area_code, dim, value"
    where = "area_code = ANY(%(areas)s) AND dim = ANY(%(dims)s) AND day BETWEEN %(first)s AND %(last)s"
    with connection.cursor() as cursor:
        cursor.execute(statement.format(where=where, keys=keys), values)
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def present_states(areas: list[str]) -> dict[str, dict[str, int]]:
    """How many events are in each state now: ``{area: {state: n}}``."""
    found: dict[str, dict[str, int]] = {}
    for row in sums(areas, ["state"], first=NOW_DAY, last=NOW_DAY):
        found.setdefault(row["area_code"], {})[row["value"]] = row["present"]
    return found
