"""The stage: cast, words, land, units and pictures together, and reports as the door wants them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from casework.actor import Actor
from casework.models import StoredFile
from events.models import Category, RoutingRule
from events.models.police import Nature
from events.police import PoliceTold
from events.transitions import Report
from governance.demo.cast import Cast
from governance.demo.fate import Draw
from governance.demo.words import Land, Spot, Words
from grids.models import Area, DutyClause, Post, Unit

MACHINES = {
    "police110": "110接处警平台", "video": "视频智能分析", "sensor": "物联感知平台", "department": "部门业务系统",
    "petition": "信访系统", "data_share": "数据共享平台", "leader": "领导交办",
}  # fmt: skip
NATURES = {
    "0201": Nature.OTHER, "0202": Nature.DISPUTE, "0203": Nature.HELP, "0208": Nature.NOISE, "0106": Nature.DISPUTE,
    "0101": Nature.DISPUTE, "1107": Nature.HELP,
}  # fmt: skip
"""警情性质 by category of what the demo's 110 hands over."""
STATIONS = ("海北派出所", "滨河派出所", "凤凰岭派出所", "新华派出所")
KEY = "demo-"
"""Every report of the cast carries a client key that begins so: those without are a visitor's."""


class Stage:
    """Read once at ``at``; people, units and grids of the demo do not change while it plays."""

    def __init__(self, at: datetime) -> None:
        self.cast = Cast(at)
        self.words = Words()
        self.land = Land()
        self.units = {unit.pk: unit for unit in Unit.objects.select_related("area")}
        self.by_code = {unit.code: unit for unit in self.units.values()}
        self.categories = {row.code: row for row in Category.objects.filter(parent__isnull=False, is_active=True)}
        self.duties: dict[str, set[int]] = {}
        """Major category → units whose duty list has something of it."""
        for unit_id, code in DutyClause.objects.values_list("unit_id", "category_code"):
            self.duties.setdefault(code[:2], set()).add(unit_id)
        self.owned = set(RoutingRule.objects.values_list("category_id", flat=True))
        """Categories that some rule sends to a unit."""
        self.draw = Draw({code: row.urgency for code, row in self.categories.items()})

    @staticmethod
    def is_loaded() -> bool:
        """Whether there are grids and posts to play on."""
        return Post.objects.exists() and Area.objects.filter(level_id="grid", boundary__isnull=False).exists()

    @cached_property
    def pictures(self) -> list[StoredFile]:
        from governance.demo.pictures import keep_pictures

        return keep_pictures()

    def street_unit(self, street_code: str) -> Unit | None:
        return next(
            (u for u in self.units.values() if u.kind == Unit.Kind.STREET and u.area.code == street_code), None
        )

    def community_unit(self, community_code: str) -> Unit | None:
        return next(
            (u for u in self.units.values() if u.kind == Unit.Kind.COMMUNITY and u.area.code == community_code), None
        )

    def reporter(self, source: str, grid: str, at: datetime, rng: random.Random) -> Actor | None:
        """Who takes in a report of this source; None when nobody holds the post."""
        if source == "grid":
            return self.cast.at_place("grid_worker", grid, at) or self.cast.holds("grid_worker", rng)
        if source == "hotline":
            return self.cast.holds("hotline_agent", rng)
        if source == "citizen":
            return Actor.citizen()
        return Actor.system(MACHINES.get(source, ""))

    def _police(self, category: str, key: str, rng: random.Random) -> PoliceTold:
        """What the feed says beside the matter itself: made up, as its numbers."""
        name, phone = self.words.person(rng)
        others = [self.words.person(rng)[0] for _n in range(rng.choice((0, 1, 2)))]
        return PoliceTold(
            receipt_number=f"JJ{key[-24:].upper()}", nature=NATURES.get(category, Nature.OTHER), kind="群众报警",
            station=rng.choice(STATIONS), caller_name=name, caller_phone=phone, parties="、".join(others),
        )

    def write(self, source: str, category: str, spot: Spot, key: str, rng: random.Random) -> Report:
        """A report of this kind at this spot."""
        told = Report(
            source=source, text=self.words.report(category, spot.address, source, rng)[:600],
            title=f"{spot.address} {self.categories[category].name}"[:60], category=category, lon=spot.lon,
            lat=spot.lat, address=spot.address, accuracy_m=rng.choice((5, 8, 12, 20, 35)), client_key=KEY + key,
        )
        if source in ("police110", "video", "sensor", "department", "petition", "data_share"):
            told = replace(told, external_number=f"{source[:2].upper()}-{key}"[:60])
        if source == "police110":  # the caller is the police's to keep: no reporter beside it
            told = replace(told, police=self._police(category, key, rng))
        if source in ("hotline", "citizen", "petition"):
            name, phone = self.words.person(rng)
            told = replace(told, reporter_name=name, reporter_phone=phone, is_secret=rng.random() < 0.08)
        if source in ("citizen", "hotline") and rng.random() < 0.4 and self.categories[category].urgency == "P3":
            told = replace(told, category=None, title="")
        return told
