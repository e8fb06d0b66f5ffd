"""Reports over HTTP: taken in once, refused in words, never half."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from casework.models import IdempotencyKey
from events.models import Event
from tests.api.conftest import Api
from tests.world import World

Client = Callable[[str], Api]


def test_a_report_is_taken_in_with_number_place_and_clock(api: Client, report: dict) -> None:
    answer = api("platform").post("events/", report)
    assert answer.status_code == 201, answer.content
    event = answer.json()
    assert event["number"] == "20260305-0302-1-00001"
    assert (event["state"], event["step"], event["grid"]) == ("reported", "report", "150302002001001")
    assert event["category"]["code"] == "0805"
    assert event["due_stage"] == "triage"
    assert event["reported_at"] == "2026-03-05T02:00:00+00:00"
    assert "13812345678" not in answer.content.decode()


def test_the_same_external_number_gives_the_same_event(api: Client, report: dict) -> None:
    client = api("platform")
    first = client.post("events/", report)
    again = client.post("events/", {**report, "text": "别的话"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["number"] == first.json()["number"]
    assert again.json()["text"] == report["text"]
    assert Event.objects.count() == 1


def test_a_number_taken_in_a_foreign_scope_says_nothing_of_the_event(api: Client, report: dict) -> None:
    api("platform").post("events/", report)
    answer = api("stranger").post("events/", {**report, "area": "150302001002001"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "number_taken"
    assert set(answer.json()) == {"code", "detail"}


def test_without_a_category_suggestions_are_given(api: Client, report: dict) -> None:
    answer = api("platform").post("events/", {"source": "citizen", "text": "路口井盖缺失,非常危险"})
    assert answer.status_code == 201
    assert answer.json()["category"] is None
    assert answer.json()["suggestions"][0]["name"]


def test_an_emergency_with_a_category_answers_as_it_is_after_the_rule(api: Client, report: dict) -> None:
    answer = api("platform").post("events/", {**report, "urgency": "P0"})
    assert answer.status_code == 201
    assert answer.json()["state"] != "reported"
    assert answer.json()["state"] == Event.objects.get().state


BAD = [
    ({"source": "gossip"}, "source"),
    ({"text": ""}, "text"),
    ({"text": 5}, "text"),
    ({"text": "x" * 4001}, "text"),
    ({"category": "9999"}, "category"),
    ({"category": "05"}, "category"),
    ({"urgency": "P9"}, "urgency"),
    ({"lon": 200, "lat": 39}, "lon"),
    ({"lon": 106.8}, "lon"),
    ({"lon": "106.8", "lat": 39.6}, "lon"),
    ({"lon": True, "lat": 39.6}, "lon"),
    ({"area": "999999"}, "area"),
    ({"occurred_at": "yesterday"}, "occurred_at"),
    ({"occurred_at": "2027-01-01T00:00:00+08:00"}, "occurred_at"),
    ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
    ({"reporter": "王"}, "reporter"),
    ({"reporter": {"name": "王", "id": 3}}, "reporter"),
    ({"state": "closed"}, "state"),
    ({"number": "1"}, "number"),
    ({"owner_unit_id": 1}, "owner_unit_id"),
    ({"external_number": {"a": 1}}, "external_number"),
]


@pytest.mark.parametrize(("change", "field"), BAD, ids=lambda v: str(v)[:40])
def test_bad_fields_are_named_and_nothing_is_stored(api: Client, report: dict, change: dict, field: str) -> None:
    answer = api("platform").post("events/", {**report, **change})
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] == "invalid"
    assert field in answer.json()["fields"]
    assert Event.objects.count() == 0


ODD = {
    "nothing": b"",
    "no object": b"[]",
    "text": b"hello",
    "cut off": b'{"source": "grid"',
    "NUL": b'{"source":"grid","text":"a\\u0000b"}',
    "raw NUL": b'{"source":"grid","text":"a\x00b"}',
    "surrogate": b'{"source":"grid","text":"a\\ud800b"}',
    "surrogate in a name": b'{"source":"grid","text":"a","\\udfff":1}',
    "bad UTF-8": b'{"source":"grid","text":"\xff\xfe"}',
    "1e400": b'{"source":"grid","text":"a","lon":1e400,"lat":39}',
    "NaN": b'{"source":"grid","text":"a","lon":NaN,"lat":39}',
    "huge integer": b'{"source":"grid","text":"a","accuracy_m":' + b"9" * 5000 + b"}",
    "same name twice": b'{"source":"grid","text":"a","text":"b"}',
    "deep": b"[" * 10_000 + b"]" * 10_000,
    "deep object": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "deep in a field": b'{"source":"grid","text":"a","reporter":' + b"[" * 50 + b"]" * 50 + b"}",
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_odd_bodies_are_refused_never_tripped_over(api: Client, body: bytes) -> None:
    for path in ("events/", "events/batch/"):
        answer = api("platform").post(path, body)
        assert answer.status_code in (400, 207), (path, answer.content)
        assert path == "events/batch/" or answer.json()["code"] == "invalid"
    assert Event.objects.count() == 0


def test_too_large_and_of_another_type(api: Client) -> None:
    client = api("platform")
    assert client.post("events/", b'{"text":"' + b"a" * 1_100_000 + b'"}').status_code == 413
    plain = client.client.post("/api/v1/events/", "text=a", content_type="text/plain", headers=client.headers)
    assert plain.status_code == 415
    assert plain.json()["code"] == "unsupported_media"


def test_a_batch_stores_the_good_and_names_the_bad(api: Client, report: dict) -> None:
    client = api("platform")
    client.post("events/", {**report, "external_number": "K-1"})
    rows = [
        {**report, "external_number": "B-1"},
        {**report, "external_number": "B-2", "source": "gossip"},
        {**report, "external_number": "K-1"},
        {**report, "external_number": "B-1"},
        "nonsense",
        {**report, "external_number": "B-3", "area": "1"},
        {**report, "external_number": "B-4"},
    ]
    answer = client.post("events/batch/", rows)
    assert answer.status_code == 207
    found = answer.json()
    assert [row["status"] for row in found] == [201, 400, 200, 200, 400, 400, 201]
    assert [row["index"] for row in found] == list(range(7))
    assert "source" in found[1]["error"]["fields"]
    assert found[0]["event"]["number"] == found[3]["event"]["number"]
    assert Event.objects.count() == 3


def test_a_batch_is_a_list_of_at_most_a_thousand(api: Client, report: dict) -> None:
    assert api("platform").post("events/batch/", {"rows": []}).status_code == 400
    assert api("platform").post("events/batch/", [report] * 1001).status_code == 400
    assert Event.objects.count() == 0


def test_a_keyed_post_gives_the_first_answer_again(api: Client, report: dict) -> None:
    del report["external_number"]
    client = api("platform")
    headers = {"Idempotency-Key": "key-1"}
    first = client.post("events/", report, **headers)
    again = client.post("events/", report, **headers)
    other = client.post("events/", {**report, "text": "别的话"}, **headers)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.content == again.content
    assert other.json()["code"] == "key_reused"
    assert Event.objects.count() == 1


def test_a_keyed_refusal_is_given_again_and_leaves_nothing(api: Client, report: dict) -> None:
    client = api("platform")
    first = client.post("events/", {**report, "category": "9999"}, **{"Idempotency-Key": "k"})
    again = client.post("events/", {**report, "category": "9999"}, **{"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (400, 400)
    assert first.content == again.content
    assert IdempotencyKey.objects.count() == 1
    assert Event.objects.count() == 0


def test_the_same_key_of_another_account_is_another_key(api: Client, report: dict) -> None:
    del report["external_number"]
    for name in ("platform", "dispatcher"):
        assert api(name).post("events/", report, **{"Idempotency-Key": "k"}).status_code == 201
    assert Event.objects.count() == 2


@pytest.mark.parametrize("key", ["", "k" * 129, "a\tb"])
def test_an_odd_key_is_refused(api: Client, report: dict, key: str) -> None:
    assert api("platform").post("events/", report, **{"Idempotency-Key": key}).status_code == 400
    assert Event.objects.count() == 0


def test_reporting_needs_the_right(api: Client, report: dict, world: World) -> None:
    for name in ("wall", "admin", "evaluator"):
        assert api(name).post("events/", report).status_code == 403
    anonymous = Api().post("events/", report)
    assert anonymous.status_code == 401
    assert anonymous.json()["code"] == "not_signed_in"
    assert anonymous["WWW-Authenticate"] == "Token"


def test_the_language_of_a_refusal_is_the_reader_s(api: Client) -> None:
    client = api("platform")
    chinese = client.post("events/", {})
    english = client.post("events/", {}, **{"Accept-Language": "en"})
    assert json.loads(chinese.content)["fields"].keys() == english.json()["fields"].keys()
    assert chinese.json()["detail"] != english.json()["detail"]
