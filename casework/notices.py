"""Notices: who is told what, in the bell exactly once, through outside channels at least once.

A verb owes a notice (``passage.tell``). The outbox handler here asks the room of the case who is to be told and in
which words, writes the bell lines in the same transaction as the done mark, and owes one delivery per channel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import override

from accounts.models import User
from casework import outbox
from casework.models import Case, Channel, Delivery, Notice, OutboxItem
from casework.quiet import heard_at

BELL_DAYS = 90
URGENT = ("P0", "P1")
PERSONAL = {Channel.Kind.MAIL: "email", Channel.Kind.SMS: "phone"}
"""Channels that reach one person at an address of theirs; the others reach a group."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell. ``channels`` are channel kinds (``mail``, ``wecom`` …) besides the bell; None: every
    channel that listens to the notice's kind; an empty tuple: the bell only. ``tag`` tells apart several
    messages of one item to the same person. The text goes to phones and mail relays: no names, no numbers."""

    person_ids: tuple[int, ...]
    title: str
    text: str = ""
    url: str = ""
    urgency: str = ""
    channels: tuple[str, ...] | None = None
    tag: str = ""


Recipients = Callable[[Case, OutboxItem], Iterable[Message]]
_recipients: dict[str, Recipients] = {}


def register_notice(kind: str, function: Recipients) -> None:
    """``function(case, item)`` says who is told of notices of this kind. Called from each room's ``ready``."""
    if _recipients.get(kind, function) is not function:
        raise ValueError(f"notices of the kind {kind} have recipients already")
    _recipients[kind] = function


def recipients(kind: str) -> Callable[[Recipients], Recipients]:
    """``register_notice`` as a decorator."""

    def register(function: Recipients) -> Recipients:
        register_notice(kind, function)
        return function

    return register


@outbox.handles("notice")
def tell(item: OutboxItem, at: datetime) -> None:
    """Carry out one owed notice. The moment of a notice is when it was owed, also if it is told late."""
    payload = item.payload
    function = _recipients.get(payload["kind"])
    if function is None:
        raise LookupError(f"nobody says who is told of {payload['kind']}")
    case = apps.get_model(payload["model"])._base_manager.filter(pk=payload["case"]).first()
    if case is not None:
        messages = for_readers(lambda: function(case, item))
        send(payload["kind"], messages, key=item.key, at=item.created_at, case_number=case.number)


def for_readers(make: Callable[[], Iterable[Message]]) -> list[Message]:
    """Messages in the district's language, and again in another for the persons who chose that one. ``make`` only
    composes: it may be called several times."""
    with override(settings.LANGUAGE_CODE):
        found = list(make())
    readers = {person for message in found for person in message.person_ids}
    others: dict[str, set[int]] = defaultdict(set)
    chosen = User.objects.filter(pk__in=readers).exclude(language__in=("", settings.LANGUAGE_CODE))
    for person, language in chosen.values_list("pk", "language"):
        others[language].add(person)
    elsewhere = {person for people in others.values() for person in people}
    if elsewhere:
        found = [_only(message, readers - elsewhere) for message in found]
    for language, people in sorted(others.items()):
        with override(language):
            found += [mine for message in make() if (mine := _only(message, people)).person_ids]
    return found


def _only(message: Message, people: set[int]) -> Message:
    return replace(message, person_ids=tuple(person for person in message.person_ids if person in people))


def send(
    kind: str, messages: Iterable[Message], *, key: str, at: datetime, case_number: str = ""
) -> int:
    """Write bell lines and owe deliveries; how many lines were new. ``key`` names the matter: the same key tells
    a person once, whatever is repeated. Call it inside a transaction (an outbox effect is one)."""
    told = 0
    for message in messages:
        shown = heard_at(at, message.urgency)
        line_key = f"{key}:{message.tag}" if message.tag else key
        told += _ring(kind, message, line_key, at, shown, case_number)
        _owe_deliveries(kind, message, line_key, at, shown)
    return told


def _ring(kind: str, message: Message, key: str, at: datetime, shown: datetime, case_number: str) -> int:
    people = list(dict.fromkeys(message.person_ids))
    known = set(Notice.objects.filter(key=key, person__in=people).values_list("person_id", flat=True))
    lines = [
        Notice(
            person_id=person_id,
            key=key,
            kind=kind,
            urgency=message.urgency,
            title=message.title[:120],
            text=message.text[:400],
            url=message.url[:200],
            case_number=case_number,
            created_at=at,
            show_at=shown,
        )
        for person_id in people
        if person_id not in known
    ]
    Notice.objects.bulk_create(lines, ignore_conflicts=True)
    return len(lines)


