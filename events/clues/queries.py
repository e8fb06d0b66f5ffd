"""Reads of clues and clusters: a cluster lies on the smallest land that holds its members, and is seen by whoever may
see clues on that land; of its members each is shown only to those who may know of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.names import named
from casework import listings
from casework.refusals import missing, not_found
from events import queries as events
from events.clues.fusing import ALIKE, Element, Item, elements_of, plain_text
from events.clues.models import Clue, ClueCluster, ClueElement, ClueMember, ClueOutcome
from events.duplicates import metres_between
from events.models import Event
from events.models.event import ENDED
from grids.scope import Rights, path_filter

VIEW, DECIDE, ENTER = "events.view_clue", "events.decide_clue", "events.enter_clue"
PAGE = 50
MOST_WORDS = 90


def visible_to(rights: Rights, permission: str = VIEW) -> QuerySet[ClueCluster]:
    """Clusters wholly on the land where the permission holds."""
    found = ClueCluster.objects.filter(path_filter(rights, permission, "area__path"))
    return found.select_related("area", "decided_by", "lead_unit", "event")


def one(rights: Rights, key: int) -> ClueCluster:
    """Raises ``not_found`` outside the scope, as for none."""
    found = visible_to(rights).filter(pk=key).first()
    if found is None:
        raise not_found()
    return found


def waiting_count(rights: Rights, *, land: str = "") -> int | None:
    """How many wait for a person, of those on ``land`` (a path); None for whoever may not see clusters."""
    if not rights.may(VIEW):
        return None
    key = ("clues_waiting", rights.paths(VIEW), land)
    found = {"state": ClueCluster.State.OPEN} | ({"area__path__startswith": land} if land else {})
    return listings.count(key, lambda: visible_to(rights).filter(**found).select_related(None))


def listed(rights: Rights, state: str) -> list[ClueCluster]:
    """Clusters of a state, the highest score first; all of them for an empty one. Raises ``invalid``."""
    if state and state not in ClueCluster.State.values:
        raise missing(state=_("没有这个状态"))
    rows = visible_to(rights)
    return list((rows.filter(state=state) if state else rows).order_by("-score", "-pk")[:PAGE])


def clues_seen(rights: Rights) -> QuerySet[Clue]:
    """Clues on the person's land, and those entered by oneself."""
    if not (rights.may(VIEW) or rights.may(ENTER)):
        return Clue.objects.none()
    scope = path_filter(rights, VIEW, "area__path") | Q(entered_by=rights.person_id)
    return Clue.objects.filter(scope).select_related("area", "category", "entered_by").order_by("-pk")


