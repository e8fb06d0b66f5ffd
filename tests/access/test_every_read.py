"""Every way to what is personal leaves a row before it shows anything (quality.md P-03), and shows nothing when the row
cannot be written (P-04)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest
from django.test import Client

from casework import readlog
from casework.models import ReadLog
from tests.access.answers import canaries_in
from tests.access.disputes_scene import CANARIES
from tests.access.matrix import undone
from tests.access.scene import Scene, browser

READS = 2000 if os.environ.get("GOVERNANCE_NIGHT") == "1" else 120
FETCH = {"X-Requested-With": "fetch"}
REASON = {"field": "phone", "reason": "联系反映人"}


@dataclass(frozen=True)
class Way:
    """One way to something personal. ``act`` in the log; ``needle`` stands in the answer when it is given."""

    act: str
    ask: Callable[[Client, Scene], object]
    readers: tuple[str, ...]
    needle: Callable[[Scene], str]


def _get(path: Callable[[Scene], str]) -> Callable[[Client, Scene], object]:
    return lambda client, scene: client.get(path(scene))


def _reveal(path: Callable[[Scene], str]) -> Callable[[Client, Scene], object]:
    return lambda client, scene: client.post(f"{path(scene)}do/reveal/", REASON, headers=FETCH)


def _event(scene: Scene) -> str:
    return f"/events/{scene.things['own'].event.number}/"


def _call(scene: Scene) -> str:
    return f"/hotline/{scene.calls['call_a'].number}/"


def _dispute(scene: Scene) -> str:
    return f"/disputes/{scene.disputes['mediated'].number}/"


def _text(scene: Scene) -> str:
    return scene.things["own"].event.text


def _by_machine(path: Callable[[Scene], str]) -> Callable[[Client, Scene], object]:
    return lambda client, scene: Client(raise_request_exception=False).get(
        path(scene), headers={"Authorization": f"Token {scene.tokens['platform']}"}
    )


WAYS = {
    "ticket": Way("open", _get(_event), ("dispatcher", "officer_a"), _text),
    "paper": Way("print", _get(lambda s: f"{_event(s)}print/"), ("dispatcher", "officer_a"), _text),
    "file": Way(
        "download", _get(lambda s: f"{_event(s)}file/{s.things['own'].file}/"), ("dispatcher", "officer_a"), lambda s: "",
    ),
    "photo on the phone": Way(
        "download", _get(lambda s: f"/m/e/{s.things['own'].event.number}/photo/{s.things['own'].file}/"), ("worker_a1",),
        lambda s: "",
    ),
    "search": Way(
        "search", _get(lambda s: "/desk/?view=all&q=19900000000"), ("dispatcher",), lambda s: s.things["own"].event.title,
    ),
    "export": Way("export", _get(lambda s: "/desk/export/?view=all"), ("dispatcher",), lambda s: s.things["own"].event.number),
    "reveal": Way("reveal", _reveal(_event), ("dispatcher",), lambda s: "19900000000"),
    "call": Way("open", _get(_call), ("hotline", "call_backer", "dispatcher"), lambda s: s.calls["call_a"].title),
    "caller revealed": Way("reveal", _reveal(_call), ("hotline",), lambda s: "19900000007"),
    "call-back": Way(
        "open", _get(lambda s: f"/hotline/callbacks/?case={s.keys['call_back']}"), ("call_backer",),
        lambda s: s.calls["call_a"].title,
    ),
    "dispute": Way("open", _get(_dispute), ("mediator",), lambda s: CANARIES[0]),
    "events by a machine": Way("list", _by_machine(lambda s: "/api/v1/events/"), ("platform",), lambda s: '"results"'),
    "event by a machine": Way(
        "open", _by_machine(lambda s: f"/api/v1/events/{s.things['own'].event.number}/"), ("platform",), lambda s: '"number"',
    ),
}


def _asked(scene: Scene, name: str, who: str) -> tuple[object, list[ReadLog]]:
    """The answer, undone afterwards, and the rows that it left."""
    rows: list[ReadLog] = []

    def act() -> object:
        before = ReadLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        answer = WAYS[name].ask(browser(scene, who), scene)
        rows.extend(ReadLog.objects.filter(pk__gt=before))
        return answer

    return undone(act), rows


def test_so_many_random_reads_leave_so_many_rows(scene: Scene) -> None:
    """One row of who, what, which act and when for each answer that was given; none for a person who got nothing."""
    dice, given = Random(20261130), 0
    people = ("dispatcher", "officer_a", "hotline", "call_backer", "mediator", "worker_a1", "stranger", "evaluator")
    for _n in range(READS):
        name = dice.choice(list(WAYS))
        way = WAYS[name]
        who = dice.choice(way.readers) if dice.random() < 0.7 or name.endswith("machine") else dice.choice(people)
        answer, rows = _asked(scene, name, who)
        mine = [row for row in rows if row.act == way.act and row.allowed]
        if answer.status_code == 200 and (who in way.readers or mine):
            assert len(mine) == 1, (name, who, rows)
            assert (mine[0].person_id, mine[0].at is not None) == (scene.world.people[who].pk, True), (name, who)
            given += 1
        elif answer.status_code != 200:
            assert mine == [], (name, who, answer.status_code)
            assert name == "search" or canaries_in(answer) == [], (name, who)  # a search says back what was typed
    assert given > READS // 2


@pytest.mark.parametrize("name", WAYS)
def test_a_log_that_cannot_be_written_keeps_everything_in(
    scene: Scene, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = WAYS[name]
    answer, rows = _asked(scene, name, way.readers[0])
    assert (answer.status_code, [row.act for row in rows].count(way.act)) == (200, 1), answer.bytes[:400]
    assert way.needle(scene).encode() in answer.bytes  # control: with the log it is there

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no row")

    monkeypatch.setattr(readlog.ReadLog.objects, "create", broken)
    answer, rows = _asked(scene, name, way.readers[0])
    assert answer.status_code == 500
    assert rows == []
    assert canaries_in(answer) == []
    if way.needle(scene):
        assert way.needle(scene).encode() not in answer.bytes
