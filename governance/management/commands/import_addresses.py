"""Import the address register (CSV) and say what became of every row."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from casework.actor import Actor
from grids.addresses.importing import decode, import_divisions_names, import_register
from grids.refusals import GridRefused

KINDS = {"register": import_register, "divisions": import_divisions_names}


class Command(BaseCommand):
    help = "Import compounds, buildings, roads and further names from CSV. A second import changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mapping", choices=sorted(KINDS), default="register",
            help="register: 类型,名称,别名,所属,网格编码,经度,纬度,户数; divisions: district_code,street,village",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--all", action="store_true", help="list the rows that changed nothing too")

    def handle(self, *args: object, **options: object) -> None:
        try:
            text = decode(options["file"].read_bytes())
            report = KINDS[options["mapping"]](
                text, actor=Actor.system("import_addresses"), at=timezone.now(), dry_run=options["dry_run"]
            )
        except OSError as error:
            raise CommandError(f"cannot read {options['file']}: {error.strerror}") from error
        except GridRefused as refused:
            raise CommandError(refused.detail) from refused
        for row in report.rows:
            if options["all"] or row.outcome != "same":
                self.stdout.write(f"{row.line:>6}  {row.outcome:<8} {row.name}  {row.words}")
        words = ", ".join(f"{report.count(o):,} {o}" for o in ("added", "changed", "same", "refused"))
        self.stdout.write(f"{len(report.rows):,} rows: {words}{' (dry run)' if options['dry_run'] else ''}")
