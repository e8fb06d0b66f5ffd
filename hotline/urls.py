"""Addresses of the room."""

from django.urls import include, path

app_name = "hotline"
urlpatterns = [
    path("hotline/knowledge/", include("hotline.knowledge.urls")),
    path("hotline/exchange/", include("hotline.exchange.urls")),
    path("briefings/", include("hotline.briefings.urls")),
]
