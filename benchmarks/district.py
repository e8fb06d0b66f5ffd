"""A district to measure on: the shape of source 004 (14 streets, 115 communities, 1,000 grids) and filler events.

The filler is written by SQL, not through the door: it is there to be counted, listed and searched through.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db import connection

from accounts.models import Role, User
from grids.boundaries import to_geojson
from grids.demo.shapes import codes_for, draw_district, make_partition
from grids.models import Area, BoundaryVersion, Level, Post, Unit
from tests.world import World, make_world

COUNTS = (14, 115, 1000)
START = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "Correct-horse-9"  # noqa: S105 (a throw-away database)

FILL = """
INSERT INTO events_event (
    number, state, version, trail_head, changed_xid, changed_at, area_path, unit_ids, due_at, due_stage, due_started_at,
    source, token, tracking_code, title, text, address, lon, lat, is_located, district_code, street_code,
    community_code, grid_code, suggestion, urgency, urgency_reason, handling, rung, reported_at, handle_due_at,
    handled_at, closed_at, outcome, answer, solved, rating, flag, bounces, reworks, reopens, repeats, is_clue,
    clue_kind, black_list_proposed, followers, grams, area_id, category_id, service_class_id, owner_unit_id
)
SELECT 'F' || n, s.state, 1, '', 0, t.at, g.path, ARRAY[u.id], CASE WHEN s.live THEN t.at + interval '3 days' END,
    CASE WHEN s.live THEN 'handle' ELSE '' END, CASE WHEN s.live THEN t.at END,
    (ARRAY['grid', 'hotline', 'citizen', 'police110', 'video'])[1 + n %% 5], md5('t' || n),
    upper(overlay(lpad(to_hex(n::bigint * 2654435761 %% 4294967296), 8, '0') placing '-' from 5 for 0)),
    '路灯不亮 ' || n, '小区东门路灯不亮,晚上行人通行不安全,请尽快维修处理。编号' || n, '滨湖路' || n %% 900 || '号',
    g.lon, g.lat, true, g.district, g.street, g.community, g.code, '{}', (ARRAY['P1', 'P2', 'P3', 'P3', 'P3'])[1 + n %% 5],
    '', 'general', 1, t.at, t.at + interval '3 days', CASE WHEN s.state = 'closed' THEN t.at + interval '1 day' * (n %% 5) END,
    CASE WHEN s.state = 'closed' THEN t.at + interval '1 day' * (1 + n %% 5) END,
    CASE WHEN s.state = 'closed' THEN 'solved' ELSE '' END, '', NULL,
    CASE WHEN s.state = 'closed' AND n %% 3 = 0 THEN 3 + n %% 3 END, '', 0, 0, 0, 0, false, '', false, '{}',
    ARRAY['路灯', '灯不', '不亮', '滨湖', '湖路'], g.id, c.code, 'B72', u.id
FROM generate_series(%(first)s, %(last)s) AS n,
    LATERAL (SELECT n %% 20 < 2 AND n <= %(alive)s AS live) AS o,
    LATERAL (SELECT CASE WHEN NOT o.live THEN 'closed' WHEN n %% 20 = 0 THEN 'in_progress'
                         ELSE 'open_for_claim' END AS state, o.live) AS s,
    LATERAL (SELECT %(start)s::timestamptz + interval '1 second' * (n * %(gap)s) AS at) AS t,
    LATERAL (SELECT * FROM bench_grids WHERE seat = n %% %(grids)s) AS g,
    LATERAL (SELECT code FROM bench_categories WHERE seat = n %% %(categories)s) AS c,
    LATERAL (SELECT id FROM bench_units WHERE seat = n %% %(units)s) AS u
