"""Learnt suggestions: training and serving agree, words are explained, files are safe, versions switch."""

from __future__ import annotations

import io
import pickle
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from casework.learning import measure, store, tasks
from casework.learning.features import Block, Sample, normalise
from casework.learning.model import BadModel, Model, dump, load
from casework.models import OutboxItem, TrainedModel

pytest.importorskip("sklearn")
from casework.learning import train

AT = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
SAYINGS = {
    "water": ("水管爆裂漏水", "自来水停水", "水压不足水发黄", "水表井漏水"),
    "noise": ("工地夜间施工噪音", "广场舞音响噪音扰民", "装修噪音", "烧烤摊喧哗噪音"),
    "road": ("路面塌陷坑洼", "井盖缺失", "人行道破损", "路灯不亮道路黑"),
}
PLACES = ("海北路", "滨河小区", "凤凰岭", "人民公园北门", "三号楼", "菜市场")


def samples(each: int = 30, seed: int = 1) -> list[Sample]:
    dice = random.Random(seed)
    return [
        Sample({"title": dice.choice(words), "body": f"{dice.choice(PLACES)}{dice.randint(1, 99)}号{dice.choice(words)}"}, label)
        for label, words in SAYINGS.items()
        for _turn in range(each)
    ]


@pytest.fixture(scope="module")
def model() -> Model:
    return train.fit(samples())


def test_serving_computes_what_training_computed(model: Model) -> None:
    told = samples(5, seed=9)
    together = train.score_rows(model, train.counted(told, train.Recipe()))
    alone = np.array([model.scores(sample) for sample in told])
    assert np.allclose(together, alone, atol=1e-4)


def test_it_learns_and_says_which_words_decided(model: Model) -> None:
    best, *others = model.guess(Sample({"title": "夜间噪音", "body": "滨河小区7号楼下烧烤摊噪音很大"}))
    assert best.label == "noise"
    assert best.share > others[0].share
    assert any("噪音" in word for word in best.words)
    assert not any("滨河" in word for word in best.words)


def test_it_abstains_where_it_knows_nothing_and_below_the_threshold(model: Model) -> None:
    assert model.guess(Sample({"title": "ξψω", "body": "ξψω"})) == []
    strict = load(dump(Model(**{**{n: getattr(model, n) for n in Model.__dataclass_fields__}, "threshold": 1.01})))
    assert strict.guess(Sample({"title": "自来水停水", "body": "停水"})) == []
    assert model.guess(Sample({"title": "自来水停水", "body": "停水"}))


def test_held_out_quality_is_not_what_shuffled_labels_give() -> None:
    told = samples(20)
    honest = train.cross_validate(told, count=4, calibrated=False)
    labels = [sample.label for sample in told]
    random.Random(3).shuffle(labels)
    mixed = [Sample(sample.parts, label) for sample, label in zip(told, labels, strict=True)]
    chance = train.cross_validate(mixed, count=4, calibrated=False)
    assert honest.macro_f1 > 0.9
    assert chance.macro_f1 < 0.6


def test_near_copies_stay_in_one_fold() -> None:
    told = [Sample({"title": "水管爆裂", "body": f"海北路水管爆裂漏水已经三天没有人来修理{n}"}, "water") for n in "甲乙丙"]
    told += samples(6)
    rows = train.matrix(counts := train.counted(told, recipe := train.Recipe()), recipe.blocks, *train.vocabulary(counts, recipe))
    groups = train.twins(rows)
    assert groups[0] == groups[1] == groups[2]
    labels = np.array([sample.label for sample in told])
    for seen, held in train.folds(labels, groups, 3, 0):
        assert not set(groups[seen]) & set(groups[held])


def test_two_texts_are_enough_for_a_label_known_by_its_name() -> None:
    told = (("有个问题", "困在电梯"), ("情况说明", "老人走失"))
    rare = [Sample({"title": title, "body": body}, "help") for title, body in told]
    told = [*samples(), *rare]
    names = [Sample({"title": "求助", "body": ""}, "help"), Sample({"title": "求助:", "body": ""}, "help")]
    asked = Sample({"title": "求助:请帮帮我们", "body": "滨河小区三号楼"})
    named, unnamed = train.fit(told, helpers=names), train.fit(told)
    assert named.guess(asked)[0].label == "help"
    assert "help" not in unnamed.labels
    assert "help" not in train.fit([*samples(), rare[0]], helpers=names).labels


