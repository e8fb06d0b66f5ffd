"""Addresses of the hot topics, under ``/hotline/hotspots/``."""

from django.urls import path

from hotline.hotspots import views

urlpatterns = [
    path("", views.index, name="hotspots"),
    path("orders/", views.orders, name="hot_orders"),
    path("<int:key>/", views.topic, name="hot_topic"),
]