def _owe_deliveries(kind: str, message: Message, key: str, at: datetime, shown: datetime) -> None:
    if message.channels == ():
        return
    for channel in _channels(kind, message.channels):
        for mark, target in _targets(channel, message.person_ids):
            delivery, is_new = Delivery.objects.get_or_create(
                key=f"{key}:{channel.code}:{mark}"[:140],
                defaults={
                    "channel": channel,
                    "target": target,
                    "title": message.title[:120],
                    "text": message.text[:1000],
                    "created_at": at,
                },
            )
            if is_new:
                outbox.owe(
                    "deliver", f"deliver:{delivery.pk}", {"delivery": delivery.pk}, at=at, available_at=shown
                )


def _channels(kind: str, wanted: tuple[str, ...] | None) -> list[Channel]:
    """Active channels that listen to this kind of notice: by its name, by its first word, or to everything."""
    listening = Q(topics__contains=[kind]) | Q(topics__contains=["*"])
    if "." in kind:
        listening |= Q(topics__contains=[kind.partition(".")[0] + ".*"])
    found = Channel.objects.filter(listening, is_active=True).order_by("code")
    return [channel for channel in found if wanted is None or channel.kind in wanted]


def _targets(channel: Channel, person_ids: Iterable[int]) -> list[tuple[str, str]]:
    column = PERSONAL.get(channel.kind)
    if column is None:
        return [("group", "")]
    people = User.objects.filter(pk__in=list(person_ids), is_active=True).exclude(**{column: ""})
    return [(str(pk), address) for pk, address in people.order_by("pk").values_list("pk", column)]


# The bell ---------------------------------------------------------------------------------------------


def bell(user: User, *, at: datetime, limit: int = 50, unread_only: bool = False) -> list[Notice]:
    """Newest lines of a person's bell; one per case, its latest, with ``earlier`` counting the older unread ones."""
    lines = Notice.objects.filter(person=user, show_at__lte=at, created_at__gt=at - timedelta(days=BELL_DAYS))
    if unread_only:
        lines = lines.filter(read_at=None)
    kept: dict[str, Notice] = {}
    for line in lines.order_by("-id")[: limit * 6]:
        mark = line.case_number or f"line {line.pk}"
        if mark in kept:
            kept[mark].earlier += line.read_at is None
        elif len(kept) < limit:
            line.earlier = 0
            kept[mark] = line
    return list(kept.values())


def mark_read(user: User, *, at: datetime, ids: Iterable[int] | None = None) -> int:
    """Mark lines as read, together with older lines of the same cases; all shown ones when ``ids`` is None."""
    mine = Notice.objects.filter(person=user, show_at__lte=at, read_at=None)
    if ids is not None:
        chosen = Notice.objects.filter(person=user, pk__in=list(ids))
        numbers = [number for number in chosen.values_list("case_number", flat=True) if number]
        newest = max(chosen.values_list("pk", flat=True), default=0)
        mine = mine.filter(Q(pk__in=chosen) | Q(case_number__in=numbers, pk__lte=newest))
    return mine.update(read_at=at)


def acknowledge(user: User, notice_id: int, *, at: datetime) -> bool:
    """「我来处理」: one person takes an urgent notice for everybody who got it, and what else still rings for the same
    case with it; it stops ringing for all.

    True for the first; False when another was faster or the line is not this person's.
    """
    line = Notice.objects.filter(pk=notice_id, person=user).first()
    if line is None:
        return False
    taken = Notice.objects.filter(key=line.key).select_for_update().order_by("pk")
    with transaction.atomic():
        rows = list(taken)
        if any(row.acknowledged_by_id not in (None, user.pk) for row in rows):
            return False
        same = Q(key=line.key)
        if line.case_number:
            same |= Q(case_number=line.case_number, urgency__in=URGENT, acknowledged_by=None, created_at__lte=at)
        Notice.objects.filter(same).update(acknowledged_by=user)
        Notice.objects.filter(pk=line.pk, read_at=None).update(read_at=at)
    return True


def settle(key: str, people: Iterable[int], *, by: int | None, at: datetime) -> int:
    """The matter of these lines has been seen to: unread ones of these people are read, and nothing rings. How many."""
    lines = Notice.objects.filter(person__in=list(people), key=key, read_at=None)
    return lines.update(read_at=at, acknowledged_by=by)


def unsettle(key: str, people: Iterable[int], *, at: datetime) -> int:
    """What settled them at that moment has been taken back: the same lines wait again."""
    lines = Notice.objects.filter(person__in=list(people), key=key, read_at=at)
    return lines.update(read_at=None, acknowledged_by=None)


def ringing(user: User, *, at: datetime) -> list[Notice]:
    """P0 and P1 lines that nobody has taken yet: what the page's sound repeats for."""
    open_lines = Notice.objects.filter(person=user, acknowledged_by=None, read_at=None, show_at__lte=at)
    return list(open_lines.filter(urgency__in=URGENT).order_by("-id")[:20])
