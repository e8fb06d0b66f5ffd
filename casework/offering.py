"""Verbs as buttons: which of a room's verbs a person may do to a case now, and why not the others.

A room writes a table of ``Verb`` (move → form → what it is done to) and makes a ``VerbTable`` of it. Rules stand in
the room's ``transitions``; the table only asks rights and state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol

from django.db import models
from django.utils.translation import gettext as _

from casework.door import Move
from casework.models import Case
from casework.verb_forms import VerbForm
from grids.scope import Rights


class Dossier(Protocol):
    """A case with what hangs on it, for one person at one moment."""

    rights: Rights
    at: datetime

    @property
    def case(self) -> Case: ...


Subjects = Callable[[Any, Move], list[models.Model]]
"""(dossier, move) → rows the verb may be done to."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb a person can do from a desk.

    ``key``: code of its physical key. ``subjects``: the rows it may be done to (the case itself by default);
    ``none``: the sentence shown when there is none. ``at_once``: no panel. ``undo``: the verb that takes it back.
    ``holds``: its function takes ``hold_seconds``, so that its notices wait while it can be undone. ``room``: the
    module its function stands in, where that is not the table's.
    """

    name: str
    form: type[VerbForm]
    key: str = ""
    subjects: Subjects | None = None
    none: Any = ""
    at_once: bool = False
    undo: str = ""
    holds: bool = False
    room: str = ""
    move: Move | None = None
    """Given by the table."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A verb as a button: legal with its subject, or the reason why not."""

    verb: Verb
    legal: bool
    reason: str = ""
    subject: models.Model | None = None

    @property
    def name(self) -> str:
        return self.verb.name

    @property
    def label(self) -> Any:
        return self.verb.move.label

    @property
    def key(self) -> str:
        return self.verb.key.removeprefix("Key")


class VerbTable(Mapping[str, Verb]):
    """The verbs of one room by name.

    ``room``: dotted module with the functions. ``front``: legal verbs in this order stand in the bar, at most
    ``bar``; the rest are behind 更多. A verb whose move is not in ``moves`` fails here, at import.
    """

    def __init__(
        self, moves: Mapping[str, Move], verbs: Iterable[Verb], *, room: str, front: tuple[str, ...] = (), bar: int = 5
    ) -> None:
        self._verbs = {
            verb.name: replace(verb, move=moves[verb.name], room=verb.room or room) for verb in verbs
        }
        self.front, self.bar = front, bar
        self._functions: dict[str, Callable[..., Any] | None] = {}

    def __getitem__(self, name: str) -> Verb:
        return self._verbs[name]

    def __iter__(self) -> Any:
        return iter(self._verbs)

    def __len__(self) -> int:
        return len(self._verbs)

    @property
    def keyed(self) -> tuple[Verb, ...]:
        """Verbs with a key of their own, for the page's key registry."""
        return tuple(verb for verb in self.values() if verb.key)

    def function_of(self, name: str) -> Callable[..., Any] | None:
        """The function that does the verb; None while its room has none."""
        if name not in self._functions:
            verb = self.get(name)
            self._functions[name] = None if verb is None else getattr(import_module(verb.room), name, None)
        return self._functions[name]

    def offer(self, dossier: Dossier, verb: Verb, chosen: int | None = None) -> Offer | None:
        """Whether this person may do the verb now; None when it is not for them at all.

        ``chosen``: key of the row (order, session …) it is meant for, when there are several.
        """
        move, case, rights = verb.move, dossier.case, dossier.rights
        if self.function_of(verb.name) is None or not rights.may(move.permission):
            return None
        if case.state not in move.sources:
            words = _("当前状态为“%(state)s”") % {"state": case.get_state_display()}
            return Offer(verb, False, words)
        rows = verb.subjects(dossier, move) if verb.subjects else [case]
        rows = [row for row in rows if chosen is None or row.pk == chosen]
        if not rows:
            return Offer(verb, False, str(verb.none)) if verb.none else None
        narrowed = rows[0] is not case
        if not narrowed and not case.is_reached_by(rights, move.permission):
            return Offer(verb, False, _("不在您的辖区或单位范围内"))
        return Offer(verb, True, subject=rows[0])

    def offers(self, dossier: Dossier) -> tuple[list[Offer], list[Offer]]:
        """The verb bar, and what stands behind 更多: further legal verbs first, then the others with their reason."""
        found = [one for one in (self.offer(dossier, verb) for verb in self.values()) if one is not None]
        legal = sorted((one for one in found if one.legal), key=self._rank)
        bar = [one for one in legal if one.name in self.front][: self.bar] or legal[:1]
        rest = [one for one in legal if one not in bar] + [one for one in found if not one.legal]
        return bar, rest

    def _rank(self, one: Offer) -> int:
        return self.front.index(one.name) if one.name in self.front else len(self.front)
