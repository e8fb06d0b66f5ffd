"""The product's own rows in tables of the same columns and indexes, without its triggers and foreign keys: what the
smallest view writes when it writes the same event and the same line of history."""

from __future__ import annotations

from django.db import models

from events.models import Event, EventTrail


def _copy(model: type[models.Model], name: str, table: str) -> type[models.Model]:
    """A model with the columns of ``model`` in another table."""
    columns: dict[str, object] = {}
    for field in model._meta.concrete_fields:
        _name, _path, arguments, options = field.deconstruct()
        if field.is_relation:
            options["related_name"] = "+"
            options["db_constraint"] = False
            columns[field.name] = type(field)(*arguments, **options)
        else:
            columns[field.name] = field.clone()
    meta = type("Meta", (), {"app_label": "smallest", "db_table": table, "managed": False})
    return type(name, (models.Model,), {**columns, "Meta": meta, "__module__": __name__})


SameEvent = _copy(Event, "SameEvent", "bench_event")
SameTrail = _copy(EventTrail, "SameTrail", "bench_trail")

TABLES = """
CREATE TABLE IF NOT EXISTS bench_event (LIKE events_event INCLUDING ALL);
CREATE TABLE IF NOT EXISTS bench_trail (LIKE events_eventtrail INCLUDING ALL);
INSERT INTO bench_event OVERRIDING SYSTEM VALUE SELECT * FROM events_event;
INSERT INTO bench_trail OVERRIDING SYSTEM VALUE SELECT * FROM events_eventtrail;
SELECT setval(pg_get_serial_sequence('bench_event', 'id'), (SELECT COALESCE(max(id), 0) + 1 FROM bench_event));
SELECT setval(pg_get_serial_sequence('bench_trail', 'id'), (SELECT COALESCE(max(id), 0) + 1 FROM bench_trail));
ANALYZE bench_event; ANALYZE bench_trail
"""
