"""Addresses of the room."""

from django.urls import include, path

from hotline import numbering  # noqa: F401  (its converters)
from hotline.lines import webhook
from hotline.views import addresses, boards, callbacks, calls, desk, discipline, orders

app_name = "hotline"
urlpatterns = [
    path("hotline/", desk.desk, name="desk"),
    path("hotline/look/", desk.look, name="look"),
    path("hotline/drafts/", desk.save_draft, name="save_draft"),
    path("hotline/drafts/drop/", desk.drop_draft, name="drop_draft"),
    path("hotline/register/", desk.register, name="register"),
    path("hotline/caller/", calls.caller, name="caller"),
    path("hotline/caller/reveal/", calls.reveal, name="caller_reveal"),
    path("hotline/calls/", calls.state, name="line_state"),
    path("hotline/calls/<slug:name>/", calls.act, name="line_act"),
    path("hotline/line/", webhook.receive, name="line_webhook"),
    path("hotline/simulator/", calls.simulator, name="simulator"),
    path("hotline/addresses/", addresses.index, name="addresses"),
    path("hotline/addresses/unresolved/", addresses.unresolved, name="unresolved"),
    path("hotline/addresses/unresolved/<int:key>/", addresses.settle, name="settle_address"),
    path("hotline/addresses/import/", addresses.take_in, name="import_addresses"),
    path("hotline/hotspots/", include("hotline.hotspots.urls")),
    path("hotline/knowledge/", include("hotline.knowledge.urls")),
    path("hotline/exchange/", include("hotline.exchange.urls")),
    path("briefings/", include("hotline.briefings.urls")),
    path("hotline/orders/", orders.orders, name="orders"),
    path("hotline/callbacks/", callbacks.queue, name="callbacks"),
    path("hotline/callbacks/<int:key>/", callbacks.answer, name="call_back"),
    path("hotline/silence/", boards.silence, name="silence"),
    path("hotline/discipline/", discipline.ledger, name="discipline"),
    path("hotline/discipline/ledger.csv", discipline.export, name="discipline_export"),
    path("hotline/discipline/<referral_number:number>/", discipline.referral, name="referral"),
    path("hotline/discipline/<referral_number:number>/do/<slug:name>/", discipline.verb, name="referral_verb"),
    path("hotline/<order_number:number>/", orders.detail, name="order"),
    path("hotline/<order_number:number>/clock/", orders.clock, name="clock"),
    path("hotline/<order_number:number>/do/<slug:name>/", orders.verb, name="verb"),
]
