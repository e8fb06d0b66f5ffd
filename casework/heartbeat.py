"""Heartbeats: when a part of the machinery last finished a probe of its own work.

``relay`` writes its own row; ``beat`` writes when it has published a tick; ``worker`` is written by a probe task
that the worker really consumed. Both relay and beat send probes, so neither's death makes the worker look dead.
"""

from __future__ import annotations

import json
import logging

from celery.signals import after_task_publish
from django.db import Error, connection

logger = logging.getLogger(__name__)

_BEAT = """
    INSERT INTO casework_heartbeat AS h (name, at, detail) VALUES (%s, clock_timestamp(), %s::jsonb)
    ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at, detail = EXCLUDED.detail
"""


def beat(name: str, **detail: object) -> None:
    """Write the row of ``name`` with the database's time."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [name, json.dumps(detail)])


@after_task_publish.connect(dispatch_uid="casework.beat_published")
def note_beat(sender: str | None = None, **_more: object) -> None:
    """In beat's own process, once its tick has reached the broker."""
    if sender != "casework.tasks.beat_heartbeat":
        return
    try:
        beat("beat")
    except Error as error:
        logger.warning("beat: database unavailable: %s", type(error).__name__)
        connection.close()
