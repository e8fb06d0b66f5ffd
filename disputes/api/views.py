"""Disputes over HTTP, in the grammar of events: register, list, one, trail, clock, a POST per verb (api.md)."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cached_property

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from accounts.lean import Answer
from casework import readlog
from casework.api import CaseView
from casework.api_described import KEY, ONE, READ, WRITE, ClockPage, TrailPage
from casework.refusals import forbidden, missing
from casework.verb_api import CaseVerbView, OneCaseView, verb_views
from disputes import queries, services, wall
from disputes.api.shapes import LIST_FIELDS, referral, row, service, whole
from disputes.api.verb_forms import RegisterBody
from disputes.api.verbs import VERBS
from disputes.models import Dispute, DisputeType, LegalService, Referral, Tier
from disputes.reach import HAND_OVER, TAKE_PART, VIEW
from disputes.telling import ClaimTold, PartyTold, ProxyTold, Told
from disputes.transitions import register
from disputes.transitions.intake import find_known
from disputes.workflow import MOVES
from events.filtering import read_filters
from grids.scope import Rights

SEE = (VIEW, TAKE_PART, HAND_OVER)
SIZE, MOST = 50, 200
NAMES = {"states": "state"}
TAKES = frozenset({*(NAMES.get(f.name, f.name) for f in fields(queries.Filters)), "order", "cursor", "page_size", "count"})
CODE = re.compile(r"[0-9A-Za-z_-]{0,40}")
CURSOR = re.compile(r"[0-9A-Za-z:+. -]{0,40}\|[0-9]{1,18}")


class DisputeShape(serializers.Serializer):
    """A dispute; the story is never in it."""

    number = serializers.CharField()
    state = serializers.ChoiceField(choices=Dispute.State.choices)
    version = serializers.IntegerField()
    type = serializers.ChoiceField(choices=DisputeType.choices)
    tier = serializers.ChoiceField(choices=Tier.choices)
    sealed = serializers.BooleanField()
    due_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField()


class DisputePage(serializers.Serializer):
    results = DisputeShape(many=True)
    next = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False)


PARAMETERS = [
    *(OpenApiParameter(name, {"type": "string"}) for name in sorted(TAKES - {"order", "page_size", "count"})),
    OpenApiParameter("order", {"type": "string", "enum": list(queries.ORDERS)}),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MOST}),
    OpenApiParameter("count", {"type": "string", "enum": ["exact"]}),
]


class DisputesView(CaseView):
    """The list, and the way in."""

    takes = TAKES

    @extend_schema(
        operation_id="disputes_list", tags=["disputes"], parameters=PARAMETERS, responses={200: DisputePage, **READ}
    )
    def get(self, request: HttpRequest) -> Answer:
        self.need(*SEE)
        params, at = request.GET, request.at
        _check(request)
        rows = queries.narrow(queries.visible_to(self.actor.rights), read_filters(params, queries.Filters), at=at)
        found = queries.page(
            rows, order=params.get("order") or "-id", cursor=params.get("cursor", ""), size=_size(params.get("page_size")),
            fields=LIST_FIELDS,
        )
        answer: dict = {"results": [row(one) for one in found.rows], "next": None}
        if found.next:
            following = params.copy()
            following["cursor"] = found.next
            answer["next"] = request.build_absolute_uri(f"{request.path}?{following.urlencode()}")
        if params.get("count"):
            answer["count"] = rows.order_by().values("id").count()
        if self.actor.lane == "platform":
            readlog.record(self.actor, "list", kind="dispute", at=at, count=len(found.rows))
        return 200, answer

    @extend_schema(
        operation_id="disputes_register", tags=["disputes"], parameters=[KEY], request=RegisterBody,
        responses={201: DisputeShape, 200: DisputeShape, **WRITE},
    )
    def post(self, request: HttpRequest) -> Answer:
        self.need("disputes.register")
        told = _told(self.sent(request, RegisterBody))
        known = find_known(told)
        dispute = register(told, actor=self.actor, at=request.at)
        return (200 if known else 201), whole(dispute, self.actor.rights, at=request.at)


def _told(sent: dict) -> Told:
    parties = tuple(PartyTold(**one) for one in sent.pop("parties"))
    claims = tuple(ClaimTold(**one) for one in sent.pop("claims", ()))
    proxy = sent.pop("proxy", None)
    asked = ProxyTold(**proxy) if proxy else None
    rest = {name: value for name, value in sent.items() if value not in (None, "")}
    return Told(parties=parties, claims=claims, proxy=asked, **rest)


def _size(text: str | None) -> int:
    if text is None:
        return SIZE
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST:
        raise missing(page_size=_("每页须为 1 至 %(n)s 条") % {"n": MOST})
    return int(text)


def _check(request: HttpRequest) -> None:
    params = request.GET
    for name in ("area", "body"):
        if not CODE.fullmatch(params.get(name, "")):
            raise missing(**{name: _("没有这个编码")})
    if params.get("cursor") and not CURSOR.fullmatch(params["cursor"]):
        raise missing(cursor=_("翻页标记有误"))
    if params.get("count", "") not in ("", "exact"):
        raise missing(count=_("只能为 exact"))
    if len(params.get("q", "")) > 100 or "\x00" in params.get("q", ""):
        raise missing(q=_("搜索内容过长"))


class OneDisputeView(OneCaseView):
    """What hangs on one dispute in the actor's scope."""

    kind, view_permission, moves = "dispute", VIEW, MOVES

    def find(self, rights: Rights, number: str) -> Dispute:
        return queries.one(rights, number)

    @cached_property
    def case(self) -> Dispute:
        """Raises ``not_found`` outside the scope, as for no dispute at all."""
        self.need(*SEE)
        return self.find(self.actor.rights, self.number)


