"""Names of reference data in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language


def named(row: Any) -> str:
    """The name of a category, role, level, class, unit or listed choice: ``name_en`` for readers of English, where
    there is one, else ``name``. No row has no name."""
    if row is None:
        return ""
    english = (get_language() or "").startswith("en") and getattr(row, "name_en", "")
    return english or row.name


def named_in(row: Mapping[str, Any], path: str) -> str:
    """The same out of a row of values that holds ``path__name`` and ``path__name_en``; empty where nothing is there."""
    english = (get_language() or "").startswith("en") and row[f"{path}__name_en"]
    return english or row[f"{path}__name"] or ""
