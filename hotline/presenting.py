"""Orders as the templates show them: words, shapes, chips. Reads only, no rights decided here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.names import named_in
from casework.presenting import live_clocks
from events.presenting import LEVELS, SHAPES, chip
from grids.scope import Rights
from hotline.models import HotlineDeadline, HotlineOrder

TONES = {
    "registered": "warn", "dispatching": "warn", "needs_info": "pause", "handling": "run", "answering": "warn",
    "calling_back": "run", "called_back": "run", "closed": "done",
}
STAGES = {
    "forward": gettext_lazy("转派"), "answer": gettext_lazy("答复"), "call_back": gettext_lazy("回访"),
    "receive": gettext_lazy("接收"), "conclude": gettext_lazy("出结果"), "rectify": gettext_lazy("整改"),
}
ROW_FIELDS = (
    "number", "state", "demand", "urgency", "title", "address", "category__name", "category__name_en", "area__name",
    "due_at", "due_stage",
    "flag", "is_same_day", "is_excluded", "has_joined", "dissatisfied", "rating", "registered_at", "version",
    "event__number", "event__owner_unit__name", "event__owner_unit__name_en",
)
STATE_WORDS = dict(HotlineOrder.State.choices)
DEMAND_WORDS = dict(HotlineOrder.Demand.choices)
FLAG_WORDS = {
    "red": gettext_lazy("24小时未响应"), "yellow": gettext_lazy("3天无进展"), "dissatisfied": gettext_lazy("两次不满意"),
}
FLAG_TONES = {"red": "urgent", "yellow": "warn", "dissatisfied": "warn"}
TABS = (
    # code, label, url name, permission
    ("desk", gettext_lazy("坐席台"), "hotline:desk", "hotline.register"),
    ("orders", pgettext_lazy("tab", "工单"), "hotline:orders", "hotline.view"),
    ("callbacks", gettext_lazy("回访"), "hotline:callbacks", "hotline.call_back"),
    ("silence", gettext_lazy("无响应"), "hotline:silence", "hotline.view"),
    ("knowledge", gettext_lazy("知识库"), "hotline:knowledge", "hotline.knowledge_read"),
    ("briefings", gettext_lazy("简报"), "hotline:briefings", "dashboard.briefing"),
    ("hotspots", gettext_lazy("热点预警"), "hotline:hotspots", "hotline.view"),
    ("discipline", gettext_lazy("三类问题"), "hotline:discipline", "hotline.inspect|hotline.hand_over"),
)


def tabs_of(rights: Rights, current: str) -> list[dict]:
    """The room's pages that are for this person, in order; ``current`` is the open one."""
    shown = []
    for code, label, name, permission in TABS:
        if any(rights.may(one) for one in permission.split("|")):
            try:
                shown.append({"code": code, "label": label, "url": reverse(name), "current": code == current})
            except NoReverseMatch:  # a page of the room that is not there
                continue
    return shown


def clocks_of(order_ids: Iterable[int]) -> dict[int, list[dict]]:
    """Clocks that are not stopped, by order: one query."""
    return live_clocks(HotlineDeadline, order_ids)


def rows_for(rows: list[dict], *, at: datetime) -> list[dict]:
    """Rows of a keyset page; one query for their clocks."""
    clocks = clocks_of([row["id"] for row in rows])
    return [
        {
            **row, "state_label": STATE_WORDS[row["state"]], "tone": TONES[row["state"]], "shape": SHAPES[row["urgency"]],
            "level": LEVELS[row["urgency"]], "demand_label": DEMAND_WORDS[row["demand"]],
            "category": named_in(row, "category") or _("待定类"), "unit": named_in(row, "event__owner_unit"),
            "place": row["address"] or row["area__name"], "flag_label": FLAG_WORDS.get(row["flag"], ""),
            "flag_tone": FLAG_TONES.get(row["flag"], ""),
            "chip": chip(clocks.get(row["id"], []), at=at, url=f"/hotline/{row['number']}/clock/"),
        }
        for row in rows
    ]
