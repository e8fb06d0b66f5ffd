"""Addresses under ``/api/v1/disputes/``."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
