"""查进度: equal answers, locks, the reporter's verbs, and nothing of the reporter anywhere (quality.md N-03, S6, S11)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from casework.actor import Actor
from events import transitions
from events.models import Event, EventAttachment, Rating
from tests import world as worlds
from tests.citizen.conftest import Visitor
from tests.pictures import jpeg

pytestmark = pytest.mark.django_db
NAME, PHONE = "欧阳翠花", "13977770042"


def bare(response) -> str:
    """A page without what differs from request to request by design."""
    text = response.content.decode()
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", text)
    text = re.sub(r'data-server-now="[^"]*"', "", text)
    return re.sub(r'name="next" value="[^"]*"', "", text)


def citizen_case(world, state, **told):
    """A citizen's case in a state, reached by the real verbs."""
    now = timezone.now() - timedelta(minutes=5)
    fields = {"source": "citizen", "reporter_name": NAME, "reporter_phone": PHONE, "by": "hotline", "at": now, **told}
    if state == "closed":
        event = worlds.verifying(world, **fields)
        event = transitions.verify(event, actor=world.actor("worker_a1", now), at=now, finding="solved", note="好了")
        event = transitions.call_back(event, actor=world.actor("call_backer", now), at=now, finding="solved")
        scores = {order.pk: 5 for order in event.orders.filter(state="done")}
        return transitions.evaluate(event, actor=world.actor("dispatcher", now), at=now, scores=scores)
    return getattr(worlds, state)(world, **fields)


# Guessing -------------------------------------------------------------------------------------------


