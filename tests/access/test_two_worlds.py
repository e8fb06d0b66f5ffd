"""Lists, counts, searches, hints, exports and maps in two worlds (quality.md A-05)."""

from __future__ import annotations

from events.models import Event
from tests import world as worlds
from tests.access.scene import Scene
from tests.access.two_worlds import leaks, uncovered


def test_every_list_is_compared() -> None:
    assert uncovered() == []


def test_foreign_data_changes_no_byte(scene: Scene) -> None:
    """A street officer, a department handler and a grid worker; ``./start figures spine --only matrix`` asks more."""
    compared, differ = leaks(scene, readers=("officer_a", "handler", "worker_a1"))
    assert differ == []
    assert compared > 250


def test_the_comparison_sees_what_is_not_foreign(scene: Scene) -> None:
    """Control: one more event of the readers' own must show in lists, counts, phone and wall."""

    def add(scene: Scene) -> Event:
        return worlds.in_progress(scene.world, unit="street_a")

    _compared, differ = leaks(scene, add, readers=("officer_a",))
    told = {key.split(": ")[1].split("?")[0] for key in differ}
    assert {"desk/", "api/v1/events/", "desk/export/", "m/", "screen/", "api/v1/overview/", "api/v1/areas.geojson"} <= told
