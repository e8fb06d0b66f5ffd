"""A trained classifier as it serves requests: one table of weights, numpy only, a file without code in it.

File: a numpy ``.npz`` read with ``allow_pickle=False``; its entry ``head`` is JSON (format, labels, blocks, facts of the
training), the others are plain arrays. Whatever does not fit together is refused with ``BadModel``.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from casework.learning.features import Block, Sample, block_counts, gram_hashes, part_of

FORMAT = 1
LARGEST_BYTES = 64 * 1024 * 1024
"""Of the unpacked arrays together; more would not fit into a web worker (performance.md F16)."""
_ARRAYS = ("hashes", "idf", "weights", "bias")
WORDS_SHOWN = 4
LONGEST_WORD = 8
_SALIENT = 0.35


class BadModel(ValueError):
    """The file is no model of this format, or its parts contradict each other."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A label with its calibrated probability (0 … 1) and the words that decided for it."""

    label: str
    share: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """``hashes`` are sorted; row i of ``weights`` (features × labels) and ``idf[i]`` belong to ``hashes[i]``.

    ``temperature`` makes scores into probabilities; below ``threshold`` the model abstains.
    """

    labels: tuple[str, ...]
    blocks: tuple[Block, ...]
    hashes: np.ndarray
    idf: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    temperature: float
    threshold: float
    facts: dict[str, Any]

    @property
    def size(self) -> int:
        """Bytes of the arrays in memory."""
        return sum(getattr(self, name).nbytes for name in _ARRAYS)

    def scores(self, sample: Sample) -> np.ndarray:
        """One score per label."""
        total = self.bias.astype(np.float32).copy()
        for block in self.blocks:
            rows, values = self._values(*block_counts(sample, block), block)
            if len(rows):
                total += values @ self.weights[rows].astype(np.float32)
        return total

    def _values(self, hashes: np.ndarray, counts: np.ndarray, block: Block) -> tuple[np.ndarray, np.ndarray]:
        rows = np.searchsorted(self.hashes, hashes)
        rows[rows == len(self.hashes)] = 0
        known = self.hashes[rows] == hashes if len(self.hashes) else np.zeros(len(hashes), dtype=bool)
        rows, counts = rows[known], counts[known]
        values = (1 + np.log(counts)) * self.idf[rows]
        length = np.sqrt((values**2).sum())
        return rows, (values * (block.weight / length) if length else values).astype(np.float32)

    def shares(self, scores: np.ndarray) -> np.ndarray:
        """Calibrated probabilities of scores (one row or many)."""
        raised = scores * self.temperature
        raised = np.exp(raised - raised.max(axis=-1, keepdims=True))
        return raised / raised.sum(axis=-1, keepdims=True)

    def guess(self, sample: Sample, *, limit: int = 3) -> list[Guess]:
        """Likeliest labels first, each with its words. Empty when the model abstains or knows nothing of the text."""
        scores = self.scores(sample)
        shares = self.shares(scores)
        best = np.argsort(-scores, kind="stable")[:limit]
        if shares[best[0]] < self.threshold or not np.any(scores != self.bias):
            return []
        return [Guess(self.labels[i], float(shares[i]), self.words(sample, int(i))) for i in best]

    def words(self, sample: Sample, label: int) -> tuple[str, ...]:
        """Stretches of the text that spoke for a label against the average of all, strongest first."""
        found: dict[str, float] = {}
        for block in self.blocks:
            if block.high:
                for word, weight in self._stretches(part_of(sample, block), block, label):
                    found[word] = max(weight, found.get(word, 0.0))
        ranked = sorted(found, key=lambda word: (-found[word], word))
        kept: list[str] = []
        for word in ranked:
            if not any(word in other or other in word for other in kept):
                kept.append(word)
        return tuple(kept[:WORDS_SHOWN])

    def _stretches(self, text: str, block: Block, label: int) -> list[tuple[str, float]]:
        if not text:
            return []
        salience = self._salience(text, block, label)
        floor = _SALIENT * salience.max()
        if floor <= 0:
            return []
        found, start = [], None
        for place in range(len(text) + 1):
            inside = place < len(text) and salience[place] > floor and text[place].isalnum()
            if inside and start is None:
                start = place
            elif not inside and start is not None:
                if place - start > 1:
                    word = text[start : min(place, start + LONGEST_WORD)]
                    found.append((word, float(salience[start:place].sum())))
                start = None
        return found

    def _salience(self, text: str, block: Block, label: int) -> np.ndarray:
        """What each character of the text contributed: every n-gram's share, spread over its characters."""
        per_place = gram_hashes(text, block)
        hashes, counts = np.unique(np.concatenate(per_place), return_counts=True)
        rows, values = self._values(hashes, counts, block)
        own = self.weights[rows].astype(np.float32)
        speaks = values * (own[:, label] - own.mean(axis=1))
        order = np.searchsorted(self.hashes[rows], hashes)
        order[order == len(rows)] = 0
        salience = np.zeros(len(text))
        if not len(rows):
            return salience
        gain = np.where(self.hashes[rows][order] == hashes, speaks[order] / counts, 0.0)
        for n, at in enumerate(per_place, start=block.low):
            each = gain[np.searchsorted(hashes, at)] / n
            for offset in range(n):
                salience[offset : offset + len(each)] += each
        return salience


def dump(model: Model) -> bytes:
    """The model as the bytes of its file."""
    head = {
        "format": FORMAT,
        "labels": list(model.labels),
        "blocks": [asdict(block) for block in model.blocks],
        "temperature": model.temperature,
        "threshold": model.threshold,
        "facts": model.facts,
    }
    body = io.BytesIO()
    np.savez_compressed(
        body,
        head=np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), dtype=np.uint8),
        **{name: getattr(model, name) for name in _ARRAYS},
    )
    return body.getvalue()


def load(data: bytes) -> Model:
    """The model in these bytes. Raises BadModel; never runs anything the file brings."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST_BYTES:
                raise BadModel("the arrays are larger than a web worker may hold")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if head["format"] != FORMAT:
                raise BadModel(f"format {head['format']} is not known here")
            model = Model(
                labels=tuple(str(label) for label in head["labels"]),
                blocks=tuple(Block(**block) for block in head["blocks"]),
                temperature=float(head["temperature"]),
                threshold=float(head["threshold"]),
                facts=dict(head["facts"]),
                **{name: arrays[name] for name in _ARRAYS},
            )
    except BadModel:
        raise
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise BadModel(f"not a model file: {error}") from error
    _check(model)
    return model


def _check(model: Model) -> None:
    rows, labels = len(model.hashes), len(model.labels)
    fits = (
        model.hashes.dtype == np.uint64
        and model.idf.shape == (rows,)
        and model.weights.shape == (rows, labels)
        and model.bias.shape == (labels,)
        and all(getattr(model, name).dtype.kind == "f" for name in _ARRAYS[1:])
        and rows > 0
        and labels > 1
        and bool(np.all(model.hashes[1:] > model.hashes[:-1]))
        and all(np.isfinite(getattr(model, name)).all() for name in _ARRAYS[1:])
    )
    if not fits:
        raise BadModel("the arrays do not fit together")
