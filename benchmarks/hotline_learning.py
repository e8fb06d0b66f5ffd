"""Figures of what the hotline learns: categories and natures by cross-validation, hot topics, false alarms of the surge test.

All of it is fitted inside the training folds: features, weights, shifts, calibration, threshold. The baseline
(character 1–3-grams of title and body together, linear SVM) is measured on the same folds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from time import perf_counter, process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks import learning_texts as texts
from benchmarks.ledger import Figure
from casework.learning.features import TITLE_AND_BODY, Block, Sample
from casework.learning.measure import Quality
from casework.learning.model import dump, load
from casework.learning.train import Recipe, cross_validate, fit
from events.duplicates import LEAST_LIKENESS, likeness
from events.search import grams
from hotline.hotspots import surge
from hotline.hotspots.clustering import Text, assign, heat
from hotline.learning import RECIPE

COMMAND = "./start figures hotline --only learning"
TOGETHER = (Block("all", 1, 3, 2000),)
PLAIN = Recipe(blocks=TOGETHER, balance=0.0, least_texts=1, most_features=400_000)
NAMES_WEIGHT = 2.0
CATEGORY = Recipe(blocks=TITLE_AND_BODY, svm=0.3)
SPOKEN_WEIGHT, NAME_WEIGHT = 0.1, 1.0
NATURE = Recipe(**RECIPE)
KNOWN_TOPICS: dict[str, tuple[str, ...]] = {
    "伊景园滨河苑 car places": ("伊景园",),
    "丽发新城 mixing plant": ("丽发新城", "搅拌"),
    "58车贷 loan fraud": ("58车贷",),
    "魅力之城 cooking fumes": ("魅力之城", "油烟"),
    "A5区五矿万境K9县 defects": ("五矿万境",),
    "凉塘路 renewal": ("凉塘路",),
}
"""The six subjects, each told by words that all stand in most of its messages."""


def together(samples: list[Sample]) -> list[Sample]:
    """Title and body as one text, for the baseline."""
    return [Sample({"all": f"{s.parts.get('title', '')} {s.parts['body']}"}, s.label) for s in samples]


def _detail(quality: Quality) -> str:
    return f"n={quality.samples}; F1 " + ", ".join(f"{label} {f1:.2f}({n})" for label, (n, f1) in quality.per_label.items())


def of_quality(
    code: str, what: str, quality: Quality, *, macro: str = "", accuracy: str = "", command: str = COMMAND,
) -> Iterator[Figure]:
    """Macro F1, accuracy, coverage and calibration of one measurement."""
    yield Figure(f"{code}.macro_f1", f"{what}: macro F1", quality.macro_f1, "", macro, command, _detail(quality))
    yield Figure(
        f"{code}.accuracy", f"{what}: accuracy", quality.accuracy, "", accuracy, command,
        f"95 % {quality.low:.3f}–{quality.high:.3f}",
    )
    if quality.covered < 1:
        yield Figure(
            f"{code}.covered", f"{what}: answered, the rest abstained", quality.covered, "", "", command,
            f"right among the answered {quality.covered_accuracy:.3f}",
        )
    yield Figure(f"{code}.calibration", f"{what}: calibration error (10 bins)", quality.calibration_error, "", "<= 0.1", command)


def baseline(code: str, what: str, quality: Quality) -> Figure:
    """What the plain method gives, shown and not judged."""
    return Figure(code, what, quality.macro_f1, "", "", COMMAND, f"accuracy {quality.accuracy:.3f}")


def categories() -> Iterator[Figure]:
    told, names = texts.labelled(), texts.taxonomy(NAMES_WEIGHT)
    plain = cross_validate(together(told), PLAIN, calibrated=False)
    ours = cross_validate(told, CATEGORY, helpers=names)
    yield baseline("L1.baseline", "一级分类 baseline, same 10 folds: macro F1", plain)
    yield from of_quality("L1.one", "一级分类, 10 folds", ours, accuracy=">= 0.774")
    dealt = [cross_validate(told, CATEGORY, helpers=names, seed=seed, calibrated=False) for seed in (1, 2)]
    each = [quality.macro_f1 for quality in (ours, *dealt)]
    yield Figure(
        "L1.macro_f1", "一级分类, 10 folds dealt three times: macro F1", sum(each) / len(each), "", ">= 0.85", COMMAND,
        ", ".join(f"{value:.3f}" for value in each),
    )
    kept = cross_validate(told, CATEGORY, helpers=names, grouped=True, calibrated=False)
    yield Figure("L1.grouped", "一级分类, near copies in one fold: macro F1", kept.macro_f1, "", ">= 0.773", COMMAND)
    yield from serving(told, names)


def natures() -> Iterator[Figure]:
    """Three deals of the folds, each of both methods: three texts of 1,097 are a fifth of macro F1."""
    told = texts.natures()
    helpers = [*texts.spoken_natures(SPOKEN_WEIGHT), *texts.nature_names(NAME_WEIGHT)]
    plain = [cross_validate(together(told), PLAIN, count=5, seed=seed, calibrated=False) for seed in range(3)]
    ours = [cross_validate(told, NATURE, helpers=helpers, count=5, seed=seed) for seed in range(3)]
    least = min(quality.macro_f1 for quality in ours)
    yield baseline("L2.baseline", "福州 nature baseline, same 5 folds: macro F1", plain[0])
    yield from of_quality("L2.one", "福州 nature, 5 folds", ours[0], accuracy=f">= {plain[0].accuracy:.3f}")
    yield Figure(
        "L2.macro_f1", "福州 nature, 5 folds dealt three times, the lowest: macro F1", least, "", ">= 0.487", COMMAND,
        ", ".join(f"{mine.macro_f1:.3f} over {theirs.macro_f1:.3f}" for mine, theirs in zip(ours, plain, strict=True)),
    )
    gain = min(mine.macro_f1 / theirs.macro_f1 for mine, theirs in zip(ours, plain, strict=True))
    yield Figure("L2.gain", "福州 nature: macro F1 over the baseline's, the lowest of three", gain, "×", ">= 1.1", COMMAND)
    apart = cross_validate(told, NATURE, helpers=helpers, count=5, grouped=True)
    yield Figure("L2.grouped", "福州 nature, near copies in one fold: macro F1", apart.macro_f1, "", ">= 0.487", COMMAND)


def serving(told: list[Sample], names: list[Sample]) -> Iterator[Figure]:
    """Cost of one suggestion with its words, by the model as it is loaded from its file."""
    data = dump(fit(told, CATEGORY, helpers=names))
    model = load(data)
    took = []
    for sample in told[:200]:
        began = process_time()
        model.guess(sample)
        took.append(1000 * (process_time() - began))
    slow = float(np.percentile(took, 95))
    yield Figure("L3.ms", "one suggestion with its words, processor time p95", slow, "ms", "<= 50", COMMAND)
    yield Figure("L3.mb", "a model in memory", model.size / 1e6, "MB", "<= 20", COMMAND, f"file {len(data) / 1e6:.1f} MB")


def topics() -> Iterator[Figure]:
    """The six known subjects among the ten hottest found."""
    found = texts.rows(texts.HOTLINE / "taidi_c_hotspot_train.csv.gz")
    found.sort(key=lambda row: row["created_at"])
    told = [
        Text(n, row["title"], row["body"], datetime.fromisoformat(row["created_at"])) for n, row in enumerate(found)
    ]
    began = perf_counter()
    groups: dict[int, list[int]] = {}
    for place, topic in enumerate(assign(told)):
        groups.setdefault(topic, []).append(place)
    seconds = perf_counter() - began
    ranked = sorted((_hot(members, found, told) for members in groups.values()), reverse=True)[:10]
    hits = {name: _rank(words, ranked, found) for name, words in KNOWN_TOPICS.items()}
    shown = "; ".join(f"{name} {'#' + str(rank) if rank else 'missing'}" for name, rank in hits.items())
    among = sum(map(bool, hits.values()))
    yield Figure("L4.topics", "six known hot topics among the ten hottest", among, "", ">= 6", COMMAND, shown)
    yield Figure("L4.seconds", f"clustering {len(told)} messages anew", seconds, "s", "", COMMAND)


def _hot(members: list[int], rows: list[dict], told: list[Text]) -> tuple[float, list[int]]:
    people = len({rows[i]["user_id"] for i in members})
    days = (told[members[-1]].at - told[members[0]].at).total_seconds() / 86_400
    return heat(reporters=people, likes=sum(int(rows[i]["likes"]) for i in members), days=days), members


def _rank(words: tuple[str, ...], ranked: list[tuple[float, list[int]]], rows: list[dict]) -> int:
    for rank, (_heat, members) in enumerate(ranked, start=1):
        hits = sum(all(word in rows[i]["title"] + rows[i]["body"] for word in words) for i in members)
        if hits * 2 >= len(members):
            return rank
    return 0


def hints(pairs: int = 40_000) -> Iterator[Figure]:
    """Random pairs of citizens' messages, of which hardly any tell the same matter: how many the floor of duplicate
    hints would take for alike if they lay side by side."""
    found = texts.rows(texts.HOTLINE / "taidi_c_hotspot_train.csv.gz")
    dice = np.random.default_rng(63)
    for code, what, limit, told in (
        ("L6.hints", "with title and body", "<= 0.002", [grams(row["title"], row["body"]) for row in found]),
        ("L6.hints_titles", "by their titles alone", "", [grams(row["title"]) for row in found]),
    ):
        chosen = dice.integers(0, len(told), (pairs, 2))
        alike = sum(likeness(set(told[a]), told[b]) >= LEAST_LIKENESS for a, b in chosen if a != b)
        words = f"random pairs of messages alike enough for a hint, {what}"
        yield Figure(code, words, alike / pairs, "", limit, COMMAND, f"{pairs:,} pairs")


def alarms(rounds: int = 1000, cells: int = 40) -> Iterator[Figure]:
    """False alarms of the surge test on calm counts, Poisson and scattered; what it finds of a real surge."""
    dice = np.random.default_rng(36)
    for name, draw in (
        ("Poisson", lambda mean, n: dice.poisson(mean, n)),
        ("scattered, variance 1.5 × mean", lambda mean, n: dice.negative_binomial(mean / 0.5, 1 / 1.5, n)),
    ):
        false = found = 0
        for _turn in range(rounds):
            means = dice.gamma(2.0, 1.0, cells) + 0.05
            table = {c: (int(draw(mean, 1)[0]), draw(mean, 20).tolist()) for c, mean in enumerate(means)}
            false += any(verdict.is_surge for verdict in surge.round_of(table).values())
            raised = int(means.argmax())
            table[raised] = (int(draw(4 * means[raised], 1)[0]), table[raised][1])
            found += surge.round_of(table)[raised].is_surge
        yield Figure(
            f"L5.false.{name[:2].lower()}", f"surge test, calm rounds with any alarm ({name})", false / rounds, "", "<= 0.05",
            COMMAND, f"{cells} cells, 20 earlier days, {rounds} rounds",
        )
        what = f"surge test, fourfold day found ({name})"
        yield Figure(f"L5.found.{name[:2].lower()}", what, found / rounds, "", ">= 0.5", COMMAND)


def measure() -> Iterator[Figure]:
    """All of them."""
    yield from alarms()
    yield from categories()
    yield from natures()
    yield from topics()
    yield from hints()
