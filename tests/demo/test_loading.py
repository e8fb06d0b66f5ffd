"""Everything that ``./start`` loads, with a small past: each step runs and leaves what its page shows."""

from __future__ import annotations

from random import Random

from disputes.models import Dispute, EarlySign, Visit, VisitTeam
from events.alerts.models import Alert
from events.clues.models import ClueCluster
from events.models import Decline, Event, WorkOrder
from governance.demo import loading
from governance.demo.stage import Stage
from grids.models.units import WITHOUT_ORDERS, Unit
from hotline.models import Briefing, HotlineOrder
from tests.demo.conftest import AT


def works_there(stage: Stage, unit_id: int) -> bool:
    """A department with somebody who takes orders."""
    is_department = stage.units[unit_id].kind == Unit.Kind.DEPARTMENT
    return is_department and stage.cast.of_unit(unit_id, "events.accept", Random(1)) is not None


def test_every_step_of_the_demo_runs(stage: Stage) -> None:
    said: list[str] = []
    loading.load_all(AT, say=said.append, per_day=4, days=2)
    for model in (Event, HotlineOrder, Alert, Dispute, VisitTeam, Visit, EarlySign, ClueCluster, Briefing):
        assert model.objects.exists(), model.__name__
    assert not WorkOrder.objects.filter(unit__kind__in=WITHOUT_ORDERS).exists()
    declines = Decline.objects.exclude(proposed_unit=None).values_list("unit", "proposed_unit", "event__category")
    assert declines
    for refusing, proposed, category in declines:
        able = {key for key in stage.duties.get(category[:2], ()) - {refusing} if works_there(stage, key)}
        assert works_there(stage, proposed)
        assert proposed in able or not able, (category, stage.units[proposed].name)
    assert said[-1].startswith("事件 events:")
