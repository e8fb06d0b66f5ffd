"""Dead rows are counted, and done ones thrown away, without reading the whole outbox."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_outbox_doorbell")]
    operations = [
        migrations.AddIndex(
            model_name="outboxitem",
            index=models.Index(fields=["dead_at"], name="outbox_dead", condition=models.Q(dead_at__isnull=False)),
        ),
        migrations.AddIndex(
            model_name="outboxitem",
            index=models.Index(fields=["done_at"], name="outbox_done", condition=models.Q(done_at__isnull=False)),
        ),
    ]
