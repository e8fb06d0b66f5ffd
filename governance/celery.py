"""The Celery application. Beat only ticks; what is due is read from PostgreSQL (docs/decisions)."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_before_create_process

from governance.ticks import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

app = Celery("governance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.visibility_timeout = 600
app.autodiscover_tasks()
app.autodiscover_tasks(["events.clues", "hotline.hotspots", "hotline.knowledge", "hotline.briefings", "hotline.exchange"])
app.conf.beat_schedule = SCHEDULE


@worker_before_create_process.connect
def share_what_is_loaded(**_told: Any) -> None:
    """Before the worker parts: the collector leaves what was loaded alone, so that its memory stays shared."""
    gc.collect()
    gc.freeze()
