"""Ids in bodies, forms and queries: of foreign scope they are refused like ids of nothing (quality.md A-04)."""

from __future__ import annotations

import json

import pytest
from rest_framework import serializers

from events.api.order_verbs import ORDER_VERBS
from events.api.verbs import EVENT_VERBS as API_VERBS
from events.models import Event, SupervisionOrder, Whistle
from events.verbs import VERBS
from tests.access.cells import NO_KEY, NO_NUMBER
from tests.access.declared import EVENT_VERBS
from tests.access.matrix import undone
from tests.access.scene import Scene, browser
from tests.world import NOON

FETCH = {"X-Requested-With": "fetch"}
NAMES_A_ROW = {"order", "scores", "master", "whistle", "supervision"}
"""Fields of the API's forms that name a row of some case."""
REGISTER = {"unit", "proposed_unit", "participants", "area", "category", "service_class"}
"""Fields that name an entry of a public register (class P0); what may be chosen is the verb's own rule."""
PLAIN = {
    "version", "note", "outcome", "task", "tried", "meeting_link", "decisions", "answer", "reason", "resume_on", "colour",
    "way", "reply_by", "finding", "rating", "reasons", "level", "solved", "text", "kind", "basis", "number", "founded",
    "clause", "lon", "lat", "attendance", "attitude", "effect", "until", "urgency", "handling", "open_window", "shares",
    "parts", "ground", "share_percent", "is_lead", "seconds", "due",
}
ACTORS = {
    "return_up": "officer_a", "delegate": "officer_a", "urge": "dispatcher", "rule_decline": "director",
    "evaluate": "dispatcher", "merge": "dispatcher", "approve_whistle": "director_a", "refuse_whistle": "director_a",
    "answer_urge": "officer_a", "strike_off": "dispatcher",
}


def fields_of(form: type[serializers.Serializer]) -> set[str]:
    """Names of the form's fields, with those of the rows inside lists."""
    found = set()
    for name, field in form().fields.items():
        found.add(name)
        child = getattr(field, "child", None)
        if isinstance(child, serializers.Serializer):
            found |= set(child.fields)
    return found


def test_no_field_of_the_api_is_unclassified() -> None:
    forms = [verb.form for verb in (*API_VERBS.values(), *ORDER_VERBS.values())]
    known = NAMES_A_ROW | REGISTER | PLAIN
    assert {name for form in forms for name in fields_of(form)} - known == set()


CASES = [(verb, field) for verb in API_VERBS for field in sorted(fields_of(API_VERBS[verb].form) & NAMES_A_ROW)]


def test_every_verb_that_names_a_row_has_somebody_who_may_do_it() -> None:
    assert {verb for verb, _field in CASES} == set(ACTORS)


@pytest.mark.parametrize(("verb", "field"), CASES)
def test_a_row_of_another_case_is_as_good_as_none(scene: Scene, verb: str, field: str) -> None:
    mine, foreign = scene.things["same_grid"], scene.things["other_department"]
    if field == "master":  # the dispatcher sees the whole district; bound to a street they must not name another's
        post = scene.world.people["dispatcher"].posts.get()
        post.area, post.unit = scene.world.areas["street_a"], scene.world.units["street_a"]
        post.save()
    ids = {
        "order": (foreign.order, NO_KEY), "scores": ({str(foreign.order): 5}, {str(NO_KEY): 5}),
        "master": (foreign.event.number, NO_NUMBER), "whistle": (_whistle(scene, foreign.event), "CS-0"),
        "supervision": (_supervision(scene, foreign.event), "DB-0"),
    }[field]
    before = _picture()
    answers = []
    for value in ids:
        body = {**EVENT_VERBS[verb][1], field: value}
        path = f"/api/v1/events/{mine.event.number}/{verb}/"
        answers.append(undone(lambda path=path, body=body: browser(scene, ACTORS[verb]).generic(
            "POST", path, json.dumps(body), content_type="application/json"
        )))
    assert answers[0].status_code == answers[1].status_code in (400, 404, 409), answers[0].content
    assert answers[0].content == answers[1].content
    assert _picture() == before


def _whistle(scene: Scene, event: Event) -> str:
    return Whistle.objects.create(
        number="CS-foreign", event=event, kind="enforcement", ground="no_power", text="请到场", state="asked",
        street=scene.world.units["street_b"], asked_by=scene.world.people["stranger"], asked_at=NOON,
    ).number


