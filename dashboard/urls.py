"""Addresses of the wall."""

from django.urls import path

from dashboard import views, views_petitions

app_name = "dashboard"
urlpatterns = [
    path("screen/", views.wall, name="wall"),
    path("screen/live/", views.live, name="live"),
    path("screen/layers.json", views.layers, name="layers"),
    path("screen/duty/", views.duty, name="duty"),
    path("screen/warnings/", views.warnings, name="warnings"),
    path("screen/warnings/dismiss/", views.dismiss, name="dismiss"),
    path("screen/warnings/<int:key>/lift/", views.lift, name="lift"),
    path("screen/export/", views.export, name="export"),
    path("screen/replay/", views.replayed, name="replay"),
    path("screen/orders/", views.five_orders, name="five_orders"),
    path("screen/petitions/", views_petitions.page, name="petitions"),
    path("screen/recurrences/", views.recurrences, name="recurrences"),
]
