"""Verification of the trails: every row, every link, every head, recomputed (quality.md §5.4), while work goes on.

What the chain alone cannot show is a case whose last rows were removed *and* whose own head and version were set
back to match: that takes heads kept elsewhere, which ``digest_heads`` is for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, islice

from django.apps import apps
from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from casework.models import Case
from casework.trail import Break, verify_case

CASES_AT_ONCE = 500


def case_kinds() -> list[type[Case]]:
    """Every kind of case the installed rooms have."""
    return [model for model in apps.get_models() if issubclass(model, Case)]


def verify_all(kind: type[Case], since: datetime | None = None) -> Iterator[Break]:
    """Walk the chains of all cases of a kind, in order, memory flat; yields what does not hold.

    ``since`` leaves out cases whose own row says that they have not changed since; it trusts that column, so run
    it without now and then.
    """
    cases = kind._base_manager.order_by("pk")
    if since is not None:
        cases = cases.filter(changed_at__gte=since)
    trail = kind.trail_model()
    walk = cases.iterator(chunk_size=CASES_AT_ONCE)
    while batch := list(islice(walk, CASES_AT_ONCE)):
        rows = trail._base_manager.filter(case__in=[case.pk for case in batch]).order_by("case_id", "seq", "pk")
        by_case = {key: list(found) for key, found in groupby(rows, key=lambda row: row.case_id)}
        for case in batch:
            broken = verify_case(case, by_case.get(case.pk, [])) and _under_its_lock(kind, case)
            if broken is not None:
                yield broken


def _under_its_lock(kind: type[Case], case: Case) -> Break | None:
    """The same case once more, where no move can come between its row and its trail: what was read of a case that is
    being worked on may be of two moments."""
    with transaction.atomic():
        held = kind._base_manager.select_for_update().get(pk=case.pk)
        return verify_case(held, kind.trail_model()._base_manager.filter(case=held).order_by("seq", "pk"))


def verify_heads(kind: type[Case]) -> Iterator[Break]:
    """A quick look without recomputing: cases whose head or version is not that of their last row."""
    last = kind.trail_model()._base_manager.filter(case=OuterRef("pk")).order_by("-seq")
    cases = kind._base_manager.annotate(
        last_hash=Subquery(last.values("hash")[:1]), last_seq=Subquery(last.values("seq")[:1])
    )
    wrong = cases.exclude(last_hash=F("trail_head"), last_seq=F("version")).order_by("pk")
    for number, version in wrong.values_list("number", "version").iterator():
        yield Break(number, version, "cut")


def digest_heads(kind: type[Case]) -> tuple[int, str]:
    """Number of cases, and one SHA-256 over the heads of all of them in order: to be kept on another host."""
    digest, count = hashlib.sha256(), 0
    heads = kind._base_manager.order_by("pk").values_list("pk", "version", "trail_head")
    for key, version, head in heads.iterator(chunk_size=5000):
        digest.update(f"{key}:{version}:{head}\n".encode())
        count += 1
    return count, digest.hexdigest()