"""


def build() -> World:
    """The cast of the tests and a drawn district with a unit for each street."""
    world = make_world()
    _draw(world)
    _seats()
    return world


def _draw(world: World) -> None:
    """Streets, communities and grids under the same district, with boundaries; the drawn streets begin at 301."""
    for code in ("street", "community", "grid"):
        BoundaryVersion.objects.update_or_create(level=Level.objects.get(code=code))
    partition = make_partition(draw_district().outline, COUNTS, seed=7)
    above = {"150302": world.areas["district"]}
    tree = world.areas["district"].tree_id
    for depth, (level, drawn) in enumerate(
        zip(("street", "community", "grid"), codes_for("150302", partition), strict=True)
    ):
        rows = []
        for code, shape in drawn.items():
            parent = above[code[: 6 + 3 * depth]]
            moved = _moved(code)
            point = shape.representative_point()
            rows.append(
                Area(
                    code=moved, name=f"{level} {moved}", short_name=moved[-3:], level_id=level, parent=parent,
                    path=f"{parent.path}{moved}/", boundary=to_geojson(shape), lon=point.x, lat=point.y,
                    households=400, population=1000, lft=0, rght=0, tree_id=tree, depth=depth + 1,
                )
            )
        Area.objects.bulk_create(rows)
        above = dict(zip(drawn, rows, strict=True))
    _units_and_people(world)


def _moved(code: str) -> str:
    """Street numbers from 301 on, so that they do not meet those of the mini district."""
    return code[:6] + str(int(code[6:9]) + 300) + code[9:]


def _units_and_people(world: World) -> None:
    streets = Area.objects.filter(level="street", code__gte="150302301")
    units = Unit.objects.bulk_create(
        [Unit(code=f"street-{a.code}", name=f"{a.short_name}街道", kind="street_office", area=a) for a in streets]
    )
    officer = Role.objects.get(code="street_officer")
    hashed = world.people["officer_a"].password
    people = User.objects.bulk_create(
        [User(username=f"officer-{u.area.code}", name=u.name, password=hashed) for u in units]
    )
    Post.objects.bulk_create(
        [
            Post(person=p, role=officer, area=u.area, unit=u, valid_from=date(2020, 1, 1))
            for p, u in zip(people, units, strict=True)
        ]
    )


def _seats() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE UNLOGGED TABLE bench_grids AS SELECT row_number() OVER (ORDER BY g.code) - 1 AS seat, g.id, g.code,
                g.path, g.lon, g.lat, '150302' AS district, substr(g.code, 1, 9) AS street,
                substr(g.code, 1, 12) AS community FROM grids_area g WHERE level_id = 'grid' AND boundary IS NOT NULL;
            CREATE UNIQUE INDEX ON bench_grids (seat);
            CREATE UNLOGGED TABLE bench_categories AS SELECT row_number() OVER (ORDER BY code) - 1 AS seat, code
                FROM events_category WHERE parent_id IS NOT NULL;
            CREATE UNIQUE INDEX ON bench_categories (seat);
            CREATE UNLOGGED TABLE bench_units AS SELECT row_number() OVER (ORDER BY id) - 1 AS seat, id FROM grids_unit;
            CREATE UNIQUE INDEX ON bench_units (seat)
        """)


def fill(first: int, last: int, *, days: float = 365.0, gap: float | None = None, is_past: bool = False) -> None:
    """Filler events number ``first`` … ``last``, spread over ``days`` from 2026-01-01; or one each ``gap`` seconds,
    backwards in time when it is negative. A tenth is still open, unless all are past."""
    with connection.cursor() as cursor:
        counts = {}
        for name in ("grids", "categories", "units"):
            cursor.execute(f"SELECT count(*) FROM bench_{name}")  # noqa: S608
            counts[name] = cursor.fetchone()[0]
        cursor.execute("SET statement_timeout = 0")
        for low in range(first, last + 1, 100_000):
            cursor.execute(
                FILL,
                {"first": low, "last": min(last, low + 99_999), "start": START,
                 "alive": 0 if is_past else last,
                 "gap": gap or days * 86_400 / max(last, 50_000), **counts},
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events_event")
