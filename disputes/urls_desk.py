"""Addresses of the desk and of one dispute."""

from django.urls import path

from disputes.views import case, desk

ONE = "disputes/<str:number>/"
urlpatterns = [
    path("disputes/", desk.browse, name="desk"),
    path("disputes/register/", desk.register, name="register"),
    path("disputes/register/suggest/", desk.suggest, name="suggest"),
    path("disputes/figures/", desk.figures, name="figures"),
    path(ONE, case.detail, name="detail"),
    path(f"{ONE}open/", case.open_sealed, name="open"),
    path(f"{ONE}clock/", case.clock, name="clock"),
    path(f"{ONE}advice/", case.advice, name="advice"),
    path(f"{ONE}packet/<uuid:key>/", case.packet, name="packet"),
    path(f"{ONE}file/<int:key>/", case.file, name="file"),
    path(f"{ONE}do/<slug:name>/", case.verb, name="verb"),
]
