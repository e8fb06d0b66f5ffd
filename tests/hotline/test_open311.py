"""Open311 reads and writes the same cases as the hotline: one number from the call to the public list and back."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from knox.models import AuthToken

from events.models import Event
from hotline import transitions
from hotline.models import HotlineOrder
from hotline.transitions import Told
from tests.api.conftest import Api
from tests.api.test_open311 import ROOT, _fits
from tests.world import NOON, World


@pytest.fixture
def order(world: World) -> HotlineOrder:
    told = Told(
        "complaint", "路灯坏了三天没人修", category="0606", area="150302002001001", phone="13812345678", name="周某"
    )
    made = transitions.register(told, actor=world.actor("hotline"), at=NOON)
    return transitions.forward(made, actor=world.actor("hotline"), at=NOON)


def as_json_and_xml(number: str) -> tuple[dict, dict]:
    row = Api().get(f"{ROOT}/requests/{number}.json").json()[0]
    tree = ElementTree.fromstring(Api().get(f"{ROOT}/requests/{number}.xml").content)
    assert [tree.tag, tree[0].tag] == ["service_requests", "request"]
    return row, {child.tag: child.text for child in tree[0]}


def test_a_call_is_a_request_of_the_same_number_in_both_formats(order: HotlineOrder) -> None:
    row, xml = as_json_and_xml(order.number)
    assert (row["service_request_id"], row["service_code"], row["status"]) == (order.number, "0606", "open")
    assert list(row) == list(xml)
    plain = [name for name in row if not name.endswith("datetime")]
    assert [row[name] for name in plain] == [xml[name] for name in plain]
    assert xml["requested_datetime"]
    for secret in ("13812345678", "周某", "三天没人修"):
        assert secret not in f"{row}{xml}"


def test_a_request_over_the_interface_is_joined_by_the_next_call(world: World) -> None:
    key = AuthToken.objects.create(world.people["platform"])[1]
    body = urlencode({"api_key": key, "service_code": "0606", "description": "路灯不亮", "address_string": "青山路"})
    answer = Api().client.post(f"{ROOT}/requests.xml", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 201
    tree = ElementTree.fromstring(answer.content)
    assert [child.tag for child in tree[0]] == ["service_request_id", "service_notice", "account_id"]
    event = Event.objects.get(number=tree[0][0].text)
    order = transitions.register(Told("complaint", "路灯还不亮"), actor=world.actor("hotline"), at=NOON)
    order = transitions.join(order, event=event, actor=world.actor("hotline"), at=NOON)
    assert order.event_id == event.pk
    assert as_json_and_xml(event.number)[0]["status"] == "open"


@pytest.mark.real_data
def test_hotline_born_requests_fit_the_schemas(order: HotlineOrder) -> None:
    rows = Api().get(f"{ROOT}/requests.json?service_request_id={order.number}").json()
    assert [row["service_request_id"] for row in rows] == [order.number]
    _fits("request", rows)
