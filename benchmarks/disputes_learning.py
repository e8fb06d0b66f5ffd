"""Figures of the suggested dispute type: mediation cases and facts of judgments against their cause, by cross-validation.

Labels. Causes as they stand, where at least ten texts have them (5 of mediation, 8 of judgments; there the plain method
gives 0.82 and 0.79) and where at least five have (17 and 64); and all mediation causes grouped into the sixteen types by
``disputes.learning.type_of_cause``. Of mediation only ``facts`` is read, since title and keywords name the cause.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks import learning_texts as texts
from benchmarks.ledger import Figure
from casework.learning.features import Sample
from casework.learning.train import Recipe, cross_validate
from disputes.learning import BLOCKS, cause_words, type_of_cause

COMMAND = "./start figures disputes --only learning"
LEAST, MANY = 5, 10
PLAIN = Recipe(blocks=BLOCKS, balance=0.0, least_texts=1, most_features=400_000)
OURS = Recipe(blocks=BLOCKS)


def _by_cause(rows: list[dict[str, str]], least: int) -> list[Sample]:
    count = Counter(row["cause"] for row in rows)
    return [Sample({"body": row["facts"]}, row["cause"]) for row in rows if row["cause"] and count[row["cause"]] >= least]


def _names(samples: list[Sample]) -> list[Sample]:
    """The names of the causes as tiny texts of themselves: known before the first case."""
    return [Sample({"body": name.removesuffix("纠纷")}, name, 1.0) for name in sorted({s.label for s in samples})]


def _pair(code: str, what: str, samples: list[Sample], helpers: list[Sample], limit: str) -> Iterator[Figure]:
    plain = cross_validate(samples, PLAIN, count=LEAST, calibrated=False)
    ours = cross_validate(samples, OURS, helpers=helpers, count=LEAST, calibrated=False)
    labels = len({sample.label for sample in samples})
    yield Figure(f"{code}.baseline", f"{what}, baseline on the same folds: macro F1", plain.macro_f1, "", "", COMMAND)
    yield Figure(
        f"{code}.macro_f1", f"{what}: macro F1", ours.macro_f1, "", limit, COMMAND,
        f"{len(samples)} texts, {labels} labels, 5 folds; accuracy {ours.accuracy:.3f} ({ours.low:.3f}–{ours.high:.3f})",
    )


def measure() -> Iterator[Figure]:
    """Mediation by cause and by type, judgments by cause."""
    for name, file, code, bound in (
        ("mediation facts", "mediation_cases_train.csv.gz", "D1", ">= 0.72"),
        ("facts of judgments", "court_facts_civil_train.csv.gz", "D2", ">= 0.79"),
    ):
        rows = texts.rows(texts.MEDIATION / file)
        for least in (MANY, LEAST):
            some = _by_cause(rows, least)
            what, limit = f"{name}, causes with ≥ {least} texts", bound if least == MANY else ""
            yield from _pair(f"{code}.cause{least}", what, some, _names(some), limit)
    cases = texts.rows(texts.MEDIATION / "mediation_cases_train.csv.gz")
    typed = [Sample({"body": row["facts"]}, type_of_cause(row["cause"]).value) for row in cases if row["cause"]]
    yield from _pair("D1.type", "mediation facts, the sixteen types", typed, cause_words(), "")
