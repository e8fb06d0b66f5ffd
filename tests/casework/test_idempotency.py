"""One key, one effect, one answer: at once, later, with another body, and after a failure (quality.md C-06)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from accounts.models import User
from casework.idempotency import IdempotentMixin, once
from casework.models import Heartbeat, IdempotencyKey
from casework.refusals import MoveRefused

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def effect(name: str) -> None:
    Heartbeat.objects.create(name=name, at=AT)


class Thing(APIView):
    """Counts its effects; ``{"how": …}`` makes it refuse or break after it has written."""

    permission_classes = ()

    def post(self, request):
        number = Heartbeat.objects.count()
        effect(f"e{number}-{threading.get_ident()}")
        how = request.data.get("how")
        if how == "refuse":
            raise MoveRefused("wrong_state", "no", state="closed")
        if how == "break":
            raise ZeroDivisionError
        if how == "busy":
            return Response({"code": "unavailable"}, status=503)
        return Response({"number": number, "at": AT}, status=201)


class KeyedThing(IdempotentMixin, Thing):
    """The same, keyed."""


def post(user, body, key=None, *, view=KeyedThing, at=AT):
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key is not None else {}
    request = APIRequestFactory().post("/x/", body, format="json", **headers)
    request.at = at
    force_authenticate(request, user)
    return view.as_view()(request)


@pytest.fixture
def user():
    return User.objects.create_user("platform", name="platform")


def test_again_gives_the_first_answer(user):
    first = post(user, {"a": 1}, "k1")
    again = post(user, {"a": 1}, "k1", at=AT + timedelta(hours=1))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == {"number": 0, "at": "2026-03-02T02:00:00Z"}
    assert again["Idempotent-Replay"] == "true"
    assert Heartbeat.objects.count() == 1
    assert post(user, {"a": 1}, "k2").data["number"] == 1
    assert post(user, {"a": 1}).data["number"] == 2


def test_another_body_is_refused(user):
    post(user, {"a": 1}, "k")
    answer = post(user, {"a": 2}, "k")
    assert (answer.status_code, answer.data["code"]) == (422, "key_reused")
    assert Heartbeat.objects.count() == 1


def test_keys_belong_to_their_account(user):
    other = User.objects.create_user("other", name="other")
    post(user, {"a": 1}, "k")
    assert post(other, {"a": 2}, "k").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 129, "a\nb"])
def test_bad_keys_are_named(user, key):
    answer = post(user, {}, key)
    assert (answer.status_code, list(answer.data["fields"])) == (400, ["idempotency_key"])


def test_refusal_is_kept_without_its_effect(user):
    assert post(user, {"how": "refuse"}, "k").status_code == 409
    assert not Heartbeat.objects.exists()
    again = post(user, {"how": "refuse"}, "k")
    assert (again.status_code, again["Idempotent-Replay"]) == (409, "true")


def test_failures_leave_neither_key_nor_effect(user):
    assert post(user, {"how": "busy"}, "k").status_code == 503
    with pytest.raises(ZeroDivisionError):
        post(user, {"how": "break"}, "k2")
    assert not IdempotencyKey.objects.exists()
    assert not Heartbeat.objects.exists()


def submit(user, times: int, key, view) -> list:
    answers, barrier = [], threading.Barrier(times)

    def work():
        connection.ensure_connection()
        barrier.wait()
        try:
            answers.append(post(user, {"a": 1}, key, view=view))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_fifty_at_once_are_one_effect_and_one_answer(user):
    answers = submit(user, 50, "k", KeyedThing)
    assert Heartbeat.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    kept = [answer for answer in answers if answer.status_code == 201]
    assert {str(answer.data["number"]) for answer in kept} == {"0"}
    assert post(user, {"a": 1}, "k").data["number"] == 0


def test_control_without_a_key_fifty_are_fifty(user):
    submit(user, 50, None, Thing)
    assert Heartbeat.objects.count() == 50


def test_waiting_too_long_is_409_and_then_equal(user):
    """The first is still at it when the second's lock time-out comes."""
    started, go = threading.Event(), threading.Event()

    def slow():
        try:
            once("o", "k", "h", at=AT, act=lambda: (started.set(), go.wait(20), (200, {"a": 1}))[-1])
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert started.wait(10)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(MoveRefused) as refused:
            once("o", "k", "h", at=AT, act=lambda: (200, {"a": 2}))
    go.set()
    thread.join()
    assert (refused.value.code, refused.value.status) == ("in_progress", 409)
    assert once("o", "k", "h", at=AT, act=lambda: (200, {"a": 2})).body == {"a": 1}
