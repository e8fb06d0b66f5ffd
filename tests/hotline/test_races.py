"""Races of this trade, each with a control that fails without the protection: two agents forward one call, two
call-back agents reach one caller, one call sent twice, two builders of the queue."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from casework import door
from casework.door import MoveRefused
from events.models import Event, Verification
from hotline import tasks, transitions
from hotline.models import CallBack, HotlineOrder
from hotline.transitions import Told
from tests.hotline import calls
from tests.world import NOON, World, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    """Committed: several connections look at it."""
    return make_world()


def at_once(act: Callable[[], object], times: int = 4) -> list[object]:
    """Call it in so many threads at once; what each gave, or the code of its refusal."""

    def one(_n: int) -> object:
        try:
            return act()
        except MoveRefused as refusal:
            return refusal.code
        except IntegrityError:
            return "integrity"
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_one_call_becomes_one_event(world: World) -> None:
    order = calls.registered(world)
    agent = world.actor("hotline")
    found = at_once(lambda: transitions.forward(order, actor=agent, at=NOON))
    assert sorted(one for one in found if isinstance(one, str)) == ["wrong_state"] * 3
    assert Event.objects.filter(number=order.number).count() == 1


def test_one_caller_is_reached_once(world: World) -> None:
    order = calls.calling_back(world)
    agent = world.actor("call_backer")
    found = at_once(
        lambda: transitions.call_back(order, actor=agent, at=NOON, finding="reached", solved=True, level=4)
    )
    assert len([one for one in found if isinstance(one, HotlineOrder)]) == 1
    assert CallBack.objects.filter(order=order, state="done").count() == 1
    assert Verification.objects.filter(event=order.event, way="call_back").count() == 1


def test_without_the_lock_two_would_be_reached(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: when nobody's row is locked, several believe that they were first; a constraint or two successes
    tell."""
    order = calls.calling_back(world)
    agent = world.actor("call_backer")
    everybody = Barrier(3, timeout=20)

    def read_only(self: door.Batch, model: type, keys: list[int], companions: object) -> None:
        for row in model.objects.filter(pk__in=keys):
            self.folders[model, row.pk] = _open_folder(row, self.book)
        if model is HotlineOrder:
            everybody.wait()

    monkeypatch.setattr(door.Batch, "_lock_of", read_only)
    found = at_once(
        lambda: transitions.call_back(order, actor=agent, at=NOON, finding="reached", solved=True, level=4), times=3
    )
    assert "done_already" not in found
    assert "integrity" in found or len([one for one in found if isinstance(one, HotlineOrder)]) > 1


def _open_folder(row: HotlineOrder, book: object) -> door.Folder:
    folder = door.Folder(row, book)
    folder.take_clocks(list(type(row).deadline_model().objects.filter(case=row).exclude(state="stopped")))
    return folder


def test_the_same_call_sent_at_once_is_one_order(world: World) -> None:
    told = Told("complaint", "停暖三天", area="150302002001001", phone=calls.PHONE, client_key="f9-1")
    agent = world.actor("hotline")
    found = at_once(lambda: transitions.register(told, actor=agent, at=NOON))
    assert HotlineOrder.objects.filter(client_key="f9-1").count() == 1
    assert {one if isinstance(one, str) else one.pk for one in found} <= {
        "integrity", HotlineOrder.objects.get().pk
    }


def test_two_builders_queue_each_case_once(world: World) -> None:
    for n in range(3):
        calls.calling_back(world, phone=f"1391111000{n}")
    found = at_once(lambda: tasks.build_call_backs(NOON), times=3)
    assert CallBack.objects.count() == 3
    assert max(one for one in found if isinstance(one, int)) <= 3
