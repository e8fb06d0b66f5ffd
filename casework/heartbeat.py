"""Heartbeats: when a part of the machinery last finished a probe of its own work.

``relay`` writes its own row; ``beat`` writes when it has published a tick; ``worker`` is written by a probe task
that the worker really consumed. Both relay and beat send probes, so neither's death makes the worker look dead.
"""

from __future__ import annotations

import json

from django.db import connection

_BEAT = """
    INSERT INTO casework_heartbeat AS h (name, at, detail) VALUES (%s, clock_timestamp(), %s::jsonb)
    ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at, detail = EXCLUDED.detail
"""


def beat(name: str, **detail: object) -> None:
    """Write the row of ``name`` with the database's time."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [name, json.dumps(detail)])
