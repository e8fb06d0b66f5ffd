"""Addresses of the clues, under ``/desk/clues/``."""

from django.urls import path

from events.clues import views

urlpatterns = [
    path("", views.index, name="clues"),
    path("enter/", views.enter, name="enter_clue"),
    path("<int:key>/", views.detail, name="cluster"),
    path("<int:key>/confirm/", views.confirm, name="cluster_confirm"),
    path("<int:key>/dismiss/", views.dismiss, name="cluster_dismiss"),
    path("<int:key>/finish/", views.finish, name="cluster_finish"),
    path("<int:key>/outcome/", views.outcome, name="cluster_outcome"),
    path("<int:key>/add/", views.add, name="cluster_add"),
    path("<int:key>/remove/", views.remove, name="cluster_remove"),
]
