"""What the product needs between the databases and the web server; one Django process for all of it."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command, get_commands


def main() -> None:
    """Bring the tables up to date; in the demo, load enough of the district to look at."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    from django.conf import settings

    print("数据表 tables", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    if getattr(settings, "DEMO", False) and "demo" in get_commands():
        print("演示辖区 demo district", flush=True)
        call_command("demo")


if __name__ == "__main__":
    sys.exit(main())
