"""The document and the addresses agree; the signs of life; what no view answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from accounts.lean import LeanView
from casework.api import CaseView
from tests.api.conftest import Api
from tests.world import World

MACHINE = ("api/v1/", "open311/", "healthz", "readyz", "metrics")
METHODS = ("get", "post", "put", "patch", "delete")


def routed(patterns: list | None = None, prefix: str = "") -> Iterator[tuple[str, str, type]]:
    """(method, address with {names}, view) of every operation under the machines' addresses."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        part = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(entry.pattern))
        part = re.sub(r"\(\?P\{(\w+)\}[^)]*\)", r"{\1}", part).replace(r"\Z", "").lstrip("^")
        if isinstance(entry, URLResolver):
            yield from routed(entry.url_patterns, prefix + part)
        elif isinstance(entry, URLPattern) and (prefix + part).startswith(MACHINE):
            view = getattr(entry.callback, "cls", None)
            for method in METHODS:
                if view is None or hasattr(view, method):
                    yield method, "/" + prefix + part, view


@pytest.fixture(scope="module")
def document() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_documented_operations_are_the_routed_ones(document: dict) -> None:
    documented = {(m, path) for path, methods in document["paths"].items() for m in methods if m in METHODS}
    found = {(method, path) for method, path, _view in routed()}
    assert documented - {("get", "/api/schema/")} == found
    assert len(found) > 60


def test_every_operation_says_what_it_may_answer(document: dict) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            statuses = set(operation["responses"])
            assert operation["operationId"], path
            assert statuses & {"200", "201", "204", "207"}, path
            if path.startswith("/api/v1/") and method in ("post", "put") and "/token/" not in path:
                assert {"400", "401", "403", "409", "413", "415", "422"} <= statuses, path


def test_every_post_of_a_case_takes_a_key(document: dict) -> None:
    """Keys work wherever a view is a CaseView; a token is never stored, so none can be given again."""
    for method, path, view in routed():
        assert issubclass(view, LeanView), path
        if method == "post" and "/token/" not in path:
            assert issubclass(view, CaseView), path


def test_the_contract_s_verbs_are_there(document: dict) -> None:
    """api.md by name, written apart from the tables."""
    event = (
        "triage", "handle_on_spot", "claim", "dispatch", "delegate", "whistle", "return_up", "confer", "suspend",
        "resume", "urge", "verify", "evaluate", "reopen", "merge", "split_off", "transfer",
    )  # fmt: skip
    order = ("accept", "decline", "extend", "feed_back", "report_in", "rate")
    for name in event:
        assert "post" in document["paths"][f"/api/v1/events/{{number}}/{name}/"]
    for name in order:
        assert "post" in document["paths"][f"/api/v1/orders/{{order_id}}/{name}/"]


@pytest.mark.django_db
def test_the_document_is_served_and_its_page_names_no_other_host() -> None:
    client = Api()
    served = client.get("/api/schema/")
    assert served.status_code == 200
    assert yaml.safe_load(served.content)["openapi"].startswith("3.")
    page = client.get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "http" not in text.replace("http-equiv", "")
    assert "<script>" not in text
    assert "style=" not in text
    assert "script-src 'self'" in page["Content-Security-Policy"]


def test_alive_without_a_database() -> None:
    answer = Api().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_says_which_part_is_down(world: World) -> None:
    answer = Api().get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert told["ready"] is True
    assert told["parts"]["database"]["ok"] is True
    assert {"redis", "worker", "beat", "relay", "outbox"} <= set(told["parts"])
    assert told["parts"]["worker"]["ok"] is False  # no worker runs under the tests


def test_figures_are_for_this_machine_and_for_api_accounts(world: World) -> None:
    from tests import world as worlds

    worlds.reported(world)
    local = Api().get("/metrics")
    assert local.status_code == 200
    assert 'governance_events{state="reported"} 1' in local.content.decode()
    assert "governance_outbox_backlog" in local.content.decode()
    passed_on = {"X-Forwarded-For": "127.0.0.1"}
    assert Api().get("/metrics", **passed_on).status_code == 401
    outside = Api()
    assert outside.client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 401
    assert Api(world.people["dispatcher"]).get("/metrics", **passed_on).status_code == 403
    assert Api(world.people["platform"]).get("/metrics", **passed_on).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/events/%00/", "/api/v1/orders/x/accept/", "/open311/v2/x.json"])
def test_no_address_answers_in_the_one_shape(path: str) -> None:
    answer = Api().get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_another_method_is_named(world: World) -> None:
    answer = Api(world.people["dispatcher"]).client.patch("/api/v1/events/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]
