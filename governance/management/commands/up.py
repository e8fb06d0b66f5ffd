"""Run the whole product: databases, web, worker, beat, relay and the living district."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Becomes the supervisor, which knows no Django: by the time it watches, this process's memory is gone."""

    help = "Run the whole product; --status tells what runs, --stop ends it."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        os.execv(sys.executable, [sys.executable, "-m", "governance.supervisor", *argv[2:]])  # noqa: S606

    def handle(self, *args: Any, **options: Any) -> None:
        self.run_from_argv(["", "", *args])
