"""The access matrix: every address × everybody × every relation (quality.md A-01 … A-03, W-02, W-03, P-01)."""

from __future__ import annotations

import pytest
from django.db import connection

from events import queries
from events.models import Event
from tests.access.answers import CANARY
from tests.access.cells import Cell, address
from tests.access.declared import DECLARED, EVENT
from tests.access.matrix import unclassified, undone, walk_cells
from tests.access.scene import Scene, browser

SHARDS = 6
PART = 8
"""One cell in so many here; ``./start figures spine --only matrix`` asks all."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")


def test_no_address_is_unclassified() -> None:
    assert unclassified() == []


@pytest.mark.parametrize("shard", range(SHARDS))
def test_everybody_is_answered_as_declared(scene: Scene, shard: int) -> None:
    patterns = set(list(DECLARED)[shard::SHARDS])
    found = walk_cells(scene, one_in=PART, wanted=lambda cell: cell.pattern in patterns)
    assert found.wrong == []
    assert found.faults == []
    assert found.canaries == []
    assert found.total > 300


def test_every_address_lets_somebody_through(scene: Scene) -> None:
    """A-03: denial everywhere would also be "as declared" to a careless table."""
    people = ("dispatcher", "admin", "officer_a", "director", "call_backer", "discipline", "mediator")
    near = ("", "own", "there", "inside", "mine", "call_a", "mediated")
    found = walk_cells(
        scene, wanted=lambda cell: cell.method == "GET" and cell.who in people and cell.relation in near
    )
    assert found.wrong == []
    silent = [key for key, statuses in found.through.items() if not any(status < 400 for status in statuses)]
    assert silent == []


def test_the_matrix_notices_an_open_door(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: with a query that shows everything to everybody the walk must find wrong cells."""
    monkeypatch.setattr(queries, "visible_to", lambda rights: Event.objects.all())
    found = walk_cells(scene, wanted=lambda cell: cell.pattern == EVENT and cell.who == "officer_a")
    assert any("other_street" in words for words in found.wrong)


def test_a_method_that_is_not_declared_does_nothing(scene: Scene) -> None:
    """W-04: also TRACE, also when asked for through an override header."""
    wrong = []
    for pattern, rule in DECLARED.items():
        methods = set(METHODS) - set(rule.methods) - {"POST" if rule.face == "admin" else ""}
        if pattern.startswith("admin/") or rule.face == "open":
            methods &= {"TRACE", "PUT", "PATCH", "DELETE"} if rule.face != "admin" else {"TRACE"}
        for method in sorted(methods):
            cell = Cell(pattern, method, "dispatcher", _there(rule.about))
            path, _query = address(scene, cell)
            before = _changes()
            answer = undone(lambda path=path, method=method: browser(scene, "dispatcher").generic(method, path))
            if (method not in ("PUT", "PATCH", "DELETE") and answer.status_code < 300) or answer.status_code >= 500:
                wrong.append(f"{cell}: {answer.status_code}")
            assert _changes() == before, str(cell)
    assert wrong == []


def _there(about: str) -> str:
    if about.startswith("dispute"):
        return "mediated"
    return "own" if about.startswith(("event", "order")) else "call_a" if about.startswith("call") else "there"


def _changes() -> tuple:
    return tuple(Event.objects.order_by("pk").values_list("pk", "version"))


def test_an_override_header_is_no_method(scene: Scene) -> None:
    thing = scene.things["own"]
    path = f"/events/{thing.event.number}/watch/"
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = browser(scene, "dispatcher").get(path, {"_method": "POST"}, headers={name: "POST"})
        assert answer.status_code == 405
    assert not thing.event.watches.exists()


def test_a_foreign_host_is_refused(scene: Scene) -> None:
    for path in ("/", "/accounts/sign-in/", "/api/v1/events/", "/c/"):
        assert browser(scene, "dispatcher").get(path, headers={"Host": "evil.example"}).status_code == 400


def test_names_and_telephones_lie_in_one_table_only(scene: Scene) -> None:
    """P-01: not in trail, outbox, notices, deliveries, read log, tallies or kept answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        holding = []
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ~ %s', [CANARY.pattern.replace("\\d", "[0-9]")])
            if cursor.fetchone()[0]:
                holding.append(table)
    assert sorted(holding) == ["events_eventreporter", "hotline_caller"]
