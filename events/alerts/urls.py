"""Addresses of the alerts, under ``/desk/alerts/``."""

from django.urls import path

from events.alerts import views

urlpatterns = [
    path("", views.index, name="alerts"),
    path("devices/", views.devices, name="alert_devices"),
    path("<int:key>/", views.detail, name="alert"),
    path("<int:key>/picture/", views.picture, name="alert_picture"),
    path("<int:key>/confirm/", views.confirm, name="alert_confirm"),
    path("<int:key>/dismiss/", views.dismiss, name="alert_dismiss"),
    path("<int:key>/undo/", views.undo_dismiss, name="alert_undo"),
]
