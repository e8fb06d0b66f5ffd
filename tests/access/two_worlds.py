"""Two worlds that differ only in what lies outside a person's scope must answer in equal bytes (quality.md A-05)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from accounts.models import Role, User
from casework.models import Notice
from dashboard import tallies
from disputes.court import VIEWS as COURT_VIEWS
from events import loads, transitions
from events.api import map_views
from events.models import Event, EventReporter, SupervisionOrder, WorkOrder
from grids.models import Post
from tests import world as worlds
from tests.access import disputes_scene, hotline_scene, knowledge_scene, search_scene
from tests.access.declared import CASE_ROWS, DECLARED
from tests.access.matrix import undone
from tests.access.scene import SESSION, Scene, browser, signed_in
from tests.world import NOON

READERS = ("officer_a", "director_a", "secretary_a", "worker_a1", "head_a1", "handler", "head")
"""For all of them street B's events without the department 城管局 are foreign."""
NARROW = {"agent_a": "hotline_agent", "caller_a": "call_back_agent", "inspector_a": "discipline_reader"}
"""Roles that hold the whole district's land elsewhere, here with a post in street A only: for lists that open to them."""
MEDIATION = ("mediator", "director_a")
NOTHING = {
    "FOREIGN_ID": "987654321", "FOREIGN_DISPUTE": "MT20260305-9998", "FOREIGN_CALL": "20260305-0302-2-99998",
    "FOREIGN": "20260305-0302-1-99999",
}
"""By word in a query: what stands for a case that exists in the second world only, in the first."""
EVERYWHERE = {"lon": "106.805", "lat": "39.605", "text": "宽带信号中断,请派人维修"}
VIEWS = (
    "to_triage", "to_claim", "to_dispatch", "handling", "to_verify", "to_evaluate", "conferring", "rulings", "suspended",
    "overdue", "red", "mine", "watched", "unlocated", "orphans", "all",
)
ORDERS = ("-id", "id", "-reported_at", "reported_at", "due_at", "urgency")
EVENT_QUERIES = (
    {}, {"count": "exact"}, {"q": "宽带信号"}, {"q": "0302"}, {"unit": "zhujian"}, {"unit": "street_b"}, {"flag": "red"},
    {"area": "150302001"}, {"area": "150302", "count": "exact"}, {"overdue": "true"}, {"page_size": "1"},
    {"state": "in_progress", "count": "exact"}, {"source": "grid"}, *({"order": order} for order in ORDERS),
)
CALL_VIEWS = (
    "live", "to_forward", "needs_info", "handling", "to_answer", "to_call_back", "called_back", "overdue", "flagged",
    "exclusions", "mine", "closed", "all",
)
DISPUTE_VIEWS = (
    "to_screen", "to_route", "to_sign", "in_hand", "soon", "today", "to_perform", "to_confirm", "failed", "outside", "risky",
    "mine", "all",
)
LEVELS = ("district", "street", "community", "grid")
QUERIES: dict[str, tuple[dict, ...]] = {
    # pattern → queries; words of ``NOTHING`` stand for numbers of cases that exist in the second world only
    "notices/": ({}, {"unread": "1"}),
    "desk/": (*({"view": view} for view in VIEWS), {"q": "宽带信号"}, {"unit": "1"}, {"view": "all", "sel": "FOREIGN"},
              {"view": "all", "q": "19900009999"}, *({"view": "all", "order": order} for order in ORDERS)),
    "desk/cells/": ({"numbers": "FOREIGN"}, {"numbers": "OWN,FOREIGN", "view": "all"}),
    "desk/new/": ({"numbers": "OWN,FOREIGN"}, {"numbers": "FOREIGN", "view": "all"}),
    "desk/export/": ({"view": "all"}, {"view": "all", "ids": "FOREIGN_ID"}, {"view": "all", "format": "xlsx"}),
    "desk/report/look/": (EVERYWHERE, {**EVERYWHERE, "category": "0805"}),
    "desk/nobody/": ({},),
    "desk/supervision/": ({}, {"colour": "blue"}, {"colour": "red"}),
    "desk/units/": ({},),
    "desk/alerts/": ({}, {"state": "false_alarm"}),
    "desk/alerts/devices/": ({},),
    "desk/clues/": ({}, {"state": "dismissed"}),
    "desk/presence/": ({"POST": "1", "ids": "OWN_ID,FOREIGN_ID"},),
    "screen/": ({}, {"area": "150302002"}, {"area": "150302002001", "dots": "1"}),
    "screen/live/": ({}, {"area": "150302002"}, {"area": "150302002001001", "dots": "1"}),
    "screen/layers.json": ({}, {"area": "150302002"}),
    "screen/duty/": ({}, {"area": "150302002"}),
    "screen/orders/": ({}, {"area": "150302002", "days": "90"}, {"area": "150302002", "row": "claim", "column": "sent"}),
    "screen/petitions/": ({}, {"area": "150302002", "days": "30"}, {"area": "150302002", "row": "accepted", "part": "whole"}),
    "screen/recurrences/": ({}, {"area": "150302002"}),
    "m/": ({},),
    "m/tasks/": ({},),
    "m/sent/": ({},),
    "grids/": ({}, {"q": "和平"}),
    "grids/pick/": ({"q": "和平"}, {"parent": "150302"}),
    "grids/staffing/": ({}, {"area": "150302001"}),
    "duty/": ({}, {"area": "150302001"}),
    "units/": ({}, {"q": "局"}),
    "pulse": ({}, {"scope": "bell,desk"}),
    "api/v1/areas/": ({}, {"parent": "150302"}),
    "api/v1/units/": ({}, {"area": "150302001"}),
    "api/v1/events/": EVENT_QUERIES,
    "api/v1/categories/": ({},),
    "api/v1/alerts/": ({}, {"state": "false_alarm"}),
    "api/v1/areas.geojson": (*({"level": level} for level in LEVELS), {"level": "grid", "within": "150302001"}),
    "api/v1/pulse/": ({},),
    "api/v1/overview/": ({}, {"area": "150302002"}, {"area": "150302002", "from": "2026-02-01", "to": "2026-03-05"}),
    "screen/warnings/": ({}, {"area": "150302002001"}),
    "screen/export/": (*({"panel": panel} for panel in ("by_area", "disputes", "warnings", "feed", "closure_rate")),),
    "screen/replay/": ({}, {"area": "150302002001001"}),
    "hotline/": ({}, {"tab": "log"}, {"tab": "log", "kind": "answered"}),
    "hotline/look/": (EVERYWHERE, {**EVERYWHERE, "category": "0805", "demand": "complaint", "address": "凤凰岭"}),
    "hotline/calls/": ({},),
    "hotline/simulator/": ({},),
    "hotline/addresses/": ({}, {"q": "青山"}),
    "hotline/addresses/unresolved/": (*({"standing": one} for one in ("open", "resolved", "dismissed")),),
    "hotline/orders/": (
        *({"view": view} for view in CALL_VIEWS), *({"view": "all", "order": order} for order in ("id", "due_at", "urgency")),
        {"view": "all", "q": "宽带"}, {"view": "all", "q": "FOREIGN_CALL"}, {"view": "all", "area": "150302001"},
        {"view": "all", "flag": "red"},
    ),
    "api/v1/hotline/": (
        {"count": "exact"}, {"q": "宽带", "count": "exact"}, {"number": "FOREIGN_CALL"}, {"area": "150302001", "count": "exact"},
        {"overdue": "true"}, {"rating": "2"}, {"flag": "red"}, {"excluded": "false", "order": "urgency"}, {"page_size": "1"},
    ),
    "hotline/callbacks/": ({}, {"try": "1"}, {"try": "2"}),
    "hotline/silence/": ({},),
    "hotline/discipline/": ({}, {"kind": "inaction"}, {"state": "handed_over"}),
    "hotline/discipline/ledger.csv": ({}, {"kind": "inaction"}),
    "hotline/hotspots/": ({}, {"days": "90", "hours": "3"}),
    "hotline/hotspots/orders/": ({"numbers": "FOREIGN_CALL"}, {"numbers": "FOREIGN_CALL,OWN_CALL"}),
    "disputes/": (
        *({"view": view} for view in DISPUTE_VIEWS), {"view": "all", "order": "-risk_score"}, {"view": "all", "order": "due_at"},
        *({"view": "all", **more} for more in (
            {"q": "FOREIGN_DISPUTE"}, {"q": "和平"}, {"story": disputes_scene.STORY}, {"story": "漏水"}, {"colour": "red"},
            {"area": "150302001"}, {"body": "community_b"}, {"part": "success", "days": "90"},
        )),
    ),
    "api/v1/disputes/": (
        {"count": "exact"}, {"q": "MT2026", "count": "exact"}, {"q": "FOREIGN_DISPUTE"}, {"area": "150302001", "count": "exact"},
        {"body": "community_b"}, {"overdue": "true"}, {"colour": "red"}, {"order": "-risk_score"}, {"page_size": "1"},
    ),
    "disputes/figures/": ({}, {"days": "365"}, {"area": "150302001"}),
    "disputes/bodies/": ({}, {"area": "150302001"}),
    "disputes/bodies/map.json": ({},),
    "disputes/bodies/reach/": ({},),
    "disputes/court/": tuple({"view": view.code} for view in COURT_VIEWS),
    "disputes/services/": ({}, {"kind": "legal_aid"}),
    "disputes/services/map.json": ({},),
    "disputes/visits/": ({"week": "2026-03-02"}, {"week": "2026-03-09"}),
    "m/visits/": ({},),
    # A room is taken or free for whoever may book it: what is asked is one's own body's, and the body's that is named.
    "rooms/": ({"day": "2026-03-06"}, {"day": "2026-03-09", "view": "week"}, {"day": "2026-03-09", "dispute": "FOREIGN_DISPUTE"}),
    "hotline/knowledge/": ({}, {"q": "草稿"}, {"state": "draft"}, {"order": "use"}),
    "hotline/knowledge/suggest/": ({"q": "外部门的草稿"},),
    "hotline/knowledge/queue/": ({},),
    "hotline/knowledge/training/": ({}, {"kind": "weekly"}),
    "hotline/knowledge/gaps/": ({}, {"state": "all"}),
    "admin/grids/post/": ({}, {"q": "worker"}),
    "admin/grids/leave/": ({},),
    "admin/grids/area/": ({}, {"q": "和平"}),
    "admin/casework/readlog/": ({}, {"q": "0302"}),
    "admin/accounts/user/": ({}, {"q": "worker"}),
    **{f"admin/events/{model}/": ({}, {"q": "0302"}) for model in CASE_ROWS},
}
ALSO: dict[str, tuple[str, ...]] = {
    # who is asked besides the readers: lists that open to none of them, or show these people more
    **dict.fromkeys(("hotline/", "hotline/look/", "hotline/calls/", "hotline/simulator/"), ("agent_a",)),
    **dict.fromkeys(("hotline/orders/", "api/v1/hotline/"), ("agent_a", "caller_a")),
    "hotline/callbacks/": ("caller_a",),
    **dict.fromkeys(("hotline/discipline/", "hotline/discipline/ledger.csv"), ("inspector_a",)),
    "disputes/": MEDIATION, "api/v1/disputes/": (*MEDIATION, "body_head"), "disputes/figures/": ("director_a", "body_head"),
    "rooms/": MEDIATION, "disputes/court/": ("judge",), "disputes/visits/": ("mediator", "director_a", "secretary_a"),
    "m/visits/": ("mediator",),
}
EXEMPT = {
    "c/report/": "public: similar reports nearby are shown to whoever reports, by design without what is sensitive",
    "open311/v2/services.json": "public reference", "open311/v2/services.xml": "public reference",
    "open311/v2/requests.json": "public, class P0 of the whole district",
    "open311/v2/requests.xml": "public, class P0 of the whole district",
    "admin/autocomplete/": "no form uses it",
}


