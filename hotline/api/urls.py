"""Addresses under ``/api/v1/hotline/``."""

from django.urls import URLPattern, path

from hotline import numbering  # noqa: F401  (its converters)
from hotline.api import views

urlpatterns: list[URLPattern] = [
    path("", views.OrdersView.as_view(), name="hotline"),
    path("<order_number:number>/", views.OrderView.as_view(), name="hotline_order"),
    path("<order_number:number>/trail/", views.TrailView.as_view(), name="hotline_trail"),
    path("<order_number:number>/clock/", views.ClockView.as_view(), name="hotline_clock"),
    *(
        path(f"<order_number:number>/{name}/", view.as_view(), name=f"hotline_{name}")
        for name, view in views.VERB_VIEWS.items()
    ),
]
