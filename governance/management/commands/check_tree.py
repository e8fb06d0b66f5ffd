"""Compare the tree of areas with its parent chain; with --repair rewrite numbers and paths from it."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from grids.numbering import BrokenChain
from grids.tree_check import check_tree, repair_tree


class Command(BaseCommand):
    help = "Check the tree of areas (nested sets, paths, parent chain); exit code 1 when it does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="rewrite numbers and paths from the parent chain")

    def handle(self, *args: object, **options: object) -> None:
        if options["repair"]:
            try:
                self.stdout.write(f"repaired {repair_tree()} nodes")
            except BrokenChain as error:
                raise CommandError(f"{error}; set their parents by hand first: ids {error.ids[:20]}") from error
        problems = check_tree()
        for problem in problems:
            self.stdout.write(f"{problem.code}\t{problem.kind}\t{problem.detail}")
        if problems:
            raise CommandError(f"the tree does not hold: {len(problems)} problems")
        self.stdout.write("the tree holds")
