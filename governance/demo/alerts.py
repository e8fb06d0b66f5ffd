"""The devices of the demo and what they report: a record of three weeks, some that wait, and a trickle that goes on."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from casework.actor import Actor
from casework.door import MoveRefused
from casework.models import OutboxItem
from events import waiting
from events.alerts import actions
from events.alerts.actions import Told
from events.alerts.models import Alert, Device
from governance.demo.fate import draw_fate
from governance.demo.past import TELL_HOURS
from governance.demo.player import Life, Player
from governance.demo.stage import Stage

DEVICES = (
    # code, name, kind, category, what it reports, how often it is right
    ("cam-01", "商业街路口球机", "camera", "0502", ("流动摊贩占道", "路口摊点聚集"), 0.8),
    ("cam-02", "老旧小区出入口枪机", "camera", "0301", ("消防通道停车", "通道堵占"), 0.75),
    ("cam-03", "河堤高点云台", "camera", "0401", ("堆放垃圾", "水边倾倒"), 0.55),
    ("cam-04", "广场全景相机", "camera", "0503", ("车辆乱停", "非机动车乱停"), 0.4),
    ("kit-01", "学校食堂后厨", "kitchen", "1302", ("未戴口罩", "后厨有鼠"), 0.6),
    ("kit-02", "美食城后厨", "kitchen", "1302", ("未戴帽子", "后厨吸烟"), 0.5),
    ("saf-01", "在建工地塔吊相机", "safety", "0309", ("未戴安全帽", "临边无防护"), 0.7),
    ("sen-01", "下穿通道水位计", "sensor", "0604", ("水位超限",), 0.65),
    ("sen-02", "井盖倾角传感器", "sensor", "0601", ("井盖移位",), 0.3),
)
PAST_DAYS, PAST_EACH = 21, 8
WAITING = 7
MOST_WAITING, FEWEST_WAITING = 12, 4
REASONS = ("misread", "misread", "misread", "harmless", "harmless", "broken", "test")
_RIGHT = {code: share for code, _name, _kind, _category, _labels, share in DEVICES}
_LABELS = {code: labels for code, _name, _kind, _category, labels, _share in DEVICES}


def make_alerts(at: datetime, stage: Stage) -> int:
    """Devices, their record, and what waits for the desk; how many alerts there are. What is there stays."""
    rng = random.Random("devices")
    for code, name, kind, category, _labels, _share in DEVICES:
        spot = stage.land.any_spot(rng)
        Device.objects.get_or_create(code=code, defaults={
            "name": name, "kind": kind, "category_id": category, "area_id": spot.place.area_id, "lon": spot.lon,
            "lat": spot.lat, "address": spot.address,
        })
    _street_cameras(stage)
    if not Alert.objects.exists():
        _make_record(at, stage, rng)
        desk = AlertDesk(stage, seed="first alerts")
        for n in range(WAITING):
            desk.send(at - timedelta(minutes=4 + 9 * n))
    return Alert.objects.count()


def _street_cameras(stage: Stage) -> None:
    """One camera a community that has told nothing yet: what is nearest to a scene, on the ticket's map."""
    known = set(Device.objects.values_list("code", flat=True))
    fresh = []
    for community in sorted({code[:12] for code in stage.land.codes}):
        code = f"jk-{community[-6:]}"
        grids = [grid for grid in stage.land.codes if grid.startswith(community)]
        spot = stage.land.spot_in(grids[0], random.Random(code))
        if code not in known:
            fresh.append(Device(
                code=code, name=f"{spot.address}球机"[:60], kind=Device.Kind.CAMERA, area_id=spot.place.area_id, lon=spot.lon,
                lat=spot.lat, address=spot.address,
            ))
    Device.objects.bulk_create(fresh)


def _make_record(at: datetime, stage: Stage, rng: random.Random) -> None:
    """Three weeks of alerts, each taken in and decided at its moment through the verbs: false alarms with their reason,
    and confirmed ones, whose events then live on like any other. Of a past that nobody waits for nothing is told."""
    desk = stage.cast.holds("district_dispatcher", rng)
    if desk is None:
        return
    tells_from = at - timedelta(hours=TELL_HOURS)
    with transaction.atomic():
        player = Player(stage, until=at, tells_from=tells_from)
        for told in _record_of(at, rng):
            alert, _is_new = actions.take_in(told, actor=Actor.system("设备接入"), at=told.occurred_at)
            decided_at = told.occurred_at + timedelta(minutes=rng.randint(2, 30))
            if rng.random() < _RIGHT[told.device]:
                event = actions.confirm(alert, actor=desk, at=decided_at).event
                fate = draw_fate(
                    f"alert-{told.device}-{told.external_number}", category=event.category_id, source=event.source,
                    urgency=event.urgency,
                )
                player.lives[event.pk] = Life(replace(fate, rejects=False, asks_info=False, transfers=""))
            else:
                actions.dismiss(alert, actor=desk, at=decided_at, reason=rng.choice(REASONS))
        OutboxItem.objects.filter(topic__in=("notice", waiting.TOPIC), done_at=None, created_at__lt=tells_from).delete()
        player.play()


def _record_of(at: datetime, rng: random.Random) -> list[Told]:
    """What the devices said, oldest first."""
    rows = []
    for device in Device.objects.filter(code__in=_LABELS).order_by("code"):
        for n in range(PAST_EACH):
            label = rng.choice(_LABELS[device.code])
            moment = at - timedelta(days=rng.uniform(0.2, PAST_DAYS))
            rows.append(Told(device.code, f"P{n:03d}", label, f"{device.address}{label}", occurred_at=moment))
    return sorted(rows, key=lambda told: told.occurred_at)


class AlertDesk:
    """Devices that report, and the desk's people who look."""

    def __init__(self, stage: Stage, *, seed: str | None = None) -> None:
        self.stage = stage
        self.rng = random.Random(seed)
        self._serial = 0

    def act(self, at: datetime) -> str:
        """A decision where much waits, else a new alert; the name of the act, or an empty text. Some are always left
        for a visitor."""
        waiting = Alert.objects.filter(state=Alert.State.CANDIDATE).order_by("pk")
        count = waiting.count()
        if count >= MOST_WAITING or (count > FEWEST_WAITING and self.rng.random() < 0.5):
            return self._decide(waiting.select_related("device").first(), at)
        return self.send(at)

    def send(self, at: datetime) -> str:
        """Some device reports something, with a picture unless it is a sensor."""
        devices = list(Device.objects.filter(is_active=True, code__in=_LABELS).order_by("code"))
        if not devices:
            return ""
        device = self.rng.choice(devices)
        self._serial += 1
        label = self.rng.choice(_LABELS[device.code])
        told = Told(device.code, f"{at:%Y%m%d%H%M%S}-{self._serial}", label, f"{device.address}{label}", occurred_at=at)
        alert, is_new = actions.take_in(told, actor=Actor.system("设备接入"), at=at)
        if is_new and device.kind != Device.Kind.SENSOR:
            actions.add_picture(alert, file=self.rng.choice(self.stage.pictures), at=at)
        return "alert" if is_new else ""

    def _decide(self, alert: Alert | None, at: datetime) -> str:
        desk = self.stage.cast.holds("district_dispatcher", self.rng)
        if alert is None or desk is None:
            return ""
        try:
            if self.rng.random() < _RIGHT.get(alert.device.code, 0.5):
                actions.confirm(alert, actor=desk, at=at)
                return "confirm_alert"
            actions.dismiss(alert, actor=desk, at=at, reason=self.rng.choice(REASONS))
        except MoveRefused:
            return ""
        return "dismiss_alert"
