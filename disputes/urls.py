"""Addresses of the room."""

from django.urls import URLPattern

app_name = "disputes"
urlpatterns: list[URLPattern] = []
