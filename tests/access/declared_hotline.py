"""Who may ask what in the room ``hotline`` (see ``declared``)."""

from __future__ import annotations

from tests.access.rules import Rule, act, form, opened, page

KNOW, WRITE, REVIEW = "hotline.knowledge_read", "hotline.knowledge_write", "hotline.knowledge_review"
EXCHANGE, WALL, BRIEF = "hotline.exchange", "dashboard.view", "dashboard.briefing"
PAPER = "briefings/<briefing_number:number>/"
ARTICLE = "hotline/knowledge/<article_number:number>/"
RULES: dict[str, Rule] = {
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
ADMIN_MODELS: dict[str, str] = {}
CASE_ROWS: tuple[str, ...] = ()
FORMLESS: tuple[str, ...] = ()
UNDELETED: tuple[str, ...] = ()
