"""Briefings of the demo: the last days, week and month from the demo's own calls; the older ones signed and published."""

from __future__ import annotations

from datetime import datetime, timedelta

from casework.actor import Actor
from hotline.briefings import periods, transitions
from hotline.briefings.models import Briefing

DAYS = 4


def load_briefings(at: datetime, *, writer: Actor, signer: Actor) -> int:
    """Draft them as of the evening they would have been drafted; the newest day stays a draft. How many; none when
    there are briefings."""
    if Briefing.objects.exists():
        return 0
    yesterday = periods.last_over("day", at)
    wanted = [periods.containing("day", yesterday.first - timedelta(days=n)) for n in range(DAYS)]
    wanted += [periods.last_over("week", at), periods.last_over("month", at)]
    for period in wanted:
        moment = min(at, period.end + timedelta(hours=8))
        made = transitions.generate(period.kind, period.first, actor=writer, at=moment)
        if period == yesterday:
            continue
        transitions.submit(made, actor=writer, at=moment)
        transitions.sign(made, actor=signer, at=moment)
        transitions.publish(made, actor=writer, at=moment)
    return len(wanted)
