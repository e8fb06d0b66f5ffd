"""Every page of the desk for every role: who sees it, what it costs, what it never shows."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import ReadLog
from events import transitions, verbs
from events.dossier import Dossier
from events.queries import VIEWS
from grids.scope import rights_of
from tests import world as make
from tests.events_desk.conftest import FETCH, SignedIn
from tests.world import CAST, World

PHONE, NAME = "13812345678", "欧阳明华"
PEOPLE = [entry[0] for entry in CAST]
PRESENT = {
    "reported": make.reported, "open_for_claim": make.open_for_claim, "awaiting_dispatch": make.awaiting_dispatch,
    "in_progress": make.in_progress, "verifying": make.verifying, "evaluating": make.evaluating, "closed": make.closed,
}


def several(world: World, at: datetime, count: int) -> list:
    told = {"reporter_name": NAME, "reporter_phone": PHONE, "lon": 106.8, "lat": 39.67}
    return [make.awaiting_dispatch(world, at=at, **told) for _n in range(count)]


@pytest.mark.parametrize("name", PEOPLE)
def test_desk_is_for_those_who_may_see_events(world: World, signed_in: SignedIn, now: datetime, name: str) -> None:
    several(world, now, 2)
    rights = rights_of(world.people[name], at=now)
    answer = signed_in(name).get("/desk/")
    assert answer.status_code == (200 if rights.may("events.view") else 403)


def test_a_visitor_is_sent_to_sign_in_and_a_script_is_told(world: World, client: object) -> None:
    answer = client.get("/desk/?view=all")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:sign_in"))
    assert client.get("/desk/", **FETCH).status_code == 401


@pytest.mark.parametrize("code", [view.code for view in VIEWS])
def test_every_view_opens(world: World, signed_in: SignedIn, now: datetime, code: str) -> None:
    several(world, now, 1)
    answer = signed_in("dispatcher").get("/desk/", {"view": code})
    assert answer.status_code == 200
    assert b'aria-current="page"' in answer.content


def test_unknown_view_is_not_found_and_bad_order_is_said(world: World, signed_in: SignedIn) -> None:
    client = signed_in("dispatcher")
    assert client.get("/desk/?view=nothing").status_code == 404
    for query in ("order=number", "c=x", "c=%00|1", "urgency=P9", "since=yesterday", "size=999999", "area=1"):
        assert client.get(f"/desk/?{query}").status_code in (200, 400), query


def test_the_list_costs_the_same_for_few_and_many(world: World, signed_in: SignedIn, now: datetime) -> None:
    client = signed_in("dispatcher")

    def cost(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection, ) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    events = several(world, now, 3)
    path = "/desk/?view=to_dispatch"
    few, few_all = cost(path), cost("/desk/?view=all")
    detail = f"/events/{events[0].number}/"
    detail_few = cost(detail)
    several(world, now, 20)
    for n in range(6):
        make.in_progress(world, at=now, text=f"树倒了 {n}")
    assert cost(path) == few
    assert cost("/desk/?view=all") == few_all
    assert cost(detail) == detail_few
    assert few <= 22


@pytest.mark.parametrize("name", PEOPLE)
def test_the_clear_phone_and_name_leave_no_page(
    world: World, signed_in: SignedIn, now: datetime, name: str
) -> None:
    event = make.in_progress(world, at=now, reporter_name=NAME, reporter_phone=PHONE)
    client = signed_in(name)
    paths = ["/desk/?view=all", f"/desk/?view=all&sel={event.number}"]
    paths += [reverse(f"events:{page}", args=[event.number]) for page in ("detail", "print", "clock", "trail")]
    for path in paths:
        body = client.get(path).content.decode()
        assert PHONE not in body, path
        assert NAME not in body, path


def test_opening_a_ticket_with_a_reporter_is_logged(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now, reporter_name=NAME, reporter_phone=PHONE)
    plain = make.in_progress(world, at=now)
    client = signed_in("dispatcher")
    page = client.get(f"/events/{event.number}/").content.decode()
    client.get(f"/events/{plain.number}/")
    assert "欧**" in page
    assert "138****5678" in page
    rows = ReadLog.objects.filter(act="open")
    assert [row.object_key for row in rows] == [event.number]


def test_evaluators_and_discipline_see_no_reporter_at_all(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now, reporter_name=NAME, reporter_phone=PHONE)
    page = signed_in("evaluator").get(f"/events/{event.number}/").content.decode()
    assert "138****5678" not in page
    assert "欧**" not in page


@pytest.mark.parametrize("page", ["detail", "clock", "trail", "print", "watch"])
def test_outside_the_scope_is_not_there(world: World, signed_in: SignedIn, now: datetime, page: str) -> None:
    event = make.awaiting_dispatch(world, at=now)
    path = reverse(f"events:{page}", args=[event.number])
    nothing = reverse(f"events:{page}", args=["20260101-0302-1-99999"])
    client = signed_in("stranger")
    call = client.post if page == "watch" else client.get
    outside, absent = call(path), call(nothing)
    assert outside.status_code == absent.status_code == 404


@pytest.mark.parametrize("state", sorted(PRESENT))
def test_every_verb_that_is_offered_has_a_panel_that_opens(
    world: World, signed_in: SignedIn, now: datetime, state: str
) -> None:
    """Roles × states × verbs: what the bar offers opens; what stands greyed has a reason; nothing else is offered."""
    event = PRESENT[state](world, at=now)
    opened = 0
    for name in PEOPLE:
        user = world.people[name]
        user.__dict__.pop("_rights", None)
        rights = rights_of(user, at=now)
        client = signed_in(name)
        path = f"/events/{event.number}/"
        if not event.is_visible_to(rights) or not rights.may("events.view"):
            assert client.get(path).status_code in (403, 404)
            continue
        assert client.get(path).status_code == 200, name
        bar, rest = verbs.offers(Dossier(event, rights, now))
        for offer in [*bar, *rest]:
            target = reverse("events:verb", args=[event.number, offer.name])
            answer = client.get(target, {"subject": offer.subject.pk} if offer.subject else {}, **FETCH)
            assert answer.status_code == (200 if offer.legal else 409), (name, offer.name, answer.content[:300])
            assert offer.legal or offer.reason
            opened += offer.legal
    assert opened


def test_every_move_of_a_person_stands_in_the_table() -> None:
    """The workflow's moves that somebody holds a permission for are on the desk, but for those listed here."""
    from events.workflow import MOVES

    not_on_the_desk = {
        "report": "has a page of its own", "close_window": "done by the sweep", "cover": "done by the sweep",
        "absorb": "the other half of merge", "release": "the other half of split_off",
        "repeat": "done by the hotline when a caller has more to say", "follow": "done by the room that follows",
        "spare_call_back": "done by the hotline's sweep",
    }
    assert set(MOVES) - set(verbs.VERBS) == set(not_on_the_desk)
    assert [name for name in verbs.VERBS if verbs.function_of(name) is None] == []


