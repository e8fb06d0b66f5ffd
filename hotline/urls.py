"""Addresses of the room."""

from django.urls import include, path

from hotline import numbering  # noqa: F401  (its converters)
from hotline.views import boards, callbacks, discipline, orders

app_name = "hotline"
urlpatterns = [
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
