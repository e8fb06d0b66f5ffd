"""Orders over HTTP: take a call in, list, read, and one POST per verb (api.md)."""

from __future__ import annotations

from django.db import IntegrityError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema

from accounts.lean import Answer
from casework.api import CaseView
from casework.api_described import KEY, ONE, READ, WRITE, ClockPage, TrailPage
from casework.refusals import MoveRefused, missing
from casework.verb_api import CaseVerbView, OneCaseView, verb_views
from events.placing import place_of
from grids.scope import Rights
from hotline import queries, transitions
from hotline.api import described, listing
from hotline.api.shapes import order_whole
from hotline.api.verbs import ORDER_VERBS, CallForm
from hotline.models import HotlineOrder
from hotline.transitions import Told
from hotline.transitions.intake import find_known
from hotline.workflow import MOVES


class OrdersView(CaseView):
    """The list, and the way in."""

    takes = listing.TAKES

    @extend_schema(
        operation_id="hotline_list", tags=["hotline"], parameters=listing.PARAMETERS,
        responses={200: described.HotlinePage, **READ},
    )
    def get(self, request: HttpRequest) -> Answer:
        self.need(*queries.PERMISSIONS)
        return 200, listing.page_of(request, self.actor)

    @extend_schema(
        operation_id="hotline_register", tags=["hotline"], parameters=[KEY], request=CallForm,
        responses={201: described.HotlineOrderWhole, 200: described.HotlineOrderWhole, **WRITE},
    )
    def post(self, request: HttpRequest) -> Answer:
        self.need("hotline.register")
        told = self._told(self.sent(request, CallForm))
        known = find_known(told)
        status = 200 if known is not None else 201
        if known is None:
            try:
                known = transitions.register(told, actor=self.actor, at=request.at)
            except IntegrityError:  # the same call by another connection, a moment before
                status, known = 200, find_known(told)
                if known is None:
                    raise
        if not known.is_visible_to(self.actor.rights):
            raise MoveRefused("number_taken", _("该来源的外部编号已被使用"))
        return status, order_whole(known, at=request.at)

    def _told(self, sent: dict) -> Told:
        caller = sent.pop("caller", None) or {}
        area = sent.get("area") or None
        if area is not None:
            place = place_of(area)
            paths = self.actor.rights.paths("hotline.register")
            if place is None or (paths and not any(place.path.startswith(path) for path in paths)):
                raise missing(area=_("没有这个区域编码"))
        same_day = sent.pop("same_day", None)
        more = {name: value for name, value in sent.items() if value not in (None, "")}
        return Told(
            **more, is_same_day=same_day, name=caller.get("name", ""), phone=caller.get("phone", ""),
            is_secret=caller.get("secret", False), may_call_back=caller.get("call_back", True),
            call_back_slot=caller.get("slot", ""),
        )


class OneOrderView(OneCaseView):
    """What hangs on one order in the actor's scope."""

    kind, view_permission, moves = "hotline", "hotline.view", MOVES

    @property
    def case(self) -> HotlineOrder:
        """Raises ``not_found`` outside the scope, as for no order at all."""
        if not hasattr(self, "_case"):
            self.need(*queries.PERMISSIONS)
            self._case = self.find(self.actor.rights, self.number)
        return self._case

    def find(self, rights: Rights, number: str) -> HotlineOrder:
        return queries.one(rights, number)


class OrderView(OneOrderView):
    """One order with its clocks and call-backs."""

    @extend_schema(
        operation_id="hotline_one", tags=["hotline"], responses={200: described.HotlineOrderWhole, **ONE}
    )
    def get(self, request: HttpRequest, number: str) -> Answer:
        shown = order_whole(self.case, at=request.at)
        self.note_reading("open", "text", "address")
        return 200, shown


class TrailView(OneOrderView):
    """The trail, oldest first; every row carries the hash of the one before."""

    @extend_schema(operation_id="hotline_trail", tags=["hotline"], responses={200: TrailPage, **ONE})
    def get(self, request: HttpRequest, number: str) -> Answer:
        return self.trail()


class ClockView(OneOrderView):
    """Why every deadline is when it is."""

    @extend_schema(operation_id="hotline_clock", tags=["hotline"], responses={200: ClockPage, **ONE})
    def get(self, request: HttpRequest, number: str) -> Answer:
        return self.clock()


class OrderVerbView(CaseVerbView, OneOrderView):
    """A verb of one order."""

    case = OneOrderView.case

    def after(self, case: HotlineOrder) -> dict:
        return order_whole(HotlineOrder.objects.get(pk=case.pk), at=self.request.at)


VERB_VIEWS = verb_views(
    OrderVerbView, ORDER_VERBS, prefix="hotline", tag="hotline verbs", done=described.HotlineOrderWhole
)
