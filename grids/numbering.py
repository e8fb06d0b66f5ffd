"""Left/right numbers and paths of the whole forest in one pass from the parent chain. No database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """Where a node stands: nested-set numbers (1..2n in each tree), depth from 0, path of codes from the root."""

    tree_id: int
    lft: int
    rght: int
    depth: int
    path: str


class BrokenChain(ValueError):
    """Nodes that no root leads to: a cycle, or a parent that is not there."""

    def __init__(self, ids: list[int]) -> None:
        super().__init__(f"{len(ids)} nodes hang on no root")
        self.ids = ids


def number_forest(nodes: Iterable[tuple[int, int | None, str]]) -> dict[int, Number]:
    """Number ``(id, parent_id, code)`` with siblings and roots in the order of their codes.

    Raises BrokenChain for nodes that hang on no root.
    """
    codes: dict[int, str] = {}
    children: dict[int | None, list[int]] = {}
    for key, parent, code in sorted(nodes, key=lambda node: node[2], reverse=True):
        codes[key] = code
        children.setdefault(parent, []).append(key)
    found: dict[int, Number] = {}
    for tree_id, root in enumerate(reversed(children.get(None, [])), start=1):
        _number_tree(root, tree_id, codes, children, found)
    if len(found) != len(codes):
        raise BrokenChain(sorted(set(codes) - set(found)))
    return found


def _number_tree(
    root: int,
    tree_id: int,
    codes: dict[int, str],
    children: dict[int | None, list[int]],
    found: dict[int, Number],
) -> None:
    counter = 0
    left: dict[int, int] = {}
    stack: list[tuple[int, int, str]] = [(root, 0, f"{codes[root]}/")]
    while stack:
        key, depth, path = stack[-1]
        counter += 1
        if key in left:  # second visit: all below is numbered
            stack.pop()
            found[key] = Number(tree_id, left[key], counter, depth, path)
            continue
        left[key] = counter
        # children are kept in falling order of code, so that the lowest lies on top of the stack
        stack.extend((child, depth + 1, f"{path}{codes[child]}/") for child in children.get(key, ()))
