"""What an agent has typed, kept on the server: one draft per call, newest version wins, only its agent reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from casework.refusals import missing
from hotline.models import Draft

FIELDS = (
    "demand", "text", "address", "grid", "lon", "lat", "category", "urgency", "handling", "is_secret", "may_call_back",
    "call_back_slot", "phone", "name", "answer", "client_key", "title", "place",
)
MOST_CHARACTERS = 5000
MOST_DRAFTS = 30

_SAVE = """
    INSERT INTO hotline_draft AS d (agent_id, call_key, body, version, saved_at)
    VALUES (%(agent)s, %(key)s, %(body)s::jsonb, %(version)s, %(at)s)
    ON CONFLICT (agent_id, call_key) DO UPDATE
       SET body = EXCLUDED.body, version = EXCLUDED.version, saved_at = EXCLUDED.saved_at
     WHERE d.version < EXCLUDED.version
    RETURNING version
"""


def save(agent: User, key: str, body: object, *, version: int, at: datetime) -> bool:
    """Keep a draft; False when a newer one is there already (a late copy of an older text changes nothing).

    Raises ``invalid`` for a body that is no form.
    """
    import json

    checked = _checked(body)
    if not key or len(key) > 60 or not key.isprintable():
        raise missing(call=_("缺少通话编号"))
    if not 0 <= version < 2**31:
        raise missing(version=_("版本号有误"))
    values = {"agent": agent.pk, "key": key, "body": json.dumps(checked, ensure_ascii=False), "version": version, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, values)
        return cursor.fetchone() is not None


def _checked(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise missing(body=_("内容应为 JSON 对象"))
    kept = {name: body[name] for name in FIELDS if name in body}
    for name, value in kept.items():
        if not isinstance(value, str | bool | int | float | None) or len(str(value)) > MOST_CHARACTERS or "\x00" in str(value):
            raise missing(**{name: _("内容为空、过长或含有无法保存的字符")})
    return kept


def of(agent: User) -> list[dict[str, Any]]:
    """The agent's drafts, newest first."""
    rows = Draft.objects.filter(agent=agent).order_by("-saved_at")[:MOST_DRAFTS]
    return [
        {"call": row.call_key, "body": row.body, "version": row.version, "saved_at": row.saved_at.isoformat()} for row in rows
    ]


def drop(agent: User, key: str) -> None:
    """Thrown away, or taken in as an order."""
    Draft.objects.filter(agent=agent, call_key=key[:60]).delete()
