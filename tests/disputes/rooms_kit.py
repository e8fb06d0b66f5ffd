"""A room, and many at once: what tests of sessions share."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import time

from django.db import close_old_connections, connection

from casework.door import MoveRefused
from disputes.models import Room
from disputes.telling import PartyTold
from tests.disputes.cast import House


def make_room(house: House, code: str = "room_a", capacity: int = 8) -> Room:
    """Open 9 to 18 on working days, in community A's committee."""
    return Room.objects.create(
        body=house.bodies["community_a"], code=code, name="调解室", capacity=capacity, opens=time(9), closes=time(18)
    )


def other_people(n: int) -> dict:
    """Parties that are in no other dispute."""
    one = PartyTold(name=f"甲{n}", phone=f"1370000{n:04d}")
    return {"parties": (one, PartyTold(name=f"乙{n}", side="respondent", phone=f"1360000{n:04d}"))}


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run these at the same moment, each on its own connection; results or exceptions in order."""
    barrier = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            answers[place] = act()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    close_old_connections()
    return answers


def codes(answers: list[object]) -> Counter[str]:
    return Counter(answer.code if isinstance(answer, MoveRefused) else type(answer).__name__ for answer in answers)
