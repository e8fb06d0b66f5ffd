"""Reads of the machinery: bell, heartbeats, the state of every part for ``/readyz`` and the status page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from accounts import prepared
from casework.clock.authority import database_time, server_time
from casework.models import Channel, Heartbeat

MOST_SKEW_SECONDS = 30
SILENT_AFTER = timedelta(seconds=90)
PARTS = ("worker", "beat", "relay")
BROKER_SECONDS = 0.5


_SIGNS = """
    SELECT (SELECT count(*) FROM (
               SELECT 1 FROM casework_notice WHERE person_id = %s AND read_at IS NULL AND show_at <= %s LIMIT 100
           ) AS line),
           ARRAY(SELECT name FROM casework_heartbeat WHERE at < %s ORDER BY name),
           ARRAY(SELECT at FROM casework_heartbeat WHERE at < %s ORDER BY name)
"""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the head of every page says. ``unread``: lines in the person's bell, those held back by quiet hours left
    out, counted to 100 at most. ``alarms``: parts whose heartbeat is older than 90 s, ``[{"name", "at"}]``; a part
    that never beat is not there."""

    unread: int
    alarms: list[dict]


def signs(person_id: int | None, *, at: datetime) -> Signs:
    """One query for both; nobody has no bell."""
    silent = at - SILENT_AFTER
    with connection.cursor() as cursor:
        prepared.execute(cursor, _SIGNS, [person_id or 0, at, silent, silent])
        unread, names, beats = cursor.fetchone()
    return Signs(unread, [{"name": name, "at": beat} for name, beat in zip(names, beats, strict=True)])


_OUTBOX = """
    SELECT count(*) FILTER (WHERE available_at <= clock_timestamp()),
           COALESCE(extract(epoch FROM clock_timestamp() - min(available_at))::float, 0),
           count(*) FILTER (WHERE claimed_until > clock_timestamp())
      FROM casework_outboxitem WHERE done_at IS NULL AND dead_at IS NULL
"""


def machinery(*, at: datetime | None = None) -> dict:
    """The state of every part: ``{"database", "clock", "redis", "worker", "beat", "relay", "outbox", "channels", "ok"}``.

    Parts are ``{"ok", "age_seconds", "at", "detail"}``; ages are by the database's clock, ``at`` only stands in
    for it in tests. ``outbox`` is ``{"backlog", "oldest_seconds", "claimed", "dead"}``. ``ok`` is False when a part
    is down or something was given up. Never raises for a part that is down; takes about a second at the most.
    """
    state: dict = {"database": {"ok": True}, "redis": _redis()}
    try:
        now = at or database_time()
        state["clock"] = _clock()
        state.update(_parts(now))
        state["outbox"] = outbox_state()
        state["channels"] = _channels(now)
    except Error as error:
        state["database"] = {"ok": False, "error": type(error).__name__}
    state["ok"] = state["database"]["ok"] and all(part.get("ok", True) for part in state.values())
    return state


def _clock() -> dict:
    """Whether this host and the database agree on the time (quality.md T-03): moves are dated by the one, rungs fire
    by the other."""
    skew = (timezone.now() - server_time()).total_seconds()
    return {"ok": abs(skew) <= MOST_SKEW_SECONDS, "skew_seconds": round(skew, 1)}


def _redis() -> dict:
    client = None
    try:
        address = settings.REDIS_URL.replace("redis+socket://", "unix://")
        client = redis.Redis.from_url(
            address, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS, retry=None
        )
        client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        return {"ok": False, "error": type(error).__name__}
    finally:
        if client is not None:
            client.close()
    return {"ok": True}


def _parts(now: datetime) -> dict[str, dict]:
    rows = {row.name: row for row in Heartbeat.objects.filter(name__in=PARTS)}
    found = {}
    for name in PARTS:
        row = rows.get(name)
        age = (now - row.at).total_seconds() if row else None
        found[name] = {
            "ok": age is not None and age <= SILENT_AFTER.total_seconds(),
            "age_seconds": age if age is None else round(age, 1),
            "at": row.at if row else None,
            "detail": row.detail if row else {},
        }
    return found


def outbox_state() -> dict:
    """What waits, since when the oldest (seconds), what is being done, what was given up."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTBOX)
        backlog, oldest, claimed = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM casework_outboxitem WHERE dead_at IS NOT NULL")
        dead = cursor.fetchone()[0]
    return {
        "ok": dead == 0,
        "backlog": backlog,
        "oldest_seconds": round(max(0.0, oldest), 1),
        "claimed": claimed,
        "dead": dead,
    }


def _channels(now: datetime) -> dict:
    resting = Channel.objects.filter(is_active=True, open_until__gt=now).order_by("code")
    codes = list(resting.values_list("code", flat=True))
    return {"ok": not codes, "resting": codes}
