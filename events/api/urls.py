"""Addresses of the API of events, under ``/api/v1/``."""

from django.urls import path, register_converter

from events.alerts import api as alerts
from events.api import attachments, map_views, pulse_views, views
from events.api.verb_views import EVENT_VIEWS, ORDER_VIEWS
from events.clues import api as clues


class EventNumber:
    """A number as the rule of rules.md §4 writes it; anything else is no address at all."""

    regex = "[0-9][0-9-]{0,31}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class OrderId:
    """A key that fits the database."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class Sha256(EventNumber):
    """64 hexadecimal digits."""

    regex = "[0-9a-fA-F]{64}"


register_converter(EventNumber, "event_number")
register_converter(OrderId, "order_id")
register_converter(Sha256, "sha256")

urlpatterns = [
    path("events/", views.EventsView.as_view(), name="events"),
    path("events/batch/", views.BatchView.as_view(), name="events_batch"),
    path("events/<event_number:number>/", views.EventView.as_view(), name="event"),
    path("events/<event_number:number>/trail/", views.TrailView.as_view(), name="trail"),
    path("events/<event_number:number>/clock/", views.ClockView.as_view(), name="clock"),
    path("events/<event_number:number>/attachments/", attachments.AttachmentsView.as_view(), name="attachments"),
    path(
        "events/<event_number:number>/attachments/<sha256:sha256>",
        attachments.AttachmentView.as_view(),
        name="attachment",
    ),
    *(
        path(f"events/<event_number:number>/{name}/", view.as_view(), name=f"events_{name}")
        for name, view in EVENT_VIEWS.items()
    ),
    *(
        path(f"orders/<order_id:order_id>/{name}/", view.as_view(), name=f"orders_{name}")
        for name, view in ORDER_VIEWS.items()
    ),
    path("alerts/", alerts.AlertsView.as_view(), name="alerts"),
    path("alerts/batch/", alerts.AlertsBatchView.as_view(), name="alerts_batch"),
    path("alerts/<order_id:key>/", alerts.AlertView.as_view(), name="alert"),
    path("alerts/<order_id:key>/picture/", alerts.AlertPictureView.as_view(), name="alerts_picture"),
    path("alerts/<order_id:key>/confirm/", alerts.AlertConfirmView.as_view(), name="alerts_confirm"),
    path("alerts/<order_id:key>/dismiss/", alerts.AlertDismissView.as_view(), name="alerts_dismiss"),
    path("alerts/<order_id:key>/undo_dismiss/", alerts.AlertUndoView.as_view(), name="alerts_undo_dismiss"),
    path("clues/", clues.CluesView.as_view(), name="clues"),
    path("clues/batch/", clues.CluesBatchView.as_view(), name="clues_batch"),
    path("categories/", views.CategoriesView.as_view(), name="categories"),
    path("areas.geojson", map_views.AreasGeoJsonView.as_view(), name="areas_geojson"),
    path("pulse/", pulse_views.PulseView.as_view(), name="pulse"),
]
