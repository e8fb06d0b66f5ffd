"""Who may know of what over HTTP: out of scope is not there, in addresses and in bodies (quality.md A-02, A-04, A-05)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from events.api.order_verbs import ORDER_VERBS
from events.api.verbs import EVENT_VERBS
from events.models import Event
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import World

Client = Callable[[str], Api]
MISSING = "20260305-0302-1-99999"
READS = ("", "trail/", "clock/")


@pytest.mark.parametrize("path", [*READS, *(f"{name}/" for name in EVENT_VERBS), "attachments/"])
def test_a_foreign_event_answers_as_none_at_all(api: Client, world: World, path: str) -> None:
    event = worlds.reported(world)
    client = api("stranger")

    def ask(number: str) -> object:
        address = f"events/{number}/{path}"
        if path in READS:
            return client.get(address)
        if path == "attachments/":
            return client.client.post(f"/api/v1/{address}", {"file": ""}, headers=client.headers)
        return client.post(address, {})

    foreign, missing, nonsense = ask(event.number), ask(MISSING), client.get(f"events/no-number/{path}")
    assert (foreign.status_code, missing.status_code, nonsense.status_code) == (404, 404, 404)
    assert foreign.content == missing.content == nonsense.content
    assert event.trail.count() == 1


@pytest.mark.parametrize("name", ORDER_VERBS)
def test_a_foreign_order_answers_as_none_at_all(api: Client, world: World, name: str) -> None:
    order = worlds.the_order(worlds.in_progress(world))
    client = api("stranger")
    foreign = client.post(f"orders/{order.pk}/{name}/", {})
    missing = client.post(f"orders/999999999/{name}/", {})
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.content == missing.content
    assert client.post(f"orders/{10**30}/{name}/", {}).content == missing.content


def test_ids_in_bodies_are_refused_alike_when_foreign_and_when_unknown(api: Client, world: World) -> None:
    """quality.md A-04: unit, area, master event, order, supervision, whistle, category."""
    mine = worlds.in_progress(world)
    other = worlds.in_progress(world, area="150302001002001", by="worker_b1")
    foreign_order = worlds.the_order(other).pk
    own = api("officer_a")
    open_one = worlds.open_for_claim(world)
    cases = [
        (own, f"events/{open_one.number}/claim/", "unit", "street_b", "nobody", {}),
        (api("dispatcher"), f"events/{mine.number}/urge/", "order", foreign_order, 999_999, {"note": "x"}),
        (own, f"events/{mine.number}/return_up/", "order", foreign_order, 999_999, {"note": "x", "tried": "y"}),
        (api("platform"), "events/", "area", "999", "15030200999", {"source": "grid", "text": "a"}),
        (api("worker_a1"), "events/", "area", "150302001002001", "1503020010020", {"source": "grid", "text": "a"}),
    ]
    for client, path, field, foreign, unknown, rest in cases:
        answers = [client.post(path, {**rest, field: value}) for value in (foreign, unknown)]
        assert [answer.status_code for answer in answers] == [400, 400], (path, answers[0].content)
        assert answers[0].content == answers[1].content
        assert list(answers[0].json()["fields"]) == [field]


def test_a_foreign_master_is_no_event(api: Client, world: World) -> None:
    """Merging is the district's; a dispatcher bound to one street must not name another street's event."""
    mine = worlds.reported(world)
    other = worlds.reported(world, area="150302001002001", by="worker_b1")
    post = world.people["dispatcher"].posts.get()
    post.area, post.unit = world.areas["street_a"], world.units["street_a"]
    post.save()
    client = api("dispatcher")
    answers = [
        client.post(f"events/{mine.number}/merge/", {"master": number, "note": "同"}) for number in (other.number, MISSING)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content


def test_evaluating_with_a_foreign_order_is_refused(api: Client, world: World) -> None:
    event, other = worlds.evaluating(world), worlds.evaluating(world)
    scores = {str(worlds.the_order(event).pk): 5, str(worlds.the_order(other).pk): 1}
    answer = api("dispatcher").post(f"events/{event.number}/evaluate/", {"scores": scores})
    assert answer.status_code == 400
    assert Event.objects.get(pk=event.pk).state == "evaluating"


def test_foreign_events_change_no_byte_of_what_a_street_reads(api: Client, world: World) -> None:
    """quality.md A-05: two worlds that differ in foreign data only."""
    worlds.reported(world)
    client = api("officer_a")
    paths = (
        "events/", "events/?count=exact", "events/?q=宽带信号", "events/?order=due_at", "events/?unit=zhujian",
        "areas.geojson?level=grid", "areas/?parent=150302", "units/", "categories/",
    )
    before = {path: client.get(path) for path in paths}
    foreign = worlds.in_progress(world, unit="zhujian", area="150302001002001", by="worker_b1")
    assert not client.get(f"events/?number={foreign.number}").json()["results"]
    for path in paths:
        after = client.get(path)
        assert after.content == before[path].content, path
        assert after.headers.get("ETag") == before[path].headers.get("ETag")


def test_a_disabled_account_s_token_is_dead_at_the_next_request(api: Client, world: World) -> None:
    client = api("dispatcher")
    assert client.get("events/").status_code == 200
    user = world.people["dispatcher"]
    user.is_active = False
    user.save()
    answer = client.get("events/")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


def test_a_session_proves_its_origin_for_every_change(world: World, report: dict) -> None:
    from django.test import Client as Browser

    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(world.people["dispatcher"], backend="governance.backends.RoleBackend")
    assert browser.get("/api/v1/events/").status_code == 200
    refused = browser.post("/api/v1/events/", report, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    browser.get("/accounts/sign-in/")
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    "header",
    ["Token", "Token ", "Token x", "Token " + "f" * 64, "Token \xff\xfe", "Token a b", "Bearer x", "Token " + "f" * 9000],
)
def test_odd_credentials_are_not_signed_in(header: str, world: World) -> None:
    client = Api()
    client.headers["Authorization"] = header
    assert client.get("events/").status_code == 401


def test_signing_in_for_a_token(world: World) -> None:
    client = Api()
    made = client.post("token/", {"username": "dispatcher", "password": "Correct-horse-9"})
    assert made.status_code == 200, made.content
    client.headers["Authorization"] = f"Token {made.json()['token']}"
    assert client.get("events/").status_code == 200
    given_back = client.client.delete("/api/v1/token/", headers=client.headers)
    assert given_back.status_code == 204
    assert client.get("events/").status_code == 401


def test_wrong_passwords_lock_the_account_and_answer_alike(world: World) -> None:
    client = Api()
    known = client.post("token/", {"username": "dispatcher", "password": "wrong"})
    unknown = client.post("token/", {"username": "nobody", "password": "wrong"})
    assert known.status_code == unknown.status_code == 401
    assert known.content == unknown.content
    answers = [client.post("token/", {"username": "dispatcher", "password": "wrong"}) for _n in range(5)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
    right = client.post("token/", {"username": "dispatcher", "password": "Correct-horse-9"})
    assert right.status_code == 429
