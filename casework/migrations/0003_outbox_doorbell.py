"""A new outbox row rings for the relay; waiting deliveries of one target are found quickly."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION casework_ring_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY outbox;
    RETURN NULL;
END $$;
CREATE TRIGGER outbox_doorbell AFTER INSERT ON casework_outboxitem
    FOR EACH STATEMENT EXECUTE FUNCTION casework_ring_outbox();
"""
BACKWARD = """
DROP TRIGGER outbox_doorbell ON casework_outboxitem;
DROP FUNCTION casework_ring_outbox();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_guards")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["channel", "target"], name="delivery_queued", condition=models.Q(state="queued")
            ),
        ),
    ]