def test_rare_labels_are_raised_only_as_far_as_the_frequent_ones_can_bear() -> None:
    names = ["often", "rare"]
    labels = np.array(["often"] * 95 + ["rare"] * 5)
    truth = np.searchsorted(names, labels)
    scores = np.zeros((100, 2), dtype=np.float32)
    scores[:, 0] = 0.3
    scores[75:95, 0] = 0.1
    scores[95:97, 1] = 0.25

    def rare_after(steps: tuple[float, ...]) -> list[int]:
        shift = train._shift_for(scores, labels, names, train.Recipe(bias_steps=steps))
        return np.flatnonzero((scores + shift).argmax(axis=1)).tolist()

    assert rare_after((0.0, 0.08)) == [95, 96]
    assert rare_after((0.0, 0.2)) == []
    raised = (scores + np.array([0, 0.2], dtype=np.float32)).argmax(axis=1)
    as_told = scores.argmax(axis=1)
    assert train._macro(truth, raised, 2) > train._macro(truth, as_told, 2) + 0.02 * 0.2


def test_measures() -> None:
    quality = measure.judge(["a", "a", "b", "b"], ["a", "b", "b", "b"], np.array([0.9, 0.4, 0.8, 0.9]), 0.5)
    assert quality.accuracy == 0.75
    assert quality.covered == 0.75
    assert quality.covered_accuracy == 1.0
    assert round(quality.macro_f1, 3) == round((2 / 3 + 0.8) / 2, 3)
    assert measure.calibration_error(np.array([0.95, 0.95]), np.array([1.0, 0.0])) == pytest.approx(0.45)
    assert measure.threshold_for(np.linspace(0.1, 1, 20), np.array([0.0] * 10 + [1.0] * 10), accuracy=1.0) > 0.5


def test_a_file_that_is_no_model_is_refused_and_nothing_in_it_runs(model: Model, tmp_path: Path) -> None:
    mark = tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> tuple:
            return Path.touch, (mark,)

    body = io.BytesIO()
    np.savez(body, head=np.array([Evil()], dtype=object), allow_pickle=True)
    for data in (body.getvalue(), pickle.dumps(Evil()), b"", b"PK\x05\x06" + bytes(18), dump(model)[:-400]):
        with pytest.raises(BadModel):
            load(data)
    assert not mark.exists()
    short = Model(**{**{n: getattr(model, n) for n in Model.__dataclass_fields__}, "idf": model.idf[:-1]})
    with pytest.raises(BadModel):
        load(dump(short))


def test_the_file_holds_nobodys_words(model: Model) -> None:
    with np.load(io.BytesIO(dump(model))) as arrays:
        raw = b"".join(arrays[name].tobytes() for name in arrays.files)
    assert b"noise" in raw
    for word in ("海北", "噪音"):
        assert not any(word.encode(code) in raw for code in ("utf-8", "utf-16-le", "utf-32-le"))
    assert load(dump(model)).size < 1_000_000


def test_serving_imports_neither_scikit_learn_nor_scipy() -> None:
    script = (
        "import sys, casework.learning.model, casework.learning.features, casework.learning.measure;"
        "sys.exit(any(name.split('.')[0] in ('sklearn', 'scipy') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_numbers_and_codes_are_one_sign() -> None:
    assert normalise("Ａ7县 13 号楼\n 2026年") == "0县 0 号楼 0年"


@pytest.fixture
def models_folder(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    store._kept.clear()
    return tmp_path / "models"


@pytest.mark.django_db
def test_versions_one_serves_switch_back_and_withdraw(model: Model, models_folder: Path) -> None:
    first = store.keep("t", model, at=AT)
    blocks = (Block("title", 1, 2, 80),)
    second = store.keep("t", train.fit(samples(10), train.Recipe(blocks=blocks)), at=AT)
    assert [first.version, second.version] == [1, 2]
    assert list(TrainedModel.objects.filter(task="t", is_active=True)) == [second]
    assert store.serving("t").blocks == blocks
    store.serve(first)
    assert len(store.serving("t").blocks) == 2
    assert store.guess("t", "自来水停水", "停水")[0].label == "water"
    store.withdraw("t")
    assert store.serving("t") is None
    assert store.guess("t", "自来水停水", "停水") == []


@pytest.mark.django_db
def test_a_changed_or_lost_file_never_serves(model: Model, models_folder: Path) -> None:
    row = store.keep("t", model, at=AT)
    store.path_of(row).write_bytes(dump(train.fit(samples(4))))
    assert store.serving("t") is None
    store._kept.clear()
    store.path_of(row).unlink()
    assert store.serving("t") is None


@pytest.mark.django_db(transaction=True)
def test_the_worker_trains_what_was_ordered_and_leaves_the_serving_version(models_folder: Path) -> None:
    from casework import outbox

    tasks.register(tasks.Task("t", "试", lambda limit: samples(12)[:limit], {}))
    try:
        for turn, moment in enumerate((AT, AT.replace(hour=3)), start=1):
            assert store.order_training("t", at=moment, by=None)
            assert not store.order_training("t", at=moment, by=None)
            item = OutboxItem.objects.get(topic=store.TOPIC, done_at=None)
            assert outbox.do_item(item.pk) == outbox.Outcome.DONE
            assert TrainedModel.objects.filter(task="t").count() == turn
    finally:
        tasks._tasks.pop("t")
    assert TrainedModel.objects.get(task="t", is_active=True).version == 1
