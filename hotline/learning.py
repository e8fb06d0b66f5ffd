"""Demand type of a call 诉求类型, learnt from the district's own orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.learning import store
from casework.learning.features import Sample
from casework.learning.tasks import Task, register
from events.learning import BLOCKS
from hotline.models import HotlineOrder

NATURE = "hotline.nature"


def suggest_demand(text: str, *, title: str = "") -> dict | None:
    """The likeliest ``HotlineOrder.Demand`` as ``{"code", "share", "words"}``; None without a model or below its
    threshold: the desk's own cue words answer then."""
    for guess in store.guess(NATURE, title or text[:80], text, limit=1):
        return {"code": guess.label, "share": round(100 * guess.share), "words": list(guess.words)}
    return None


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