def _supervision(scene: Scene, event: Event) -> str:
    return SupervisionOrder.objects.create(
        number="DB-foreign", event=event, unit=scene.world.units["zhujian"], colour="blue", text="请办理", issued_at=NOON
    ).number


def _picture() -> tuple:
    return tuple(Event.objects.order_by("pk").values_list("pk", "version", "trail_head"))


def test_land_of_another_street_is_refused(scene: Scene) -> None:
    """A claim for another unit, a share for another street's community or grid, a report onto land that is none."""
    claimed = scene.things["same_grid"]
    shares = [{"unit": "community_b", "task": "核实"}]
    odd = [{"unit": "community_a", "area": "150302001002001", "task": "核实"}]
    before = _picture()
    for path, body, who in (
        (f"events/{claimed.event.number}/delegate/", {"shares": shares}, "officer_a"),
        (f"events/{claimed.event.number}/delegate/", {"shares": odd}, "officer_a"),
        (f"events/{claimed.event.number}/claim/", {"unit": "street_b"}, "officer_a"),
        ("events/", {"source": "grid", "text": "a", "area": "999"}, "worker_a1"),
    ):
        answer = undone(lambda path=path, body=body, who=who: browser(scene, who).generic(
            "POST", f"/api/v1/{path}", json.dumps(body), content_type="application/json"
        ))
        assert answer.status_code in (400, 403, 404, 409), (path, answer.content)
    assert _picture() == before


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_foreign_subject_in_a_desk_form_does_nothing(scene: Scene, name: str) -> None:
    """``subject`` names the order, whistle, decline … that a verb is meant for: of another case it is none."""
    mine, foreign = scene.things["same_grid"], scene.things["other_department"]
    before = _picture()
    for who in ("officer_a", "dispatcher", "handler"):
        path = f"/events/{mine.event.number}/do/{name}/"
        answers = [
            undone(lambda path=path, who=who, told={"subject": key, "note": "x"}: browser(scene, who).post(
                path, told, headers=FETCH
            ))
            for key in (foreign.order, NO_KEY)
        ]
        assert answers[0].status_code == answers[1].status_code, name
        if VERBS[name].subjects is not None and answers[0].status_code != 404:
            assert answers[0].status_code in (400, 403, 409), name
    assert _picture() == before


def test_foreign_rows_of_a_batch_fail_as_unknown_ones(scene: Scene) -> None:
    foreign = scene.things["other_department"].event
    before = _picture()
    said = []
    for key in (foreign.pk, NO_KEY):
        answer = browser(scene, "officer_a").post("/desk/batch/", {"act": "urge", "row": f"{key}:1"}, headers=FETCH)
        said.append((answer.status_code, answer.content.decode().replace(str(key), "#")))
    assert said[0][0] == said[1][0] == 403  # a street does not supervise
    for key in (foreign.pk, NO_KEY):
        post = scene.world.people["dispatcher"].posts.get()
        post.area, post.unit = scene.world.areas["street_a"], scene.world.units["street_a"]
        post.save()
        answer = browser(scene, "dispatcher").post("/desk/batch/", {"act": "urge", "row": f"{key}:1"}, headers=FETCH)
        assert (answer.status_code, foreign.number in answer.content.decode()) == (200, False)
    assert _picture() == before


def test_files_and_orders_of_another_case_under_an_own_number(scene: Scene) -> None:
    mine, foreign = scene.things["own"], scene.things["other_department"]
    number, token = mine.event.number, mine.event.token
    for who, path in (
        ("officer_a", "/events/{}/file/{}/"), ("worker_a1", "/m/e/{}/photo/{}/"), ("anonymous", "/c/k/{}/photo/{}/"),
    ):
        first = token if path.startswith("/c/") else number
        answers = [browser(scene, who).get(path.format(first, key)) for key in (foreign.file, NO_KEY)]
        assert [answer.status_code for answer in answers] == [404, 404]
    for act in ("accept", "contact", "feed-back"):
        answer = browser(scene, "worker_a1").post(f"/m/e/{number}/{act}/{foreign.order}/", {"note": "x"})
        assert answer.status_code == 404
    assert scene.world.people["stranger"].pk


def test_another_s_notice_cannot_be_taken_or_read(scene: Scene) -> None:
    from casework.models import Notice

    key = scene.notices["director"]
    browser(scene, "officer_a").post("/notices/read/", {"id": key})
    browser(scene, "officer_a").post(f"/notices/{key}/take/")
    row = Notice.objects.get(pk=key)
    assert (row.read_at, row.acknowledged_by_id) == (None, None)
