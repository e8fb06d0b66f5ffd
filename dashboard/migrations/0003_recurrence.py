"""Recurrences, and the indexes that the wall's readings of the moment stand on."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE INDEX dashboard_open ON events_event (area_path varchar_pattern_ops)
    INCLUDE (due_at, flag, urgency, category_id, owner_unit_id)
    WHERE state NOT IN ('closed', 'merged', 'rejected', 'transferred');
CREATE INDEX dashboard_promise ON events_event (handle_due_at)
    INCLUDE (area_path, handled_at, owner_unit_id, state) WHERE handle_due_at IS NOT NULL;
CREATE INDEX dashboard_closing ON events_event (closed_at) INCLUDE (area_path) WHERE state = 'closed';
CREATE INDEX dashboard_closing_by_owner ON events_event (owner_unit_id, closed_at)
    INCLUDE (area_path, reported_at, dispatched_at, handled_at) WHERE state = 'closed';
"""
BACKWARD = """
DROP INDEX dashboard_closing_by_owner;
DROP INDEX dashboard_closing;
DROP INDEX dashboard_promise;
DROP INDEX dashboard_open;
"""


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0002_triggers"), ("events", "0002_guards")]
    operations = [
        migrations.CreateModel(
            name="Recurrence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.CharField(max_length=160)),
                ("closed_on", models.DateField(verbose_name="办结日")),
                ("after", models.DurationField(verbose_name="间隔")),
                ("renewed_at", models.DateTimeField(verbose_name="计算时间")),
                (
                    "again",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event",
                        verbose_name="再次发生",
                    ),
                ),
                (
                    "closed",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event",
                        verbose_name="已办结事件",
                    ),
                ),
            ],
            options={
                "verbose_name": "复发", "verbose_name_plural": "复发",
                "indexes": [models.Index(fields=["closed_on", "area_path"], name="recurrence_by_day")],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
