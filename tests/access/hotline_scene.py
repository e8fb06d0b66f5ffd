"""Calls of the scene: one that waits for its call back in street A, one that is handled in street B, one referral."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline import transitions
from hotline.models import CallBack
from tests.hotline import calls
from tests.world import NOON

if TYPE_CHECKING:
    from tests.access.scene import Scene

RELATIONS = ("call_a", "call_b")
VERBS = {
    # verb of the page, permission on the order
    "comment": "hotline.comment", "supervise": "hotline.supervise", "reveal": "hotline.reveal", "urge": "hotline.urge",
    "call_back": "hotline.call_back", "hand_over": "hotline.hand_over",
}
STREET_B = "150302001002001"


def add(scene: Scene) -> None:
    """Walk the calls into place by the real verbs; callers are canaries."""
    world = scene.world
    scene.calls = {
        "call_a": calls.calling_back(world, name="金丝雀7号", phone="19900000007"),
        "call_b": calls.dispatching(world, name="金丝雀8号", phone="19900000008", area=STREET_B),
    }
    inside = calls.registered(world, name="金丝雀9号", phone="19900000009")
    outside = calls.registered(world, area=STREET_B, name="金丝雀10号", phone="19900000010")
    row = CallBack.objects.create(
        order=scene.calls["call_a"], reason="hotline", built_at=NOON, not_before=NOON
    )
    scene.keys["call_back"] = row.pk
    referral = transitions.hand_over(
        scene.calls["call_b"], actor=world.actor("dispatcher"), at=NOON, kind="shirking", note="推诿"
    )
    scene.named["referral_number:number"] = (referral.number, "JJ20260305-9999")
    scene.rows |= {
        "hotline/hotlineorder": {"inside": inside.pk, "outside": outside.pk},
        "hotline/hotlinedeadline": {
            "inside": inside.deadlines.first().pk, "outside": outside.deadlines.first().pk
        },
    }
    for name, order in scene.calls.items():
        scene.calls[name] = type(order).objects.get(pk=order.pk)