def uncovered() -> list[str]:
    """List-like addresses that nobody compares; admin lists without rows of street officers are the matrix's."""
    lists = {pattern for pattern, rule in DECLARED.items() if rule.lists}
    ours = {pattern for pattern in lists if not pattern.startswith("admin/") or pattern.split("/")[2] in CASE_ROWS}
    return sorted(ours - set(QUERIES) - set(EXEMPT))


def prepare(scene: Scene) -> None:
    """What both worlds have besides the scene: the people of NARROW, and rows of the rooms that make lists speak."""
    world = scene.world
    roles = {role.code: role for role in Role.objects.filter(code__in=NARROW.values())}
    for name, role in NARROW.items():
        world.people[name] = User.objects.create(username=name, name=name, phone="13800000000")
        Post.objects.create(
            person=world.people[name], role=roles[role], area=world.areas["street_a"], rank="office",
            valid_from=date(2020, 1, 1),
        )
    for name in (*NARROW, "body_head"):
        scene.clients[name] = signed_in(world.people[name])
        scene.sessions[name] = scene.clients[name].cookies[SESSION].value
    hotline_scene.prepare(scene)
    disputes_scene.prepare(scene)


def foreign_data(scene: Scene) -> dict[str, str]:
    """Add what none of the readers may know of: events, calls and disputes of street B in many states, their orders,
    notices, readings. What stands for them in queries."""
    world, told = scene.world, {"area": "150302001002001", "by": "worker_b1"}
    told |= {"reporter_name": "外街人", "reporter_phone": "19900009999"}
    early = NOON - timedelta(hours=5)
    first = worlds.in_progress(world, unit="zhujian", **told)
    worlds.reported(world, **told)
    worlds.open_for_claim(world, **told)
    worlds.awaiting_dispatch(world, at=early, **told)
    transitions.urge(first, actor=world.actor("director"), at=NOON, note="请抓紧", colour="red")
    late = worlds.in_progress(world, at=NOON - timedelta(days=40), unit="street_b", **told)
    transitions.suspend(first, reason="superior_approval", actor=world.actor("director"), at=NOON, note="等待批复")
    for _n in range(12):
        worlds.reported(world, category="0805", **told)
    foreign = Event.objects.filter(area_path__startswith=world.areas["street_b"].path, pk__gte=first.pk)
    foreign.update(lon=106.805, lat=39.605)
    Event.objects.filter(pk=late.pk).update(owner_unit=None)
    WorkOrder.objects.filter(event=late).update(handler=world.people["stranger"])
    Notice.objects.create(person=world.people["stranger"], key="foreign", kind="x", title="请处理", created_at=NOON, show_at=NOON)
    browser(scene, "stranger").get(f"/events/{late.number}/")
    assert EventReporter.objects.filter(phone="19900009999").exists()
    assert SupervisionOrder.objects.filter(event=first).exists()
    knowledge_scene.add_foreign(scene)
    search_scene.add_foreign(scene, first)
    call, dispute = hotline_scene.add_foreign(scene), disputes_scene.add_foreign(scene)
    tallies.fold_all()
    return {"FOREIGN_ID": str(first.pk), "FOREIGN_DISPUTE": dispute, "FOREIGN_CALL": call, "FOREIGN": first.number}