def element_names() -> dict[str, str]:
    """Names of all elements by code, in the reader's language."""
    return {row.code: named(row) for row in ClueElement.objects.all()} | {ALIKE: _("说法相近")}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One member as the page shows it. ``words`` is empty where the text is not for this reader."""

    key: int
    kind: str
    number: str
    title: str
    words: str
    source: str
    source_name: str
    category_name: str
    state: str
    state_name: str
    at: datetime
    lon: float | None
    lat: float | None
    metres: int | None
    elements: tuple[str, ...]
    by_hand: bool
    supervision: str
    is_answered: bool


def evidence(rights: Rights, cluster: ClueCluster, *, removed: bool = False) -> tuple[list[Evidence], int]:
    """Members the reader may know of, oldest first, and how many more there are; with ``removed`` those taken out.

    Of sensitive categories, and of reporters who asked for secrecy, only the fact is shown.
    """
    members = list(cluster.members.filter(removed_at__isnull=not removed).select_related("supervision"))
    by_event = {row.event_id: row for row in members if row.event_id}
    by_clue = {row.clue_id: row for row in members if row.clue_id}
    elements = [Element(row.code, tuple(row.words), row.weight) for row in ClueElement.objects.filter(is_active=True)]
    names = element_names()
    seen = events.visible_to(rights).filter(pk__in=by_event).select_related("category", "reporter")
    found = [_of_event(cluster, by_event[event.pk], event, elements, names) for event in seen]
    clues = clues_seen(rights).filter(pk__in=by_clue)
    found += [_of_clue(cluster, by_clue[clue.pk], clue, elements, names) for clue in clues]
    found.sort(key=lambda row: (row.at, row.key))
    return found, len(members) - len(found)


def _of_event(
    cluster: ClueCluster, member: ClueMember, event: Event, elements: list[Element], names: dict[str, str]
) -> Evidence:
    reporter = getattr(event, "reporter", None)
    is_hidden = (event.category is not None and event.category.is_sensitive) or (reporter is not None and reporter.is_secret)
    order = member.supervision
    return Evidence(
        member.pk, "event", event.number, "" if is_hidden else event.title, "" if is_hidden else event.text[:MOST_WORDS],
        event.source, event.get_source_display(), named(event.category) if event.category else "", event.state,
        event.get_state_display(), event.reported_at, event.lon, event.lat, _metres(cluster, event.lon, event.lat),
        _elements(event.text, event.address, elements, names), member.added_by_id is not None,
        order.number if order else "", bool(order and order.replied_at),
    )


def _of_clue(
    cluster: ClueCluster, member: ClueMember, clue: Clue, elements: list[Element], names: dict[str, str]
) -> Evidence:
    return Evidence(
        member.pk, "clue", "", clue.text[:40], clue.text[:MOST_WORDS], clue.source, clue.get_source_display(),
        named(clue.category) if clue.category else "", "", str(_("线索")), clue.occurred_at, clue.lon, clue.lat,
        _metres(cluster, clue.lon, clue.lat), _elements(clue.text, clue.address, elements, names),
        member.added_by_id is not None, "", False,
    )


def _metres(cluster: ClueCluster, lon: float | None, lat: float | None) -> int | None:
    return None if lon is None or lat is None else round(metres_between(cluster.lon, cluster.lat, lon, lat))


def _elements(text: str, address: str, elements: list[Element], names: dict[str, str]) -> tuple[str, ...]:
    item = Item(("", 0), "", "", "", None, 0.0, 0.0, text, address)
    return tuple(names[code] for code in elements_of(plain_text(item), elements))


# Outcomes -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a special action has come: counts, each of its own thing."""

    orders: int
    answered: int
    struck_off: int
    events: int
    ended: int
    solved: int
    tallies: tuple[tuple[str, int], ...]


def outcome_of(cluster: ClueCluster) -> Outcome:
    """Supervision orders given, answered and struck off; events in it, ended and solved; what was noted by hand."""
    members = cluster.members.filter(removed_at=None)
    orders = members.filter(supervision__isnull=False)
    inside = Event.objects.filter(pk__in=[*members.filter(event__isnull=False).values_list("event", flat=True), cluster.event_id])
    sums = dict(cluster.outcomes.values_list("kind").annotate(total=Sum("count")))
    return Outcome(
        orders.count(), orders.filter(supervision__replied_at__isnull=False).count(),
        orders.filter(supervision__struck_off_at__isnull=False).count(), inside.count(),
        inside.filter(state__in=ENDED).count(), inside.filter(outcome="solved").count(),
        tuple((str(label), sums.get(code, 0)) for code, label in ClueOutcome.Kind.choices),
    )


def by_week(rows: list[Evidence], sources: dict[str, str]) -> list[dict]:
    """The timeline: a week's reports by source, oldest first; ``share`` of the fullest week in percent."""
    weeks: dict[int, Counter[str]] = {}
    if not rows:
        return []
    first = rows[0].at
    for row in rows:
        weeks.setdefault((row.at - first).days // 7, Counter())[row.source] += 1
    most = max(sum(count.values()) for count in weeks.values())
    found = []
    for week in range(max(weeks) + 1):
        count = weeks.get(week, Counter())
        total = sum(count.values())
        told = "、".join(f"{sources[code]} {n}" for code, n in count.most_common())
        found.append({"week": week + 1, "total": total, "share": round(100 * total / most), "told": told})
    return found
