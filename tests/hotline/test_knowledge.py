"""The knowledge base: versions and four eyes, expiry that hides at once, search, gaps with a clock, the quiz."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from casework.door import MoveRefused
from casework.models import Notice
from events.models import Category
from events.search import grams
from hotline.knowledge import actions, indexing, queries, quiz, transitions
from hotline.knowledge.asking import content_of
from hotline.knowledge.models import Article, ArticleGram, ArticleUse, KnowledgeGap, QuizAttempt
from hotline.knowledge.searching import search
from hotline.knowledge.tasks import watch_knowledge
from hotline.knowledge.transitions import Wording
from tests.world import NOON, World

DAY = timedelta(days=1)
HEATING = Wording(
    "停暖期间能退暖气费吗", "测温不达标的按天数退费,由热力公司上门测温,双方签字。", "先报修测温。不达标按天退费。",
    ("停暖", "退费"), is_public=True,
)
WATER = Wording("家里停水了怎么办", "先问邻居是否停水,整片停水的为抢修或检修。", "先看邻居家有没有水。", ("停水", "抢修"))


def refused(code: str):
    return pytest.raises(MoveRefused, match=rf"^{code}:")


def write(world: World, wording: Wording = HEATING, *, unit: str = "chengguan", at=NOON, category: str = "0803") -> Article:
    return transitions.create(
        wording, unit=world.units[unit], actor=world.actor("handler" if unit == "chengguan" else "dispatcher", at), at=at,
        category=Category.objects.get(pk=category),
    )


def published(world: World, wording: Wording = HEATING, *, unit: str = "chengguan", at=NOON, **more: object) -> Article:
    article = write(world, wording, unit=unit, at=at, **more)
    by = "handler" if unit == "chengguan" else "dispatcher"
    transitions.submit(article, actor=world.actor(by, at), at=at)
    return transitions.publish(article, actor=world.actor("head" if unit == "chengguan" else "director", at), at=at)


def test_a_wording_goes_from_draft_to_published_under_four_eyes(world: World) -> None:
    article = write(world)
    assert article.state == "draft"
    assert search(world.actor("hotline").rights, "停暖退费", at=NOON) == []
    transitions.submit(article, actor=world.actor("handler"), at=NOON)
    told = Notice.objects.get(kind="knowledge.review")
    assert (told.person, told.url) == (world.people["head"], f"/hotline/knowledge/{article.number}/")
    with refused("forbidden"):
        transitions.publish(article, actor=world.actor("handler"), at=NOON)
    article = transitions.publish(article, actor=world.actor("head"), at=NOON)
    assert (article.state, article.published.number, article.due_on) == ("published", 1, date(2026, 9, 1))
    assert [hit.number for hit in search(world.actor("hotline").rights, "停暖退费", at=NOON)] == [article.number]
    assert [step.verb for step in article.steps.all()] == ["create", "submit", "publish"]


def test_who_wrote_it_does_not_publish_it(world: World) -> None:
    article = transitions.create(HEATING, unit=world.units["chengguan"], actor=world.actor("head"), at=NOON)
    transitions.submit(article, actor=world.actor("head"), at=NOON)
    with refused("own_work"):
        transitions.publish(article, actor=world.actor("head"), at=NOON)
    assert transitions.publish(article, actor=world.actor("director"), at=NOON).state == "published"


def test_a_new_version_stands_beside_the_one_in_force_until_it_is_published(world: World) -> None:
    article = published(world)
    changed = Wording("停暖期间退费办法", "改为按月退费。", "按月退费。", ("退费",))
    transitions.revise(article, changed, actor=world.actor("handler"), at=NOON)
    transitions.submit(article, actor=world.actor("handler"), at=NOON)
    rights = world.actor("hotline").rights
    assert search(rights, "停暖退费", at=NOON)[0].title == HEATING.title
    with refused("wrong_state"):
        transitions.revise(article, changed, actor=world.actor("handler"), at=NOON)
    with refused("invalid"):
        transitions.send_back(article, actor=world.actor("head"), at=NOON, note=" ")
    transitions.send_back(article, actor=world.actor("head"), at=NOON, note="请写明标准")
    transitions.submit(article, actor=world.actor("handler"), at=NOON)
    article = transitions.publish(article, actor=world.actor("head"), at=NOON + DAY)
    assert [(v.number, v.state) for v in article.versions.all()] == [(2, "published"), (1, "superseded")]
    assert article.versions.get(number=1).text == HEATING.text
    assert search(rights, "按月退费", at=NOON)[0].version == 2
    assert search(rights, "双方签字", at=NOON) == []


def test_other_units_neither_see_nor_write_a_draft(world: World) -> None:
    article = write(world)
    for who in ("other_handler", "hotline", "stranger", "evaluator"):
        with refused("not_found"):
            queries.one(world.actor(who).rights, article.number, at=NOON)
    with refused("forbidden"):
        transitions.revise(article, WATER, actor=world.actor("other_handler"), at=NOON)
    for who in ("handler", "head", "dispatcher", "director"):
        assert queries.one(world.actor(who).rights, article.number, at=NOON) == article


def test_the_day_after_its_last_an_article_is_hidden_before_any_job_has_run(world: World) -> None:
    article = published(world)
    last = article.due_on
    rights = world.actor("hotline").rights
    on_the_last = NOON.replace(year=last.year, month=last.month, day=last.day)
    assert search(rights, "停暖退费", at=on_the_last)
    assert search(rights, "停暖退费", at=on_the_last + DAY) == []
    assert queries.visible_to(rights, at=on_the_last + DAY).count() == 0
    assert queries.public_articles(at=on_the_last + DAY).count() == 0
    assert Article.objects.get(pk=article.pk).state == "published"
    watch_knowledge(at=on_the_last + DAY)
    assert Article.objects.get(pk=article.pk).state == "expired"
    assert not ArticleGram.objects.exists()
    transitions.confirm(article, actor=world.actor("head"), at=on_the_last + DAY)
    assert search(rights, "停暖退费", at=on_the_last + DAY)


def test_the_owner_is_warned_once_in_the_last_fifteen_days(world: World) -> None:
    article = published(world)
    end = NOON.replace(month=9, day=1)
    assert article.due_on == end.date()
    assert watch_knowledge(at=end - 16 * DAY)["due"] == 0
    assert watch_knowledge(at=end - 15 * DAY)["due"] == 2
    assert watch_knowledge(at=end - 14 * DAY)["due"] == 0
    people = set(Notice.objects.filter(kind="knowledge.due").values_list("person__username", flat=True))
    assert people == {"handler", "head"}
    watch_knowledge(at=end + DAY)
    watch_knowledge(at=end + 2 * DAY)
    assert Notice.objects.filter(kind="knowledge.expired").count() == 2


def test_a_policy_that_ends_earlier_ends_the_article(world: World) -> None:
    wording = Wording("补贴", "补贴到月底。", "月底截止。", valid_until=date(2026, 3, 31))
    assert published(world, wording).due_on == date(2026, 3, 31)
    with refused("invalid"):
        write(world, Wording("补贴", "x", "y", valid_until=date(2026, 3, 1)))
    with refused("invalid"):
        write(world, Wording("长句", "x", "字" * 41))


def test_search_weighs_rare_words_in_a_long_complaint(world: World) -> None:
    for n in range(6):
        event = Wording(f"社区活动第{n}期报名", "请到社区居委会报名参加活动,名额有限。", "到社区报名。")
        published(world, event, category="1506")
    water = published(world, WATER, category="0801")
    heat = published(world)
    told = "您好,我住在青山社区三号楼,从昨天晚上开始家里一直没有水,打了物业电话没人接,问一下停水什么时候抢修好"
    rights = world.actor("hotline").rights
    assert search(rights, told, at=NOON)[0].number == water.number
    assert "停水" in search(rights, told, at=NOON)[0].words
    assert search(rights, "暖气费能不能退", at=NOON)[0].number == heat.number
    assert search(rights, "zzz从来没有写过的飞碟登陆", at=NOON) == []
    assert search(rights, "", at=NOON) == []
    assert search(world.actor("wall").rights, "停水", at=NOON) == []
    assert [hit.number for hit in search(None, "停水 停暖", at=NOON, is_public=True)] == [heat.number]


def test_question_words_alone_make_no_hit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    heat = published(world, Wording("供暖什么时候开始", "每年10月15日开始供暖。", "十月十五开始。"))
    rights = world.actor("hotline").rights

    def found(text: str) -> list[str]:
        return [hit.number for hit in search(rights, text, at=NOON)]

    other = ("公交车什么时候来", "身份证怎么办,什么时候能取", "什么时候", "请问一下,您好,怎么办呢")
    assert {text: found(text) for text in other} == {text: [] for text in other}
    for text in ("供暖什么时候开始", "什么时候供暖", "请问今年几号供暖呢"):
        assert found(text) == [heat.number], text
    gap = actions.record_gap("公交车什么时候来", actor=world.actor("hotline"), at=NOON)
    assert actions.record_gap("洒水车什么时候来", actor=world.actor("hotline"), at=NOON).number != gap.number
    assert actions.record_gap("请问公交车什么时候来呢", actor=world.actor("hotline"), at=NOON).number == gap.number
    monkeypatch.setattr("hotline.knowledge.searching.pairs_of", grams)  # as it was: the words that ask made the hit
    assert found("公交车什么时候来") == found("什么时候") == [heat.number]


def test_what_only_asks_is_told_from_what_is_asked() -> None:
    assert content_of("怎么办理居住证").split() == ["办理居住证"]
    assert content_of("暖气不热怎么办?").split() == ["暖气不热", "?"]
    assert content_of("请问多少钱可以办吗").split() == ["钱", "办"]
    assert content_of("停水").split() == ["停水"]


def test_index_weights_grow_with_the_title() -> None:
    from hotline.knowledge.models import ArticleVersion

    found = indexing.weights(ArticleVersion(title="停暖", text="停水停水", spoken="", keywords=[]))
    assert found["停暖"] > found["停水"] > 0


def test_a_question_without_an_answer_is_pushed_to_its_owner_with_a_clock(world: World) -> None:
    actor = world.actor("hotline")
    gap = actions.record_gap("井盖上的编号怎么查", actor=actor, at=NOON, category=Category.objects.get(pk="0601"))
    assert (gap.unit, gap.state) == (world.units["chengguan"], "open")
    assert gap.due_at == NOON + 5 * DAY  # three working days over a weekend
    again = actions.record_gap("井盖上的编号怎么查?", actor=actor, at=NOON)
    assert (again.pk, again.times) == (gap.pk, 2)
    lines = Notice.objects.filter(kind="gap.open")
    assert {line.person.username for line in lines} == {"handler", "head"}
    assert not any("井盖" in line.title + line.text for line in lines)
    with refused("forbidden"):
        actions.dismiss_gap(gap, actor=world.actor("other_handler"), at=NOON, reply="不是我们")
    watch_knowledge(at=NOON + 4 * DAY)
    watch_knowledge(at=NOON + 6 * DAY)
    watch_knowledge(at=NOON + 7 * DAY)
    assert set(Notice.objects.filter(kind="gap.late").values_list("person__username", flat=True)) == {
        "handler", "head", "dispatcher", "director",
    }
    assert Notice.objects.filter(kind="gap.late").count() == 4


def test_publishing_the_answer_settles_the_gap_and_tells_who_asked(world: World) -> None:
    gap = actions.record_gap("暖气费怎么退", actor=world.actor("hotline"), at=NOON, unit=world.units["chengguan"])
    article = write(world)
    gap = actions.answer_gap(gap, article=article, actor=world.actor("handler"), at=NOON)
    assert gap.state == "open"
    transitions.submit(article, actor=world.actor("handler"), at=NOON)
    transitions.publish(article, actor=world.actor("head"), at=NOON)
    gap.refresh_from_db()
    assert (gap.state, gap.settled_by) == ("answered", world.people["head"])
    assert Notice.objects.get(kind="gap.answered").person == world.people["hotline"]


def test_a_gap_of_no_category_goes_to_the_centre_and_can_be_sent_on(world: World) -> None:
    gap = actions.record_gap("怎样给区长写信", actor=world.actor("hotline"), at=NOON)
    assert gap.unit == world.units["desk"]
    gap = actions.send_gap_to(gap, unit=world.units["zhujian"], actor=world.actor("dispatcher"), at=NOON + DAY)
    assert (gap.unit, gap.due_at > NOON + 5 * DAY) == (world.units["zhujian"], True)
    actions.dismiss_gap(gap, actor=world.actor("other_handler"), at=NOON + DAY, reply="已有公示")
    with refused("wrong_state"):
        actions.dismiss_gap(gap, actor=world.actor("other_handler"), at=NOON + DAY, reply="再来")


def test_uses_are_counted_by_day_and_not_by_person(world: World) -> None:
    article = published(world)
    for kind in ("read", "read", "insert", "answer"):
        actions.count_use(article, kind, at=NOON)
    article.refresh_from_db()
    assert (article.read_count, article.insert_count, article.answer_count) == (2, 1, 1)
    assert queries.usage(at=NOON) == {"read": 2, "insert": 1, "answer": 1}
    assert {field.name for field in ArticleUse._meta.fields} == {"id", "article", "day", "kind", "count"}
    with refused("invalid"):
        actions.count_use(article, "liked", at=NOON)


def test_feedback_reaches_the_owner_and_is_settled_once(world: World) -> None:
    article = published(world)
    row = actions.give_feedback(article, kind="outdated", actor=world.actor("hotline"), at=NOON, text="标准改了")
    assert actions.give_feedback(article, kind="outdated", actor=world.actor("hotline"), at=NOON).pk == row.pk
    assert Notice.objects.filter(kind="knowledge.feedback").count() == 2
    with refused("forbidden"):
        actions.settle_feedback(row, actor=world.actor("other_handler"), at=NOON, reply="不改")
    actions.settle_feedback(row, actor=world.actor("handler"), at=NOON, reply="已改")
    with refused("wrong_state"):
        actions.settle_feedback(row, actor=world.actor("handler"), at=NOON, reply="再改")


def test_the_quiz_asks_from_what_is_in_force_and_keeps_the_attempt_to_its_taker(world: World) -> None:
    user = world.people["hotline"]
    with refused("wrong_state"):
        quiz.begin(user, at=NOON)
    for n in range(5):
        published(world, Wording(f"第{n}问怎么办", f"答{n}。", f"这样办{n}。"))
    attempt = quiz.begin(user, at=NOON)
    assert quiz.begin(user, at=NOON).pk == attempt.pk
    assert (attempt.total, attempt.week) == (5, "2026-W10")
    for question in attempt.asked:
        assert len(set(question["options"])) == len(question["options"])
    with refused("not_found"):
        quiz.attempt_of(world.people["handler"], attempt.pk)
    with refused("invalid"):
        quiz.finish(attempt, {0: 0}, at=NOON)
    right = {n: question["right"] for n, question in enumerate(attempt.asked)}
    wrong = right | {0: (right[0] + 1) % len(attempt.asked[0]["options"])}
    done = quiz.finish(attempt, wrong, at=NOON)
    assert (done.right_count, done.total) == (4, 5)
    with refused("wrong_state"):
        quiz.finish(attempt, right, at=NOON)
    assert quiz.often_missed(at=NOON) == []  # too few answers to be shown
    for who in ("handler", "head", "dispatcher", "director"):
        QuizAttempt.objects.create(
            person=world.people[who], week=attempt.week, started_at=NOON, finished_at=NOON, asked=done.asked, total=5
        )
    assert [row["number"] for row in quiz.often_missed(at=NOON)] == [done.asked[0]["article"]]
    assert quiz.taking_part(at=NOON) == 5


def test_the_pages_from_gap_to_answer(world: World, client: Client, settings: object) -> None:
    """Through the browser's forms: the agent records, the department writes, the head publishes, the citizen reads."""
    from tests.access.scene import signed_in

    agent, handler, head = (signed_in(world.people[name]) for name in ("hotline", "handler", "head"))
    page = agent.get("/hotline/knowledge/suggest/", {"q": "暖气费能退吗"})
    assert "没有找到" in page.content.decode()
    said = agent.post(
        "/hotline/knowledge/gaps/new/", {"question": "暖气费能退吗", "unit": "chengguan"}, headers={"X-Requested-With": "fetch"}
    )
    number = said.json()["number"]
    assert handler.get("/hotline/knowledge/gaps/").content.decode().count(number) >= 1
    told = {
        "unit": world.units["chengguan"].pk, "title": "暖气费能退吗", "text": "测温不达标的按天数退费。",
        "spoken": "不达标按天退费。", "keywords": "退费、暖气", "review_days": "90", "gap": number,
        "is_public": "on", "submit": "1",
    }
    bad = handler.post("/hotline/knowledge/new/", {**told, "spoken": "字" * 60})
    assert bad.status_code == 400
    assert "每句不超过40字" in bad.content.decode()
    made = handler.post("/hotline/knowledge/new/", told)
    assert made.status_code == 302
    address = made["Location"]
    assert handler.post(f"{address}move/", {"verb": "publish"}).status_code == 403
    assert head.post(f"{address}move/", {"verb": "publish"}).status_code == 302
    assert KnowledgeGap.objects.get(number=number).state == "answered"
    assert "暖气费能退吗" in agent.get("/hotline/knowledge/suggest/", {"q": "暖气费能退吗"}).content.decode()
    assert agent.get(address).status_code == 200
    assert agent.post(f"{address}used/", {"kind": "answer"}).json()["number"] in address
    assert client.get(f"/c/knowledge/{address.split('/')[-2]}/").status_code == 200
    assert "暖气费能退吗" in client.get("/c/knowledge/").content.decode()
    assert "暖气费能退吗" in client.get("/c/knowledge/", {"q": "退暖气费"}).content.decode()
    head.post(f"{address}move/", {"verb": "withdraw", "note": "口径调整"})
    assert client.get(f"/c/knowledge/{address.split('/')[-2]}/").status_code == 404
    assert agent.get(address).status_code == 404
    for path in ("", "queue/", "gaps/?state=all", "quiz/", f"{address.split('/')[-2]}/versions/"):
        assert head.get(f"/hotline/knowledge/{path}").status_code == 200
