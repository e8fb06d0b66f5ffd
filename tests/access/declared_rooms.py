"""Who may ask what of mediation bodies, rooms, sessions and papers (see ``declared_disputes``)."""

from __future__ import annotations

from tests.access.rules import TOKEN, Rule, act, opened, page

LAND = "grids.view"
SEE = "disputes.view|disputes.take_part|disputes.hand_over"
SESSION = "disputes/<str:number>/session/<int:seq>/"
PAPER = "disputes/<str:number>/paper/<int:key>/"
RECEIPT = "c/mediate/k/<slug:token>/"
RULES: dict[str, Rule] = {
    "disputes/bodies/": page(LAND, lists=True),
    "disputes/bodies/map.json": page(LAND, lists=True),
    "disputes/bodies/reach/": page(LAND, lists=True),
    "disputes/bodies/<slug:code>/": page(LAND, "no body"),
    "rooms/": page("disputes.view|disputes.take_part", lists=True),
    # Sessions and papers hang on a dispute; who sees which stands in tests/disputes/test_room_pages.py.
    SESSION: page(SEE, "no session"),
    f"{SESSION}check-in/": act(SEE, "no session"),
    f"{SESSION}pen/": act(SEE, "no session"),
    f"{SESSION}save/": act(SEE, "no session"),
    f"{SESSION}calendar.ics": page(SEE, "no session"),
    PAPER: page(SEE, "no paper"),
    f"{PAPER}pdf/": page(SEE, "no paper"),
    f"{PAPER}docx/": page(SEE, "no paper"),
    f"{PAPER}signed/": act(SEE, "no paper"),
    "c/mediate/": opened(methods=("GET", "POST")),
    "c/mediate/find/": opened(methods=("GET", "POST")),
    RECEIPT: opened("named booking", TOKEN),
    f"{RECEIPT}qr.svg": opened("named booking", TOKEN),
    f"{RECEIPT}calendar.ics": opened("named booking", TOKEN),
    f"{RECEIPT}change/": opened("named booking", TOKEN, ("POST",)),
}
