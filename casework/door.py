"""The one door of every case: a state changes here, under the row's lock, with its trail, or not at all.

``moving(case, MOVE, actor=…, at=…)`` locks the row, asks permission, scope and state, lets the verb apply its own
rules to the locked row, then writes state, changed columns, trail, clocks and outbox in one transaction.
``opening`` does the same for a move from nothing. ``batch`` lets many verbs share one transaction and one set of
statements. The state column has no other writer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.announcing import announce
from casework.book import Book
from casework.clock.ledger import Clocks
from casework.folder import Folder, grouped
from casework.making import new_row
from casework.models import Case
from casework.refusals import MoveRefused, forbidden, missing, not_found
from casework.statements import read
from casework.trail import plain
from casework.writing import write, write_alone

__all__ = [
    "Move", "MoveRefused", "Passage", "ask", "batch", "forbidden", "missing", "moving", "not_found", "opening", "together",
]


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a workflow table.

    ``targets``: states it may lead to; with one the door sets it, with several the verb says ``passage.go``;
    with none the state stays. ``lanes``: who may do it besides persons holding ``permission``. ``needs``: inputs
    that must not be empty (name → sentence comes from the verb's form).
    """

    name: str
    label: str
    sources: frozenset[str]
    targets: frozenset[str]
    permission: str
    lanes: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    is_public: bool = False
    """Whether the citizen's page shows it."""


@dataclass
class Passage:
    """A case in the open door. Verbs change ``case`` and its companions; leaving the block writes them."""

    case: Case
    move: Move
    actor: Actor
    at: datetime
    folder: Folder
    note: str = ""
    details: dict = field(default_factory=dict)
    """Joins the trail row's ``changes``; a model row stands for its key, also before it has one."""
    unit_id: int | None = None
    """The unit the trail row names; the actor's own unless the verb says otherwise."""
    _before: dict = field(default_factory=dict)
    _target: str | None = None

    @property
    def book(self) -> Book:
        return self.folder.book

    @property
    def clocks(self) -> Clocks:
        """The live clocks of the case, read on first use."""
        return self.folder.clocks

    def write(self) -> None:
        """Write what has been collected so far, for a row that must be there before the next. Raises RuntimeError where
        no transaction is open (``opening`` with ``alone``)."""
        if self.book.is_alone:
            raise RuntimeError(f"{self.move.name} said that it only collects")
        write(self.book)

    def rows(self, model: type[models.Model]) -> list[models.Model]:
        """Companion rows of the case, as changed so far in this transaction."""
        return self.folder.rows(model)

    def create(self, row: models.Model) -> models.Model:
        """Insert a companion row with the move."""
        self.folder.add(row)
        return self.book.create(row)

    def change(self, row: models.Model, **values: object) -> None:
        """Set columns of a companion row and write them with the move."""
        attnames = []
        for name, value in values.items():
            setattr(row, name, value)
            attnames.append(row._meta.get_field(name).attname)
        self.book.change(row, *attnames)

    def go(self, state: str) -> None:
        """Choose the target where the move has several."""
        if state not in self.move.targets:
            raise ValueError(f"{self.move.name} does not lead to {state}")
        self._target = state

    def stay(self) -> None:
        """Keep the state although the move has targets (one of several orders is done, say)."""
        self._target = self.case.state

    def tell(self, kind: str, **payload: object) -> None:
        """Owe a notice of this kind: recipients are worked out and told after the commit, once per trail row."""
        meta = type(self.case)._meta
        key = f"notice:{meta.model_name}:{{case}}:{self.case.version + 1}:{kind}"
        if "unit" in payload:
            key += ":{unit}"
        if "order" in payload:  # two orders of one unit are two notices
            key += ":{order}"
        case = self.case if self.case.pk is None else self.case.pk
        self.book.owe(
            "notice",
            key,
            {"model": meta.label_lower, "case": case, "seq": self.case.version + 1, "kind": kind, **payload},
            at=self.at,
        )


_BATCH: ContextVar[Batch | None] = ContextVar("casework_batch", default=None)


