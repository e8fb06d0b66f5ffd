"""Reading what is personal leaves a row, and shows it only to whom it is meant (quality.md P-01, P-03)."""

from __future__ import annotations

import pytest

from casework.models import ReadLog
from tests.access.answers import canaries_in, faults_of
from tests.access.matrix import undone
from tests.access.scene import Scene, browser

READS = {
    # act in the log: who, address (N number, F file), fields named
    "open": ("dispatcher", "/events/N/", ["name", "phone"]),
    "print": ("dispatcher", "/events/N/print/", []),
    "download": ("officer_a", "/events/N/file/F/", ["file"]),
    "download on the phone": ("worker_a1", "/m/e/N/photo/F/", []),
    "export": ("officer_a", "/desk/export/?view=all", None),
    "search": ("dispatcher", "/desk/?view=all&q=19900000000", ["phone"]),
}


@pytest.mark.parametrize("act", READS)
def test_a_read_leaves_one_row_with_who_what_and_fields(scene: Scene, act: str) -> None:
    who, path, fields = READS[act]
    thing = scene.things["own"]
    before = ReadLog.objects.count()
    answer = browser(scene, who).get(path.replace("N", thing.event.number).replace("F", str(thing.file)))
    assert answer.status_code == 200
    rows = list(ReadLog.objects.order_by("pk")[before:])
    row = next(row for row in rows if row.act == act.split(" ")[0])
    assert (row.person_id, row.allowed) == (scene.world.people[who].pk, True)
    assert fields is None or row.fields == sorted(fields)
    assert "19900000000" not in f"{row.object_key}{row.fields}{row.reason}"


def test_revealing_shows_the_value_once_and_leaves_its_reason(scene: Scene) -> None:
    """Also the control of the canary crawl: here, and only here, the number is in an answer."""
    number = scene.things["own"].event.number
    told = {"field": "phone", "reason": "联系反映人"}
    answer = undone(lambda: browser(scene, "dispatcher").post(
        f"/events/{number}/do/reveal/", told, headers={"X-Requested-With": "fetch"}
    ))
    assert answer.status_code == 200, answer.content
    assert canaries_in(answer) == ["19900000000"]
    for who in ("evaluator", "discipline", "worker_a1", "hotline", "platform"):
        refused = undone(lambda who=who: browser(scene, who).post(
            f"/events/{number}/do/reveal/", told, headers={"X-Requested-With": "fetch"}
        ))
        assert refused.status_code in (403, 404)
        assert canaries_in(refused) == []


def test_a_failing_log_keeps_the_ticket_in(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-04 in small: no row, no page."""
    from casework import readlog

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no row")

    monkeypatch.setattr(readlog.ReadLog.objects, "create", broken)
    thing = scene.things["own"]
    for path in (f"/events/{thing.event.number}/", f"/events/{thing.event.number}/file/{thing.file}/"):
        answer = undone(lambda path=path: browser(scene, "dispatcher").get(path))
        assert answer.status_code == 500
        assert thing.event.text.encode() not in answer.bytes


def test_the_header_check_sees_a_wide_policy(scene: Scene) -> None:
    """Control of W-02 and W-03."""
    answer = browser(scene, "dispatcher").get("/desk/")
    assert faults_of(answer, is_signed_in=True) == []
    policy = answer["Content-Security-Policy"]
    for name, value in (
        ("Content-Security-Policy", policy.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")),
        ("X-Content-Type-Options", ""), ("Referrer-Policy", ""), ("Cache-Control", "max-age=60"),
    ):
        wide = browser(scene, "dispatcher").get("/desk/")
        wide[name] = value
        assert faults_of(wide, is_signed_in=True) != [], name
