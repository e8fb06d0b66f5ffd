"""What one file takes from another is there. A name that was moved away fails here, not on somebody's desk: code that no
test runs (a step of the demo, a rare branch) is read all the same."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("accounts", "grids", "casework", "events", "hotline", "disputes", "field", "dashboard", "governance", "benchmarks")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if not path.is_relative_to(ROOT / "var"))
APART = {"benchmarks.smallest"}
"""Runs under settings of its own."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _taken(tree: ast.AST, package: str) -> Iterator[tuple[int, str, str, str]]:
    """(line, module, name, as what) of every ``from module import name`` of the project."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        above = package.rsplit(".", node.level - 1)[0] if node.level else ""
        module = ".".join(part for part in (above, node.module or "") if part)
        if module.split(".")[0] in ROOMS and not any(module.startswith(apart) for apart in APART):
            for alias in node.names:
                yield node.lineno, module, alias.name, alias.asname or alias.name


def _rebound(tree: ast.AST) -> set[str]:
    """Names that stand for something else somewhere in the file."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
    return found


def lacking(source: str, name: str, *, is_package: bool = False) -> list[str]:
    """Names that a file takes from modules of the project, or asks of them, and that are not there."""
    tree = ast.parse(source)
    package = name if is_package else name.rpartition(".")[0]
    found, modules, rebound = [], {}, _rebound(tree)
    for line, module, taken, alias in _taken(tree, package):
        held = importlib.import_module(module)
        if hasattr(held, "__path__") and find_spec(f"{module}.{taken}") is not None:
            importlib.import_module(f"{module}.{taken}")
        if not hasattr(held, taken):
            found.append(f"{name}:{line} {module} has no {taken}")
        elif f"{module}.{taken}" in sys.modules and alias not in rebound:
            modules[alias] = getattr(held, taken)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            held = modules[node.value.id]
            if not hasattr(held, node.attr) and not (hasattr(held, "__path__") and find_spec(f"{held.__name__}.{node.attr}")):
                found.append(f"{name}:{node.lineno} {held.__name__} has no {node.attr}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_name_taken_from_another_file_is_there(path: Path) -> None:
    name = module_name(path)
    if any(name.startswith(apart) for apart in APART):
        return
    assert lacking(path.read_text(encoding="utf-8"), name, is_package=path.name == "__init__.py") == []


def test_control_a_name_that_is_not_there_is_found() -> None:
    code = "from grids import days\nfrom grids.days import no_such\ndef late():\n    return days.today()\n"
    assert lacking(code, "governance.made_up") == [
        "governance.made_up:2 grids.days has no no_such", "governance.made_up:4 grids.days has no today",
    ]
