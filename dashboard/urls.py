"""Addresses of the wall."""

from django.urls import path

from dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("screen/", views.wall, name="wall"),
    path("screen/live/", views.live, name="live"),
    path("screen/layers.json", views.layers, name="layers"),
    path("screen/duty/", views.duty, name="duty"),
    path("screen/recurrences/", views.recurrences, name="recurrences"),
]
