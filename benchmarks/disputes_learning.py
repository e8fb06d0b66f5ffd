"""Figures of the suggested dispute type: mediation cases and facts of judgments against their cause, by cross-validation.

Labels. Mediation: (a) the 17 causes with at least five cases as they stand, (b) all causes grouped into the sixteen
types by ``disputes.learning.type_of_cause``; only ``facts`` is read, since title and keywords name the cause.
Judgments: causes with at least five texts as they stand.
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
LEAST = 5
PLAIN = Recipe(blocks=BLOCKS, balance=0.0, least_texts=1, most_features=400_000)
OURS = Recipe(blocks=BLOCKS)


def _by_cause(rows: list[dict[str, str]], least: int = LEAST) -> list[Sample]:
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
    cases = texts.rows(texts.MEDIATION / "mediation_cases_train.csv.gz")
    named = _by_cause(cases)
    yield from _pair("D1.cause", "mediation facts, causes with ≥ 5 cases", named, _names(named), ">= 0.72")
    typed = [Sample({"body": row["facts"]}, type_of_cause(row["cause"]).value) for row in cases if row["cause"]]
    yield from _pair("D1.type", "mediation facts, the sixteen types", typed, cause_words(), "")
    judged = texts.rows(texts.MEDIATION / "court_facts_civil_train.csv.gz")
    for least in (LEAST, 10):
        some = _by_cause(judged, least)
        limit = ">= 0.79" if least == LEAST else ""
        yield from _pair(f"D2.cause{least}", f"facts of judgments, causes with ≥ {least} texts", some, _names(some), limit)