def test_unknown_code_and_wrong_digits_are_one_answer(world):
    event = citizen_case(world, "reported")
    known = {"code": event.tracking_code, "digits": "9999"}
    answers = [
        Visitor("192.0.2.1").client.post("/c/track/", known),
        Visitor("192.0.2.2").client.post("/c/track/", {"code": "ABCD-2345", "digits": "0042"}),
        Visitor("192.0.2.3").client.post("/c/track/", {"code": "ABCD-2345"}),
        Visitor("192.0.2.4").client.post(f"/c/t/{event.tracking_code}/", {"digits": "1111"}),
        Visitor("192.0.2.5").client.post("/c/t/ABCD-2345/", {"digits": "1111"}),
        Visitor("192.0.2.6").client.get("/c/t/ABCD-2345/"),
        Visitor("192.0.2.7").client.get("/c/t/%E4%B8%AD/"),
        Visitor("192.0.2.8").client.get("/c/k/" + "0" * 32 + "/"),
        Visitor("192.0.2.9").client.get(f"/c/k/{event.number}/"),
        Visitor("192.0.2.10").client.get(f"/c/t/{event.number}/"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({bare(answer) for answer in answers}) == 1


def test_right_digits_open_the_case_and_the_code_alone_does_not(world, visitor):
    event = citizen_case(world, "in_progress", text="三单元门前的宽带断了")
    answer = visitor.client.post("/c/track/", {"code": event.tracking_code.lower().replace("-", " "), "digits": "0042"})
    assert answer["Location"] == f"/c/k/{event.token}/"
    plain = visitor.client.post("/c/track/", {"code": event.tracking_code})
    assert plain["Location"] == f"/c/t/{event.tracking_code}/"
    page = visitor.client.get(plain["Location"]).content.decode()
    assert "城管局" in page
    assert "三单元" not in page
    assert event.token not in page
    assert "三单元" in visitor.client.get(f"/c/k/{event.token}/").content.decode()


def test_ten_misses_lock_an_address_but_not_its_neighbour(world, visitor):
    event = citizen_case(world, "reported")
    for _n in range(10):
        assert visitor.client.post("/c/track/", {"code": "ABCD-2345"}).status_code == 404
    locked = visitor.client.post("/c/track/", {"code": event.tracking_code, "digits": "0042"})
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0
    assert "12345" in locked.content.decode()
    other = Visitor("203.0.113.9")
    assert other.client.post("/c/track/", {"code": event.tracking_code, "digits": "0042"}).status_code == 302


def test_ten_wrong_digits_lock_a_code_for_everybody_but_the_token(world):
    event = citizen_case(world, "reported")
    for n in range(10):
        answer = Visitor(f"203.0.113.{n}").client.post("/c/track/", {"code": event.tracking_code, "digits": f"1{n:03}"})
        assert answer.status_code == 404
    locked = Visitor("203.0.113.99").client.post("/c/track/", {"code": event.tracking_code, "digits": "0042"})
    unknown = [
        Visitor(f"203.0.114.{n}").client.post("/c/track/", {"code": "ABCD-2345", "digits": "0001"}) for n in range(11)
    ]
    assert locked.status_code == unknown[-1].status_code == 429
    assert bare(locked) == bare(unknown[-1])
    assert Visitor("203.0.113.98").client.get(f"/c/k/{event.token}/").status_code == 200


def test_right_guesses_do_not_use_up_the_tries(world, visitor):
    event = citizen_case(world, "reported")
    for _n in range(15):
        assert visitor.client.get(f"/c/t/{event.tracking_code}/").status_code == 200
        assert visitor.client.post("/c/track/", {"code": event.tracking_code, "digits": "0042"}).status_code == 302


def test_a_written_forwarded_address_does_not_help(world, visitor):
    for n in range(10):
        visitor.client.post("/c/track/", {"code": "ABCD-2345"}, HTTP_X_FORWARDED_FOR=f"9.9.9.{n}")
    assert visitor.client.post(
        "/c/track/", {"code": "ABCD-2345"}, HTTP_X_FORWARDED_FOR="8.8.8.8"
    ).status_code == 429


def test_a_case_without_a_telephone_opens_by_no_digits(world):
    event = citizen_case(world, "reported", reporter_phone="", reporter_name=NAME)
    for n, digits in enumerate(("", "0000", "-", "    ")):
        answer = Visitor(f"192.0.2.{n}").client.post(f"/c/t/{event.tracking_code}/", {"digits": digits})
        assert answer.status_code == 404


# What the page says ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", ["reported", "open_for_claim", "awaiting_dispatch", "in_progress", "verifying", "closed"]
)
def test_the_reporter_and_the_staff_stand_on_no_public_page(world, visitor, state):
    world.people["handler"].name = "经办人赵铁柱"
    world.people["handler"].save()
    event = citizen_case(world, state)
    for address in (f"/c/t/{event.tracking_code}/", f"/c/k/{event.token}/", f"/c/k/{event.token}/receipt/"):
        page = visitor.client.get(address)
        assert page.status_code == 200
        html = page.content.decode()
        for canary in (NAME, PHONE, PHONE[-4:], "赵铁柱", "worker_a1", "dispatcher", "测试指定", event.number):
            assert canary not in html, (address, canary)


def test_five_words_and_the_promise(world, visitor):
    event = citizen_case(world, "in_progress")
    html = visitor.client.get(f"/c/k/{event.token}/").content.decode()
    for word in ("报事", "理事", "办事", "评事", "前办好", "城管局", "这一步已用"):
        assert word in html


def test_merged_case_follows_its_master(world, visitor):
    master = citizen_case(world, "in_progress", text="楼道宽带全断")
    twin = citizen_case(world, "reported")
    transitions.merge(
        twin, master=master, actor=world.actor("dispatcher", timezone.now()), at=timezone.now(), note="同一件"
    )
    html = visitor.client.get(f"/c/k/{twin.token}/").content.decode()
    assert "已并案" in html
    assert "城管局" in html
    assert "楼道宽带全断" not in html


def test_photos_open_with_the_own_token_only(world, visitor):
    mine = visitor.report(photos=[jpeg()])
    other = Visitor("192.0.2.77").report(kind="road")
    key = EventAttachment.objects.get().pk
    assert visitor.client.get(f"/c/k/{mine}/photo/{key}/")["Content-Type"] == "image/jpeg"
    assert visitor.client.get(f"/c/k/{other}/photo/{key}/").status_code == 404
    EventAttachment.objects.update(purpose="verify")
    assert visitor.client.get(f"/c/k/{mine}/photo/{key}/").status_code == 404


# What the reporter does -----------------------------------------------------------------------------


def test_rating_once_with_solved_apart(world, visitor):
    event = citizen_case(world, "closed")
    page = visitor.client.get(f"/c/k/{event.token}/").content.decode()
    form = page[page.index('id="rate"'):page.index("提交评价")]
    assert "checked" not in form
    for word in ("非常满意", "满意", "基本满意", "不满意", "非常不满意", "#face-5", "问题解决了吗"):
        assert word in form
    assert visitor.client.post(f"/c/k/{event.token}/rate/", {"solved": "yes"}).status_code == 400
    assert visitor.client.post(f"/c/k/{event.token}/rate/", {"level": "4"}).status_code == 302
    visitor.client.post(f"/c/k/{event.token}/rate/", {"level": "1", "solved": "no"})
    rating = Rating.objects.get()
    assert (rating.level, rating.solved) == (4, None)
    assert "提交评价" not in visitor.client.get(f"/c/k/{event.token}/").content.decode()


@pytest.mark.parametrize("level", ["6", "0", "-1", "x", ""])
def test_no_other_level(world, visitor, level):
    event = citizen_case(world, "closed")
    assert visitor.client.post(f"/c/k/{event.token}/rate/", {"level": level}).status_code == 400
    assert not Rating.objects.exists()


def test_bad_rating_with_unsolved_sends_it_back(world, visitor):
    event = citizen_case(world, "closed")
    visitor.client.post(
        f"/c/k/{event.token}/rate/", {"level": "1", "solved": "no", "reasons": ["too_slow"], "note": "还是断的"}
    )
    event.refresh_from_db()
    assert event.state == "in_progress"
    assert Rating.objects.get().reasons == ["too_slow"]


def test_reopen_needs_a_reason_and_a_fresh_closing(world, visitor):
    event = citizen_case(world, "closed")
    assert visitor.client.post(f"/c/k/{event.token}/reopen/", {"note": " "}).status_code == 400
    Event.objects.filter(pk=event.pk).update(
        reported_at=timezone.now() - timedelta(days=30), closed_at=timezone.now() - timedelta(days=16)
    )
    assert "申请重办" not in visitor.client.get(f"/c/k/{event.token}/").content.decode()
    visitor.client.post(f"/c/k/{event.token}/reopen/", {"note": "又断了"})
    event.refresh_from_db()
    assert event.state == "closed"
    Event.objects.filter(pk=event.pk).update(closed_at=timezone.now() - timedelta(days=14))
    visitor.client.post(f"/c/k/{event.token}/reopen/", {"note": "又断了"})
    event.refresh_from_db()
    assert (event.state, event.reopens) == ("in_progress", 1)


def test_nudge_once_a_day(world, visitor):
    event = citizen_case(world, "in_progress")
    assert "催一下" in visitor.client.get(f"/c/k/{event.token}/").content.decode()
    for _n in range(2):
        visitor.client.post(f"/c/k/{event.token}/nudge/")
    assert event.trail.filter(verb="nudge").count() == 1
    page = visitor.client.get(f"/c/k/{event.token}/").content.decode()
    assert "催一下" not in page
    assert "明天可以再催" in page


def test_material_of_words_and_photos(world, visitor):
    event = citizen_case(world, "in_progress")
    assert visitor.client.post(f"/c/k/{event.token}/add/", {}).status_code == 400
    answer = visitor.client.post(f"/c/k/{event.token}/add/", {"note": "二楼也断", "photos": [jpeg()]})
    assert answer.status_code == 302
    assert EventAttachment.objects.filter(event=event).count() == 1
    assert event.trail.filter(verb="comment", note__contains="二楼也断", lane="citizen").exists()
    assert "二楼也断" in visitor.client.get(f"/c/k/{event.token}/").content.decode()
    assert "二楼也断" not in visitor.client.get(f"/c/t/{event.tracking_code}/").content.decode()


def test_asked_and_answered(world, visitor):
    event = citizen_case(world, "reported")
    at = timezone.now()
    transitions.ask_info(event, actor=world.actor("dispatcher", at), at=at, note="是哪一栋楼?")
    page = visitor.client.get(f"/c/k/{event.token}/").content.decode()
    assert "是哪一栋楼?" in page
    assert "是哪一栋楼?" not in visitor.client.get(f"/c/t/{event.tracking_code}/").content.decode()
    visitor.client.post(f"/c/k/{event.token}/supply/", {"note": "12 号楼"})
    event.refresh_from_db()
    assert event.state == "reported"


def test_refused_with_a_reason_and_appealed(world, visitor):
    event = citizen_case(world, "reported")
    at = timezone.now()
    transitions.reject(event, actor=world.actor("dispatcher", at), at=at, note="属于法院受理范围")
    assert "属于法院受理范围" in visitor.client.get(f"/c/k/{event.token}/").content.decode()
    visitor.client.post(f"/c/k/{event.token}/appeal/", {"note": "不是诉讼"})
    event.refresh_from_db()
    assert event.state == "reported"


def test_no_verb_with_another_key(world, visitor):
    event = citizen_case(world, "closed")
    for act in ("add", "nudge", "rate", "reopen", "appeal", "supply"):
        answer = visitor.client.post(f"/c/k/{'f' * 32}/{act}/", {"level": "1", "note": "x"})
        assert answer.status_code == 404
    assert visitor.client.post(f"/c/k/{event.token}/reject/", {"note": "x"}).status_code == 404
    event.refresh_from_db()
    assert event.rating is None


def test_a_citizen_has_no_rights_of_the_staff(world):
    event = citizen_case(world, "reported")
    with pytest.raises(Exception, match="forbidden"):
        transitions.triage(event, actor=Actor.citizen(), at=timezone.now())
