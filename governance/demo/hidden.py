"""The hidden pattern of signature 7: illegal mining behind the eastern hill, told by four sources in five weeks.

Nobody writes "illegal mining": lorries at night, dust, a quarrel about a road, turbid water. Each report by itself is
a routine matter with a routine category. ``pattern`` tells a test where they are and which they are.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from shapely.geometry import Point

from events.models import Event
from governance.demo.fate import draw_fate
from governance.demo.player import Player, Told
from governance.demo.stage import KEY, Stage
from governance.demo.words import Spot

MARK = f"{KEY}hill-"
WEEKS = 5
RADIUS_M = 900
SITE_OFFSET_M = 350
_TEXTS = (
    # The place stands for {place}.
    ("grid", "0403", "{place}夜里有重型卡车进出,路面撒落石料和泥土"),
    ("grid", "0602", "{place}便道被重车压坏,坑里都是碎石"),
    ("grid", "0703", "{place}后半夜有车往山里跑,早上一路都是灰"),
    ("grid", "0410", "{place}山脚林带被轧出一条新车辙,几棵树倒了"),
    ("hotline", "0703", "{place}靠山这边粉尘大,窗台一天一层灰,夜里有机器声"),
    ("hotline", "0701", "{place}夜里一两点山后轰隆隆响,像挖掘机,睡不着"),
    ("hotline", "0604", "{place}山沟下来的水发浑发白,以前不是这样"),
    ("hotline", "0208", "{place}半夜大车鸣笛、倒车,影响休息"),
    ("police110", "0202", "{place}两伙人为过路拦车吵起来,称卡车压坏了村道"),
    ("police110", "0201", "{place}有人夜间在路口放哨,见巡逻车就打电话"),
    ("police110", "0106", "{place}拉石料的货车与摩托车剐蹭,司机不愿留信息"),
    ("video", "0703", "{place}卡口夜间抓拍无牌货车多次驶向山区方向"),
    ("video", "0402", "{place}摄像头发现有车倾倒石渣"),
    ("petition", "1701", "{place}村民反映有人占用山坡地,没有公示也没有补偿"),
    ("petition", "0109", "{place}承包户反映山坡被圈起来,不让放羊"),
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Where it is and what belongs to it."""

    lon: float
    lat: float
    radius_m: float
    first: datetime | None
    last: datetime | None
    event_ids: tuple[int, ...]
    sources: tuple[str, ...]


def site(stage: Stage) -> tuple[float, float]:
    """A spot in the eastern hills: inside the easternmost grid of the middle of the district."""
    shapes = list(stage.land.outlines.items())
    lats = sorted(outline.centroid.y for _code, outline in shapes)
    low, high = lats[len(lats) // 5], lats[-len(lats) // 5]
    middle = [pair for pair in shapes if low <= pair[1].centroid.y <= high]
    _code, outline = max(middle, key=lambda pair: pair[1].centroid.x)
    point = outline.representative_point()
    return round(point.x, 5), round(point.y, 5)


def plant(player: Player, stage: Stage, at: datetime) -> list[Event]:
    """Take in the reports of the last weeks, more of them every week, and let them be worked on like any other."""
    rng = random.Random("hill")
    lon, lat = site(stage)
    told = []
    for week in range(WEEKS):
        for n, (source, category, text) in enumerate(rng.sample(_TEXTS, min(len(_TEXTS), 4 + 2 * week))):
            night = source in ("grid", "video", "police110") and rng.random() < 0.6
            hour = rng.choice((16, 17, 18, 19)) if night else rng.choice((1, 2, 3, 6, 8))  # UTC; Shanghai is 8 ahead
            day = at - timedelta(days=7 * (WEEKS - week) - rng.uniform(0, 6))
            moment = day.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60))
            spot = stage.land.near(lon, lat, RADIUS_M, rng)
            if spot is not None and moment < at - timedelta(minutes=30):
                told.append(_told(stage, source, category, text, spot, moment, f"{week}-{n:02d}", rng))
    found = player.report(sorted((one for one in told if one is not None), key=lambda one: one.at))
    return [event for event in found if event is not None]


def _told(
    stage: Stage, source: str, category: str, text: str, spot: Spot, at: datetime, key: str, rng: random.Random
) -> Told | None:
    from dataclasses import replace

    actor = stage.reporter(source, spot.place.grid_code, at, rng)
    if actor is None:
        return None
    report = stage.write(source, category, spot, f"hill-{key}", rng)
    report = replace(
        report, category=category, text=text.replace("{place}", spot.address),
        title=f"{spot.address} {stage.categories[category].name}"[:60],
        urgency="P3" if stage.categories[category].urgency in ("P0", "P1") else None,
    )
    fate = draw_fate(f"hill-{key}", category=category, source=source, urgency="P3")
    return Told(report, at, actor, spot.place, replace(fate, rejects=False, transfers="", on_spot=False))


def pattern(stage: Stage) -> Pattern:
    """The pattern as it stands in the database."""
    lon, lat = site(stage)
    rows = list(
        Event.objects.filter(client_key__startswith=MARK).order_by("reported_at").values_list("pk", "source", "reported_at")
    )
    return Pattern(
        lon, lat, RADIUS_M + SITE_OFFSET_M, rows[0][2] if rows else None, rows[-1][2] if rows else None,
        tuple(row[0] for row in rows), tuple(sorted({row[1] for row in rows})),
    )


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres on the plane of the district."""
    return Point(lon1 * 85_650, lat1 * 111_195).distance(Point(lon2 * 85_650, lat2 * 111_195))
