"""The training log: a lesson and its roll, the quiz beside it, one's own record and nobody else's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from casework.door import MoveRefused
from hotline.knowledge.models import QuizAttempt
from hotline.training import actions, queries
from hotline.training.actions import Lesson
from hotline.training.models import TrainingAttendance, TrainingSession
from tests.world import NOON, World

LESSON = Lesson("weekly", date(2026, 3, 4), 45, "停暖退费口径", "供热科 王工")


def refused(code: str):
    return pytest.raises(MoveRefused, match=rf"^{code}:")


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name], backend="governance.backends.RoleBackend")
    return client


def test_a_lesson_is_written_down_by_who_may_and_not_for_tomorrow(world: World) -> None:
    for name in ("hotline", "head", "evaluator"):
        with refused("forbidden"):
            actions.record(LESSON, actor=world.actor(name), at=NOON)
    for day in (date(2026, 3, 6), date(2025, 3, 1)):
        with refused("invalid"):
            actions.record(Lesson("weekly", day, 45, "主题", "王工"), actor=world.actor("dispatcher"), at=NOON)
    made = actions.record(LESSON, actor=world.actor("dispatcher"), at=NOON)
    assert (made.number[:2], made.week) == ("PX", "2026-W10")
    assert [person.username for person in queries.roll(made)] == ["call_backer", "hotline"]
    assert TrainingAttendance.objects.count() == 0  # nobody is taken to have been there


def test_the_roll_sets_who_was_there_and_only_for_those_on_it(world: World) -> None:
    made = actions.record(LESSON, actor=world.actor("dispatcher"), at=NOON)
    agent, other = world.people["hotline"], world.people["call_backer"]
    for standings in ({agent.pk: "asleep"}, {world.people["handler"].pk: "present"}):
        with refused("invalid"):
            actions.call_roll(made, standings, actor=world.actor("dispatcher"), at=NOON)
    with refused("forbidden"):
        actions.call_roll(made, {agent.pk: "present"}, actor=world.actor("hotline"), at=NOON)
    actions.call_roll(made, {agent.pk: "absent"}, actor=world.actor("dispatcher"), at=NOON)
    actions.call_roll(made, {}, actor=world.actor("dispatcher"), at=NOON, rest="present")
    rows = dict(made.attendance.values_list("person__username", "standing"))
    assert rows == {"hotline": "absent", "call_backer": "present"}  # the rest, not those who were set
    assert [row.number for row in queries.log(world.actor("director").rights)] == [made.number]
    assert (queries.log(world.actor("director").rights)[0].there, queries.quiz_of(made)["of"]) == (1, 1)
    QuizAttempt.objects.create(person=other, week="2026-W10", started_at=NOON, finished_at=NOON, right_count=7, total=10)
    assert queries.quiz_of(made) == {"people": 1, "of": 1, "rate": None}  # of one person no rate


def test_the_pages_and_what_an_agent_sees_of_them(world: World) -> None:
    keeper, agent = signed_in(world, "dispatcher"), signed_in(world, "hotline")
    wrong = keeper.post("/hotline/knowledge/training/new/", {
        "kind": "weekly", "held_on": "2026-03-09", "minutes": "2", "topic": "", "trainer": "王工", "articles": "ZS000999",
    })
    assert wrong.status_code == 400
    assert {"minutes", "topic", "articles"} <= set(wrong.context["form"].errors)
    assert TrainingSession.objects.count() == 0
    told = {"kind": "weekly", "held_on": str(date.today() - timedelta(days=1)), "minutes": "45", "topic": "停暖退费口径",
            "trainer": "王工"}
    keeper.post("/hotline/knowledge/training/new/", told)
    made = TrainingSession.objects.get()
    page = f"/hotline/knowledge/training/{made.number}/"
    key = world.people["hotline"].pk
    assert keeper.post(page, {f"p{key}": "nowhere"}).status_code == 400
    assert keeper.post(page, {f"p{key}": "late", "rest": "present"}).status_code == 302
    assert [row.standing for row in made.attendance.order_by("person__name")] == ["present", "late"]
    QuizAttempt.objects.create(
        person=world.people["hotline"], week=made.week, started_at=NOON, finished_at=NOON, right_count=8, total=10
    )
    own = agent.get("/hotline/knowledge/training/").content.decode()
    assert "停暖退费口径" in own
    assert "迟到" in own
    assert "8 / 10" in own
    assert "call_backer" not in own
    assert agent.get(page).status_code == 403
    theirs = keeper.get(f"/hotline/knowledge/training/?person={key}").content.decode()
    assert "迟到" in theirs
    assert "8 / 10" not in theirs  # the result is the taker's own
    assert keeper.get("/hotline/knowledge/training/?person=x").status_code == 404
    assert keeper.post(f"{page}edit/", {**told, "topic": "退费口径(修订)"}).status_code == 302
    made.refresh_from_db()
    assert made.topic == "退费口径(修订)"
