"""The wall before the words of agreements and papers, by the same policy as the narrative's (0003_wall)."""

from importlib import import_module

from django.db import migrations

before = import_module("disputes.migrations.0003_wall")
TABLES = ("agreementtext", "papertext")


class Migration(migrations.Migration):
    dependencies = [("disputes", "0004_rooms_and_aftercare")]
    operations = [migrations.RunSQL(before.WALL.format(name), before.OPEN.format(name)) for name in TABLES]