def test_keys_are_single_free_letters() -> None:
    keys = [verb.key for verb in verbs.KEYED]
    assert len(set(keys)) == len(keys)
    taken = {"KeyJ", "KeyK", "KeyX", "KeyU", "KeyW", "KeyV", "KeyM"}
    assert not taken & set(keys)
    prescribed = {
        "claim": "KeyQ", "dispatch": "KeyP", "delegate": "KeyF", "whistle": "KeyL", "return_up": "KeyR",
        "decline": "KeyT", "accept": "KeyA", "nudge": "KeyC", "urge": "KeyD", "merge": "KeyB", "suspend": "KeyG",
        "extend": "KeyY", "verify": "KeyH", "transfer": "KeyZ",
    }
    assert {name: verbs.VERBS[name].key for name in prescribed} == prescribed


def test_clock_explains_itself(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now)
    page = signed_in("dispatcher").get(f"/events/{event.number}/clock/").content.decode()
    for words in ("处置", "签收", "预算", "剩余", "逐日明细"):
        assert words in page


def test_paper_carries_a_code(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now)
    answer = signed_in("dispatcher").get(f"/events/{event.number}/print/")
    page = answer.content.decode()
    assert "data:image/png;base64," in page
    assert event.tracking_code in page
    assert ReadLog.objects.filter(act="print", object_key=event.number).exists()


def test_boards(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now)
    client = signed_in("dispatcher")
    assert "全部有人负责" in client.get("/desk/nobody/").content.decode()
    world.units["chengguan"].posts.update(valid_to=now.date().replace(year=now.year - 1))
    page = client.get("/desk/nobody/").content.decode()
    assert event.number in page
    assert client.get("/desk/supervision/").status_code == 200
    assert client.get("/desk/supervision/?colour=pink").status_code == 200


def test_no_page_has_script_or_style_inside(world: World, signed_in: SignedIn, now: datetime) -> None:
    import re

    event = make.in_progress(world, at=now, lon=106.8, lat=39.67)
    client = signed_in("dispatcher")
    for path in ("/", "/desk/?view=all", f"/events/{event.number}/", "/desk/report/", "/desk/nobody/",
                 "/desk/supervision/", "/accounts/profile/", "/notices/", f"/events/{event.number}/do/urge/"):
        page = client.get(path).content.decode()
        inside = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle=|\son[a-z]+=", page)
        assert inside == [], (path, inside)
        assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page), path


def test_a_filtered_list_counts_what_it_shows(world: World, signed_in: SignedIn, now: datetime) -> None:
    several(world, now, 2)
    make.awaiting_dispatch(world, at=now, urgency="P2")
    client = signed_in("dispatcher")
    totals = {
        query: client.get(f"/desk/?view=to_dispatch{query}").context["total"]
        for query in ("", "&urgency=P2", "&of=urgency%3DP2", "&urgency=P1")
    }
    assert totals == {"": 3, "&urgency=P2": 1, "&of=urgency%3DP2": 1, "&urgency=P1": 0}


def test_what_can_no_longer_be_ruled_is_not_offered(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.in_progress(world, at=now)
    transitions.decline(
        make.the_order(event), actor=world.actor("handler", now), at=now, reason="not_our_duty", clause="第三条",
        proposed_unit=world.units["zhujian"], note="不属本单位职责",
    )
    director = signed_in("director")
    assert list(director.get("/desk/supervision/").context["declines"]) == list(event.declines.all())
    type(event).objects.filter(pk=event.pk).update(state="closed")
    assert list(director.get("/desk/supervision/").context["declines"]) == []
