"""Open311 GeoReport v2 in both formats, against the schemas of open311/schema-validation where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.conf import settings
from knox.models import AuthToken

from events.models import Event, EventReporter
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import World

SCHEMAS = settings.SHARED_DIR / "data" / "protocols" / "open311"
ROOT = "/open311/v2"


def _fits(name: str, rows: list) -> None:
    """Each row against the schema of one row; left out where the folder is absent."""
    from jsonschema import Draft4Validator, FormatChecker

    path = Path(SCHEMAS) / f"{name}.json"
    if not path.exists():
        pytest.skip("no ../shared/data")
    check = Draft4Validator(json.loads(path.read_text()), format_checker=FormatChecker())
    for row in rows:
        check.validate(row)


def _form(key: str, **fields: object) -> bytes:
    return urlencode({"api_key": key, **fields}).encode()


def _post(client: Api, body: bytes, ending: str = "json") -> object:
    return client.client.post(
        f"{ROOT}/requests.{ending}", body, content_type="application/x-www-form-urlencoded", headers=client.headers
    )


@pytest.fixture
def key(world: World) -> str:
    return AuthToken.objects.create(world.people["platform"])[1]


@pytest.mark.real_data
def test_services_and_requests_fit_the_schemas(world: World) -> None:
    worlds.reported(world)
    client = Api()
    services = client.get(f"{ROOT}/services.json").json()
    assert services
    _fits("service", services)
    code = services[0]["service_code"]
    _fits("service-definition", [client.get(f"{ROOT}/services/{code}.json").json()])
    requests = client.get(f"{ROOT}/requests.json").json()
    assert len(requests) == 1
    _fits("request", requests)


def test_only_public_fields_leave(world: World) -> None:
    event = worlds.reported(world, reporter_name="王小明", reporter_phone="13812345678", lon=106.8, lat=39.6)
    for ending in ("json", "xml"):
        text = Api().get(f"{ROOT}/requests.{ending}").content.decode()
        assert event.number in text
        for secret in ("13812345678", "王小明", "宽带信号", "106.8"):
            assert secret not in text
    row = Api().get(f"{ROOT}/requests/{event.number}.json").json()[0]
    assert (row["status"], row["address"], row["description"], row["lat"]) == ("open", "海北街道", None, None)


def test_what_is_not_for_the_public_is_not_there(world: World) -> None:
    petition = worlds.reported(world, source="petition", by="dispatcher")
    bare = worlds.reported(world, category=None)
    for event in (petition, bare):
        assert Api().get(f"{ROOT}/requests/{event.number}.json").status_code == 404
    assert Api().get(f"{ROOT}/requests.json").json() == []


def test_filters(world: World) -> None:
    event = worlds.reported(world)
    client = Api()

    def count(query: str) -> int:
        answer = client.get(f"{ROOT}/requests.json?{query}")
        assert answer.status_code == 200, answer.content
        return len(answer.json())

    assert count("status=open") == 1
    assert count("status=closed") == 0
    assert count("service_code=0805") == 1
    assert count("service_code=0101") == 0
    assert count(f"service_request_id={event.number},1") == 1
    assert count("start_date=2026-01-01T00:00:00Z&end_date=2026-02-01T00:00:00Z") == 0
    assert count("end_date=2026-04-01T00:00:00%2B08:00") == 1
    for query in ("status=x", "service_code=%27", "start_date=x", "page_size=0", "page=x", "colour=1", "service_request_id=a"):
        answer = client.get(f"{ROOT}/requests.json?{query}")
        assert answer.status_code == 400
        assert answer.json()[0]["code"] == 400


def test_a_request_is_posted_and_read_back_as_xml(world: World, key: str) -> None:
    body = _form(
        key, service_code="0805", lat="39.60524078", long="106.4212043", address_string="1234 5th street",
        first_name="小明", last_name="王", phone="13812345678", description="宽带断了", device_id="tt222111",
        email="a@example.org", jurisdiction_id="city.gov", **{"attribute[WHISPAWN]": "123456"},
    )
    answer = _post(Api(), body, "xml")
    assert answer.status_code == 201, answer.content
    assert answer["Content-Type"].startswith("text/xml")
    number = ElementTree.fromstring(answer.content).findtext("request/service_request_id")
    event = Event.objects.get(number=number)
    assert (event.text, event.category_id, event.source) == ("宽带断了", "0805", "data_share")
    assert EventReporter.objects.get(event=event).phone == "13812345678"
    read = ElementTree.fromstring(Api().get(f"{ROOT}/requests/{number}.xml").content)
    assert read.findtext("request/status") == "open"
    assert read.findtext("request/description") in (None, "")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"service_code": ""}, 400), ({"service_code": "9999"}, 400), ({"lat": "x"}, 400), ({"lat": "39"}, 400),
        ({"lat": "1e400", "long": "1"}, 400), ({"lat": "", "long": "", "address_string": ""}, 400),
        ({"description": "a\x00b"}, 400), ({"surprise": "1"}, 400), ({"api_key": "wrong"}, 403), ({"api_key": ""}, 403),
    ],
)
def test_bad_posts_are_refused_in_the_protocol_s_shape(world: World, key: str, change: dict, status: int) -> None:
    fields = {"api_key": key, "service_code": "0805", "address_string": "某街 1 号", "description": "x", **change}
    fields = {name: value for name, value in fields.items() if not (name in ("lat", "long") and value == "")}
    answer = _post(Api(), urlencode(fields).encode())
    assert answer.status_code == status, answer.content
    assert answer.json()[0]["code"] == status
    assert answer.json()[0]["description"]
    assert Event.objects.count() == 0


def test_a_session_cannot_post(world: World) -> None:
    client = Api()
    client.client.force_login(world.people["dispatcher"], backend="governance.backends.RoleBackend")
    assert _post(client, urlencode({"service_code": "0805", "address_string": "x"}).encode()).status_code == 403


def test_a_keyed_post_in_xml_gives_the_first_answer_again(world: World, key: str) -> None:
    client = Api()
    client.headers["Idempotency-Key"] = "k"
    body = _form(key, service_code="0805", address_string="某街 1 号", description="x")
    first, again = _post(client, body, "xml"), _post(client, body, "xml")
    assert first.content == again.content
    assert again["Content-Type"] == first["Content-Type"]
    assert Event.objects.count() == 1
