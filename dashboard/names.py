"""Names of categories in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.reference_rows import categories


def category_name(code: str) -> str:
    """A major or minor category; no category is 待定类."""
    found = categories().get(code)
    if found is None:
        return _("待定类")
    return found.name_en if (get_language() or "").startswith("en") and found.name_en else found.name
