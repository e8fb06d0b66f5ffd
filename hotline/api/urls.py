"""Addresses under ``/api/v1/hotline/``."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