class DisputeView(OneDisputeView):
    """One dispute: state, type, place, clock, parties as far as the reader may; the story is on no API."""

    @extend_schema(operation_id="disputes_one", tags=["disputes"], responses={200: DisputeShape, **ONE})
    def get(self, request: HttpRequest, number: str) -> Answer:
        shown = whole(self.case, self.actor.rights, at=request.at)
        self.note_reading("open", "parties")
        return 200, shown


class TrailView(OneDisputeView):
    """The trail, oldest first."""

    @extend_schema(operation_id="disputes_trail", tags=["disputes"], responses={200: TrailPage, **ONE})
    def get(self, request: HttpRequest, number: str) -> Answer:
        return self.trail()


class ClockView(OneDisputeView):
    """Why every deadline is when it is."""

    @extend_schema(operation_id="disputes_clock", tags=["disputes"], responses={200: ClockPage, **ONE})
    def get(self, request: HttpRequest, number: str) -> Answer:
        return self.clock()


class ReferralShape(serializers.Serializer):
    """Where a party was sent on to, and whether the service has taken it up."""

    kind = serializers.ChoiceField(choices=Referral.Kind.choices)
    provider = serializers.CharField()
    service = serializers.CharField(allow_null=True)
    party = serializers.IntegerField(allow_null=True)
    confidential = serializers.BooleanField()
    asked_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)


class ReferralPage(serializers.Serializer):
    results = ReferralShape(many=True)


class ReferralsView(OneDisputeView):
    """Referrals to services: for the readers of the story, as on the page; each reading is logged."""

    @extend_schema(operation_id="disputes_referrals", tags=["disputes"], responses={200: ReferralPage, **ONE})
    def get(self, request: HttpRequest, number: str) -> Answer:
        if not wall.may_open(self.case, self.actor):
            raise forbidden()
        self.note_reading("open", "referrals")
        return 200, {"results": [referral(one) for one in self.case.referrals.select_related("service")]}


class ServiceShape(serializers.Serializer):
    """A place of the register of public legal services."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=LegalService.Kind.choices)
    area = serializers.CharField()
    address = serializers.CharField()
    phone = serializers.CharField()
    opening_hours = serializers.CharField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)


class ServicePage(serializers.Serializer):
    results = ServiceShape(many=True)


class ServicesView(CaseView):
    """公共法律服务: the register, by kind and area."""

    takes = frozenset({"kind", "area"})

    @extend_schema(
        operation_id="disputes_services", tags=["disputes"], responses={200: ServicePage, **READ},
        parameters=[OpenApiParameter("kind", {"type": "string", "enum": LegalService.Kind.values}),
                    OpenApiParameter("area", {"type": "string"})],
    )
    def get(self, request: HttpRequest) -> Answer:
        self.need("grids.view")
        kind, area = request.GET.get("kind", ""), request.GET.get("area", "")
        if kind and kind not in LegalService.Kind.values:
            raise missing(kind=_("筛选条件有误"))
        if not CODE.fullmatch(area):
            raise missing(area=_("没有这个编码"))
        return 200, {"results": [service(one) for one in services.services(kind=kind, area=area)]}


class DisputeVerbView(CaseVerbView, OneDisputeView):
    """A verb of one dispute."""

    def after(self, case: Dispute) -> dict:
        return whole(case, self.actor.rights, at=self.request.at)


VERB_VIEWS = verb_views(DisputeVerbView, VERBS, prefix="disputes", tag="disputes", done=DisputeShape)
