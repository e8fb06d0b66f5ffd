"""Reply times of real published messages from imported rows, and the speed of the knowledge search."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from benchmarks.ledger import Figure
from casework.actor import Actor
from grids.models import Unit
from grids.scope import Reach, Rights
from hotline.briefings import counting
from hotline.importing import Mapping, import_orders
from hotline.knowledge import transitions
from hotline.knowledge.searching import search
from hotline.knowledge.transitions import Wording
from hotline.knowledge.workflow import READ
from tests.world import NOON, make_world

COMMAND = "./start figures hotline --only knowledge"
LIMIT_DAYS = 15
ARTICLES = 1000
SEARCHES = 60
READER = Rights(1, (Reach(0, "reader", frozenset({READ}), "", None, "", 0, 0, False, False),))


def measure() -> Iterator[Figure]:
    """H-replies only where the real data is at hand."""
    world = make_world()
    yield from _search(world.units["chengguan"])
    path = settings.SHARED_DIR / "data" / "hotline-text" / "taidi_c_replies_train.csv.gz"
    if path.is_file():
        yield from _replies(path)


def _replies(path: object) -> Iterator[Figure]:
    mapping, now = Mapping.load("replies"), timezone.now()
    tally = import_orders(path, mapping, actor=Actor.system(), now=now)
    rows = counting.rows(Q(channel="web"))
    found = counting.latency(rows, limit_days=LIMIT_DAYS)
    again = import_orders(path, mapping, actor=Actor.system(), now=now)
    about = f"{tally.rows:,} rows, {tally.created:,} taken in, {len(tally.refused):,} refused; {found.n:,} answered"
    yield Figure("H-replies", "reply time of imported messages, median", round(found.median_days, 2), "d", "", COMMAND, about)
    yield Figure("H-replies-low", "the same is about 11 days", round(found.median_days, 2), "d", ">= 10.5", COMMAND)
    yield Figure("H-replies-high", "the same is about 11 days", round(found.median_days, 2), "d", "<= 11.9", COMMAND)
    yield Figure("H-replies-p90", "reply time, 90th percentile", round(found.p90_days, 1), "d", "", COMMAND)
    share = round(found.over_share * 100, 1)
    yield Figure("H-replies-late", f"answered after more than {LIMIT_DAYS} days", share, "%", ">= 37", COMMAND)
    yield Figure("H-replies-late-high", f"answered after more than {LIMIT_DAYS} days", share, "%", "<= 39", COMMAND)
    yield Figure("H-replies-again", "rows changed by a second import", again.created, "", "== 0", COMMAND)


def _search(unit: Unit) -> Iterator[Figure]:
    """A typed complaint against a thousand articles, 95th percentile."""
    actor = Actor.system()
    words = "停水停电停暖路灯井盖垃圾油烟噪声物业电梯漏水医保社保低保工资学校公交停车违建积水"
    for n in range(ARTICLES):
        one, two = words[n % 30 : n % 30 + 4], words[n * 7 % 34 : n * 7 % 34 + 4]
        text = f"遇到{one}请先核对情况{n}。涉及{two}的由归口单位三个工作日内答复,材料以公示为准。" * 4
        if n % 50 == 0:  # a complaint needs three pairs of an article
            text += "楼道停电、路灯不亮的,先看总闸,物业没人接电话可拨供电抢修。"
        wording = Wording(f"{one}{two}怎么办 {n}", text, f"{one}先核对。", (one, two))
        article = transitions.create(wording, unit=unit, actor=actor, at=NOON)
        transitions.submit(article, actor=actor, at=NOON)
        transitions.publish(article, actor=actor, at=NOON)
    told = "您好,我家住青山社区,从昨天晚上开始楼道停电,路灯也不亮,物业一直没人接电话,请问什么时候能修好" * 3
    taken = []
    for n in range(SEARCHES):
        began = time.perf_counter()
        hits = search(READER, told[n % 20 :], at=NOON + timedelta(days=1))
        taken.append((time.perf_counter() - began) * 1000)
        if not hits:
            raise RuntimeError("the search found nothing")
    worst = counting.quantile(taken, 0.95)
    yield Figure("H-knowledge", f"knowledge search over {ARTICLES} articles, p95", round(worst, 1), "ms", "<= 300", COMMAND)

