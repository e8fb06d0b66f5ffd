"""Demand type of a call 诉求类型 by the district's own orders; by cue words where no model serves or it abstains."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.learning import store
from casework.learning.features import Sample
from casework.learning.tasks import Task, register
from events.learning import BLOCKS
from hotline.models import HotlineOrder

NATURE = "hotline.nature"
CUES: dict[str, tuple[str, ...]] = {
    "praise": ("表扬", "感谢信", "锦旗", "点赞"),
    "tip_off": ("举报", "偷排", "无证经营", "贪污", "造假"),
    "suggestion": ("建议", "建言", "希望能增设", "能否增加", "可否考虑"),
    "consult": ("咨询", "请问", "怎么办理", "如何办理", "需要什么材料", "什么时候", "政策是", "是否可以"),
    "help": ("求助", "帮帮", "请求帮助", "急需", "救助"),
    "complaint": ("投诉", "扰民", "没人管", "不作为", "乱收费", "强烈要求", "恶臭"),
}
"""Our own list, in the order in which a tie is decided."""


def suggest_demand(text: str, *, title: str = "", limit: int = 3) -> list[dict]:
    """``[{"code", "share", "words", "by"}]`` of ``HotlineOrder.Demand``, likeliest first; empty when nothing speaks."""
    guesses = store.guess(NATURE, title or text[:80], text, limit=limit)
    if guesses:
        return [
            {"code": guess.label, "share": round(100 * guess.share), "words": list(guess.words), "by": "model"}
            for guess in guesses
        ]
    found = [
        (sum(len(word) for word in hits), code, hits)
        for code, words in CUES.items()
        if (hits := [word for word in words if word in title + text])
    ]
    total = sum(weight for weight, _code, _hits in found)
    found.sort(key=lambda entry: -entry[0])
    return [
        {"code": code, "share": round(100 * weight / total), "words": hits, "by": "words"}
        for weight, code, hits in found[:limit]
    ]


def nature_texts(limit: int | None) -> list[Sample]:
    """Orders with the type the desk settled on, newest first."""
    rows = HotlineOrder.objects.order_by("-id").values_list("title", "text", "demand", "channel")[:limit]
    return [
        Sample({"title": title, "body": text}, demand, facts=(f"channel={channel}",))
        for title, text, demand, channel in rows
    ]


def register_tasks() -> None:
    """Called from the room's ``ready``."""
    register(Task(NATURE, _("诉求类型"), nature_texts, {"blocks": BLOCKS, "most_features": 60_000, "balance": 0.5}))
