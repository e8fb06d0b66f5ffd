"""Who may ask what in the room ``hotline`` (see ``declared``)."""

from __future__ import annotations

from tests.access.rules import Rule, act, api, form, opened, page

KNOW, WRITE, REVIEW = "hotline.knowledge_read", "hotline.knowledge_write", "hotline.knowledge_review"
EXCHANGE, WALL, BRIEF = "hotline.exchange", "dashboard.view", "dashboard.briefing"
PAPER = "briefings/<briefing_number:number>/"
ARTICLE = "hotline/knowledge/<article_number:number>/"
TRAIN, LESSON = "hotline.train", "hotline/knowledge/training/<lesson_number:number>/"
CALLS = "hotline.view|hotline.register|hotline.call_back"
"""Whoever may see some orders; which, is asked of each."""
SEES = "hotline.inspect|hotline.hand_over"
ORDER, REFERRAL = "hotline/<order_number:number>/", "hotline/discipline/<referral_number:number>/"
ONE = "api/v1/hotline/<order_number:number>/"
NOTE = {"note": "说明"}
ORDER_VERBS: dict[str, tuple[str, dict]] = {
    # verb, permission that must hold on the order, a body that its form takes
    "answer_directly": ("hotline.answer", NOTE),
    "forward": ("hotline.forward", {}),
    "join": ("hotline.forward", {"event": "20260305-0302-1-00001"}),
    "supply_info": ("hotline.urge", NOTE),
    "answer": ("hotline.answer", NOTE),
    "call_back": ("hotline.call_back", {"finding": "reached", "solved": True, "level": 4}),
    "urge": ("hotline.urge", NOTE),
    "supervise": ("hotline.supervise", NOTE),
    "classify": ("hotline.classify", {"demand": "help", **NOTE}),
    "reopen": ("hotline.reopen", NOTE),
    "ask_exclusion": ("hotline.ask_exclusion", {"reason": "no_duty", **NOTE}),
    "grant_exclusion": ("hotline.decide_exclusion", NOTE),
    "refuse_exclusion": ("hotline.decide_exclusion", NOTE),
    "hand_over": ("hotline.hand_over", {"kind": "shirking", **NOTE}),
    "correct": ("hotline.register", {"text": "改过的内容", **NOTE}),
    "comment": ("hotline.comment", NOTE),
}
TAKE, ADDRESS = "hotline.register", "grids.addresses"
DESK = "hotline.register|hotline.call_back|hotline.view|hotline.inspect|hotline.hand_over"
RULES: dict[str, Rule] = {
    "hotline/": page(DESK, lists=True),
    "hotline/look/": page(TAKE, lists=True),
    "hotline/drafts/": act(TAKE),
    "hotline/drafts/drop/": act(TAKE),
    "hotline/register/": act("hotline.forward", body={"act": "forward", "text": "路灯不亮", "address": "青山"}),
    "hotline/caller/": act(TAKE),
    "hotline/caller/reveal/": act("hotline.reveal"),
    "hotline/calls/": page(TAKE, lists=True),
    "hotline/calls/<slug:name>/": act(TAKE, "no such act"),
    "hotline/line/": opened(methods=("POST",)),
    "hotline/simulator/": form(TAKE, lists=True),
    "hotline/addresses/": page(ADDRESS, lists=True),
    "hotline/addresses/unresolved/": page(ADDRESS, lists=True),
    "hotline/addresses/unresolved/<int:key>/": act(ADDRESS, "no such address"),
    "hotline/addresses/import/": form(ADDRESS),
    "hotline/orders/": page(CALLS, lists=True),
    ORDER: page(CALLS, "call"),
    f"{ORDER}clock/": page(CALLS, "call"),
    f"{ORDER}do/<slug:name>/": form(CALLS, "call verb"),
    "hotline/callbacks/": page("hotline.call_back", lists=True),
    "hotline/callbacks/<int:key>/": act("hotline.call_back", "named call_back", body={"finding": "unreached"}),
    "hotline/silence/": page("hotline.view", lists=True),
    "hotline/discipline/": page(SEES, lists=True),
    "hotline/discipline/ledger.csv": page("hotline.export", lists=True),
    REFERRAL: page(SEES, "named referral"),
    f"{REFERRAL}do/<slug:name>/": form("hotline.inspect", "named referral"),
    "api/v1/hotline/": Rule("api", {"GET": CALLS, "POST": "hotline.register"}, lists=True),
    ONE: api(CALLS, "call"),
    f"{ONE}trail/": api(CALLS, "call", verb="casework.view_trail"),
    f"{ONE}clock/": api(CALLS, "call"),
    **{
        f"{ONE}{name}/": Rule("api", {"POST": CALLS}, "call", verb=code, body=body)
        for name, (code, body) in ORDER_VERBS.items()
    },
    "hotline/hotspots/": page("hotline.view", lists=True),
    "hotline/hotspots/orders/": page("hotline.view", lists=True),
    "hotline/hotspots/<int:key>/": page("hotline.view", "no topic here"),
    "hotline/knowledge/": page(KNOW, lists=True),
    "hotline/knowledge/suggest/": page(KNOW, lists=True),
    "hotline/knowledge/new/": form(WRITE),
    "hotline/knowledge/queue/": page(f"{KNOW}&{WRITE}|{REVIEW}", lists=True),
    "hotline/knowledge/gaps/": page(KNOW, lists=True),
    "hotline/knowledge/gaps/new/": act(KNOW, body={"question": "怎样更换水表"}),
    "hotline/knowledge/gaps/<gap_number:number>/": act(
        WRITE, "named gap hidden", verb=WRITE, body={"verb": "dismiss", "reply": "已有公示"}
    ),
    "hotline/knowledge/feedback/<int:key>/": act(WRITE, "named feedback", verb=WRITE, body={"reply": "已改"}),
    "hotline/knowledge/training/": page(KNOW, lists=True),
    "hotline/knowledge/training/new/": form(TRAIN),
    LESSON: form(TRAIN, "named lesson"),
    f"{LESSON}edit/": form(TRAIN, "named lesson"),
    "hotline/knowledge/quiz/": form(KNOW),
    "hotline/knowledge/quiz/<int:key>/": form(KNOW, "owned quiz"),
    ARTICLE: page(KNOW, "named article"),
    f"{ARTICLE}edit/": form(WRITE, "named article", verb=WRITE),
    f"{ARTICLE}versions/": page(KNOW, "named article"),
    f"{ARTICLE}move/": act(KNOW, "named article", verb=REVIEW, body={"verb": "confirm"}),
    f"{ARTICLE}used/": act(KNOW, "named article", body={"kind": "insert"}),
    f"{ARTICLE}feedback/": act(KNOW, "named article", body={"kind": "unclear"}),
    "hotline/exchange/": page(EXCHANGE),
    "hotline/exchange/new/": form(EXCHANGE),
    "hotline/exchange/replay/": act(EXCHANGE),
    "hotline/exchange/messages/<int:key>/": act(EXCHANGE, "named message", body={"verb": "replay"}),
    "hotline/exchange/<slug:code>/": form(EXCHANGE, "named partner"),
    "briefings/": page(WALL),
    "briefings/draft/": act(BRIEF, body={"kind": "day", "day": "2026-03-04"}),
    PAPER: page(WALL, "named briefing"),
    f"{PAPER}edit/": form(BRIEF, "named briefing", body={"title": "热线日分析"}),
    f"{PAPER}move/": act(WALL, "named briefing", verb=BRIEF, body={"verb": "revise"}),
    f"{PAPER}print/": page(WALL, "named briefing"),
    f"{PAPER}figures/<slug:name>/": page(WALL, "named briefing"),
    "c/knowledge/": opened(),
    "c/knowledge/<article_number:number>/": opened("named article"),
}
ADMIN_MODELS: dict[str, str] = {"hotline/hotlineorder": "hotline.view", "hotline/hotlinedeadline": "hotline.view"}
CASE_ROWS: tuple[str, ...] = ()
FORMLESS: tuple[str, ...] = ("hotlineorder", "hotlinedeadline")
UNDELETED: tuple[str, ...] = ()
