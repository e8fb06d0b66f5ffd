"""Real tickets of an existing 12345 system: nothing lost, nothing twice, the trail tells what the file tells."""

from __future__ import annotations

import csv
import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings

from benchmarks.ledger import Figure
from casework.actor import Actor
from hotline.histories import histories
from hotline.importing import Mapping, import_orders
from hotline.models import HotlineOrder, HotlineTrail
from tests.world import make_world

COMMAND = "./start figures hotline --only fuzhou"
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def measure() -> Iterator[Figure]:
    """Only where the real data is at hand."""
    path = settings.SHARED_DIR / "data" / "hotline-text" / "fuzhou_12345_rivers_train.csv.gz"
    if not path.is_file():
        return
    make_world()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        told = {row["ticket_id"]: (int(row["transfers"]), int(row["final_reply_days"])) for row in csv.DictReader(file)}
    mapping = Mapping.load("fuzhou_12345")
    began = time.perf_counter()
    first = import_orders(path, mapping, actor=Actor.system(), now=NOW)
    seconds = time.perf_counter() - began
    lost = len(told) - HotlineOrder.objects.count()
    newest = HotlineTrail.objects.latest("pk").pk
    again = import_orders(path, mapping, actor=Actor.system(), now=NOW)
    changed = again.created + HotlineTrail.objects.filter(pk__gt=newest).count()
    numbers = dict(HotlineOrder.objects.values_list("pk", "external_number"))
    found = {numbers[key]: (one.transfers, one.reply_days) for key, one in histories(numbers).items()}
    wrong = sum(1 for number, truth in told.items() if found.get(number) != truth)
    about = f"{first.rows:,} rows in {seconds:.1f} s, {sum(row[0] for row in told.values()):,} transfers"
    yield Figure("H-fuzhou", "tickets lost by the import", lost, "", "== 0", COMMAND, about)
    yield Figure("H-fuzhou-again", "rows changed by a second import", changed, "", "== 0", COMMAND)
    yield Figure("H-fuzhou-trail", "tickets whose transfers or reply days differ from the file", wrong, "", "== 0", COMMAND)
