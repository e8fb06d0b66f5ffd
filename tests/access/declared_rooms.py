"""Who may ask what of mediation bodies, rooms, sessions and papers (see ``declared_disputes``)."""

from __future__ import annotations

from tests.access.rules import TOKEN, Rule, act, form, opened, page

LAND = "grids.view"
SEE = "disputes.view|disputes.take_part|disputes.hand_over"
VISITS = "disputes.visit|disputes.oversee_visits"
SESSION = "disputes/<str:number>/session/<int:seq>/"
PAPER = "disputes/<str:number>/paper/<int:key>/"
RECEIPT = "c/mediate/k/<slug:token>/"
WHEN = "2026-03-09T10:00:00+08:00"
ROOM_VERBS: dict[str, tuple[str, dict]] = {
    # verb of the API: permission on the dispute, a body that is well-formed
    "schedule": ("disputes.mediate", {"starts_at": WHEN, "mode": "online"}),
    "reschedule": ("disputes.mediate", {"session": 1, "starts_at": WHEN}),
    "call_off": ("disputes.mediate", {"session": 1, "note": "当事人有事"}),
    "check_in": ("disputes.mediate", {"session": 1}), "begin": ("disputes.mediate", {"session": 1}),
    "conclude": ("disputes.mediate", {"session": 1}), "agree": ("disputes.mediate", {"terms": "各付一半", "oral": True}),
    "settle_orally": ("disputes.mediate", {"terms": "当场付清"}),
    "plan": ("disputes.aftercare", {"steps": [{"due_on": "2026-04-01", "amount": "1000.00"}]}),
    "perform": ("disputes.aftercare", {"instalment": 1}), "breach": ("disputes.aftercare", {"instalment": 1}),
    "fulfil": ("disputes.aftercare", {}), "apply_confirm": ("disputes.aftercare", {"court": "区法院", "together": True}),
    "confirm": ("disputes.aftercare", {}), "deny_confirm": ("disputes.aftercare", {}),
    "court_file": ("disputes.court", {"filing_number": "(2026)内0302民初1号"}), "court_serve": ("disputes.court", {}),
    "court_end": ("disputes.court", {"result": "已判决"}), "court_confirm": ("disputes.court", {}),
    "court_deny": ("disputes.court", {"note": "违反法律强制性规定"}),
    "call_back": ("disputes.aftercare", {"day": 7, "finding": "kept"}), "judge": ("disputes.aftercare", {}),
}
RULES: dict[str, Rule] = {
    "disputes/court/": page("disputes.court", lists=True),
    "disputes/visits/": page(VISITS, lists=True),
    "disputes/visits/teams/": act("disputes.oversee_visits"),
    "disputes/visits/teams/<int:key>/plan/": act(VISITS, "visit team"),
    "disputes/visits/teams/<int:key>/end/": act("disputes.oversee_visits", "visit team"),
    "disputes/visits/signs/<int:key>/": act(VISITS, "visit sign", body={"outcome": "watch"}),
    "disputes/visits/<int:key>/": form(VISITS, "visit one"),
    "disputes/visits/<int:key>/off/": act(VISITS, "visit one"),
    "m/visits/": page("disputes.visit", lists=True),
    "m/visits/<int:key>/": form("disputes.visit", "visit one"),
    "disputes/services/": page(LAND, lists=True),
    "disputes/services/map.json": page(LAND, lists=True),
    "disputes/services/<slug:code>/": page(LAND, "no service"),
    "disputes/bodies/": page(LAND, lists=True),
    "disputes/bodies/map.json": page(LAND, lists=True),
    "disputes/bodies/reach/": page(LAND, lists=True),
    "disputes/bodies/<slug:code>/": page(LAND, "no body"),
    "rooms/": page("disputes.view|disputes.take_part", lists=True),
    # A session is seen by whoever sees the dispute (names and minutes by its readers only: test_room_pages.py).
    SESSION: page(SEE, "dispute session"),
    f"{SESSION}check-in/": act(SEE, "dispute session", verb="disputes.mediate"),
    f"{SESSION}pen/": act(SEE, "dispute session", verb="disputes.mediate"),
    f"{SESSION}save/": act(SEE, "dispute session", verb="disputes.mediate", body={"part": "focus", "text": "责任"}),
    f"{SESSION}calendar.ics": page(SEE, "dispute session"),
    # A paper holds the story: for its readers only.
    PAPER: page(SEE, "dispute paper"),
    f"{PAPER}pdf/": page(SEE, "dispute paper"),
    f"{PAPER}docx/": page(SEE, "dispute paper"),
    f"{PAPER}signed/": act(SEE, "dispute paper"),
    "c/mediate/": opened(methods=("GET", "POST")),
    "c/mediate/find/": opened(methods=("GET", "POST")),
    RECEIPT: opened("named booking", TOKEN),
    f"{RECEIPT}qr.svg": opened("named booking", TOKEN),
    f"{RECEIPT}calendar.ics": opened("named booking", TOKEN),
    f"{RECEIPT}change/": opened("named booking", TOKEN, ("POST",)),
}
