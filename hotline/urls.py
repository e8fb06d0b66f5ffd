"""Addresses of the room."""

from django.urls import include, path

app_name = "hotline"
urlpatterns = [
    path("hotline/knowledge/", include("hotline.knowledge.urls")),
]
