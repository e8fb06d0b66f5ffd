"""``manage.py demo``: the demo district, its cast and two weeks of its life. Safe to run again."""

from __future__ import annotations

from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.clock.authority import database_time


class Command(BaseCommand):
    """Loads what is missing and says so in a few lines."""

    help = "Load the demo district: land, people, rules, a cast to sign in with, and two weeks of events."

    requires_system_checks = ()
    """They would load every page."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--purge", action="store_true", help="remove all events of the demo first, then load anew")
        parser.add_argument("--per-day", type=int, default=None, help="reports a day in the past that is made")
        parser.add_argument("--days", type=int, default=None, help="days of past")

    def handle(self, *args: object, **options: object) -> None:
        if settings.PRODUCTION or not (settings.DEMO or settings.TESTING):
            raise CommandError("The demo district is only for the demo profile (GOVERNANCE_PROFILE=demo).")
        from governance.demo import loading

        began = monotonic()
        at = database_time()
        if options["purge"]:
            loading.purge()
            self.say("purged")
        loading.load_all(at, say=self.say, per_day=options["per_day"], days=options["days"])
        self.say(f"{monotonic() - began:.1f} s")

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
