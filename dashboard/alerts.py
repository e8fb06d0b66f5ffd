"""预警: what needs a hand now, gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from dashboard.formulas import measure
from dashboard.live_numbers import SOON, WINDOW_SOON
from dashboard.names import category_name
from events.reference_rows import categories
from events.workflow import LIVE

if TYPE_CHECKING:
    from dashboard.reading import Reading

SHOWN_CLUSTERS = 3


def warnings(reading: Reading) -> dict[str, Any]:
    """Critical events, clusters, red flags, overdue, due within the hour, claim windows about to end."""
    lists, counts, at = reading.lists, reading.counts, reading.at
    open_states = tuple(sorted(LIVE))
    rows = [
        _row("critical", "urgent", _("突发事件在办"), counts.of("critical"),
             lists.rows(urgency=("P0",), state=open_states)),
        *(_cluster_row(reading, cluster) for cluster in reading.clusters[:SHOWN_CLUSTERS]),
        _row("red", "urgent", _("红牌督办未销号"), counts.of("red"), lists.rows("red")),
        _row("overdue", "urgent", _("时限已过"), counts.of("overdue"), lists.rows("overdue")),
        _row("soon", "warn", _("1小时内到期"), counts.of("soon"),
             lists.rows(due_after=at, due_before=at + SOON, state=open_states)),
        _row("window", "run", _("抢单窗口将截止"), counts.of("window"),
             lists.rows("to_claim", due_after=at, due_before=at + WINDOW_SOON)),
    ]
    shown = [row for row in rows if row["value"]]
    return measure(
        _("预警"), len(shown), as_of=at, list_url=None, rows=shown, unit=_("条"), clusters=len(reading.clusters),
        formula=_("突发、24小时内50米同类聚集(不少于3件)、红牌、超期、1小时内到期、10分钟内截止的抢单窗口"),
    )


def _row(key: str, tone: str, text: Any, count: int, url: str | None) -> dict[str, Any]:
    return {"key": key, "tone": tone, "name": str(text), "value": count, "list_url": url}


def _cluster_row(reading: Reading, cluster: Any) -> dict[str, Any]:
    words = _("%(what)s聚集 50米/24小时") % {"what": category_name(cluster.category)}
    found = categories().get(cluster.category)
    tone = "urgent" if found is not None and found.urgency in ("P0", "P1") else "warn"
    return _row(
        f"cluster-{cluster.numbers[0]}", tone, words, len(cluster.numbers), reading.lists.rows(number=cluster.numbers)
    )
