"""The public contract, version 1 (api.md): every room's API under one roof."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated

from accounts.api import TokenView
from governance import health
from governance.pulse import PagePulseView
from grids import api as land

READERS = [IsAuthenticated if settings.PRODUCTION else AllowAny]
"""Who may read the description: signed-in people in production (quality.md §4.5), anybody in demo and tests."""

v1 = [
    path("", include("events.api.urls")),
    path("token/", TokenView.as_view(), name="token"),
    path("areas/", land.AreasView.as_view(), name="areas"),
    re_path(r"areas/(?P<code>[0-9A-Za-z_-]{1,40})/\Z", land.AreaView.as_view(), name="area"),
    path("locate/", land.LocateView.as_view(), name="locate"),
    path("units/", land.UnitsView.as_view(), name="units"),
    path("hotline/", include("hotline.api.urls")),
    path("disputes/", include("disputes.api.urls")),
]
if find_spec("dashboard.api_urls"):
    v1.append(path("", include("dashboard.api_urls")))

urlpatterns = [
    path("api/v1/", include((v1, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=READERS), name="schema"),
    path("api/docs/", TemplateView.as_view(template_name="api/docs.html"), name="docs"),
    path("open311/v2/", include(("events.api.open311_urls", "open311"))),
    path("healthz", health.HealthView.as_view(), name="healthz"),
    path("readyz", health.ReadyView.as_view(), name="readyz"),
    path("metrics", health.MetricsView.as_view(), name="metrics"),
    path("pulse", PagePulseView.as_view(), name="pulse"),
]
