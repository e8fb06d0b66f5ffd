"""``manage.py relay``: rings the workers for outbox rows until it is told to stop."""

from __future__ import annotations

import signal
import threading

from django.core.management.base import BaseCommand

from casework.relay import Relay, celery_publisher
from governance.celery import app


class Command(BaseCommand):
    help = "Publishes waiting outbox rows to Celery; several may run, one is active."

    def handle(self, *args: object, **options: object) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        Relay(celery_publisher(app), stop=stop).run()
