"""The Celery application of beat: settings and ticks, without Django, rooms and tasks. It needs DJANGO_SETTINGS_MODULE
to be empty, or Celery would load them all the same. Only the database is known, for beat's own heartbeat."""

import django
from celery import Celery
from django.conf import settings

from casework import heartbeat  # noqa: F401  (notes each tick that reached the broker)
from governance import settings as ours
from governance.ticks import SCHEDULE

settings.configure(DATABASES=ours.DATABASES, USE_TZ=True, TIME_ZONE=ours.TIME_ZONE, INSTALLED_APPS=())
django.setup()

app = Celery("governance")
app.config_from_object("governance.settings", namespace="CELERY")
app.conf.visibility_timeout = 600
app.conf.beat_schedule = SCHEDULE