class Batch:
    """Cases locked together, and the book they share."""

    def __init__(self) -> None:
        self.book = Book()
        self.folders: dict[tuple[type, int], Folder] = {}

    def lock(self, cases: Iterable[Case], *companions: type[models.Model]) -> list[Case]:
        """Lock these rows in key order (no deadlocks), read their live clocks and the named companions in one
        query each, and keep them for the verbs of this batch. Cases already locked are returned as they are."""
        wanted: dict[type, list[int]] = {}
        for case in cases:
            if (type(case), case.pk) not in self.folders:
                wanted.setdefault(type(case), []).append(case.pk)
        for model, keys in wanted.items():
            self._lock_of(model, keys, companions)
        return [self.folders[type(case), case.pk].case for case in cases if (type(case), case.pk) in self.folders]

    def _lock_of(self, model: type[Case], keys: list[int], companions: tuple[type[models.Model], ...]) -> None:
        found = {}
        for case in read(model, "id = ANY(%s) ORDER BY id FOR UPDATE", keys):
            found[case.pk] = self.folders[model, case.pk] = Folder(case, self.book)
        clocks = grouped(model.deadline_model(), "case_id", list(found), " AND state <> 'stopped'")
        for key, folder in found.items():
            folder.take_clocks(clocks.get(key, []))
        name = model.companion_name()
        for companion in companions:
            rows = grouped(companion, f"{name}_id", list(found))
            for key, folder in found.items():
                folder.take_rows(companion, rows.get(key, []))

    def write(self) -> None:
        """Write what has been collected so far; the locks stay, what was read is kept."""
        write(self.book)


@contextmanager
def batch() -> Iterator[Batch]:
    """Let many verbs share one transaction. A verb that is refused leaves the others untouched, provided that it
    refuses before it changes companion rows: which all verbs do."""
    with transaction.atomic():
        shared = Batch()
        token = _BATCH.set(shared)
        try:
            yield shared
            shared.write()
        finally:
            _BATCH.reset(token)


@contextmanager
def together(*cases: Case) -> Iterator[Batch]:
    """For a verb that moves several cases at once: the batch one is already in, or a new one; the rows are locked
    in key order. Enter the moves nested, so that a refusal of the second undoes the first."""
    shared = _BATCH.get()
    if shared is not None:
        shared.lock(cases)
        yield shared
        return
    with batch() as own:
        own.lock(cases)
        yield own


@contextmanager
def moving(
    case: Case,
    move: Move,
    *,
    actor: Actor,
    at: datetime,
    note: str = "",
    unit_ids: Iterable[int] = (),
    area_path: str = "",
    seen_version: int | None = None,
) -> Iterator[Passage]:
    """Open the door for one move of one case.

    ``unit_ids`` and ``area_path`` narrow where the permission must hold (an order's own unit and land); without
    them it must hold on the case. ``seen_version`` is what the actor's page showed.

    Raises MoveRefused: ``not_found`` (outside what the actor may see), ``forbidden`` (no such permission here),
    ``wrong_state``, ``stale``, and whatever the verb itself refuses. On any exception nothing is written.
    """
    shared = _BATCH.get()
    if shared is None:
        with transaction.atomic():
            folder = Folder(_locked(case, move), Book())
            passage = Passage(folder.case, move, actor, at, folder, note)
            _enter(passage, unit_ids, area_path, seen_version)
            yield passage
            _leave(passage)
            write(folder.book)
        return
    if not shared.lock([case]):
        raise not_found()
    folder = shared.folders[type(case), case.pk]
    mark = shared.book.mark()
    passage = Passage(folder.case, move, actor, at, folder, note)
    _enter(passage, unit_ids, area_path, seen_version)
    try:
        yield passage
        _leave(passage)
    except BaseException:
        _restore(folder.case, passage._before)
        shared.book.cut(mark)
        raise


def _locked(case: Case, move: Move) -> Case:
    """The row under its lock. A case that already refuses the move is not queued for: late losers of a race are
    answered without waiting for one another. Whoever queues is asked again under the lock."""
    if case.state not in move.sources:
        found = read(type(case), "id = %s", case.pk)
        if not found:
            raise not_found()
        if found[0].state not in move.sources:
            return found[0]
    locked = read(type(case), "id = %s FOR UPDATE", case.pk)
    if not locked:
        raise not_found()
    return locked[0]


@contextmanager
def opening(
    case: Case, move: Move, *, actor: Actor, at: datetime, note: str = "", alone: bool = False
) -> Iterator[Passage]:
    """Open the door for a case that does not exist yet: a move from nothing. ``case`` is unsaved; the door gives
    its number (last, so numbers follow the commits), state and trail. ``alone``: the block only collects, so that all
    of it can go to the database in one message, a transaction of itself. Raises ``forbidden``."""
    allowed = actor.rights.may(move.permission) if actor.is_staff else actor.lane in move.lanes
    if not allowed:
        raise forbidden()
    shared = _BATCH.get()
    if shared is None:
        folder = Folder(case, Book(is_alone=alone))
        with nullcontext() if alone else transaction.atomic():
            yield from _open(folder, move, actor, at, note)
            (write_alone if alone else write)(folder.book)
        return
    mark = shared.book.mark()
    try:
        yield from _open(Folder(case, shared.book), move, actor, at, note)
    except BaseException:
        shared.book.cut(mark)
        raise


