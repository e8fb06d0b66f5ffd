"""What the district's own events teach: the category of a text, and the unit that handled it well."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from casework.learning.features import TITLE_AND_BODY, Sample
from casework.learning.tasks import Task, register
from events.models import Event
from events.reference_lists import load_keywords
from events.reference_rows import categories

CATEGORY = "event.category"
UNIT = "event.unit"
BLOCKS = TITLE_AND_BODY
MOST_FEATURES = 40_000
"""With some hundred labels the table of weights stays below 10 MB."""


def _texts(rows: Iterable[tuple[str, str, str]]) -> list[Sample]:
    return [Sample({"title": title, "body": text}, str(label)) for title, text, label in rows]


def category_texts(limit: int | None) -> list[Sample]:
    """Events whose category a person has set or confirmed, newest first."""
    rows = Event.objects.filter(category__isnull=False).exclude(state="merged").order_by("-id")
    return _texts(rows.values_list("title", "text", "category_id")[:limit])


def category_words() -> list[Sample]:
    """Names and characteristic words of the categories as tiny texts: what is known before the first report."""
    named = [(row.code, row.name) for row in categories().values() if row.parent_id is not None and row.is_active]
    told = [(code, word) for code, words in load_keywords().suggestions.items() for word in words]
    return [Sample({"title": word, "body": word}, code) for code, word in (*named, *told)]


def unit_texts(limit: int | None) -> list[Sample]:
    """Closed events with the unit that handled them; a unit that declined does not stand here."""
    rows = Event.objects.filter(state="closed", orders__state="done").order_by("-id").distinct()
    return _texts(rows.values_list("title", "text", "orders__unit__code")[:limit])


def register_tasks() -> None:
    """Called from the room's ``ready``."""
    recipe = {"blocks": BLOCKS, "most_features": MOST_FEATURES, "svm": 0.3}
    register(Task(CATEGORY, _("事项类别"), category_texts, recipe, category_words))
    register(Task(UNIT, _("承办单位"), unit_texts, recipe))