def fetch(scene: Scene, who: str, pattern: str, query: dict, foreign: dict[str, str]) -> tuple[int, bytes]:
    """Status and body of one list for one reader, without what varies between two requests of the same world."""
    loads._known = loads.Loads(0, "1:1:")  # kept by snapshots, which do not move inside one transaction
    map_views._made.clear()
    own = scene.things["own"].event
    names = {**foreign, "OWN_ID": str(own.pk), "OWN_CALL": scene.calls["call_a"].number, "OWN": own.number}
    sent = {}
    for name, value in query.items():
        for word, real in names.items():
            value = value.replace(word, real)
        sent[name] = value
    client = browser(scene, who)
    if sent.pop("POST", ""):
        answer = undone(lambda: client.post(f"/{pattern}", sent))
    else:
        answer = undone(lambda: client.get(f"/{pattern}", sent))
    tag = answer.headers.get("ETag", "").encode()
    body = answer.bytes
    for name, value in query.items():
        if "FOREIGN" in value:  # what was asked for is repeated in the page's own links
            body = body.replace(f"{name}={sent[name]}".encode(), b"").replace(urlencode({name: sent[name]}).encode(), b"")
            body = body.replace(quote(f"{name}={sent[name]}").encode(), b"")
            body = body.replace(f'value="{sent[name]}"'.encode(), b"")
    return answer.status_code, plain(body) + tag


