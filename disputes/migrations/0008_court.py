"""The court on site: whose a procedure is, and what was handed over, behind the wall.

A court file has two kinds of readers: those of the story, and whoever holds ``disputes.court`` for its unit today.
"""

import uuid
from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

before = import_module("disputes.migrations.0003_wall")
FORWARD = """
CREATE FUNCTION disputes_is_of_court(wanted bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    person bigint := NULLIF(current_setting('gov.person', true), '');
BEGIN
    RETURN person IS NOT NULL AND EXISTS (
        SELECT 1 FROM grids_post p JOIN accounts_role r ON r.id = p.role_id
         WHERE p.unit_id = wanted AND p.person_id = person AND 'disputes.court' = ANY (r.permissions)
           AND p.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
           AND (p.valid_to IS NULL OR p.valid_to >= (now() AT TIME ZONE 'Asia/Shanghai')::date));
END $$;
CREATE POLICY courtfile_of_court ON disputes_courtfile FOR SELECT USING (disputes_is_of_court(unit_id));
"""
BACKWARD = """
DROP POLICY courtfile_of_court ON disputes_courtfile;
DROP FUNCTION disputes_is_of_court(bigint);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('disputes', '0007_transfer'),
        ('grids', '0005_address_register'),
    ]

    operations = [
        migrations.AddField(
            model_name='confirmation',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.unit', verbose_name='驻中心法庭'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.unit', verbose_name='驻中心法庭'),
        ),
        migrations.CreateModel(
            name='CourtFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField(verbose_name='时间')),
                ('written_by', models.CharField(blank=True, max_length=60, verbose_name='记录人')),
                ('basis', models.CharField(choices=[('suit', '起诉移交'), ('confirmation', '司法确认申请')], max_length=12, verbose_name='事由')),
                ('content', models.JSONField(default=dict, verbose_name='内容')),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='court_files', to='disputes.dispute')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.unit', verbose_name='法庭')),
            ],
            options={
                'verbose_name': '移交法庭材料',
                'verbose_name_plural': '移交法庭材料',
                'ordering': ['written_at', 'id'],
            },
        ),
        migrations.RunSQL(before.WALL.format("courtfile"), before.OPEN.format("courtfile")),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
