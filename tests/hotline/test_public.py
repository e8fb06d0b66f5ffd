"""An order that no event answers for, asked after by its code: the same doors as for a report of one's own."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from hotline import transitions
from hotline.models import HotlineOrder
from tests.hotline import calls
from tests.world import NOON, World

TEXT = "请问居住证怎么办理,需要带什么材料"
ANSWER = "持身份证和居住证明到街道便民中心办理"
DIGITS = calls.PHONE[-4:]


def answered(world: World) -> HotlineOrder:
    at = timezone.now() - timedelta(minutes=5)
    order = calls.registered(world, demand="consult", text=TEXT, at=at)
    return transitions.answer_directly(order, actor=world.actor("hotline", at), at=at, note=ANSWER)


def test_the_code_alone_shows_the_state_and_the_digits_open_the_rest(world: World) -> None:
    order = answered(world)
    visitor = Client()
    plain = visitor.get(f"/c/t/{order.tracking_code}/").content.decode()
    assert "已在电话里答复" in plain
    assert not [word for word in (TEXT, ANSWER, order.token, calls.PHONE, "王小明") if word in plain]
    wrong = visitor.post(f"/c/t/{order.tracking_code}/", {"digits": "9999"})
    assert wrong.status_code == 404
    right = visitor.post("/c/track/", {"code": order.tracking_code.lower(), "digits": DIGITS})
    assert right["Location"] == f"/c/k/{order.token}/"
    page = visitor.get(right["Location"]).content.decode()
    assert TEXT in page
    assert ANSWER in page
    assert not [word for word in (calls.PHONE, "王小明", "hotline") if word in page]


def test_the_caller_rates_once_and_the_order_has_it(world: World) -> None:
    order = answered(world)
    address = f"/c/k/{order.token}/rate/"
    visitor = Client()
    assert address in visitor.get(f"/c/k/{order.token}/").content.decode()
    assert visitor.post(address, {}).status_code == 400
    visitor.post(address, {"level": "2", "solved": "no", "note": "没说清楚"})
    order.refresh_from_db()
    assert (order.rating, order.solved, order.dissatisfied) == (2, False, 1)
    visitor.post(address, {"level": "5"})
    order.refresh_from_db()
    assert order.rating == 2
    page = visitor.get(f"/c/k/{order.token}/").content.decode()
    assert "不满意" in page
    assert address not in page


def test_an_event_answers_for_the_order_it_was_opened_from(world: World) -> None:
    waiting, passed_on = calls.registered(world), calls.handling(world)
    visitor = Client()
    assert "正在确定由谁办理" in visitor.get(f"/c/t/{waiting.tracking_code}/").content.decode()
    assert "报事" in visitor.get(f"/c/t/{passed_on.tracking_code}/").content.decode(), "the event's own steps"
    assert visitor.post(f"/c/k/{waiting.token}/nudge/").status_code == 404
    assert visitor.post(f"/c/k/{waiting.token}/rate/", {"level": "5"}, follow=True).status_code == 200
    waiting.refresh_from_db()
    assert waiting.rating is None, "nothing has been done yet"


def test_who_joined_sees_where_the_matter_stands(world: World) -> None:
    first = calls.handling(world)
    joined = transitions.join(
        calls.registered(world, phone="13911113333"), event=first.event, actor=world.actor("hotline"), at=NOON
    )
    visitor = Client()
    assert "城管局" in visitor.get(f"/c/t/{joined.tracking_code}/").content.decode()
    page = visitor.get(f"/c/k/{joined.token}/").content.decode()
    assert "并入一起办理" in page
    assert first.text not in page
    assert "/c/f/" in page
