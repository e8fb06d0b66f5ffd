"""Addresses of the room."""

from django.urls import URLPattern

from disputes.urls_desk import urlpatterns as desk
from disputes.urls_rooms import urlpatterns as rooms

app_name = "disputes"
urlpatterns: list[URLPattern] = [*rooms, *desk]
