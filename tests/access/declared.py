"""Who may ask what, written down by hand: one rule for every routed pattern (quality.md A-01).

The rules are not read from the views, so that a view cannot approve itself. Admin pages of models are declared by
model; their six addresses follow from it. The desks of floor 4 declare theirs in files of their own.
"""

from __future__ import annotations

from tests.access import declared_disputes, declared_hotline
from tests.access.rules import LOCAL, OFFICE, PUBLIC, SIGNED_IN, TOKEN, Rule, act, api, form, opened, page

__all__ = ["CASE_ROWS", "DECLARED", "EVENT", "EVENT_VERBS", "LOCAL", "OFFICE", "PUBLIC", "SIGNED_IN", "TOKEN", "Rule"]

DESKS = (declared_hotline, declared_disputes)
CLUES, DECIDES = "events.view_clue", "events.decide_clue"
ALERTS, SENDS = "events.view_alert", "events.send_alert"
VIEW, LAND, WALL, PHONE = "events.view", "grids.view", "dashboard.view", "field.use"
EVENT = "events/<str:number>/"
PAGES: dict[str, Rule] = {
    "": page(SIGNED_IN),
    "i18n/": opened(methods=("POST",)),
    "accounts/sign-in/": opened(methods=("GET", "POST")),
    "accounts/sign-out/": opened(methods=("POST",)),
    "accounts/password/": form(SIGNED_IN),
    "accounts/profile/": form(SIGNED_IN),
    "accounts/who-may-what/": page("accounts.view_matrix"),
    "favicon.ico": opened(),
    "commands/": page(SIGNED_IN),
    "help/": opened(),
    "help/<slug:slug>/": opened("handbook"),
    "notices/": page(SIGNED_IN, lists=True),
    "notices/read/": act(SIGNED_IN),
    "notices/<int:key>/take/": act(SIGNED_IN, "notice"),
    "desk/": page(VIEW, lists=True),
    "desk/cells/": page(VIEW, lists=True),
    "desk/new/": page(VIEW, lists=True),
    "desk/batch/": act("events.bulk"),
    "desk/export/": page("events.export", lists=True),
    "desk/report/": form("events.report"),
    "desk/report/look/": page("events.report", lists=True),
    "desk/nobody/": page(VIEW, lists=True),
    "desk/supervision/": page(VIEW, lists=True),
    "desk/alerts/": page(ALERTS, lists=True),
    "desk/alerts/devices/": page(ALERTS, lists=True),
    "desk/alerts/<int:key>/": page(ALERTS, "placed alert"),
    "desk/alerts/<int:key>/picture/": page(ALERTS, "placed alert"),
    "desk/alerts/<int:key>/confirm/": act("events.decide_alert", "placed alert"),
    "desk/alerts/<int:key>/undo/": act("events.decide_alert", "placed alert"),
    "desk/alerts/<int:key>/dismiss/": act("events.decide_alert", "placed alert", body={"reason": "misread"}),
    "desk/clues/": page(CLUES, lists=True),
    "desk/clues/enter/": form("events.enter_clue"),
    "desk/clues/<int:key>/": page(CLUES, "placed cluster"),
    **{
        f"desk/clues/<int:key>/{act_name}/": act(DECIDES, "placed cluster", body=body)
        for act_name, body in {
            "confirm": {"unit": "zhujian", "category": "0707", "requirement": "联合执法", "reply_by": "2026-03-20"},
            "dismiss": {"reason": "无关"}, "finish": {"reason": "办结"}, "outcome": {"kind": "sites", "count": 1},
            "add": {"number": "20260305-0302-1-99999"}, "remove": {"key": 987654321},
        }.items()
    },
    "desk/units/": page("events.bulk", lists=True),
    "desk/presence/": act(VIEW, lists=True),
    "desk/views/": act(VIEW),
    "desk/views/<int:key>/drop/": act(VIEW, "no view of one's own"),
    EVENT: page(VIEW, "event"),
    f"{EVENT}clock/": page(VIEW, "event"),
    f"{EVENT}trail/": page("casework.view_trail", "event"),
    f"{EVENT}print/": page(VIEW, "event"),
    f"{EVENT}watch/": act(VIEW, "event"),
    f"{EVENT}file/<int:key>/": page(VIEW, "event file"),
    f"{EVENT}do/<slug:name>/": form(VIEW, "event verb"),
    "staff/<int:key>/": page("grids.view", "named staff"),
    "staff/<int:key>/photo/": page("grids.view", "named staff"),
    "staff/<int:key>/photo/keep/": act("accounts.manage_people", "named staff", body={"verb": "remove"}),
    "screen/": page(WALL, "area", lists=True),
    "screen/live/": page(WALL, "area", lists=True),
    "screen/layers.json": page(WALL, "area", lists=True),
    "screen/duty/": page(WALL, "area", lists=True),
    "screen/orders/": page(WALL, "area", lists=True),
    "screen/petitions/": page(WALL, "area", lists=True),
    "screen/recurrences/": page(WALL, "area", lists=True),
    "screen/warnings/": page(WALL, "area", lists=True),
    "screen/warnings/dismiss/": act("dashboard.dismiss", "area"),
    "screen/warnings/<int:key>/lift/": act("dashboard.dismiss", "no warning put away"),
    "screen/export/": page(WALL, "area", lists=True),
    "screen/replay/": page(WALL, "area", lists=True),
    "m/": page(PHONE, lists=True),
    "m/tasks/": page(PHONE, lists=True),
    "m/report/": form(f"{PHONE}&events.report"),
    "m/sent/": page(PHONE, lists=True),
    "m/me/": page(PHONE),
    "m/e/<str:number>/": page(PHONE, "event"),
    "m/e/<str:number>/verify/": act(PHONE, "event", verb="events.verify", body={"finding": "solved", "note": "亮"}),
    "m/e/<str:number>/help/": act(PHONE, "event", verb="events.comment", body={"note": "缺梯子"}),
    "m/e/<str:number>/accept/<int:key>/": act(PHONE, "event order", verb="events.accept"),
    "m/e/<str:number>/contact/<int:key>/": act(PHONE, "event order", verb="events.accept"),
    "m/e/<str:number>/feed-back/<int:key>/": act(PHONE, "event order", verb="events.accept", body={"note": "已修"}),
    "m/e/<str:number>/photo/<int:key>/": page(PHONE, "event file"),
    "grids/": page(LAND, lists=True),
    "grids/pick/": page(LAND, lists=True),
    "grids/staffing/": page(LAND, lists=True),
    "grids/<str:code>/": page(LAND, "land"),
    "grids/<str:code>/map/": page(LAND, "land"),
    "grids/<str:code>/assess/": Rule("page", {"GET": LAND, "POST": "grids.staff"}, "land"),
    "grids/<str:code>/plate/": page(LAND, "land"),
    "duty/": page(LAND, lists=True),
    "duty/stationed/": form("grids.staff@district"),
    "units/": page(LAND, lists=True),
    "units/<str:code>/": page(LAND, "unit"),
    "pulse": Rule("api", {"GET": SIGNED_IN}, lists=True),
}
CITIZEN: dict[str, Rule] = {
    "elder/": opened(methods=("POST",)),
    "c/": opened(),
    "c/report/": opened(methods=("GET", "POST"), lists=True),
    "c/g/<str:grid>/": opened("plate", methods=("GET", "POST")),
    "c/p/<str:token>/": opened("case", TOKEN),
    "c/track/": opened(methods=("GET", "POST")),
    "c/t/<str:code>/": opened("case", TOKEN, ("GET", "POST")),
    "c/f/<str:token>/": opened("case", TOKEN),
    "c/k/<str:token>/": opened("case", TOKEN),
    "c/k/<str:token>/receipt/": opened("case", TOKEN),
    "c/k/<str:token>/qr.svg": opened("case", TOKEN),
    "c/k/<str:token>/photo/<int:key>/": opened("case", TOKEN),
    "c/k/<str:token>/<citizen_act:act>/": opened("case", TOKEN, ("POST",)),
    "c/rate/<str:token>/": opened("case", TOKEN),
}
API = "api/v1/"
ONE = f"{API}events/<event_number:number>/"
ORDER = f"{API}orders/<order_id:order_id>/"
MACHINES: dict[str, Rule] = {
    f"{API}token/": Rule("api", {"POST": PUBLIC, "DELETE": SIGNED_IN}),
    f"{API}areas/": api(f"{LAND}|{WALL}", lists=True),
    f"{API}areas/(?P<code>[0-9A-Za-z_-]{{1,40}})/\\Z": api(f"{LAND}|{WALL}", "land"),
    f"{API}locate/": api(f"{LAND}|{WALL}", "point"),
    f"{API}units/": api(f"{LAND}|{WALL}", lists=True),
    f"{API}events/": Rule("api", {"GET": VIEW, "POST": "events.report"}, lists=True),
    f"{API}events/batch/": Rule("api", {"POST": "events.report"}),
    ONE: api(VIEW, "event"),
    f"{ONE}trail/": api(VIEW, "event", verb="casework.view_trail"),
    f"{ONE}clock/": api(VIEW, "event"),
    f"{ONE}attachments/": Rule("api", {"POST": VIEW}, "event", verb="events.attach"),
    f"{ONE}attachments/<sha256:sha256>": Rule("api", {"PUT": VIEW}, "event", verb="events.attach"),
    f"{API}alerts/": Rule(
        "api", {"GET": f"{ALERTS}|{SENDS}", "POST": SENDS}, lists=True,
        body={"device": "cam-a1", "external_number": "A-2", "label": "占道"},
    ),
    f"{API}alerts/batch/": Rule("api", {"POST": SENDS}),
    f"{API}alerts/<order_id:key>/": api(f"{ALERTS}|{SENDS}", "placed alert"),
    f"{API}alerts/<order_id:key>/picture/": Rule("api", {"POST": SENDS}, "placed alert"),
    f"{API}alerts/<order_id:key>/confirm/": Rule("api", {"POST": ALERTS}, "placed alert", verb="events.decide_alert"),
    f"{API}alerts/<order_id:key>/undo_dismiss/": Rule("api", {"POST": ALERTS}, "placed alert", verb="events.decide_alert"),
    f"{API}alerts/<order_id:key>/dismiss/": Rule(
        "api", {"POST": ALERTS}, "placed alert", verb="events.decide_alert", body={"reason": "misread"}
    ),
    f"{API}clues/": Rule("api", {"POST": "events.enter_clue"}),
    f"{API}clues/batch/": Rule("api", {"POST": "events.enter_clue"}),
    f"{API}categories/": api(f"{VIEW}|events.report|{WALL}|{LAND}", lists=True),
    f"{API}areas.geojson": api(f"{LAND}|{WALL}", lists=True),
    f"{API}pulse/": api(VIEW, lists=True),
    f"{API}overview/": api(WALL, "area", lists=True),
    "api/schema/": Rule("open", {"GET": PUBLIC}),
    "api/docs/": Rule("open", {"GET": PUBLIC}),
    "healthz": Rule("open", {"GET": PUBLIC}),
    "readyz": Rule("open", {"GET": PUBLIC}),
    "metrics": Rule("api", {"GET": LOCAL}),
}
for ending in ("json", "xml"):
    MACHINES |= {
        f"open311/v2/services.{ending}": Rule("legacy", {"GET": PUBLIC}, lists=True),
        f"open311/v2/services/<slug:code>.{ending}": Rule("legacy", {"GET": PUBLIC}, "service"),
        f"open311/v2/requests.{ending}": Rule("legacy", {"GET": PUBLIC, "POST": "events.report"}, lists=True),
        f"open311/v2/requests/<event_number:number>.{ending}": Rule("legacy", {"GET": PUBLIC}, "request"),
    }
