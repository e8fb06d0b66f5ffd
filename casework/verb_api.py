"""A case over HTTP, for every room: one case, its trail, its clock, and one POST per verb (api.md).

A room subclasses ``OneCaseView`` with where its cases come from, and makes its verb views from a table of
``ApiVerb`` by ``verb_views``, so that the OpenAPI document knows each verb with its own form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import ModuleType
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from accounts.bodies import StrictSerializer, Text, Whole
from accounts.lean import Answer
from casework import readlog
from casework.actor import Actor
from casework.api import CaseView
from casework.api_described import KEY, MOVE
from casework.api_shapes import TRAIL_FIELDS, clock_row, trail_rows
from casework.door import Move
from casework.models import Case
from casework.refusals import MoveRefused
from grids.scope import Rights

NOTE = 400


class VerbBody(StrictSerializer):
    """Every verb takes the version that the client saw; another in force is refused with ``stale``."""

    version = Whole(required=False, min_value=0, max_value=2**31 - 1)


class NoteBody(VerbBody):
    note = Text(required=True, max_length=NOTE)


class OptionalNoteBody(VerbBody):
    note = Text(required=False, max_length=NOTE)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to do a verb."""

    name: str
    case: Case
    sent: dict
    actor: Actor
    at: datetime

    @property
    def who(self) -> dict[str, Any]:
        return {"actor": self.actor, "at": self.at}

    def taken(self, *names: str) -> dict[str, Any]:
        """What was sent of these, without what was left out or empty."""
        return {name: self.sent[name] for name in names if self.sent.get(name) not in (None, "")}


@dataclass(frozen=True, slots=True)
class ApiVerb:
    """A verb with its body and how its function is called.

    ``sees``: the function compares the seen version under the lock itself; else it is compared on entry.
    """

    form: type[VerbBody]
    act: Callable[[Asked], Any]
    sees: bool = False


def plain(room: ModuleType, *names: str, sees: bool = False) -> Callable[[Asked], Any]:
    """Calls the room's function of the verb's name with the case and these fields."""

    def act(asked: Asked) -> Any:
        seen = {"seen_version": asked.sent.get("version")} if sees else {}
        return getattr(room, asked.name)(asked.case, **asked.taken(*names), **seen, **asked.who)

    return act


def refuse_stale(case: Case, sent: dict) -> None:
    """Raises ``stale`` when another version is in force than the client saw."""
    seen = sent.get("version")
    if seen is not None and seen != case.version:
        raise MoveRefused("stale", _("事件已有新变动,请查看后再操作"), state=case.state)


class OneCaseView(CaseView):
    """What hangs on one case in the actor's scope. Rooms set ``kind`` and ``view_permission``, and write ``find``."""

    kind = ""
    view_permission = ""
    moves: Mapping[str, Move] = {}

    def find(self, rights: Rights, number: str) -> Case:
        """The case within these rights. Raises ``not_found``."""
        raise NotImplementedError

    @cached_property
    def case(self) -> Case:
        """Raises ``not_found`` outside the scope, as for no case at all."""
        self.need(self.view_permission)
        return self.find(self.actor.rights, self.number)

    def answer(self, request: HttpRequest, handler: Callable[..., Answer], kwargs: dict) -> Answer:
        self.number = kwargs["number"]
        return super().answer(request, handler, kwargs)

    def note_reading(self, act: str, *fields: str) -> None:
        """A machine's reading is logged before the answer leaves (quality.md §5.4)."""
        if self.actor.lane == "platform":
            readlog.record(
                self.actor, act, kind=self.kind, at=self.request.at, object_key=self.case.number, fields=fields
            )

    # Bodies of the resources that every room has; a room's view describes them and calls these.

    def trail(self) -> Answer:
        """The trail, oldest first; every row carries the hash of the one before."""
        case = self.case
        self.need("casework.view_trail")
        rows = case.trail.order_by("seq").values(*TRAIL_FIELDS)
        shown = {"number": case.number, "results": trail_rows(rows, self.moves)}
        self.note_reading("open", "trail")
        return 200, shown

    def clock(self) -> Answer:
        """Why every deadline is when it is: segments, pauses with reason, charged unit, calendar, sum, rungs."""
        case = self.case
        rows = case.deadlines.prefetch_related("fired").order_by("pk")
        return 200, {"number": case.number, "deadlines": [clock_row(row, at=self.request.at) for row in rows]}


class CaseVerbView(OneCaseView):
    """A verb of one case: 200 with the case as it is then, 409 with the present holder or state."""

    name = ""
    verb: ApiVerb

    def after(self, case: Case) -> dict:
        """The case as the verb left it, in JSON."""
        raise NotImplementedError

    def do(self, request: HttpRequest) -> Answer:
        case = self.case
        sent = self.sent(request, self.verb.form)
        if not self.verb.sees:
            refuse_stale(case, sent)
        done = self.verb.act(Asked(self.name, case, sent, self.actor, request.at))
        if not isinstance(done, type(case)):
            case.refresh_from_db()
            done = case
        return 200, self.after(done)


def verb_views(
    base: type[CaseVerbView], verbs: Mapping[str, ApiVerb], *, prefix: str, tag: str,
    done: type[serializers.Serializer],
) -> dict[str, type[CaseVerbView]]:
    """A view class for each verb; ``prefix`` begins the operation ids, ``done`` describes the answer."""

    def made(name: str, verb: ApiVerb) -> type[CaseVerbView]:
        def post(self: CaseVerbView, request: HttpRequest, **kwargs: object) -> Answer:
            return self.do(request)

        view = type(f"{prefix}_{name}_view".title().replace("_", ""), (base,), {"name": name, "verb": verb})
        view.post = extend_schema(
            operation_id=f"{prefix}_{name}", tags=[tag], summary=name.replace("_", " "), parameters=[KEY],
            request=verb.form, responses={200: done, **MOVE},
        )(post)
        return view

    return {name: made(name, verb) for name, verb in verbs.items()}
