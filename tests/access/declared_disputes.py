"""Who may ask what in the room ``disputes`` (see ``declared``)."""

from __future__ import annotations

from tests.access.rules import Rule

RULES: dict[str, Rule] = {}
ADMIN_MODELS: dict[str, str] = {}
CASE_ROWS: tuple[str, ...] = ()
FORMLESS: tuple[str, ...] = ()
UNDELETED: tuple[str, ...] = ()
