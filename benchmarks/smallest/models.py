"""One event row and one history row: what the smallest honest intake writes."""

from django.db import models


class Item(models.Model):
    """An event of the smallest kind; ten columns."""

    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=20)
    source = models.CharField(max_length=12)
    title = models.CharField(max_length=80)
    text = models.TextField()
    category = models.CharField(max_length=4)
    lon = models.FloatField()
    lat = models.FloatField()
    area = models.CharField(max_length=20)
    reported_at = models.DateTimeField()

    class Meta:
        app_label = "smallest"
        db_table = "bench_item"


class Step(models.Model):
    """One line of its history."""

    item = models.ForeignKey(Item, models.CASCADE)
    verb = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        app_label = "smallest"
        db_table = "bench_step"


class Row(models.Model):
    """The product's own event table, as far as a list shows it."""

    number = models.CharField(max_length=32)
    state = models.CharField(max_length=20)
    urgency = models.CharField(max_length=2)
    title = models.CharField(max_length=80)
    address = models.CharField(max_length=160)
    source = models.CharField(max_length=12)
    category_id = models.CharField(max_length=4)
    owner_unit_id = models.BigIntegerField()
    due_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    area_path = models.CharField(max_length=160)
    flag = models.CharField(max_length=6)

    class Meta:
        app_label = "smallest"
        db_table = "events_event"
        managed = False


TABLES = """
CREATE TABLE IF NOT EXISTS bench_item (id bigserial PRIMARY KEY, number varchar(40) UNIQUE NOT NULL,
    state varchar(20) NOT NULL, source varchar(12) NOT NULL, title varchar(80) NOT NULL, text text NOT NULL,
    category varchar(4) NOT NULL, lon double precision NOT NULL, lat double precision NOT NULL,
    area varchar(20) NOT NULL, reported_at timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS bench_item_state ON bench_item (state, id);
CREATE TABLE IF NOT EXISTS bench_step (id bigserial PRIMARY KEY, item_id bigint NOT NULL REFERENCES bench_item,
    verb varchar(20) NOT NULL, at timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS bench_step_item ON bench_step (item_id)
"""
