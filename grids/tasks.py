"""The nightly look at the tree."""

from __future__ import annotations

import logging

from celery import shared_task

from grids.tree_check import check_tree

logger = logging.getLogger("grids")


@shared_task(name="grids.check_tree")
def check_tree_nightly() -> int:
    """Compare nested sets and paths with the parent chain; the count of problems, each of the first ones logged as an
    error. Nothing is repaired by itself: which parent is right a person says (``manage.py check_tree --repair``)."""
    problems = check_tree()
    for problem in problems[:20]:
        logger.error("tree broken: %s at %s: %s", problem.kind, problem.code, problem.detail)
    return len(problems)
