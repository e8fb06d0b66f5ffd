"""Addresses of the exchange, under ``/hotline/exchange/``."""

from django.urls import path

from hotline.exchange import views

urlpatterns = [
    path("", views.index, name="exchange"),
    path("new/", views.new, name="exchange_new"),
    path("replay/", views.replay_all, name="exchange_replay_all"),
    path("messages/<int:key>/", views.settle, name="exchange_settle"),
    path("<slug:code>/", views.edit, name="exchange_partner"),
]