NOTE = {"note": "说明"}
EVENT_VERBS: dict[str, tuple[str, dict]] = {
    # verb, permission that must hold on the event (workflows.md §1.3), a body that its form takes
    "triage": ("events.triage", {}),
    "handle_on_spot": ("events.handle_on_spot", NOTE),
    "reject": ("events.reject", NOTE),
    "appeal": ("events.triage", NOTE),
    "ask_info": ("events.ask_info", NOTE),
    "supply_info": ("events.supply_info", NOTE),
    "claim": ("events.claim", {}),
    "dispatch": ("events.dispatch", {"unit": "water", **NOTE}),
    "undo_dispatch": ("events.dispatch", {}),
    "undo_delegate": ("events.delegate", {}),
    "undo_whistle": ("events.approve_whistle", {}),
    "undo_urge": ("events.urge", {}),
    "delegate": ("events.delegate", {"shares": [{"unit": "community_a", "task": "核实"}]}),
    "whistle": (
        "events.whistle",
        {"kind": "enforcement", "ground": "no_power", "parts": [{"unit": "water", "task": "到场", "is_lead": True}], **NOTE},
    ),
    "approve_whistle": ("events.approve_whistle", {}),
    "refuse_whistle": ("events.approve_whistle", NOTE),
    "return_up": ("events.return_up", {"tried": "多次", **NOTE}),
    "convene": ("events.confer", {"participants": ["water"]}),
    "summon": ("events.confer", {"participants": ["water"]}),
    "confer": ("events.confer", {"decisions": [{"unit": "water", "task": "修复", "kind": "WD", "seconds": 7200}], **NOTE}),
    "rule_decline": ("events.rule_decline", {"founded": True, **NOTE}),
    "suspend": ("events.suspend", {"reason": "superior_approval", **NOTE}),
    "resume": ("events.resume", {}),
    "retarget": ("events.triage", {"service_class": "D5", **NOTE}),
    "urge": ("events.urge", NOTE),
    "nudge": ("events.urge", {}),
    "answer_urge": ("events.answer_urge", NOTE),
    "strike_off": ("events.urge", {}),
    "verify": ("events.verify", {"finding": "solved", **NOTE}),
    "call_back": ("events.call_back", {"finding": "solved"}),
    "rate": ("events.rate", {"level": 5, "solved": True}),
    "evaluate": ("events.evaluate", {"scores": {}}),
    "reopen": ("events.reopen", NOTE),
    "merge": ("events.merge", {"master": "OWN", **NOTE}),
    "split_off": ("events.split_off", NOTE),
    "transfer": ("events.transfer", {"kind": "court", "basis": "民事诉讼法", **NOTE}),
    "take_back": ("events.transfer", NOTE),
    "note_number": ("events.transfer", {"kind": "court", "number": "X-1"}),
    "end_elsewhere": ("events.transfer", {"kind": "court", **NOTE}),
}
ORDER_VERBS: dict[str, tuple[str, dict]] = {
    "accept": ("events.accept", {}),
    "contact": ("events.accept", {}),
    "decline": ("events.decline", {"reason": "not_our_duty", "clause": "第三条", "proposed_unit": "water", **NOTE}),
    "extend": ("events.extend", NOTE),
    "grant_extension": ("events.approve_extension", {}),
    "refuse_extension": ("events.approve_extension", NOTE),
    "feed_back": ("events.feed_back", NOTE),
    "report_in": ("events.report_in", {"lon": 106.8, "lat": 39.6}),
    "confirm_arrival": ("events.rate_whistle", {}),
    "rebut": ("events.report_in", NOTE),
    "rate": ("events.rate_whistle", {"attendance": 5, "attitude": 5, "effect": 5}),
}
for name, (permission, body) in EVENT_VERBS.items():
    MACHINES[f"{ONE}{name}/"] = Rule("api", {"POST": VIEW}, "event", verb=permission, body=body)
