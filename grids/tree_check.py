"""Does the tree hold? Compares nested sets, paths and parent chain, and puts them right from the parent chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection

from grids.numbering import BrokenChain, Number, number_forest
from grids.tree import announce_repath, tree_lock


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one node that does not agree with its parent chain; ``kind`` is stable for programs."""

    code: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Node:
    id: int
    code: str
    parent_id: int | None
    tree_id: int
    lft: int
    rght: int
    depth: int
    path: str


_COLUMNS = "id, code, parent_id, tree_id, lft, rght, depth, path"


def _read() -> list[_Node]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM grids_area ORDER BY id")  # noqa: S608 (a constant)
        return [_Node(*row) for row in cursor.fetchall()]


def check_tree() -> list[Problem]:
    """Every disagreement, empty when the tree is sound: cycles and lost parents, path against the chain, one root
    per tree, numbers 1..2n without gap, each node inside its parent, width equal to the size of its subtree."""
    nodes = _read()
    try:
        truth = number_forest((n.id, n.parent_id, n.code) for n in nodes)
    except BrokenChain as error:
        codes = {n.id: n.code for n in nodes}
        return [
            Problem(codes[key], "chain", "no root leads here (cycle or lost parent)") for key in error.ids
        ]
    by_id = {n.id: n for n in nodes}
    found = [problem for node in nodes for problem in _of_node(node, by_id, truth[node.id])]
    return found + _of_trees(nodes)


def _of_node(node: _Node, by_id: dict[int, _Node], true: Number) -> Iterable[Problem]:
    if node.path != true.path:
        yield Problem(node.code, "path", f"{node.path} should be {true.path}")
    if node.depth != true.depth:
        yield Problem(node.code, "depth", f"{node.depth} should be {true.depth}")
    if node.rght - node.lft != true.rght - true.lft:
        yield Problem(
            node.code, "width", f"{node.lft}..{node.rght} should hold {true.rght - true.lft + 1} numbers"
        )
    parent = by_id.get(node.parent_id) if node.parent_id else None
    if parent and not (parent.tree_id == node.tree_id and parent.lft < node.lft and node.rght < parent.rght):
        yield Problem(
            node.code, "containment", f"{node.lft}..{node.rght} lies outside its parent {parent.code}"
        )


def _of_trees(nodes: list[_Node]) -> list[Problem]:
    members: dict[int, list[_Node]] = {}
    for node in nodes:
        members.setdefault(node.tree_id, []).append(node)
    found = []
    for tree_id, inside in members.items():
        roots = [n.code for n in inside if n.parent_id is None]
        if len(roots) != 1:
            found.append(Problem(",".join(roots), "roots", f"tree {tree_id} has {len(roots)} roots"))
        numbers = sorted(x for n in inside for x in (n.lft, n.rght))
        if numbers != list(range(1, 2 * len(inside) + 1)):
            found.append(
                Problem(",".join(roots), "numbers", f"tree {tree_id} is not numbered 1..{2 * len(inside)}")
            )
    return found


def repair_tree() -> int:
    """Rewrite numbers and paths from the parent chain; gives the count of nodes changed.

    Raises BrokenChain where the chain itself is broken: which parent is right only a person can say.
    """
    with tree_lock(wait_ms=60_000):
        return renumber()


def renumber(report: Callable[[int, int], None] | None = None) -> int:
    """As `repair_tree`, for callers that hold the tree lock; touches only rows that differ."""
    nodes = _read()
    truth = number_forest((n.id, n.parent_id, n.code) for n in nodes)
    changed = [
        (n.id, true)
        for n in nodes
        if (true := truth[n.id]) != Number(n.tree_id, n.lft, n.rght, n.depth, n.path)
    ]
    moved = sorted(((n.path, truth[n.id].path) for n in nodes if n.path != truth[n.id].path), reverse=True)
    write_numbers(changed)
    announce_repath(moved)
    if report:
        report(len(changed), len(nodes))
    return len(changed)


def write_numbers(changed: list[tuple[int, Number]], *, size: int = 5000) -> None:
    """Store numbers and paths of these nodes, some thousands per statement."""
    with connection.cursor() as cursor:
        for start in range(0, len(changed), size):
            part = changed[start : start + size]
            cursor.execute(
                "UPDATE grids_area a SET tree_id = v.tree_id, lft = v.lft, rght = v.rght, depth = v.depth, "
                "path = v.path FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[], %s::text[]) "
                "AS v(id, tree_id, lft, rght, depth, path) WHERE a.id = v.id",
                [
                    [key for key, _n in part],
                    [n.tree_id for _k, n in part],
                    [n.lft for _k, n in part],
                    [n.rght for _k, n in part],
                    [n.depth for _k, n in part],
                    [n.path for _k, n in part],
                ],
            )
