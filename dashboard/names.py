"""Names of categories in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.names import named
from events.reference_rows import categories


def category_name(code: str) -> str:
    """A major or minor category; no category is 待定类."""
    found = categories().get(code)
    return _("待定类") if found is None else named(found)
