"""Fitting: needs scikit-learn (``requirements-training.txt``); nothing that answers a request imports this module.

The model is linear. Support-vector machine and logistic regression are fitted on the same features and added, so
that the ensemble is still one table of weights. Probabilities and threshold come from predictions of folds the
fitted part has not seen; near copies of one text always lie in one fold.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from casework.learning import measure
from casework.learning.features import TITLE_AND_BODY, Block, Sample, block_counts
from casework.learning.model import Model

FEWEST_OF_A_LABEL = 3
FEWEST_OF_A_NAMED = 2
"""Of a label that helpers tell of already, as by its name."""
FOLDS = 5


class CannotTrain(ValueError):
    """Too few examples, or scikit-learn is not installed here."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is chosen beforehand. ``balance`` 0 … 1: how much rare labels are raised (1: all labels equal).

    ``abstain_accuracy``: share of right answers asked of what is not abstained.
    """

    blocks: tuple[Block, ...] = TITLE_AND_BODY
    svm: float = 1.0
    logistic: float = 0.0
    balance: float = 1.0
    least_texts: int = 2
    most_features: int = 150_000
    abstain_accuracy: float = 0.85
    bias_steps: tuple[float, ...] = ()
    seed: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Table:
    """Samples as one sparse matrix over the features kept, with what is needed to serve the same features."""

    hashes: np.ndarray
    idf: np.ndarray
    rows: Any


def vocabulary(counts: Sequence[list[tuple[np.ndarray, np.ndarray]]], recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Hashes kept (sorted) and their inverse document frequency."""
    every = [hashes for blocks in counts for hashes, _n in blocks]
    hashes, texts = np.unique(np.concatenate(every), return_counts=True)
    kept = texts >= recipe.least_texts
    hashes, texts = hashes[kept], texts[kept]
    if len(hashes) > recipe.most_features:
        often = np.sort(np.argsort(-texts, kind="stable")[: recipe.most_features])
        hashes, texts = hashes[often], texts[often]
    return hashes, (np.log((1 + len(counts)) / (1 + texts)) + 1).astype(np.float32)


def matrix(
    counts: Sequence[list[tuple[np.ndarray, np.ndarray]]], blocks: tuple[Block, ...], hashes: np.ndarray,
    idf: np.ndarray,
) -> Any:
    """The samples as a sparse matrix, in exactly the numbers ``Model`` computes when it serves."""
    from scipy import sparse

    probe = Model((), blocks, hashes, idf, np.empty((len(hashes), 0)), np.empty(0), 1.0, 0.0, {})
    data, columns, ends = [], [], [0]
    for sample in counts:
        for block, (block_hashes, block_n) in zip(blocks, sample, strict=True):
            rows, values = probe._values(block_hashes, block_n, block)
            data.append(values)
            columns.append(rows)
        ends.append(ends[-1] + sum(len(part) for part in columns[-len(blocks) :]))
    return sparse.csr_matrix(
        (np.concatenate(data), np.concatenate(columns), np.array(ends)), shape=(len(counts), len(hashes)),
    )


def twins(rows: Any, *, alike: float = 0.8) -> np.ndarray:
    """A group number for each sample: those whose features point the same way (cosine) stand together."""
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1))).ravel()
    length[length == 0] = 1.0
    group = np.arange(rows.shape[0])

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for start in range(0, rows.shape[0], 500):
        near = (rows[start : start + 500] @ rows.T).tocoo()
        close = near.data > alike * length[near.row + start] * length[near.col]
        for i, j in zip(near.row[close] + start, near.col[close], strict=True):
            group[root(int(i))] = root(int(j))
    return np.array([root(i) for i in range(len(group))])


