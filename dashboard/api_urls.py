"""Addresses of the dashboard's API, under ``/api/v1/``."""

from django.urls import path

from dashboard.api import OverviewView

urlpatterns = [path("overview/", OverviewView.as_view(), name="overview")]
