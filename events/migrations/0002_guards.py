"""The trail of events is append-only; every written event carries the transaction that wrote it."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER event_trail_append_only BEFORE UPDATE OR DELETE ON events_eventtrail
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER event_trail_no_truncate BEFORE TRUNCATE ON events_eventtrail
    FOR EACH STATEMENT EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER event_stamp_change BEFORE INSERT OR UPDATE ON events_event
    FOR EACH ROW EXECUTE FUNCTION casework_stamp_change();
"""
BACKWARD = """
DROP TRIGGER event_stamp_change ON events_event;
DROP TRIGGER event_trail_no_truncate ON events_eventtrail;
DROP TRIGGER event_trail_append_only ON events_eventtrail;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial"), ("casework", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
