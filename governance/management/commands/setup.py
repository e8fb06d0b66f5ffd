"""``manage.py setup``: a production district's first load. Safe to run again."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.clock.authority import database_time
from governance.first_load import FIRST_ROLES, SetupRefused, load_rules, make_first, remove_demo_people


class Command(BaseCommand):
    """Loads what is missing and says so in a few lines."""

    help = "Load rules and roles, make the first administrators, remove demo people. Idempotent."
    requires_system_checks = ()
    """A check that refuses demo people may not stand in the way of removing them."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--administrator", metavar="USERNAME", help="make this first administrator")
        parser.add_argument("--name", help="the person's name")
        parser.add_argument("--role", choices=FIRST_ROLES, default=FIRST_ROLES[0], help="which of the three")
        parser.add_argument(
            "--remove-demo-people", action="store_true", help="empty and switch off the accounts of the demo"
        )

        parser.add_argument(
            "--overwrite", action="store_true", help="shipped rules and roles as the files say, whatever was changed"
        )

    def handle(self, *args: object, **options: object) -> None:
        at = database_time()
        if options["administrator"] and not options["name"]:
            raise CommandError("--administrator needs --name")
        for table, count in load_rules(overwrite=options["overwrite"]).items():
            self.stdout.write(f"{table}: {count}")
        if options["remove_demo_people"]:
            self.stdout.write(f"demo people removed: {remove_demo_people(at=at)}")
        if options["administrator"]:
            self._first(options["administrator"], options["name"], options["role"], at)

    def _first(self, username: str, name: str, role: str, at: object) -> None:
        try:
            password = make_first(username, name, role, at=at)
        except SetupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if password is None:
            self.stdout.write(f"{username} is {role} already; nothing changed")
            return
        self.stdout.write(f"{username} is {role}. One-time password, shown only now: {password}")
        self.stdout.write("It must be changed at the first sign-in.")
