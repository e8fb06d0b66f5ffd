"""Demand type of a call 诉求类型, learnt from the district's own orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.learning import store
from casework.learning.features import Block, Sample
from casework.learning.tasks import Task, register
from hotline.models import HotlineOrder

NATURE = "hotline.nature"
KNOWN = Block("facts", 0, 0, 0, 0.5)
"""What the desk knows besides the words: the channel and the street."""
RECIPE = {
    "blocks": (Block("title", 1, 3, 120), Block("body", 1, 3, 400), KNOWN),
    "most_features": 60_000,
    "bias_steps": tuple(round(step / 10, 1) for step in range(-6, 7)),
}
"""Of the demand type, in the product and in its figures: complaints are four of five, so rare types are raised."""
STREET_CODE = 9
WORDS_WEIGHT = 0.1
DEMAND_WORDS = {
    "consult": (
        "咨询", "请问", "怎么办理", "如何办理", "在哪办", "什么时候", "想问", "了解一下", "政策", "需要什么材料", "办理流程",
        "在哪里办", "哪里能办", "怎么申请", "如何申请", "怎么续", "怎么备案", "要带什么",
    ),
    "tip_off": ("举报", "检举", "揭发"),
    "praise": ("表扬", "感谢", "点赞", "锦旗"),
    "suggestion": ("建议", "希望能增设", "提议", "最好能"),
    "help": ("求助", "帮忙", "请派人", "麻烦派", "救", "困在", "需要帮助", "报修", "来修", "修一下",
             "能修好", "什么时候能修", "什么时候修", "什么时候来修", "多久能修"),
    "complaint": ("投诉", "没人管", "扰民", "态度", "不解决", "拖延", "违规", "太吵"),
}
"""Words by which the demand type is proposed; the agent decides."""


def facts_of(channel: str, area: str = "") -> tuple[str, ...]:
    """As the model takes them; ``area`` an official code of any level from the street down."""
    street = area[:STREET_CODE] if len(area) >= STREET_CODE else ""
    return (f"channel={channel}", *([f"street={street}"] if street else []))


def suggest_demand(text: str, *, title: str = "", facts: tuple[str, ...] = ()) -> dict | None:
    """The likeliest ``HotlineOrder.Demand`` as ``{"code", "share", "words"}``; None without a model or below its
    threshold: the desk's own cue words answer then."""
    for guess in store.guess(NATURE, title or text[:80], text, facts=facts, limit=1):
        return {"code": guess.label, "share": round(100 * guess.share), "words": list(guess.words)}
    return None


def nature_texts(limit: int | None) -> list[Sample]:
    """Orders with the type the desk settled on, newest first."""
    rows = HotlineOrder.objects.order_by("-id").values_list("title", "text", "demand", "channel", "street_code")[:limit]
    return [
        Sample({"title": title, "body": text}, demand, facts=facts_of(channel, street))
        for title, text, demand, channel, street in rows
    ]


def demand_words() -> list[Sample]:
    """The cue words of the types as tiny texts of little weight: what is known before the first call."""
    return [
        Sample(dict.fromkeys(("title", "body"), word), code, WORDS_WEIGHT)
        for code, words in DEMAND_WORDS.items() for word in words
    ]


def register_tasks() -> None:
    """Called from the room's ``ready``."""
    register(Task(NATURE, _("诉求类型"), nature_texts, RECIPE, demand_words))
