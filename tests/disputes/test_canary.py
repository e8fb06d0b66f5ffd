"""Canary words of a dispute's story are looked for everywhere but with its readers: pages, API, lists, search, exports,
notices, outbox, trail, logs (quality.md §5.2: the narrative is seen by its mediators and the body's head only)."""

from __future__ import annotations

import json
import logging

import pytest
import time_machine
from django.db import connection
from django.test import Client

from casework import outbox
from casework.models import Delivery, Notice, OutboxItem
from disputes import actions, transitions
from disputes.models import Dispute, DisputeTrail
from tests.disputes import cast
from tests.disputes.cast import NOON, House

CANARY = "柳絮巷的金丝雀"
READERS = ("mediator", "body_head", "joint_mediator", "joint_head")
BACKEND = "governance.backends.RoleBackend"
PLACES = (
    "/disputes/", "/disputes/?view=all", "/disputes/?view=all&q={word}", "/disputes/?view=all&story={word}",
    "/disputes/{number}/",
    "/disputes/{number}/clock/", "/disputes/{number}/advice/", "/disputes/figures/", "/api/v1/disputes/",
    "/api/v1/disputes/?q={word}", "/api/v1/disputes/{number}/", "/api/v1/disputes/{number}/trail/",
    "/api/v1/disputes/{number}/clock/", "/notices/", "/desk/?q={word}", "/screen/", "/api/v1/overview/",
)


@pytest.fixture
def sung(house: House) -> Dispute:
    """A dispute with the canary in every word that anybody may type on its way up a tier."""
    dispute = cast.mediating(house, facts=f"事实 {CANARY}", claims=(cast.ClaimTold(text=f"诉求 {CANARY}"),))
    actor = house.actor("mediator")
    transitions.offer(dispute, actor=actor, at=NOON, text=f"方案 {CANARY}")
    actions.write(dispute, text=f"陈述 {CANARY}", actor=actor, at=NOON)
    transitions.rate_risk(dispute, actor=actor, at=NOON, flags=["threat"], note=f"依据 {CANARY}")
    dispute = transitions.fail(dispute, actor=actor, at=NOON, note=f"原因 {CANARY}")
    dispute = transitions.rise(dispute, actor=actor, at=NOON, summary=f"未成 {CANARY}", next_step=f"下一步 {CANARY}")
    dispute = transitions.sign(dispute, actor=house.actor("joint_head"), at=NOON)
    outbox.do_due(at=NOON)
    return dispute


def _client(house: House, who: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(house.world.people[who], backend=BACKEND)
    return client


def test_no_word_of_the_story_outside_its_readers(house: House, sung: Dispute, caplog: pytest.LogCaptureFixture) -> None:
    found = []
    with time_machine.travel(NOON, tick=False), caplog.at_level(logging.DEBUG):
        for who in house.world.people:
            if who in READERS:
                continue
            client = _client(house, who)
            for place in PLACES:
                url = place.format(number=sung.number, word=CANARY)
                answer = client.get(url)
                body = answer.content.decode(errors="replace").replace(f'value="{CANARY}"', "")
                if (CANARY in body and "?" not in place) or ("?" in place and f"事实 {CANARY}" in body):
                    found.append(f"{who} {url} {answer.status_code}")
    assert found == []
    assert not any(f"事实 {CANARY}" in record.getMessage() for record in caplog.records)


def test_no_word_in_what_waits_or_was_told(sung: Dispute) -> None:
    for model, names in ((OutboxItem, ("payload", "key")), (Notice, ("title", "text", "url")),
                         (Delivery, ("title", "text")), (DisputeTrail, ("note", "changes"))):
        for row in model.objects.values(*names):
            assert CANARY not in json.dumps(row, ensure_ascii=False, default=str), f"{model.__name__} {row}"


def test_no_column_of_the_case_itself_holds_it(sung: Dispute) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(d)::text FROM disputes_dispute d WHERE id = %s", [sung.pk])
        assert CANARY not in cursor.fetchone()[0]


def test_its_readers_do_read_it(house: House, sung: Dispute) -> None:
    """Control: the crawl would find the bird where it may sing."""
    with time_machine.travel(NOON, tick=False):
        for who in ("joint_mediator", "joint_head", "mediator"):
            answer = _client(house, who).get(f"/disputes/{sung.number}/")
            assert answer.status_code == 200, who
            assert CANARY in answer.content.decode(), who
