"""``manage.py verify_trail``: recomputes every chain; exit code 1 when one does not hold."""

from __future__ import annotations

import sys
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandParser

from casework.clock.authority import database_time
from casework.verify import case_kinds, digest_heads, verify_all


class Command(BaseCommand):
    help = "Checks the hash chains of all cases and prints the digest of their heads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=int, help="only cases changed within this many hours")

    def handle(self, *args: object, **options: object) -> None:
        since = database_time() - timedelta(hours=options["hours"]) if options["hours"] else None
        broken = 0
        for kind in case_kinds():
            for found in verify_all(kind, since=since):
                broken += 1
                self.stderr.write(f"{found.number} #{found.seq}: {found.what}")
            count, digest = digest_heads(kind)
            self.stdout.write(f"{kind._meta.label}: {count} cases, heads {digest}")
        if broken:
            self.stderr.write(f"{broken} chains do not hold")
            sys.exit(1)
