"""The trails of orders and referrals are append-only, the copied record never changes; every written order carries
the transaction that wrote it."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER hotline_trail_append_only BEFORE UPDATE OR DELETE ON hotline_hotlinetrail
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER hotline_trail_no_truncate BEFORE TRUNCATE ON hotline_hotlinetrail
    FOR EACH STATEMENT EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER referral_trail_append_only BEFORE UPDATE OR DELETE ON hotline_referraltrail
    FOR EACH ROW EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER referral_trail_no_truncate BEFORE TRUNCATE ON hotline_referraltrail
    FOR EACH STATEMENT EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER hotline_stamp_change BEFORE INSERT OR UPDATE ON hotline_hotlineorder
    FOR EACH ROW EXECUTE FUNCTION casework_stamp_change();
CREATE TRIGGER referral_stamp_change BEFORE INSERT OR UPDATE ON hotline_referral
    FOR EACH ROW EXECUTE FUNCTION casework_stamp_change();
CREATE FUNCTION hotline_keep_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.record IS DISTINCT FROM OLD.record THEN
        RAISE EXCEPTION 'the record of a referral is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER referral_record_stays BEFORE UPDATE ON hotline_referral
    FOR EACH ROW EXECUTE FUNCTION hotline_keep_record();
"""
BACKWARD = """
DROP TRIGGER referral_record_stays ON hotline_referral;
DROP FUNCTION hotline_keep_record();
DROP TRIGGER referral_stamp_change ON hotline_referral;
DROP TRIGGER hotline_stamp_change ON hotline_hotlineorder;
DROP TRIGGER referral_trail_no_truncate ON hotline_referraltrail;
DROP TRIGGER referral_trail_append_only ON hotline_referraltrail;
DROP TRIGGER hotline_trail_no_truncate ON hotline_hotlinetrail;
DROP TRIGGER hotline_trail_append_only ON hotline_hotlinetrail;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0001_initial"), ("casework", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
