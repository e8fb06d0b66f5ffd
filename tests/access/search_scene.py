"""Alerts of devices and clusters of clues in street B, which nobody of street A may know of."""

from __future__ import annotations

from events.alerts.models import Alert, Device
from events.clues.models import Clue, ClueCluster, ClueMember
from events.models import Event
from tests.access.scene import Scene
from tests.world import NOON

LON, LAT = 106.805, 39.605


def add_foreign(scene: Scene, event: Event) -> None:
    """A camera with a waiting and a false alarm, and an open cluster of one event and one clue."""
    place = scene.world.areas["grid_b1"]
    device = Device.objects.create(code="far-cam", name="外街摄像头", kind="camera", area=place, lon=LON, lat=LAT)
    told = {"device": device, "label": "烟火", "occurred_at": NOON, "received_at": NOON}
    Alert.objects.create(external_number="1", **told)
    Alert.objects.create(external_number="2", state="false_alarm", reason="misread", decided_at=NOON, **told)
    clue = Clue.objects.create(
        source="grid", text="外街夜间有车辆进出", area=place, lon=LON, lat=LAT, occurred_at=NOON, entered_at=NOON
    )
    cluster = ClueCluster.objects.create(
        number="XS20260305-9999", title="外街线索", area=place, lon=LON, lat=LAT, first_at=NOON, last_at=NOON, found_at=NOON,
        weighed_at=NOON, score=50,
    )
    ClueMember.objects.create(cluster=cluster, event=event, added_at=NOON)
    ClueMember.objects.create(cluster=cluster, clue=clue, added_at=NOON)
