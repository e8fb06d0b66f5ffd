"""``manage.py import_events FILE --mapping NAME``: events from CSV or XLSX with a report per row."""

from __future__ import annotations

import csv
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from casework.actor import Actor
from events.importing import BadFile, BadMapping, Mapping, import_events, shipped
from governance.progress import Progress


class Command(BaseCommand):
    help = "Take events in from a CSV, CSV.GZ or XLSX file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", default="standard", help=f"name or path; shipped: {', '.join(shipped())}")
        parser.add_argument("--as", dest="username", help="account in whose name; default: the system")
        parser.add_argument("--report", type=Path, help="write the refused rows to this CSV file")
        parser.add_argument("--dry-run", action="store_true", help="check the rows, write nothing")

    def handle(self, *args: object, **options: object) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        now = timezone.now()
        bar = Progress(path.name)
        try:
            mapping = Mapping.load(options["mapping"])
            tally = import_events(
                path, mapping, actor=self._actor(options["username"], now), now=now, progress=bar,
                dry_run=options["dry_run"],
            )
        except (BadFile, BadMapping) as error:
            raise CommandError(str(error)) from error
        bar.finish()
        self.stdout.write(
            f"{tally.rows:,} rows: {tally.created:,} taken in, {tally.known:,} known before, "
            f"{len(tally.refused):,} refused"
        )
        self._tell_refused(tally.refused, options["report"])

    def _actor(self, username: str | None, now: object) -> Actor:
        if username is None:
            return Actor.system()
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"there is no active account {username}")
        return Actor.person(user, at=now)

    def _tell_refused(self, refused: list[dict], report: Path | None) -> None:
        for row in refused[:20]:
            self.stdout.write(f"  line {row['line']}: {row['column']}: {row['reason']}")
        if len(refused) > 20 and report is None:
            self.stdout.write(f"  … and {len(refused) - 20:,} more; --report FILE writes them all")
        if report is not None:
            with report.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, ["line", "column", "reason"])
                writer.writeheader()
                writer.writerows(refused)
