"""``manage.py sweep``: what beat does every few seconds, once and without Celery (for cron in emergencies)."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandParser

from casework import outbox
from casework.clock.sweep import sweep_all


class Command(BaseCommand):
    help = "Fires the deadlines' rungs that are owed; with --outbox also does waiting outbox rows in this process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--outbox", action="store_true", help="do waiting outbox rows as well")

    def handle(self, *args: object, **options: object) -> None:
        for label, fired in sweep_all().items():
            self.stdout.write(f"{label}: {fired}")
        if options["outbox"]:
            for outcome, count in outbox.do_due().items():
                self.stdout.write(f"outbox {outcome}: {count}")
