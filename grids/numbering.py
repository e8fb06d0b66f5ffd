"""Left/right numbers and paths of the whole forest in one pass from the parent chain. No database."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple


class Number(NamedTuple):
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
    for key, parent, code in sorted(nodes, key=itemgetter(2), reverse=True):
        codes[key] = code
        if parent in children:
            children[parent].append(key)
        else:
            children[parent] = [key]
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
    stack: list[tuple[int, int, int, str]] = [(root, 0, 0, f"{codes[root]}/")]
    while stack:
        key, left, depth, path = stack.pop()
        counter += 1
        below = None if left else children.get(key)
        if below is None:  # a leaf, or all below is numbered
            if not left:
                left, counter = counter, counter + 1
            found[key] = Number(tree_id, left, counter, depth, path)
            continue
        stack.append((key, counter, depth, path))
        # children are kept in falling order of code, so that the lowest lies on top of the stack
        stack += [(child, 0, depth + 1, f"{path}{codes[child]}/") for child in below]
