"""``manage.py import_hotline FILE --mapping NAME``: past hotline orders from CSV, with a report per refused row."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.actor import Actor
from governance.progress import Progress
from hotline.exchange.history import import_history, load_mapping
from hotline.exchange.mapping import MappingError


class Command(BaseCommand):
    help = "Take past hotline orders in from a CSV or CSV.GZ file; a second import changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", default="replies", help="shipped name, or path of a JSON file")

    def handle(self, *args: object, **options: object) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        bar = Progress(path.name)
        try:
            tally = import_history(path, load_mapping(options["mapping"]), actor=Actor.system(), progress=bar)
        except MappingError as error:
            raise CommandError(str(error)) from error
        bar.finish()
        self.stdout.write(
            f"{tally.rows:,} rows: {tally.created:,} taken in, {tally.known:,} known before, {len(tally.refused):,} refused"
        )
        for row in tally.refused[:20]:
            self.stdout.write(f"  line {row['line']}: {row['reason']}")