for name, (permission, body) in ORDER_VERBS.items():
    MACHINES[f"{ORDER}{name}/"] = Rule("api", {"POST": VIEW}, "order", verb=permission, body=body)

TECHNICAL, RULES = "settings.technical", "settings.manage_rules"
SIGN_INS = f"{TECHNICAL}|casework.view_read_log@district"
ADMIN_MODELS: dict[str, str] = {
    # app/model: who may look at its pages; ``nobody`` is registered by a library and closed to everybody
    "auth/group": "nobody",
    "knox/authtoken": TECHNICAL,
    "axes/accessattempt": SIGN_INS,
    "axes/accesslog": SIGN_INS,
    "axes/accessfailurelog": SIGN_INS,
    "grids/area": "grids.manage|grids.boundary",
    "grids/arealineage": "grids.manage",
    "grids/level": "grids.manage",
    "grids/unit": "grids.manage",
    "grids/post": "grids.staff|accounts.grant_roles",
    "grids/leave": "grids.leave",
    "grids/dutyturn": "grids.staff",
    "grids/stationturn": "grids.staff",
    "grids/teamtemplate": "grids.manage",
    "grids/volunteerteam": "grids.manage|grids.staff",
    "grids/sizebound": "grids.manage",
    "grids/legacygrid": "grids.manage",
    "grids/partybranch": "grids.manage",
    "grids/building": "grids.manage",
    "grids/publicplace": "grids.manage",
    "grids/addressalias": "grids.manage|grids.addresses",
    "casework/calendar": "casework.manage_calendar",
    "casework/calendarday": "casework.manage_calendar",
    "casework/serviceclass": "settings.manage_rules",
    "casework/ladderrung": "settings.manage_rules",
    "casework/outboxitem": "casework.view_outbox",
    "casework/channel": TECHNICAL,
    "casework/delivery": f"casework.view_outbox|{TECHNICAL}",
    "casework/heartbeat": f"casework.view_outbox|{TECHNICAL}",
    "casework/readlog": "casework.view_read_log",
    "casework/storedfile": TECHNICAL,
    "casework/trainedmodel": "settings.manage_rules",
    "dashboard/kiosk": TECHNICAL,
    "accounts/user": "accounts.manage_people|accounts.grant_roles|grids.staff",
    "accounts/role": "accounts.grant_roles|accounts.view_matrix|accounts.manage_people|grids.staff",
    "accounts/permission": "accounts.grant_roles|accounts.view_matrix",
    "events/category": RULES,
    "events/routingrule": RULES,
    "events/precedent": RULES,
    "events/cannedtext": RULES,
    "events/device": TECHNICAL,
    "events/cluerule": RULES,
    "events/clueelement": RULES,
    "events/event": VIEW,
    "events/workorder": VIEW,
    "events/eventdeadline": VIEW,
    "events/eventtrail": "casework.view_trail",
    "events/supervisionorder": VIEW,
    "events/whistle": VIEW,
    "events/consultation": VIEW,
    "events/decline": VIEW,
    "events/verification": VIEW,
    "events/rating": VIEW,
}
for desk in DESKS:
    ADMIN_MODELS |= desk.ADMIN_MODELS
