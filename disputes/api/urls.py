"""Addresses under ``/api/v1/disputes/``."""

from django.urls import path, register_converter

from disputes.api import views


class DisputeNumber:
    """``MT20260305-0017``; anything else is no address at all."""

    regex = "MT[0-9][0-9-]{0,29}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DisputeNumber, "dispute_number")
ONE = "<dispute_number:number>/"
urlpatterns = [
    path("", views.DisputesView.as_view(), name="disputes"),
    path(ONE, views.DisputeView.as_view(), name="dispute"),
    path(f"{ONE}trail/", views.TrailView.as_view(), name="dispute_trail"),
    path("services/", views.ServicesView.as_view(), name="dispute_services"),
    path(f"{ONE}referrals/", views.ReferralsView.as_view(), name="dispute_referrals"),
    path(f"{ONE}clock/", views.ClockView.as_view(), name="dispute_clock"),
    *(path(f"{ONE}{name}/", view.as_view(), name=f"dispute_{name}") for name, view in views.VERB_VIEWS.items()),
]
