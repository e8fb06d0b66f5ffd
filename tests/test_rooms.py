"""The house holds: imports run down the floors, one door writes the state, views read through queries."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "accounts": 0,
    "grids": 1,
    "casework": 2,
    "events": 3,
    "hotline": 4,
    "disputes": 4,
    "field": 5,
    "dashboard": 6,
    "governance": 7,
}

MODULES = sorted(
    path
    for room in FLOORS
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
)


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.lineno, node.module


def upward_imports(path: Path) -> list[str]:
    """Imports of a module that climb or go sideways."""
    room = path.relative_to(ROOT).parts[0]
    found = []
    for line, name in _imports(path):
        other = name.split(".")[0]
        if other == room or other not in FLOORS:
            continue
        if FLOORS[other] >= FLOORS[room]:
            found.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_down_the_floors(path: Path) -> None:
    assert upward_imports(path) == []


def test_the_floor_check_can_fail(tmp_path: Path) -> None:
    probe = ROOT / "grids" / "_probe_of_the_floor_check.py"
    probe.write_text("from events.models import Event\n")
    try:
        assert upward_imports(probe) == ["grids/_probe_of_the_floor_check.py:1 imports events.models"]
    finally:
        probe.unlink()


STATE_WRITERS = {"casework/door.py"}
"""Who may assign the state of a case. ``order.state`` is a companion's and written by the verbs."""


def state_assignments(path: Path) -> list[str]:
    """Assignments to ``case.state`` / ``event.state`` and ``.update(state=…)`` on cases."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            flat = [e for t in targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])]
            for target in flat:
                if (
                    isinstance(target, ast.Attribute)
                    and target.attr == "state"
                    and isinstance(target.value, ast.Name | ast.Attribute)
                    and getattr(target.value, "id", getattr(target.value, "attr", "")) in ("case", "event", "locked")
                ):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("update", "bulk_update")
            and any(keyword.arg == "state" for keyword in node.keywords)
            and "Event.objects" in ast.unparse(node.func)
        ):
            found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def test_the_state_of_a_case_has_one_writer() -> None:
    found = [
        hit
        for path in MODULES
        if str(path.relative_to(ROOT)) not in STATE_WRITERS
        for hit in state_assignments(path)
    ]
    assert found == []


FACES = ("views", "api", "admin", "forms", "citizen", "pulse")


def scoped_reads(path: Path) -> list[str]:
    """Faces that start a query from ``Event.objects`` instead of ``visible_to`` (quality.md A-10)."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if not any(part.startswith(FACES) for part in parts):
        return []
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr == "objects"
        and isinstance(node.value, ast.Name)
        and node.value.id == "Event"
    ]


READS_WITH_A_REASON: dict[str, str] = {}
"""``file`` → why it may read events without a person's scope."""


def test_faces_read_events_through_their_scope() -> None:
    found = [
        hit
        for path in MODULES
        if str(path.relative_to(ROOT)) not in READS_WITH_A_REASON
        for hit in scoped_reads(path)
    ]
    assert found == []


LONG_WITH_A_REASON: dict[str, str] = {}


def test_no_file_is_a_heap() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in MODULES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert set(long) <= set(LONG_WITH_A_REASON), long


def test_the_request_path_never_touches_the_broker() -> None:
    """quality.md B-05 by reading: only relay and tasks may publish."""
    publishers = {"casework/relay.py", "casework/tasks.py", "casework/outbox.py", "casework/heartbeat.py"}
    found = []
    for path in MODULES:
        if str(path.relative_to(ROOT)) in publishers or path.name == "tasks.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("delay", "apply_async", "send_task", "delay_on_commit"):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
