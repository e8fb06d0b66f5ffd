"""``manage.py status``: how every part of the machinery is; exit code 1 when one is not well."""

from __future__ import annotations

import json
import sys

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from casework.queries import machinery


class Command(BaseCommand):
    help = "Prints the state of database, broker, worker, beat, relay, outbox and channels."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the whole state as JSON")

    def handle(self, *args: object, **options: object) -> None:
        state = machinery()
        if options["json"]:
            self.stdout.write(json.dumps(state, cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            for name, part in state.items():
                if isinstance(part, dict):
                    self.stdout.write(self._line(name, part))
        if not state["ok"]:
            sys.exit(1)

    def _line(self, name: str, part: dict) -> str:
        shown = ", ".join(f"{key} {value}" for key, value in part.items() if key != "ok" and value not in (None, {}, []))
        return f"{'ok ' if part['ok'] else 'DOWN'} {name:10} {shown}".rstrip()
