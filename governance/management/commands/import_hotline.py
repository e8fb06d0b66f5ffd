"""``manage.py import_hotline FILE --mapping NAME``: orders of an existing 12345 system with a report per row."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError
from django.utils import timezone

from events.importing import BadFile, BadMapping
from governance.management.commands import import_events
from governance.progress import Progress
from hotline.importing import Mapping, import_orders, shipped


class Command(import_events.Command):
    help = f"Take hotline orders in from a CSV, CSV.GZ or XLSX file. Shipped mappings: {', '.join(shipped())}"

    def handle(self, *args: object, **options: object) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        now, bar = timezone.now(), Progress(path.name)
        try:
            tally = import_orders(
                path, Mapping.load(options["mapping"]), actor=self._actor(options["username"], now), now=now,
                progress=bar, dry_run=options["dry_run"],
            )
        except (BadFile, BadMapping) as error:
            raise CommandError(str(error)) from error
        bar.finish()
        self.stdout.write(
            f"{tally.rows:,} rows: {tally.created:,} taken in, {tally.known:,} known before, "
            f"{len(tally.refused):,} refused"
        )
        self._tell_refused(tally.refused, options["report"])
