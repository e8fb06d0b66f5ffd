"""Everything that ``./start`` loads, with a small past: each step runs and leaves what its page shows."""

from __future__ import annotations

from disputes.models import Dispute, EarlySign, Visit, VisitTeam
from events.alerts.models import Alert
from events.clues.models import ClueCluster
from events.models import Event
from governance.demo import loading
from governance.demo.stage import Stage
from hotline.models import Briefing, HotlineOrder
from tests.demo.conftest import AT


def test_every_step_of_the_demo_runs(stage: Stage) -> None:
    said: list[str] = []
    loading.load_all(AT, say=said.append, per_day=4, days=2)
    for model in (Event, HotlineOrder, Alert, Dispute, VisitTeam, Visit, EarlySign, ClueCluster, Briefing):
        assert model.objects.exists(), model.__name__
    assert said[-1].startswith("事件 events:")
