"""The relay: rings Celery for outbox rows. One active by advisory lock, another may stand by (quality.md §4.1).

It listens for the database's NOTIFY and looks by itself every second. Messages carry ids only. A broker that is
down, silent or frozen costs nothing but time: the rows wait in PostgreSQL, the relay tries again.

At most ``WINDOW`` rows are on offer at once, so a backlog stays in PostgreSQL, in order of due time, and not in
the broker's memory. A row offered but not done is offered again after 30 s, then at doubling intervals.
"""

from __future__ import annotations

import logging
import select
import threading
from collections.abc import Callable
from time import monotonic

from celery import Celery
from django.db import Error, connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from casework import outbox
from casework.heartbeat import beat

logger = logging.getLogger(__name__)

LOCK = (4711, 1)
WINDOW = 1000
GROUP = 25
POLL_SECONDS = 1.0
BUSY_SECONDS = 0.1
OFFER_AGAIN_SECONDS = 30.0
LONGEST_OFFER_SECONDS = 300.0
HEARTBEAT_SECONDS = 10.0
STANDBY_SECONDS = 2.0
BROKER_REST_SECONDS = 2.0
BROKER_ERRORS = (KombuError, RedisError, OSError)

Publish = Callable[[str, list], None]


def celery_publisher(app: Celery) -> Publish:
    """Publish to the broker with the settings' short time-outs; raises one of ``BROKER_ERRORS``."""

    def publish(task: str, args: list) -> None:
        app.send_task(task, args=args, ignore_result=True, retry=True)

    return publish


class Relay:
    """``run`` until ``stop`` is set. ``offers`` remembers when a row may be offered again."""

    def __init__(self, publish: Publish, *, stop: threading.Event | None = None) -> None:
        self.publish = publish
        self.stop = stop or threading.Event()
        self.offers: dict[int, tuple[float, float]] = {}
        self.broker_rests_until = 0.0
        self.beats_at = 0.0
        self.is_active = False

    def run(self) -> None:
        """Live until ``stop``; a lost database is waited for."""
        while not self.stop.is_set():
            try:
                self._serve()
            except Error as error:
                logger.warning("relay: database unavailable: %s", type(error).__name__)
                self.is_active = False
                self.stop.wait(1)
            finally:
                connection.close()

    def _serve(self) -> None:
        connection.ensure_connection()
        if not self._take_lock():
            self.stop.wait(STANDBY_SECONDS)
            return
        self.is_active, self.offers = True, {}
        with connection.cursor() as cursor:
            cursor.execute("LISTEN outbox")
        while not self.stop.is_set():
            backlog = self.offer()
            self._beat()
            self._listen(BUSY_SECONDS if backlog >= WINDOW else POLL_SECONDS)
        self.is_active = False

    def _take_lock(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", LOCK)
            return cursor.fetchone()[0]

    def _listen(self, seconds: float) -> None:
        """Wait for a ring, ``seconds`` at most; a burst of rings is one."""
        line = connection.connection
        if not line.notifies and select.select([line], [], [], seconds)[0]:
            self.stop.wait(0.02)
        line.poll()
        line.notifies.clear()

    def offer(self) -> int:
        """Publish what waits and is not on offer; how many rows were seen waiting."""
        rows = outbox.waiting(limit=WINDOW)
        now = monotonic()
        known, self.offers = self.offers, {}
        fresh: list[tuple[int, str]] = []
        for item_id, topic in rows:
            if item_id in known:
                self.offers[item_id] = known[item_id]
            if item_id not in known or known[item_id][0] <= now:
                fresh.append((item_id, topic))
        if now >= self.broker_rests_until:
            self._publish(fresh)
        return len(rows)

    def _publish(self, rows: list[tuple[int, str]]) -> None:
        alone = [[item_id] for item_id, topic in rows if outbox.is_outside(topic)]
        together = [item_id for item_id, topic in rows if not outbox.is_outside(topic)]
        groups = [together[start : start + GROUP] for start in range(0, len(together), GROUP)]
        try:
            for group in groups + alone:
                self.publish("casework.tasks.do_items", [group])
                self._remember(group)
        except BROKER_ERRORS as error:
            logger.warning("relay: broker unavailable: %s", type(error).__name__)
            self.broker_rests_until = monotonic() + BROKER_REST_SECONDS

    def _remember(self, group: list[int]) -> None:
        now = monotonic()
        for item_id in group:
            wait = min(self.offers[item_id][1] * 2, LONGEST_OFFER_SECONDS) if item_id in self.offers else 0.0
            wait = wait or OFFER_AGAIN_SECONDS
            self.offers[item_id] = (now + wait, wait)

    def _beat(self) -> None:
        now = monotonic()
        if now < self.beats_at:
            return
        self.beats_at = now + HEARTBEAT_SECONDS
        broker = "down" if now < self.broker_rests_until else "up"
        beat("relay", broker=broker, offered=len(self.offers))
        outbox.bury_exhausted()
        if broker == "up":
            try:
                self.publish("casework.tasks.probe", ["relay"])
            except BROKER_ERRORS as error:
                logger.warning("relay: broker unavailable: %s", type(error).__name__)
                self.broker_rests_until = monotonic() + BROKER_REST_SECONDS
