"""Addresses of the briefings, under ``/briefings/`` (screens.md §4.4)."""

from django.urls import path, register_converter

from hotline.briefings import views


class BriefingNumber:
    regex = "RX-[DWM]-[0-9]{8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(BriefingNumber, "briefing_number")

urlpatterns = [
    path("", views.index, name="briefings"),
    path("draft/", views.draft, name="briefing_draft"),
    path("<briefing_number:number>/", views.paper, name="briefing"),
    path("<briefing_number:number>/edit/", views.edit, name="briefing_edit"),
    path("<briefing_number:number>/move/", views.move, name="briefing_move"),
    path("<briefing_number:number>/print/", views.printed, name="briefing_print"),
    path("<briefing_number:number>/figures/<slug:name>/", views.figure, name="briefing_figure"),
]
