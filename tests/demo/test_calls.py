"""The hotline of the demo: calls of the last days by real verbs, every queue with something in it, and life goes on."""

from __future__ import annotations

from datetime import timedelta

from governance.demo.analysis import fill_ledger
from governance.demo.calls import CallDesk, make_calls
from governance.demo.stage import Stage
from hotline.hotspots import queries as hotspots
from hotline.load import load_reference
from hotline.models import CallBack, HotlineOrder, Referral
from tests.demo.conftest import AT


def test_desk_and_queues_are_not_empty_at_the_first_look(stage: Stage) -> None:
    load_reference()
    assert make_calls(AT, stage) > 60
    states = set(HotlineOrder.objects.values_list("state", flat=True))
    assert {"closed", "handling", "answering"} <= states
    assert HotlineOrder.objects.filter(outcome="answered").exists()
    assert HotlineOrder.objects.exclude(event=None).exists()
    assert CallBack.objects.filter(state="waiting").exists()
    assert make_calls(AT, stage) == 0
    everything = HotlineOrder.objects.all()
    assert everything.filter(title="整栋楼暖气不热").values("hot_topic__topic").distinct().count() == 1
    assert any(place.count == 9 for place in hotspots.recurring_places(everything, at=AT))
    assert [found.category for found in hotspots.surges(everything, at=AT)] == ["08"]
    assert set(Referral.objects.values_list("state", flat=True)) == {"handed_over", "received", "concluded", "struck_off"}
    assert fill_ledger(stage, AT) == 0
    desk = CallDesk(stage, seed="live")
    names = [desk.act(AT + timedelta(minutes=n)) for n in range(30)]
    assert {"register", "answer", "call_back"} <= set(names)
