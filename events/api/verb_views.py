"""One view per verb, made from the tables, so that the OpenAPI document knows each with its own form."""

from __future__ import annotations

from functools import cached_property

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema

from accounts.lean import Answer
from casework.api import CaseView
from casework.refusals import not_found
from casework.verb_api import ApiVerb, CaseVerbView, refuse_stale, verb_views
from events import queries
from events.api import described
from events.api.order_verbs import ORDER_VERBS, Ordered
from events.api.shapes import columns_of, event_after, event_row, orders_of
from events.api.verbs import EVENT_VERBS
from events.api.views import KEY, OneEventView
from events.models import Event, WorkOrder


class EventVerbView(CaseVerbView, OneEventView):
    """A verb of one event."""

    def after(self, case: Event) -> dict:
        return event_after(case, at=self.request.at)


class OrderVerbView(CaseView):
    """A verb of one work order: 200 with the order and its event."""

    name = ""
    verb: ApiVerb

    @cached_property
    def order(self) -> WorkOrder:
        """Raises ``not_found`` outside the scope, as for no order at all."""
        self.need("events.view")
        rows = WorkOrder.objects.filter(pk=self.key, event__in=queries.visible_to(self.actor.rights))
        found = rows.select_related("event__owner_unit", "unit__area", "area").first()
        if found is None:
            raise not_found()
        return found

    def post(self, request: HttpRequest, order_id: int) -> Answer:
        self.key = order_id
        order = self.order
        sent = self.sent(request, self.verb.form)
        if self.name != "feed_back":
            refuse_stale(order.event, sent)
        self.verb.act(Ordered(self.name, order, sent, self.actor, request.at))
        event = order.event
        event.refresh_from_db()
        shown = next(row for row in orders_of(event) if row["id"] == order.pk)
        return 200, {**shown, "event": event_row(columns_of(event), at=request.at)}


def _order_view(name: str, verb: ApiVerb) -> type[OrderVerbView]:
    described_post = extend_schema(
        operation_id=f"orders_{name}", tags=["order verbs"], summary=name.replace("_", " "), parameters=[KEY],
        request=verb.form, responses={200: described.OrderDone, **described.MOVE},
    )
    made = type(f"Order{name.title().replace('_', '')}View", (OrderVerbView,), {"name": name, "verb": verb})
    made.post = described_post(_own(OrderVerbView.post))
    return made


def _own(post: object) -> object:
    """A function object of its own for each view: the description is hung onto it."""

    def handler(self: CaseView, request: HttpRequest, **kwargs: object) -> Answer:
        return post(self, request, **kwargs)

    return handler


EVENT_VIEWS = verb_views(EventVerbView, EVENT_VERBS, prefix="events", tag="event verbs", done=described.EventDone)
ORDER_VIEWS = {name: _order_view(name, verb) for name, verb in ORDER_VERBS.items()}