CASE_ROWS = (
    "event", "workorder", "eventdeadline", "eventtrail", "supervisionorder", "whistle", "consultation", "decline",
    "verification", "rating", *(name for desk in DESKS for name in desk.CASE_ROWS),
)
"""Rows of cases: whoever may not know of the event may not know of them."""
FORMLESS = ("arealineage", "outboxitem", "delivery", "heartbeat", "readlog", "storedfile", "trainedmodel",
            "permission", *CASE_ROWS, *(name for desk in DESKS for name in desk.FORMLESS))
"""Nothing is added, changed or deleted here by hand."""
UNDELETED = (
    "area", "unit", "post", "leave", "level", "user", "kiosk", "role", "category", "precedent", "serviceclass", "device",
    "cluerule",
    *FORMLESS,
    *(name for desk in DESKS for name in desk.UNDELETED),
)
"""Rows that end but are not deleted: their deletion page is closed to everybody."""

OTHERWISE = {
    "area": "grids.manage", "user": "accounts.manage_people", "role": "accounts.grant_roles",
    "accessattempt": TECHNICAL, "accesslog": "nobody", "accessfailurelog": "nobody", "mediationbody": RULES,
}
"""Who adds and deletes where that is not who looks."""


def _admin() -> dict[str, Rule]:
    found = {
        "admin/": Rule("admin", {"GET": OFFICE}),
        "admin/login/": opened(methods=("GET", "POST")),
        "admin/logout/": opened(methods=("POST",)),
        "admin/password_change/": Rule("admin", {"GET": OFFICE, "POST": OFFICE}),
        "admin/password_change/done/": Rule("admin", {"GET": OFFICE}),
        "admin/autocomplete/": Rule("admin", {"GET": OFFICE}, "nothing asked", lists=True),
        "admin/jsi18n/": Rule("admin", {"GET": OFFICE}),
        "admin/r/<path:content_type_id>/<path:object_id>/": Rule("admin", {"GET": OFFICE}, "no page of its own"),
        "admin/^(?P<app_label>…)/$": Rule("admin", {"GET": OFFICE}, "app"),
        "admin/(?P<url>.*)$": Rule("admin", {"GET": OFFICE}, "no page of its own"),
    }
    for model, need in ADMIN_MODELS.items():
        short = model.split("/")[1]
        adds = "nobody" if short in (*FORMLESS, "accessattempt", "precedent", "cluerule") else OTHERWISE.get(short, need)
        deletes = "nobody" if short in UNDELETED else OTHERWISE.get(short, need)
        row = f"admin/{model}/<path:object_id>/"
        found |= {
            f"admin/{model}/": Rule("admin", {"GET": need}, lists=True),
            f"admin/{model}/add/": Rule("admin", {"GET": adds}),
            f"{row}history/": Rule("admin", {"GET": need}, f"row {model}"),
            f"{row}delete/": Rule("admin", {"GET": deletes}, f"row {model}"),
            f"{row}change/": Rule("admin", {"GET": need}, f"row {model}"),
            row: Rule("admin", {"GET": OFFICE}, "old address"),
        }
    return found


ADMIN = _admin()
DECLARED: dict[str, Rule] = {**PAGES, **CITIZEN, **MACHINES, **ADMIN}
for desk in DESKS:
    DECLARED |= desk.RULES
