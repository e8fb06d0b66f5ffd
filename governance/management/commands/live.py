"""``manage.py live``: the time machine. In real time under the supervisor, faster on a clock of its own, or the
whole year of the source with ``--full``."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.demo import clock, full, full_disputes, live
from governance.demo.reports import SHANGHAI
from governance.demo.stage import Stage

DAY_IN_A_MINUTE = 1440.0


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 1_000_000:
        raise ArgumentTypeError(f"{text}: a number above 0 is wanted")
    return number


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text}: wanted is a moment like 2026-11-30 or 2026-11-30T18:00") from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


class Command(BaseCommand):
    """Ends with code 0 when told to (SIGTERM, Ctrl-C) or when the wanted moment has come."""

    help = "Let the cast of the demo district work: in real time, fast on a moved clock, or through the whole year."

    requires_system_checks = ()
    """They would load every page."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--speed", type=_positive, default=1.0, help="seconds of the district in one of ours")
        parser.add_argument("--accelerate", action="store_true", help="a day in a minute (--speed 1440), one day")
        parser.add_argument("--days", type=_positive, default=None, help="days of the moved clock to run")
        parser.add_argument("--stop-at", type=_moment, default=None, help="moment of the moved clock to stop at")
        parser.add_argument(
            "--full", action="store_true",
            help="walk a year to 48,022 events accepted and 45,536 closed, 2,464 disputes accepted and 2,323 closed",
        )  # fmt: skip
        parser.add_argument("--only", choices=("events", "disputes"), help="with --full: these only")
        parser.add_argument("--scale", type=_positive, default=1.0, help="with --full: share of the source's figures")
        parser.add_argument("--processes", type=int, default=2, help="with --full: processes that share the work")

    def handle(self, *args: object, **options: object) -> None:
        if settings.PRODUCTION or not (settings.DEMO or settings.TESTING):
            raise CommandError("The living district is only for the demo profile (GOVERNANCE_PROFILE=demo).")
        if not Stage.is_loaded():
            raise CommandError("There is no district yet: run manage.py demo first.")
        if options["full"]:
            self._walk_the_year(options)
            return
        stop = live.Stop()
        stop.listen()
        done = self._run(stop, options)
        self.say(f"{sum(done.values()):,} acts")

    def _walk_the_year(self, options: dict) -> None:
        """Events first: whether a dispute came up again is judged by the calls and petitions among them."""
        if options["only"] != "disputes":
            full.walk(scale=options["scale"], processes=options["processes"], out=self.stderr, say=self.say)
        if options["only"] != "events":
            full_disputes.walk(scale=options["scale"], processes=options["processes"], out=self.stderr, say=self.say)

    def _run(self, stop: live.Stop, options: dict) -> dict:
        speed = DAY_IN_A_MINUTE if options["accelerate"] else options["speed"]
        if speed == 1 and options["stop_at"] is None and options["days"] is None:
            return live.live_on(stop, say=self.say)
        now = clock.now()
        days = options["days"] or (1 if options["accelerate"] or options["stop_at"] is None else None)
        until = options["stop_at"] or now + timedelta(days=days)
        if until <= now:
            raise CommandError(f"The district's clock shows {now.astimezone(SHANGHAI):%Y-%m-%d %H:%M} already.")
        return live.run_fast(stop, speed=speed, until=until, say=self.say)

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
