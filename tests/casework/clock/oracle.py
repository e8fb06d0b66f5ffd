"""A second, slow reading of the clock rules, made to disagree with the first one.

Nothing here is taken from casework.clock: the notice file is read again, every minute of every day is judged
by comparing its clock face with the hours as text, and time is passed minute by minute. Beijing time is UTC+8
without daylight saving, which holds for all years walked here (2006–2030). Positions are seconds since
2006-01-01 00:00 Beijing time.
"""

import csv
from datetime import UTC, date, datetime, timedelta
from functools import cache

FIRST_DAY = date(2006, 1, 1)
LAST_DAY = date(2030, 12, 31)
ORIGIN = datetime(2005, 12, 31, 16, tzinfo=UTC)
DAY = 86_400
ENDLESS = 10**12
CLOCK_FACES = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(1440)]


def position_of(moment):
    return round((moment - ORIGIN).total_seconds())


def moment_of(position):
    return ORIGIN + timedelta(seconds=position)


@cache
def minutes_of(hours):
    """One byte per minute of a day: 1 where its clock face lies in hours like "09:00-12:00, 14:00-17:30"."""
    sides = [part.strip().split("-") for part in hours.split(",") if part.strip()]
    return bytes(any(begin <= face < end for begin, end in sides) for face in CLOCK_FACES)


class MinuteOracle:
    """`week`: hours of Monday … Sunday; `normal`: of a make-up day; `local`: date → hours, "" a day off."""

    def __init__(self, *, week, normal, local, notices):
        rows = {}
        if notices is not None:
            with open(notices, encoding="utf-8") as file:
                for line in csv.reader(file):
                    if line[0] != "date":
                        rows[line[0]] = line[2] == "1"
        days = []
        for count in range((LAST_DAY - FIRST_DAY).days + 1):
            day = FIRST_DAY + timedelta(days=count)
            hours = self._hours(day, rows, week, normal, local)
            days.append(minutes_of(hours))
        self.working = b"".join(days)
        self.always = b"\x01" * len(self.working)
        self.workday_seconds = 60 * sum(minutes_of(normal))

    @staticmethod
    def _hours(day, rows, week, normal, local):
        iso = day.isoformat()
        if iso in local:
            return local[iso]
        usual = week[day.weekday()]
        if iso not in rows:
            return usual
        if rows[iso]:
            return usual if usual else normal
        return ""

    def budget(self, kind, amount_seconds_or_days, start):
        """Seconds a rule grants: seconds for C and WH, days for the others."""
        amount = amount_seconds_or_days
        if kind in ("C", "WH"):
            return amount
        if kind == "WD":
            return amount * self.workday_seconds
        if kind == "CD":
            return amount * DAY
        today = start // DAY
        if kind == "DAY_END":
            return (today + amount) * DAY - start
        last = today + amount
        while not any(self.working[last * 1440 : (last + 1) * 1440]):
            last += 1
        return (last + 1) * DAY - start

    def walk(self, kind, start, *, budget=None, stop=None, pauses=()):
        """Pass time until the budget is used up or `stop` is reached; return (position, seconds used).

        `pauses` are (begin, end) positions in which nothing counts. Time passes in stretches that end at
        midnight or at the edge of a pause, and inside a stretch minute by minute.
        """
        flags = self.working if kind in ("WH", "WD") else self.always
        edges = sorted(edge for pause in pauses for edge in pause)
        if stop is not None:
            edges.append(stop)
        at, left = start, ENDLESS if budget is None else budget
        while left and at != stop:
            limit = min([at - at % DAY + DAY, *(edge for edge in edges if edge > at)])
            if any(begin <= at < end for begin, end in pauses):
                at = limit
            else:
                at, used = pass_minutes(flags, at, limit, left)
                left -= used
        return at, (ENDLESS if budget is None else budget) - left


def pass_minutes(flags, at, limit, left):
    """Walk from `at` to `limit` or until `left` working seconds are used; return (position, seconds used)."""
    if at % 60 == 0 and limit % 60 == 0:
        # No part of a minute at either end: count the ones among the minutes, if none of them is the last.
        ones = 60 * flags.count(1, at // 60, limit // 60)
        if ones < left:
            return limit, ones
    used = 0
    while at < limit and used < left:
        step = min(60 - at % 60, limit - at)
        if flags[at // 60]:
            step = min(step, left - used)
            used += step
        at += step
    return at, used
