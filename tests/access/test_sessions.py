"""Forged requests, sessions that rotate, no way back into an ended one (quality.md W-05, W-06)."""

from __future__ import annotations

import pytest
from django.test import Client

from events.models import Event
from tests.access.cells import Cell, address
from tests.access.declared import DECLARED
from tests.access.scene import BACKEND, SESSION, Scene

PASSWORD = {"username": "dispatcher", "password": "Correct-horse-9"}
UNSAFE = [
    (pattern, method) for pattern, rule in DECLARED.items() for method in rule.methods
    if method != "GET" and rule.face in ("page", "open", "admin", "api")
]
KEYLESS = {"api/v1/token/": {"POST": 400}, "hotline/line/": {"POST": 409}}
"""Proves itself by the password, token or signature in the request, and reads no session: how it answers a POST
that has none of them (no secret of a line is set here)."""


def relation_of(about: str) -> str:
    """One object that is there."""
    if about.startswith("dispute"):
        return "mediated"
    return "own" if about.startswith(("event", "order")) else "there"


@pytest.mark.parametrize(("pattern", "method"), UNSAFE)
def test_a_change_without_proof_of_origin_is_refused(scene: Scene, pattern: str, method: str) -> None:
    rule = DECLARED[pattern]
    who = "admin" if rule.face == "admin" else "officer_a"
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.world.people[who], backend=BACKEND)
    cell = Cell(pattern, method, who, relation_of(rule.about))
    path, _query = address(scene, cell)
    before = list(Event.objects.order_by("pk").values_list("version", flat=True))
    for headers in ({}, {"Origin": "https://evil.example", "X-CSRFToken": "x" * 64}, {"X-Requested-With": "fetch"}):
        answer = client.generic(method, path, b"{}", content_type="application/json", headers=headers)
        wanted = KEYLESS[pattern].get(method, answer.status_code) if pattern in KEYLESS else 403
        assert answer.status_code == wanted, headers
    assert list(Event.objects.order_by("pk").values_list("version", flat=True)) == before


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(scene: Scene) -> None:
    client = Client()
    client.get("/accounts/sign-in/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.cookies[SESSION] = planted
    assert client.post("/accounts/sign-in/", PASSWORD).status_code == 302
    own = client.cookies[SESSION].value
    assert own != planted
    other = Client()
    other.cookies[SESSION] = planted
    assert other.get("/desk/").status_code == 302
    assert client.get("/desk/").status_code == 200
    client.post("/accounts/sign-out/")
    old = Client()
    old.cookies[SESSION] = own
    assert old.get("/desk/").status_code == 302


def test_a_new_password_ends_all_other_sessions(scene: Scene) -> None:
    person = scene.world.people["dispatcher"]
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/accounts/sign-in/", PASSWORD)
        assert client.get("/desk/").status_code == 200
    before = here.cookies[SESSION].value
    new = "Wide-river-under-7-bridges"
    told = {"old_password": PASSWORD["password"], "new_password1": new, "new_password2": new}
    assert here.post("/accounts/password/", told).status_code == 302
    assert here.cookies[SESSION].value != before
    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302
    person.refresh_from_db()
    assert person.check_password(new)


def test_a_name_that_is_none_and_a_wrong_password_are_told_alike(scene: Scene) -> None:
    def told(name: str) -> bytes:
        import re

        body = Client().post("/accounts/sign-in/", {"username": name, "password": "wrong"}).content
        return re.sub(rb'value="[^"]*"', b"", body)

    assert told("dispatcher") == told("nobody-here")


def test_nobody_is_sent_to_another_site(scene: Scene) -> None:
    for path in ("/accounts/sign-in/", "/i18n/", "/elder/"):
        answer = Client().post(path, {**PASSWORD, "language": "en", "next": "https://evil.example/"})
        assert answer.status_code == 302
        assert "evil.example" not in answer["Location"]
