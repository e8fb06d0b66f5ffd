"""A camera of the mini district and what it tells."""

from __future__ import annotations

from events.alerts import actions
from events.alerts.actions import Told
from events.models import Alert, Device
from tests.world import NOON, World


def camera(world: World, code: str = "cam-1", area: str = "grid_a1", **more: object) -> Device:
    told = {"name": "青山路口球机", "kind": "camera", "lon": 106.805, "lat": 39.605, "category_id": "0501", **more}
    return Device.objects.create(code=code, area=world.areas[area], **told)


def sent(world: World, device: Device, number: str = "1", **more: object) -> Alert:
    told = Told(device.code, number, "占道经营", "路口有流动摊贩占道", **more)
    return actions.take_in(told, actor=world.actor("platform"), at=NOON)[0]
