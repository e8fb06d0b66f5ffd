"""Knowledge, briefings and exchange in the scene: an article of 城管局 in force, a gap of it, feedback, everybody's
quiz; a published briefing; a platform with a dead letter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hotline.briefings import transitions as papers
from hotline.exchange.models import ExchangeMessage, Partner
from hotline.knowledge import actions, transitions
from hotline.knowledge.models import Article, QuizAttempt
from hotline.knowledge.transitions import Wording
from hotline.training import actions as lessons
from hotline.training.actions import Lesson
from tests.world import NOON

if TYPE_CHECKING:
    from tests.access.scene import Scene

QUESTION = {"article": "ZS000001", "version": 1, "text": "问", "options": ["是", "否"], "right": 0, "chosen": None}


def add(scene: Scene) -> None:
    """Insert it."""
    world = scene.world
    article = write(scene, "井盖响了怎么办", unit="chengguan", by="handler")
    transitions.submit(article, actor=world.actor("handler"), at=NOON)
    article = transitions.publish(article, actor=world.actor("head"), at=NOON)
    gap = actions.record_gap("井盖上的编号怎么查", actor=world.actor("hotline"), at=NOON, unit=world.units["chengguan"])
    row = actions.give_feedback(article, kind="outdated", actor=world.actor("hotline"), at=NOON)
    scene.named["article_number:number"] = (article.number, "ZS999999")
    scene.named["gap_number:number"] = (gap.number, "QK999999")
    scene.keys["feedback"] = row.pk
    attempts = {
        name: QuizAttempt.objects.create(person=person, week="2026-W10", started_at=NOON, asked=[QUESTION], total=1).pk
        for name, person in world.people.items()
    }
    other = QuizAttempt.objects.create(person=world.people["admin"], week="2026-W09", started_at=NOON, total=0)
    scene.named["briefing_number:number"] = (_briefing(scene), "RX-D-19990101")
    lesson = lessons.record(
        Lesson("weekly", date(2026, 3, 4), 60, "停水口径", "业务主任"), actor=world.actor("dispatcher"), at=NOON
    )
    lessons.call_roll(lesson, {}, actor=world.actor("dispatcher"), at=NOON, rest="present")
    scene.named["lesson_number:number"] = (lesson.number, "PX999999")
    partner = Partner.objects.create(code="city", name="市平台", mapping={"external_number": "n", "fields": {}})
    letter = ExchangeMessage.objects.create(
        partner=partner, direction="in", external_number="1", fingerprint="1", state="dead", created_at=NOON
    )
    scene.keys["message"] = letter.pk
    scene.owned["quiz"] = attempts | {"another's": other.pk}


def _briefing(scene: Scene) -> str:
    world = scene.world
    paper = papers.generate("day", date(2026, 3, 4), actor=world.actor("dispatcher"), at=NOON)
    papers.submit(paper, actor=world.actor("dispatcher"), at=NOON)
    papers.sign(paper, actor=world.actor("director"), at=NOON)
    return papers.publish(paper, actor=world.actor("dispatcher"), at=NOON).number


def write(scene: Scene, title: str, *, unit: str, by: str) -> Article:
    wording = Wording(title, "请说明位置,两天内处理。", "说明位置。", is_public=True)
    return transitions.create(wording, unit=scene.world.units[unit], actor=scene.world.actor(by), at=NOON)


def add_foreign(scene: Scene) -> None:
    """A draft and a gap of 住建局, which nobody else may know of."""
    write(scene, "外部门的草稿", unit="zhujian", by="other_handler")
    world = scene.world
    actions.record_gap("外部门的问题", actor=world.actor("other_handler"), at=NOON, unit=world.units["zhujian"])
