"""Addresses of Open311 GeoReport v2, under ``/open311/v2/``, in both formats."""

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from events.api import open311, urls  # noqa: F401  (registers the converter of numbers)

RESOURCES = (
    # route, view, name, operations by method
    ("services", open311.ServicesView, "services", {"get": "services"}),
    ("services/<slug:code>", open311.ServiceView, "service", {"get": "service"}),
    ("requests", open311.RequestsView, "requests", {"get": "requests", "post": "report"}),
    ("requests/<event_number:number>", open311.RequestView, "request", {"get": "request"}),
)


def _in_xml(view: type[open311.Open311View], operations: dict[str, str]) -> type[open311.Open311View]:
    """The same resource, described with its XML answer."""
    made = type(f"{view.__name__}Xml", (view,), {"__doc__": view.__doc__})
    for method, name in operations.items():
        status = 201 if method == "post" else 200
        described = extend_schema(
            operation_id=f"open311_{name}_xml",
            responses={(code, "text/xml"): OpenApiTypes.STR for code in (status, 400, 403, 404)},
        )
        setattr(made, method, described(_own(getattr(view, method))))
    return made


def _own(handler: object) -> object:
    def answer(self: open311.Open311View, request: object, **kwargs: object) -> object:
        return handler(self, request, **kwargs)

    answer.kwargs = dict(handler.kwargs)  # the description of the JSON answer stays with the JSON view
    return answer


urlpatterns = [
    entry
    for route, view, name, operations in RESOURCES
    for entry in (
        path(f"{route}.json", view.as_view(), {"ending": "json"}, name=f"{name}_json"),
        path(f"{route}.xml", _in_xml(view, operations).as_view(), {"ending": "xml"}, name=f"{name}_xml"),
    )
]