def folds(labels: np.ndarray, groups: np.ndarray | None, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Training and held-out positions, labels spread evenly; with ``groups`` no group is cut.

    A label of fewer texts than ``count`` is missing from some held-out parts.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    empty = np.zeros(len(labels))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        if groups is None:
            yield from StratifiedKFold(count, shuffle=True, random_state=seed).split(empty, labels)
        else:
            yield from StratifiedGroupKFold(count, shuffle=True, random_state=seed).split(empty, labels, groups)


def fit_weights(
    rows: Any, labels: np.ndarray, weights: np.ndarray, recipe: Recipe, names: list[str],
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (features × labels) and bias of the ensemble, labels in the order of ``names``."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC
    from threadpoolctl import threadpool_limits

    count = Counter(labels.tolist())
    raise_by = {label: (len(labels) / (len(count) * n)) ** recipe.balance for label, n in count.items()}
    table = np.zeros((rows.shape[1], len(names)), dtype=np.float32)
    bias = np.full(len(names), -1.0, dtype=np.float32)
    parts = []
    if recipe.svm:
        parts.append(LinearSVC(C=recipe.svm, class_weight=raise_by, random_state=recipe.seed))
    if recipe.logistic:
        parts.append(LogisticRegression(C=recipe.logistic, class_weight=raise_by, max_iter=200, tol=1e-3))
    for number, part in enumerate(parts):
        with threadpool_limits(1):
            part.fit(rows, labels, sample_weight=weights)
        coefficients, offsets = part.coef_, part.intercept_
        if len(part.classes_) == 2:
            coefficients, offsets = np.vstack([-coefficients, coefficients]), np.concatenate([-offsets, offsets])
        at = [names.index(label) for label in part.classes_]
        scale = 1 / (len(parts) * np.abs(rows[:200] @ coefficients.T).mean()) if len(parts) > 1 else 1.0
        if number == 0:
            bias[at] = 0.0
        table[:, at] += (coefficients.T * scale).astype(np.float32)
        bias[at] += (offsets * scale).astype(np.float32)
    return table, bias


def temperature_for(scores: np.ndarray, labels: np.ndarray) -> float:
    """The factor on unseen scores that makes their softmax most likely (searched on a grid of 60 steps)."""
    best = (np.inf, 1.0)
    for factor in np.geomspace(0.3, 30, 60):
        raised = scores * factor
        top = raised.max(axis=1, keepdims=True)
        loss = (np.log(np.exp(raised - top).sum(axis=1)) + top[:, 0] - raised[np.arange(len(labels)), labels]).mean()
        best = min(best, (float(loss), float(factor)))
    return best[1]


def counted(samples: Sequence[Sample], recipe: Recipe) -> list[list[tuple[np.ndarray, np.ndarray]]]:
    """Features of every sample, block by block, before they are weighed."""
    return [[block_counts(sample, block) for block in recipe.blocks] for sample in samples]


def checked(samples: Sequence[Sample], helpers: Sequence[Sample] = ()) -> list[Sample]:
    """Samples of labels that occur often enough to learn. Raises CannotTrain when fewer than two labels are left."""
    count, named = Counter(sample.label for sample in samples), {helper.label for helper in helpers}
    fewest = {label: FEWEST_OF_A_NAMED if label in named else FEWEST_OF_A_LABEL for label in count}
    kept = [sample for sample in samples if count[sample.label] >= fewest[sample.label]]
    if len({sample.label for sample in kept}) < 2:
        raise CannotTrain(f"at least two labels with {FEWEST_OF_A_LABEL} texts each are needed")
    return kept


def fit(
    samples: Sequence[Sample], recipe: Recipe | None = None, *, helpers: Sequence[Sample] = (),
    tell: Callable[[str], None] = lambda _words: None,
) -> Model:
    """Train on ``samples`` and ``helpers`` (weakly labelled texts, each with a weight below 1).

    Raises CannotTrain.
    """
    recipe = recipe or Recipe()
    _need_sklearn()
    samples = checked(samples, helpers)
    names = sorted({sample.label for sample in samples})
    helpers = [helper for helper in helpers if helper.label in names]
    own, others = counted(samples, recipe), counted(helpers, recipe)
    labels = np.array([sample.label for sample in samples])
    tell(f"{len(samples)} + {len(helpers)} texts, {len(names)} labels")
    scores, groups = _unseen_scores(samples, own, helpers, others, recipe, names)
    shift = _shift_for(scores, labels, names, recipe)
    truth = np.searchsorted(names, labels)
    temperature = temperature_for(scores + shift, truth)
    model = _fit_once(samples, own, helpers, others, recipe, names)
    model = replace(model, bias=(model.bias + shift).astype(np.float32), temperature=temperature)
    said = (scores + shift).argmax(axis=1)
    shares = model.shares(scores + shift)[np.arange(len(said)), said]
    threshold = measure.threshold_for(shares, (said == truth).astype(float), accuracy=recipe.abstain_accuracy)
    quality = measure.judge(labels.tolist(), [names[i] for i in said], shares, threshold)
    facts = {"texts": len(samples), "helpers": len(helpers), "twins": int(len(groups) - len(set(groups.tolist())))}
    facts |= {"quality": _plain(quality), "folds": FOLDS, "grouped": True} | recipe.facts
    return replace(model, threshold=threshold, facts=facts)


def _plain(quality: measure.Quality) -> dict[str, Any]:
    found = {name: getattr(quality, name) for name in quality.__dataclass_fields__ if name != "per_label"}
    found = {name: round(value, 4) for name, value in found.items()}
    return found | {"per_label": {label: [n, round(f1, 3)] for label, (n, f1) in quality.per_label.items()}}


def _need_sklearn() -> None:
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise CannotTrain("scikit-learn is not installed: pip install -r requirements-training.txt") from error


def _fit_once(
    samples: Sequence[Sample], own: list, helpers: Sequence[Sample], others: list, recipe: Recipe, names: list[str],
) -> Model:
    counts = [*own, *others]
    hashes, idf = vocabulary(counts, recipe)
    rows = matrix(counts, recipe.blocks, hashes, idf)
    labels = np.array([sample.label for sample in (*samples, *helpers)])
    weights = np.array([sample.weight for sample in (*samples, *helpers)])
    table, bias = fit_weights(rows, labels, weights, recipe, names)
    return Model(tuple(names), recipe.blocks, hashes, idf, table.astype(np.float16), bias, 1.0, 0.0, {})


def _unseen_scores(
    samples: Sequence[Sample], own: list, helpers: Sequence[Sample], others: list, recipe: Recipe, names: list[str],
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of each sample by a model that saw neither it nor a near copy, and the groups of near copies."""
    hashes, idf = vocabulary(own, recipe)
    groups = twins(matrix(own, recipe.blocks, hashes, idf))
    labels = np.array([sample.label for sample in samples])
    scores = np.zeros((len(samples), len(names)), dtype=np.float32)
    most = max(Counter(labels.tolist()).values())
    for seen, held in folds(labels, groups, max(2, min(FOLDS, most)), recipe.seed):
        part = _fit_once([samples[i] for i in seen], [own[i] for i in seen], helpers, others, recipe, names)
        scores[held] = score_rows(part, [own[i] for i in held])
    return scores, groups


def score_rows(model: Model, counts: list) -> np.ndarray:
    """Scores of many counted samples at once, equal to ``Model.scores`` of each."""
    rows = matrix(counts, model.blocks, model.hashes, model.idf)
    return np.asarray(rows @ model.weights.astype(np.float32) + model.bias)


def _shift_for(scores: np.ndarray, labels: np.ndarray, names: list[str], recipe: Recipe) -> np.ndarray:
    """Per label, what is added to its score so that macro F1 and accuracy together are highest on unseen texts
    (coordinate search): a rare label is raised no further than the frequent ones can bear."""
    shift = np.zeros(len(names), dtype=np.float32)
    if not recipe.bias_steps:
        return shift
    truth = np.searchsorted(names, labels)
    for _round in range(2):
        for label in range(len(names)):
            tried = []
            for step in recipe.bias_steps:
                shift[label] = step
                said = (scores + shift).argmax(axis=1)
                value = _macro(truth, said, len(names)) + float((said == truth).mean())
                tried.append((value - 0.02 * abs(step), -abs(step), step))
            shift[label] = max(tried)[2]
    return shift


def _macro(truth: np.ndarray, said: np.ndarray, labels: int) -> float:
    hits = np.bincount(truth[truth == said], minlength=labels)
    both = np.bincount(truth, minlength=labels) + np.bincount(said, minlength=labels)
    return float((2 * hits / np.maximum(both, 1)).mean())


def cross_validate(
    samples: Sequence[Sample], recipe: Recipe | None = None, *, helpers: Sequence[Sample] = (), count: int = 10,
    seed: int = 0, grouped: bool = False, calibrated: bool = True,
) -> measure.Quality:
    """Quality on held-out folds; everything, calibration and threshold too, is fitted inside the training part.

    ``grouped`` False deals texts out at random as a plain split does; True keeps near copies together.
    ``calibrated`` False skips what only probabilities need (quick comparison). Labels too rare for ``count`` folds
    stay in: they are simply missed where no training text is left.
    """
    recipe = recipe or Recipe()
    _need_sklearn()
    own = counted(samples, recipe)
    labels = np.array([sample.label for sample in samples])
    names = sorted(set(labels.tolist()))
    groups = twins(matrix(own, recipe.blocks, *vocabulary(own, recipe))) if grouped else None
    said, shares, answered = np.empty(len(samples), dtype=object), np.zeros(len(samples)), np.zeros(len(samples))
    for seen, held in folds(labels, groups, count, seed):
        part = [samples[i] for i in seen]
        if calibrated:
            model = fit(part, recipe, helpers=helpers)
        else:
            others = [helper for helper in helpers if helper.label in names]
            model = _fit_once(part, [own[i] for i in seen], others, counted(others, recipe), recipe, names)
        scores = score_rows(model, [own[i] for i in held])
        best = scores.argmax(axis=1)
        said[held] = [model.labels[i] for i in best]
        shares[held] = model.shares(scores)[np.arange(len(held)), best]
        answered[held] = shares[held] >= model.threshold
    quality = measure.judge(labels.tolist(), said.tolist(), shares, 0.0)
    right = np.array([a == b for a, b in zip(labels, said, strict=True)])
    heard = answered.astype(bool)
    return replace(
        quality, covered=float(heard.mean()), covered_accuracy=float(right[heard].mean()) if heard.any() else 0.0,
    )
