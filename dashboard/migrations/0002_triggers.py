"""Events note what they count for, in their own transaction."""

from django.db import migrations

from dashboard.tally_sql import DROP_TRIGGER, TRIGGER


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0001_initial"), ("events", "0002_guards")]
    operations = [migrations.RunSQL(TRIGGER, DROP_TRIGGER)]
