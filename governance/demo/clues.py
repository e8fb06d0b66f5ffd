"""Clues of the demo: what somebody noticed near the hill, entered at the desk, and the first search."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from events.clues.actions import Told, enter
from events.clues.finding import find_clusters
from events.clues.models import Clue, ClueCluster
from governance.demo.hidden import RADIUS_M, site
from governance.demo.stage import Stage

NOTICED = (
    # source, words, how many days ago
    ("department", "林业巡护发现山坡上有新开的便道,路口夜里停着铲车", 9),
    ("leader", "干部下乡途中看到多辆无牌货车从山里出来,车上盖着帆布", 6),
    ("department", "供电所反映山沟里临时变压器夜间用电量突增", 3),
)


def enter_clues(stage: Stage, at: datetime) -> int:
    """Three clues by the desk, then one search; how many clusters there are. What is there stays."""
    rng = random.Random("clues")
    lon, lat = site(stage)
    desk = stage.cast.holds("district_dispatcher", rng)
    for n, (source, words, days) in enumerate(NOTICED):
        spot = stage.land.near(lon, lat, RADIUS_M / 2, rng)
        if desk is None or spot is None:
            continue
        moment = at - timedelta(days=days, hours=n)
        number = f"demo-clue-{n}"
        if not Clue.objects.filter(source=source, external_number=number).exists():
            told = Told(
                source, words, spot.lon, spot.lat, address=spot.address, external_number=number, occurred_at=moment
            )
            enter(told, actor=desk, at=moment)
    find_clusters(at=at)
    return ClueCluster.objects.count()
