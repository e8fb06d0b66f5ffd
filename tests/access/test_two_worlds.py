"""Lists, counts, searches, hints, exports and maps in two worlds (quality.md A-05)."""

from __future__ import annotations

from events.models import Event
from tests import world as worlds
from tests.access import disputes_scene, hotline_scene
from tests.access.scene import Scene
from tests.access.two_worlds import leaks, uncovered


def test_every_list_is_compared() -> None:
    assert uncovered() == []


def test_foreign_data_changes_no_byte(scene: Scene) -> None:
    """A street officer, a department handler and a grid worker; ``./start figures spine --only matrix`` asks more."""
    compared, differ = leaks(scene, readers=("officer_a", "handler", "worker_a1"))
    assert differ == []
    assert compared > 300


def test_the_comparison_sees_what_is_not_foreign(scene: Scene) -> None:
    """Control: one more event, call and dispute of the readers' own must show in lists, counts, phone and wall."""

    def add(scene: Scene) -> dict[str, str]:
        event = worlds.in_progress(scene.world, unit="street_a")
        Event.objects.filter(pk=event.pk).update(urgency="P0", lon=106.805, lat=39.605)
        call, dispute = hotline_scene.add_own(scene), disputes_scene.add_own(scene)
        return {"FOREIGN_ID": str(event.pk), "FOREIGN_DISPUTE": dispute, "FOREIGN_CALL": call, "FOREIGN": event.number}

    _compared, differ = leaks(scene, add, readers=("officer_a",), most=4)
    told = {key.split(": ")[1].split("?")[0] for key in differ}
    assert {"desk/", "api/v1/events/", "desk/export/", "m/", "screen/", "api/v1/overview/", "api/v1/areas.geojson"} <= told
    assert {"screen/warnings/", "screen/export/", "screen/replay/"} <= told
    assert {
        "hotline/", "hotline/look/", "hotline/calls/", "hotline/orders/", "api/v1/hotline/", "hotline/callbacks/",
        "hotline/silence/", "hotline/hotspots/", "hotline/hotspots/orders/", "hotline/addresses/",
        "hotline/addresses/unresolved/",
    } <= told
    assert {"disputes/", "api/v1/disputes/", "disputes/figures/", "rooms/"} <= told
    for pattern in ("hotline/orders/", "disputes/"):
        assert any(key.startswith(f"officer_a: {pattern}") for key in differ), pattern
