"""Files of an existing 12345 system: nothing lost, nothing twice, the trail tells what the file tells."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from casework.actor import Actor
from hotline.histories import histories
from hotline.importing import Mapping, import_orders
from hotline.models import HotlineOrder, HotlineTrail
from tests.world import World

FUZHOU = Path(settings.SHARED_DIR) / "data" / "hotline-text" / "fuzhou_12345_rivers_train.csv.gz"
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HEAD = "number,title,text,registered_at,demand,channel,address,area,category,name,phone,answer,transfers,reply_days"


def test_a_bad_row_is_named_and_the_others_are_taken_in(world: World, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([
        HEAD, "A1,,路灯不亮,2026-03-01,help,,,150302002001001,0606,王某,13900001111,已修,2,3",
        "A2,,,2026-03-01,help,,,,,,,,,", "A3,,井盖松动,昨天,help,,,,,,,,,", "A1,,路灯不亮,2026-03-01,help,,,,,,,,,",
    ]), encoding="utf-8")
    tally = import_orders(path, Mapping.load("standard"), actor=Actor.system(), now=NOW)
    assert (tally.rows, tally.created, tally.known) == (4, 1, 1)
    assert [(row["line"], row["column"]) for row in sorted(tally.refused, key=lambda row: row["line"])] == [
        (3, "text"), (4, "registered_at")
    ]
    order = HotlineOrder.objects.get()
    assert (order.state, order.outcome, order.channel) == ("closed", "explained", "platform")
    assert vars_of(order) == (2, 3)


def vars_of(order: HotlineOrder) -> tuple:
    found = histories([order.pk])[order.pk]
    return found.transfers, found.reply_days


@pytest.mark.real_data
@pytest.mark.skipif(not FUZHOU.is_file(), reason="the real data of ../shared/data is not here")
def test_the_tickets_of_fuzhou_keep_their_transfers_and_reply_days(world: World) -> None:
    with gzip.open(FUZHOU, "rt", encoding="utf-8") as file:
        told = {row["ticket_id"]: (int(row["transfers"]), int(row["final_reply_days"])) for row in csv.DictReader(file)}
    mapping = Mapping.load("fuzhou_12345")
    first = import_orders(FUZHOU, mapping, actor=Actor.system(), now=NOW)
    assert (first.created, first.known, first.refused) == (len(told), 0, [])
    head = HotlineTrail.objects.latest("pk").pk
    again = import_orders(FUZHOU, mapping, actor=Actor.system(), now=NOW)
    assert (again.created, again.known, HotlineTrail.objects.latest("pk").pk) == (0, len(told), head)
    numbers = dict(HotlineOrder.objects.values_list("pk", "external_number"))
    found = {numbers[key]: (one.transfers, one.reply_days) for key, one in histories(numbers).items()}
    assert found == told