def plain(body: bytes) -> bytes:
    """Without request id, form tokens, fresh form keys, and the cursor of a pulse (a snapshot of the database)."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", body)
    body = re.sub(rb'"cursor":\s*"[^"]*"', b"", body)
    body = re.sub(rb'data-(?:cursor|pulse-cursor)="[^"]*"', b"", body)
    body = re.sub(rb'\b[0-9a-f]{32}\b', b"", body)
    return re.sub(rb"[0-9A-F]{8}(?=</p>)", b"", body)


def pictures(
    scene: Scene, foreign: dict[str, str], readers: tuple[str, ...], most: int | None = None
) -> dict[str, tuple[int, bytes]]:
    """Every list of these readers by its first ``most`` queries; whoever may not open a list is asked once."""
    found: dict[str, tuple[int, bytes]] = {}
    for pattern, queries in QUERIES.items():
        for who in dict.fromkeys((*readers, *ALSO.get(pattern, ()))):
            for query in queries[:most]:
                told = fetch(scene, who, pattern, query, foreign)
                found[f"{who}: {pattern}?{urlencode(query)}"] = told
                if told[0] == 403:
                    break
    return found


def leaks(
    scene: Scene, add: Callable[[Scene], dict[str, str]] = foreign_data, readers: tuple[str, ...] = READERS,
    most: int | None = None,
) -> tuple[int, list[str]]:
    """How many answers were compared, and those that told the two worlds apart. Call it in a transaction."""
    prepare(scene)
    tallies.fold_all()
    before = pictures(scene, NOTHING, readers, most)
    names = add(scene)
    after = pictures(scene, names, readers, most)
    return len(before), [key for key, told in before.items() if after.get(key) != told]
