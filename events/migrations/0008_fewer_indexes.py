"""Every write of an event touched some thirty indexes; those that another one begins with, or nobody asks, go."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
DROP INDEX IF EXISTS events_event_token_dcd0661d_like;
DROP INDEX IF EXISTS events_event_tracking_code_df79abdb_like;
"""
"""Indexes for LIKE that come with every unique text column: tokens and codes are asked for whole."""
BACKWARD = """
CREATE INDEX IF NOT EXISTS events_event_token_dcd0661d_like ON events_event (token varchar_pattern_ops);
CREATE INDEX IF NOT EXISTS events_event_tracking_code_df79abdb_like ON events_event (tracking_code varchar_pattern_ops);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0005_history'),
        ('events', '0007_saved_view'),
        ('grids', '0005_address_register'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AlterField(
            model_name='event',
            name='category',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='events.category', verbose_name='类别'),
        ),
        migrations.AlterField(
            model_name='event',
            name='owner_unit',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='owned_events', to='grids.unit', verbose_name='责任单位'),
        ),
        migrations.AlterField(
            model_name='event',
            name='service_class',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='casework.serviceclass'),
        ),
        migrations.AlterField(
            model_name='eventdeadline',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='events.event', verbose_name='事件'),
        ),
        migrations.AlterField(
            model_name='eventtrail',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='events.event', verbose_name='事件'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('state__in', ('closed', 'merged', 'rejected', 'transferred')), _negated=True), fields=['state', 'due_at', '-id'], name='event_by_state_due'),
        ),
    ]
