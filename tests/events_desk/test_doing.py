"""Verbs from the desk: by plain form and by script, refused in words, undone, raced."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from PIL import Image

from casework.models import OutboxItem, ReadLog
from events import transitions
from events.models import Event
from tests import world as make
from tests.events_desk.conftest import FETCH, SignedIn
from tests.world import World


def path_of(event: Event, verb: str) -> str:
    return reverse("events:verb", args=[event.number, verb])


def state_of(event: Event) -> str:
    return Event.objects.values_list("state", flat=True).get(pk=event.pk)


def picture() -> io.BytesIO:
    body = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(body, "JPEG")
    body.seek(0)
    body.name = "现场.jpg"
    return body


def test_dispatch_by_plain_form_returns_to_the_list(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.awaiting_dispatch(world, at=now)
    answer = signed_in("dispatcher").post(
        path_of(event, "dispatch"),
        {"unit": world.units["chengguan"].pk, "seen_version": event.version, "next": "/desk/?view=to_dispatch"},
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/desk/?view=to_dispatch"
    assert state_of(event) == "in_progress"


def test_a_foreign_next_is_not_followed(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.awaiting_dispatch(world, at=now)
    answer = signed_in("dispatcher").post(
        path_of(event, "dispatch"), {"unit": world.units["chengguan"].pk, "next": "https://example.org/"}
    )
    assert answer["Location"] == reverse("events:detail", args=[event.number])


def test_dispatch_can_be_taken_back_for_ten_seconds(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.awaiting_dispatch(world, at=now)
    client = signed_in("dispatcher")
    told = client.post(path_of(event, "dispatch"), {"unit": world.units["chengguan"].pk}, **FETCH).json()
    held = OutboxItem.objects.filter(key__contains=f":{event.pk}:", done_at=None, payload__kind="dispatched").get()
    assert held.available_at - held.created_at == timedelta(seconds=10)
    answer = client.post(told["undo"], {}, **FETCH)
    assert answer.status_code == 200
    assert state_of(event) == "awaiting_dispatch"
    held.refresh_from_db()
    assert held.done_at is not None
    assert list(event.trail.values_list("verb", flat=True))[-2:] == ["dispatch", "undo_dispatch"]


def test_only_who_dispatched_takes_it_back(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.awaiting_dispatch(world, at=now)
    told = signed_in("dispatcher").post(
        path_of(event, "dispatch"), {"unit": world.units["chengguan"].pk}, **FETCH
    ).json()
    assert signed_in("director").post(told["undo"], {}, **FETCH).status_code == 403
    assert state_of(event) == "in_progress"


def test_another_unit_than_the_suggested_needs_a_reason(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.awaiting_dispatch(world, at=now)
    client = signed_in("dispatcher")
    bare = {"unit": world.units["water"].pk, "note": ""}
    answer = client.post(path_of(event, "dispatch"), bare, **FETCH)
    assert answer.status_code == 400
    assert "note" in answer.json()["fields"]
    page = client.post(path_of(event, "dispatch"), bare)
    assert page.status_code == 400
    assert "与建议单位不同" in page.content.decode()
    assert state_of(event) == "awaiting_dispatch"


def test_the_loser_of_a_claim_reads_who_was_faster(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.open_for_claim(world, at=now)
    first, second = signed_in("officer_a"), signed_in("officer_a")
    seen = {"seen_version": event.version}
    assert first.post(path_of(event, "claim"), seen, **FETCH).status_code == 200
    lost = second.post(path_of(event, "claim"), seen, **FETCH)
    assert lost.status_code == 409
    assert "已被海北街道办抢单(" in lost.json()["detail"]
    plain = second.post(path_of(event, "claim"), {**seen, "next": "/desk/"}, follow=True)
    assert "已被海北街道办抢单(" in plain.content.decode()


def test_a_stale_version_lists_what_changed_and_keeps_the_text(
    world: World, signed_in: SignedIn, now: datetime
) -> None:
    event = make.awaiting_dispatch(world, at=now)
    seen = event.version
    from events import actions

    actions.comment(event, actor=world.actor("director", now), at=now, note="请优先")
    body = {"unit": world.units["water"].pk, "note": "我打的字", "seen_version": seen}
    answer = signed_in("dispatcher").post(path_of(event, "dispatch"), body, **FETCH)
    told = answer.json()
    assert answer.status_code == 409
    assert told["code"] == "stale"
    assert [(row["who"], row["verb"]) for row in told["changes"]] == [("director", "跟进")]
    page = signed_in("dispatcher").post(path_of(event, "dispatch"), body)
    words = page.content.decode()
    assert page.status_code == 409
    assert "我打的字" in words
    again = {**body, "seen_version": told["version"]}
    assert signed_in("dispatcher").post(path_of(event, "dispatch"), again, **FETCH).status_code == 200


def test_what_the_state_refuses_is_a_sentence(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now)
    answer = signed_in("dispatcher").post(path_of(event, "dispatch"), {"unit": 1}, **FETCH)
    assert answer.status_code == 409
    assert "处置中" in answer.json()["detail"]


def test_without_the_permission_or_outside_the_scope(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.awaiting_dispatch(world, at=now)
    assert signed_in("officer_a").post(path_of(event, "dispatch"), {"unit": 1}, **FETCH).status_code == 403
    assert signed_in("stranger").post(path_of(event, "claim"), {}, **FETCH).status_code == 404
    assert signed_in("dispatcher").post(path_of(event, "nothing"), {}, **FETCH).status_code == 404


@pytest.mark.parametrize("subject", ["0", "-1", "x", "9" * 40, "١"])
def test_a_bad_subject_is_refused(world: World, signed_in: SignedIn, now: datetime, subject: str) -> None:
    event = make.in_progress(world, at=now)
    answer = signed_in("handler").post(path_of(event, "accept"), {"subject": subject}, **FETCH)
    assert answer.status_code in (200, 409)


def test_the_handlers_way_with_a_photo(
    world: World, signed_in: SignedIn, now: datetime, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path
    event = make.in_progress(world, at=now, category="0401")
    client = signed_in("handler")
    assert client.post(path_of(event, "accept"), {}, **FETCH).status_code == 200
    bare = client.post(path_of(event, "feed_back"), {"outcome": "solved", "note": "已补装"}, **FETCH)
    assert bare.json()["code"] == "needs_photo"
    body = {"outcome": "solved", "note": "已补装", "files": [picture()]}
    assert client.post(path_of(event, "feed_back"), body, **FETCH).status_code == 200
    assert state_of(event) == "verifying"
    row = event.attachments.get()
    shown = client.get(reverse("events:file", args=[event.number, row.pk]))
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/jpeg"
    assert ReadLog.objects.filter(act="download", object_key=event.number).exists()
    assert signed_in("stranger").get(reverse("events:file", args=[event.number, row.pk])).status_code == 404


def test_a_refused_feedback_leaves_no_proof_behind(
    world: World, signed_in: SignedIn, now: datetime, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path
    event = make.in_progress(world, at=now, category="0401")
    client = signed_in("handler")
    client.post(path_of(event, "accept"), {}, **FETCH)
    order = make.the_order(event)
    order.children.create(event=event, kind="delegate", unit=world.units["community_a"], sent_at=now)
    body = {"outcome": "solved", "note": "已补装", "files": [picture()]}
    answer = client.post(path_of(event, "feed_back"), body, **FETCH)
    assert answer.json()["code"] == "children_open"
    assert not event.attachments.exists()


def test_follow_up_watch_and_reveal(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now, reporter_name="王小明", reporter_phone="13812345678")
    client = signed_in("dispatcher")
    answer = client.post(path_of(event, "comment"), {"note": "已电话告知群众", "is_public": "on"}, **FETCH)
    assert answer.status_code == 200
    assert event.trail.latest("seq").is_public
    client.post(reverse("events:watch", args=[event.number]), {"on": "1"})
    assert event.number in client.get("/desk/?view=watched").content.decode()
    client.post(reverse("events:watch", args=[event.number]), {"on": "0"})
    assert event.number not in client.get("/desk/?view=watched").content.decode()
    bare = client.post(path_of(event, "reveal"), {"field": "phone", "reason": ""}, **FETCH)
    assert bare.status_code == 400
    told = client.post(path_of(event, "reveal"), {"field": "phone", "reason": "联系核实"}, **FETCH).json()
    assert told["shown"] == "13812345678"
    assert ReadLog.objects.filter(act="reveal", object_key=event.number, reason="联系核实").exists()


def test_whistle_from_the_panel_to_the_rating(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.open_for_claim(world, at=now)
    officer = signed_in("officer_a")
    officer.post(path_of(event, "claim"), {}, **FETCH)
    body = {
        "kind": "coordination", "ground": "cross_department", "note": "需两部门到场",
        "unit_1": world.units["chengguan"].pk, "task_1": "牵头整治", "unit_2": world.units["zhujian"].pk,
        "task_2": "现场勘验",
    }
    told = officer.post(path_of(event, "whistle"), body, **FETCH)
    assert (told.status_code, told.json()["said"]) == (200, "吹哨已提交,待街道领导批准")
    assert signed_in("director_a").post(path_of(event, "approve_whistle"), {}, **FETCH).status_code == 200
    came = signed_in("handler").post(path_of(event, "report_in"), {"lon": "106.8", "lat": "39.67"}, **FETCH)
    assert came.status_code == 200
    assert officer.post(path_of(event, "confirm_arrival"), {}, **FETCH).status_code == 200
    marks = {"attendance": "5", "attitude": "4", "effect": "5"}
    part = event.whistles.get().parts.get(unit=world.units["chengguan"])
    assert officer.post(path_of(event, "rate_whistle"), {**marks, "subject": part.pk}, **FETCH).status_code == 200
    part.refresh_from_db()
    assert (part.attendance, part.attitude, part.effect) == (5, 4, 5)


def test_delegate_shares_among_communities(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.open_for_claim(world, at=now)
    officer = signed_in("officer_a")
    officer.post(path_of(event, "claim"), {}, **FETCH)
    panel = officer.get(path_of(event, "delegate"), **FETCH).content.decode()
    assert "青山社区居委会" in panel
    key = world.units["community_a"].pk
    body = {f"pick_{key}": "on", f"task_{key}": "先到场稳控", f"share_{key}": "60"}
    assert officer.post(path_of(event, "delegate"), body, **FETCH).status_code == 200
    assert event.orders.get(kind="delegate").share_percent == 60


def test_decline_and_its_ruling(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now)
    body = {
        "reason": "not_our_duty", "clause": "通信设施由运营商维护", "proposed_unit": world.units["zhujian"].pk,
        "note": "不属本单位职责",
    }
    answer = signed_in("handler").post(path_of(event, "decline"), body, **FETCH)
    assert answer.status_code == 200, answer.json()
    assert event.number in signed_in("director").get("/desk/supervision/").content.decode()
    ruling = {"founded": "yes", "note": "按职责清单"}
    assert signed_in("director").post(path_of(event, "rule_decline"), ruling, **FETCH).status_code == 200
    assert event.declines.get().ruling == "founded"


def test_merge_is_proposed_and_undone(world: World, signed_in: SignedIn, now: datetime) -> None:
    place = {"lon": 106.8001, "lat": 39.6701}
    master = make.awaiting_dispatch(world, at=now, text="滨湖路井盖缺失很危险", **place)
    double = make.awaiting_dispatch(world, at=now, text="滨湖路井盖缺失危险", **place)
    client = signed_in("dispatcher")
    assert master.number in client.get(path_of(double, "merge"), **FETCH).content.decode()
    told = client.post(path_of(double, "merge"), {"master": master.number, "note": "同一处"}, **FETCH).json()
    assert state_of(double) == "merged"
    assert client.post(told["undo"], {"note": "撤回"}, **FETCH).status_code == 200
    assert state_of(double) == "awaiting_dispatch"


def test_two_yellow_keys_make_a_flag(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now)
    body = {"colour": "yellow", "way": "notice", "note": "请限期办结"}
    assert signed_in("dispatcher").post(path_of(event, "urge"), body, **FETCH).status_code == 200
    event.refresh_from_db()
    assert event.flag == "yellow"


def test_presence_names_the_others_for_thirty_seconds(world: World, signed_in: SignedIn, now: datetime) -> None:
    from events import presence

    event = make.in_progress(world, at=now)
    url = reverse("events:presence")
    body = {"number": event.number, "doing": "typing", "ids": str(event.pk)}
    assert signed_in("director").post(url, body, **FETCH).json() == {"others": []}
    told = signed_in("dispatcher").post(url, {"number": "", "ids": f"{event.pk},999999"}, **FETCH).json()
    assert told == {"others": [{"event": event.pk, "who": "director", "doing": "typing"}]}
    assert presence.who_is_at([event.pk], besides=None, at=now + timedelta(minutes=2)) == []
    outside = signed_in("stranger").post(url, {"number": event.number}, **FETCH)
    assert outside.status_code == 404
    assert signed_in("stranger").post(url, {"ids": str(event.pk)}, **FETCH).json() == {"others": []}


def test_cells_say_what_has_left_the_view(world: World, signed_in: SignedIn, now: datetime) -> None:
    stays, leaves = (make.awaiting_dispatch(world, at=now) for _n in range(2))
    transitions.dispatch(leaves, unit=world.units["chengguan"], note="指定", actor=world.actor("dispatcher", now), at=now)
    query = {"view": "to_dispatch", "numbers": f"{stays.number},{leaves.number}"}
    page = signed_in("dispatcher").get("/desk/cells/", query, **FETCH).content.decode()
    assert f'data-gone="{leaves.pk}"' in page
    assert f'data-gone="{stays.pk}"' not in page
    told = signed_in("dispatcher").get("/desk/new/", query, **FETCH).content.decode()
    assert told == str(stays.pk)
    assert signed_in("stranger").get("/desk/new/", query, **FETCH).content == b""


def test_staff_report(world: World, signed_in: SignedIn, now: datetime) -> None:
    client = signed_in("dispatcher")
    page = client.get("/desk/report/")
    assert page.status_code == 200
    key = page.context["form"].fields["client_key"].initial
    body = {"source": "hotline", "text": "凤凰岭小区停水", "category": "0801", "client_key": key,
            "area": "150302001002001", "reporter_name": "王小明", "reporter_phone": "13812345678"}
    first, second = client.post("/desk/report/", body), client.post("/desk/report/", body)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Event.objects.filter(client_key=key).count() == 1
    assert client.post("/desk/report/", {"source": "hotline", "text": " "}).status_code == 400
    assert client.post("/desk/report/", {**body, "client_key": "", "lon": "106.8"}).status_code == 400
    told = client.get("/desk/report/look/", {"text": "井盖缺失", "lon": "106.8", "lat": "39.67"}, **FETCH).json()
    assert set(told) >= {"categories", "near", "danger", "place"}
    assert client.get("/desk/report/look/", {"text": "", "lon": "nan", "lat": "inf"}, **FETCH).status_code == 200
    assert signed_in("evaluator").get("/desk/report/").status_code == 403


def test_who_grants_an_extension_sees_the_wish_and_a_date_only_where_the_class_gives_none(
    world: World, signed_in: SignedIn, now: datetime
) -> None:
    event = make.in_progress(world, at=now)
    order = make.the_order(event)
    transitions.accept(order, actor=world.actor("handler", now), at=now)
    transitions.extend(order, actor=world.actor("handler", now), at=now, note="配件周四到货")
    director = signed_in("director")
    form = director.get(path_of(event, "grant_extension"), **FETCH).content.decode()
    assert "handler申请延期:配件周四到货(原到期" in form
    assert 'name="until"' not in form
    Event.objects.filter(pk=event.pk).update(service_class="V13")
    assert 'name="until"' in director.get(path_of(event, "grant_extension"), **FETCH).content.decode()
    wrong = director.post(path_of(event, "grant_extension"), {"note": "同意"}, **FETCH)
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["until"])


def test_an_overdue_order_is_offered_no_extension(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now - timedelta(days=9))
    order = make.the_order(event)
    transitions.accept(order, actor=world.actor("handler", now), at=now)
    assert signed_in("handler").post(path_of(event, "extend"), {"note": "来不及"}, **FETCH).status_code == 409
    assert "没有可以申请延期的本单位工单" in signed_in("handler").get(path_of(event, "extend")).content.decode()