def _open(folder: Folder, move: Move, actor: Actor, at: datetime, note: str) -> Iterator[Passage]:
    case = folder.case
    case.state, case.changed_at = "", at
    passage = Passage(case, move, actor, at, folder, note)
    folder.take_clocks([])
    folder.book.new_cases.append(case)
    yield passage
    _leave(passage)


def _enter(passage: Passage, unit_ids: Iterable[int], area_path: str, seen_version: int | None) -> None:
    case, move = passage.case, passage.move
    _ask_actor(case, move, passage.actor, tuple(unit_ids), area_path)
    if seen_version is not None and seen_version != case.version:
        raise MoveRefused("stale", _("事件已有新变动,请查看后再操作"), state=case.state)
    if case.state not in move.sources:
        raise case.refuse_state(move)
    if "note" in move.needs and not passage.note.strip():
        raise missing(note=_("请填写说明"))
    passage._before = _snapshot(case)


def ask(case: Case, move: Move, *, actor: Actor, unit_ids: Iterable[int] = (), area_path: str = "") -> None:
    """Whether the actor may make this move of the case at all, for what goes before the door is opened: who may not do
    it learns nothing of what else was named, and no upload of theirs is kept. Raises ``not_found``, ``forbidden``."""
    _ask_actor(case, move, actor, tuple(unit_ids), area_path)


def _ask_actor(case: Case, move: Move, actor: Actor, unit_ids: tuple[int, ...], area_path: str) -> None:
    if actor.is_staff:
        _ask_rights(case, move, actor, unit_ids, area_path)
    elif actor.lane not in move.lanes:
        raise forbidden()


def _ask_rights(case: Case, move: Move, actor: Actor, unit_ids: tuple[int, ...], area_path: str) -> None:
    if not case.is_visible_to(actor.rights):
        raise not_found()
    if unit_ids or area_path:
        allowed = actor.rights.covers(move.permission, area_path=area_path, unit_ids=unit_ids)
    else:
        allowed = case.is_reached_by(actor.rights, move.permission)
    if not allowed:
        raise forbidden()


_KEPT = frozenset({"version", "trail_head", "changed_at", "changed_xid", "grams", "suggestion", "unit_ids", "state", "followers"})
"""Columns that the trail's old → new list leaves out: the door's own, derived ones, and the state (own columns)."""


def _snapshot(case: Case) -> dict:
    return {
        f.attname: list(value) if isinstance(value := getattr(case, f.attname), list) else value
        for f in case._meta.concrete_fields
    }


def _restore(case: Case, before: dict) -> None:
    for name, value in before.items():
        setattr(case, name, value)


def _leave(passage: Passage) -> None:
    case, move = passage.case, passage.move
    before = case.state
    if passage._target is not None:
        case.state = passage._target
    elif len(move.targets) == 1:
        case.state = next(iter(move.targets))
    elif move.targets:
        raise ValueError(f"{move.name} did not choose among {sorted(move.targets)}")
    if passage.folder.has_clocks:
        passage.clocks.settle()
    changed = [name for name, old in passage._before.items() if getattr(case, name) != old]
    _append_trail(passage, before, changed)
    passage.book.change(case, *changed, "version", "trail_head", "changed_at")
    if move.targets and case.followed_by():  # also when it stays: a call-back or a rating is news
        announce(passage.book, case, at=passage.at)


def _append_trail(passage: Passage, before: str, changed: list[str]) -> None:
    case, actor = passage.case, passage.actor
    changes = {
        name: [plain(passage._before[name]), plain(getattr(case, name))] for name in changed if name not in _KEPT
    }
    changes.update(passage.details)
    if passage.folder.has_clocks and passage.clocks.log:
        changes["clock"] = list(passage.clocks.log)
        passage.clocks.log.clear()
    case.version += 1
    case.changed_at = passage.at
    passage.book.trail.append(
        new_row(
            case.trail_model(),
            case=case,
            seq=case.version,
            verb=passage.move.name,
            at=passage.at,
            lane=actor.lane,
            person_id=actor.person_id,
            actor_name=actor.name[:60],
            unit_id=passage.unit_id or actor.unit_id,
            from_state=before,
            to_state=case.state,
            note=passage.note,
            is_public=passage.move.is_public,
            changes=changes,
        )
    )
