"""Import official division codes (CSV or .csv.gz) and report what changed."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from time import monotonic

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grids.division_rows import FileRefused
from grids.importing import ImportReport, import_divisions

SHOWN = 20
STEPS = {
    "read": "reading",
    "compare": "comparing",
    "store": "storing",
    "number": "numbering",
    "lineage": "lineage",
}
BAR = 30
LINE_EVERY_SECONDS = 5


class Command(BaseCommand):
    help = "Import 统计用区划代码 into the tree of areas. All or nothing; a second import changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--on", type=date.fromisoformat, help="day the list holds from, YYYY-MM-DD; default today"
        )
        parser.add_argument("--quiet", action="store_true", help="no progress, only the result")

    def handle(self, *args: object, **options: object) -> None:
        self.began = self.last = monotonic()
        on = options["on"] or timezone.localdate()
        try:
            report = import_divisions(
                options["file"], on=on, progress=None if options["quiet"] else self._progress
            )
        except FileRefused as error:
            self._clear()
            for entry in error.errors[:SHOWN]:
                self.stderr.write(str(entry))
            more = len(error.errors) - SHOWN
            if more > 0:
                self.stderr.write(f"… and {more} more")
            raise CommandError("nothing was imported") from error
        self._clear()
        self._tell(report)

    def _progress(self, step: str, done: int, total: int) -> None:
        """A bar on a terminal; elsewhere a line now and then."""
        if self.stdout.isatty():
            filled = BAR * done // total if total else BAR
            bar = "#" * filled + "." * (BAR - filled)
            self.stdout.write(f"\r{STEPS.get(step, step):<10} [{bar}] {done:,}/{total:,}  ", ending="")
            self.stdout.flush()
        elif monotonic() - self.last >= LINE_EVERY_SECONDS:
            self.last = monotonic()
            self.stdout.write(f"{STEPS.get(step, step)} {done:,} of {total:,}")

    def _clear(self) -> None:
        if self.stdout.isatty():
            self.stdout.write("\r" + " " * 70 + "\r", ending="")

    def _tell(self, report: ImportReport) -> None:
        self.stdout.write(
            f"{report.rows:,} rows, {report.changes:,} changes in {monotonic() - self.began:.1f} s"
        )
        for word in ("added", "removed", "restored", "renamed", "moved", "retyped", "stranded"):
            entries = getattr(report, word)
            if not entries:
                continue
            self.stdout.write(f"{word}: {len(entries):,}")
            for entry in entries[:SHOWN] if word != "added" or len(entries) <= 200 else ():
                self.stdout.write("  " + (entry if isinstance(entry, str) else " · ".join(entry)))
