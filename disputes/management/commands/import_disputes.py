"""``manage.py import_disputes FILE --mediator USERNAME``: published or past mediation cases into the room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.clock.authority import database_time
from disputes import importing
from disputes.models import Mediator


class Command(BaseCommand):
    """Take the cases of a CSV (also gzipped) in; those that are there are left alone."""

    help = "Import mediation cases; each lies in the hand of the mediator who is named, who may read and find it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mediator", required=True, help="account of the mediator whose hand they lie in")
        parser.add_argument("--body", default="", help="code of the body, where the mediator serves several")

    def handle(self, *args: Any, file: Path, mediator: str, body: str, **options: Any) -> None:
        rows = Mediator.objects.filter(person__username=mediator, is_active=True).select_related("body", "person")
        found = rows.filter(body__code=body).first() if body else rows.first()
        if found is None:
            raise CommandError(f"no mediator {mediator} {body}".strip())
        at, fresh, known = database_time(), 0, 0
        try:
            for row in importing.read(file):
                _dispute, is_new = importing.take_in(row, mediator=found, at=at)
                fresh, known = fresh + is_new, known + (not is_new)
        except (OSError, importing.BadFile) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{fresh} imported, {known} known already")
