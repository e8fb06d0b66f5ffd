"""Lengths of time in words, made once per language: a page of the desk says fifty of them.

The same words are spoken by ``static/shared/clock.js``; the template filters of ``faces`` ask here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.utils import translation
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Spoken:
    """The formats of one language."""

    days_long: str
    days: str
    hours: str
    minutes: str
    seconds: str
    over: str
    left: str
    endless: str

    def duration(self, value: timedelta | float | None) -> str:
        """A length of time from a timedelta or seconds: ``1 天 3 时 20 分``, ``2 时 05 分``, ``42 分``, ``30 秒``."""
        if value is None:
            return "—"
        seconds = int(abs(value.total_seconds() if isinstance(value, timedelta) else value))
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        if days:
            return self.days_long % {"days": days, "hours": hours, "minutes": minutes}
        if hours:
            return self.hours % {"hours": hours, "minutes": f"{minutes:02}"}
        return self.minutes % {"minutes": minutes} if minutes else self.seconds % {"seconds": seconds}

    def remaining(self, due: datetime | None, at: datetime) -> str:
        """What is left until ``due``, seen at ``at``: ``剩 2 时 05 分`` or ``超 35 分``."""
        if due is None:
            return self.endless
        left = due - at
        days, rest = divmod(int(abs(left.total_seconds())), 86_400)
        # a chip has no room for minutes behind days
        words = self.days % {"days": days, "hours": rest // 3600} if days else self.duration(left)
        return (self.over if left < timedelta(0) else self.left) % {"time": words}


@cache
def _of(language: str) -> Spoken:
    with translation.override(language):
        return Spoken(
            days_long=_("%(days)s 天 %(hours)s 时 %(minutes)s 分"), days=_("%(days)s 天 %(hours)s 时"),
            hours=_("%(hours)s 时 %(minutes)s 分"), minutes=_("%(minutes)s 分"), seconds=_("%(seconds)s 秒"),
            over=_("超 %(time)s"), left=_("剩 %(time)s"), endless=_("无时限"),
        )


def spoken() -> Spoken:
    """The formats of the reader's language."""
    return _of(translation.get_language() or "zh-hans")
