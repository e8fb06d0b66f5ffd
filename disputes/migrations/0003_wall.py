"""The wall before the story (disputes.wall), the append-only trail, the stamped change.

``disputes_may_read`` asks the database itself who mediates the dispute and who heads its body today; it sees nothing
of the application's filters. FORCE makes the tables' owner subject to it; a superuser is never, which is why the
application's role is none (governance.services.postgres, docs/decisions/40).
"""

from django.db import migrations

TABLES = ("narrative", "claim", "offer", "packet")
FORWARD = """
CREATE FUNCTION disputes_may_read(wanted bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    person bigint := NULLIF(current_setting('gov.person', true), '');
BEGIN
    IF wanted = NULLIF(current_setting('gov.dispute', true), '')::bigint THEN
        RETURN true;
    END IF;
    IF person IS NULL THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT 1 FROM disputes_dispute d WHERE d.id = wanted AND (
            person = ANY (d.member_ids)
            OR EXISTS (
                SELECT 1 FROM disputes_mediationbody b
                  JOIN grids_post p ON p.unit_id = b.unit_id
                  JOIN accounts_role r ON r.id = p.role_id
                 WHERE b.id = d.body_id AND p.person_id = person AND 'disputes.lead' = ANY (r.permissions)
                   AND p.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
                   AND (p.valid_to IS NULL OR p.valid_to >= (now() AT TIME ZONE 'Asia/Shanghai')::date))));
END $$;
CREATE TRIGGER dispute_trail_append_only BEFORE UPDATE OR DELETE ON disputes_disputetrail
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER dispute_trail_no_truncate BEFORE TRUNCATE ON disputes_disputetrail
    FOR EACH STATEMENT EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER dispute_stamp_change BEFORE INSERT OR UPDATE ON disputes_dispute
    FOR EACH ROW EXECUTE FUNCTION casework_stamp_change();
"""
WALL = """
ALTER TABLE disputes_{0} ENABLE ROW LEVEL SECURITY;
ALTER TABLE disputes_{0} FORCE ROW LEVEL SECURITY;
CREATE POLICY {0}_written ON disputes_{0} FOR INSERT WITH CHECK (true);
CREATE POLICY {0}_read ON disputes_{0} FOR SELECT USING (disputes_may_read(dispute_id));
CREATE POLICY {0}_changed ON disputes_{0} FOR UPDATE USING (disputes_may_read(dispute_id));
CREATE POLICY {0}_removed ON disputes_{0} FOR DELETE USING (disputes_may_read(dispute_id));
"""
OPEN = """
DROP POLICY {0}_removed ON disputes_{0};
DROP POLICY {0}_changed ON disputes_{0};
DROP POLICY {0}_read ON disputes_{0};
DROP POLICY {0}_written ON disputes_{0};
ALTER TABLE disputes_{0} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE disputes_{0} DISABLE ROW LEVEL SECURITY;
"""
BACKWARD = """
DROP TRIGGER dispute_stamp_change ON disputes_dispute;
DROP TRIGGER dispute_trail_no_truncate ON disputes_disputetrail;
DROP TRIGGER dispute_trail_append_only ON disputes_disputetrail;
DROP FUNCTION disputes_may_read(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0002_dispute"), ("casework", "0002_guards"), ("accounts", "0001_initial"),
                    ("grids", "0001_initial")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        *(migrations.RunSQL(WALL.format(name), OPEN.format(name)) for name in TABLES),
    ]
