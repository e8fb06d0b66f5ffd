"""Signs of life: alive, able to serve, figures for Prometheus."""

from __future__ import annotations

from ipaddress import ip_address

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions

from accounts.clients import client_address
from accounts.lean import Answer, LeanView, dumps
from casework.queries import machinery
from events.models import Event
from governance.figures import figures
from grids.scope import rights_of

_TEXT = {(200, "text/plain"): OpenApiTypes.STR}
_migrated: list[bool] = []


def is_migrated() -> bool:
    """Whether every migration of this code is applied; once true it stays true for the process."""
    if not _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.append(True)
    return True


class HealthView(LeanView):
    """Alive: answers without touching the database."""

    is_public = True

    @extend_schema(operation_id="healthz", tags=["health"], auth=[], responses=_TEXT)
    def get(self, request: HttpRequest) -> Answer:
        return HttpResponse("ok\n", content_type="text/plain")


class ReadyView(LeanView):
    """Able to serve (database and migrations, else 503), with the state of Redis, worker, beat and relay."""

    is_public = True

    @extend_schema(
        operation_id="readyz", tags=["health"], auth=[],
        responses={200: OpenApiTypes.OBJECT, 503: OpenApiResponse(OpenApiTypes.OBJECT)},
    )
    def get(self, request: HttpRequest) -> Answer:
        state = machinery()
        migrated = bool(state["database"]["ok"]) and is_migrated()
        is_ready = state["database"]["ok"] and migrated
        parts = {
            name: {"ok": part["ok"], **({"age_seconds": part["age_seconds"]} if "age_seconds" in part else {})}
            for name, part in state.items()
            if isinstance(part, dict) and "ok" in part
        }
        body = {"ready": is_ready, "all_ok": state["ok"], "migrated": migrated, "parts": parts}
        if is_ready:
            return 200, body
        response = HttpResponse(dumps(body), content_type="application/json", status=503)
        response["Retry-After"] = "5"
        return response


class MetricsView(LeanView):
    """Prometheus text, for this machine itself or an account that may use the API."""

    is_public = True

    @extend_schema(
        operation_id="metrics", tags=["health"],
        responses={**_TEXT, 401: OpenApiResponse(), 403: OpenApiResponse()},
    )
    def get(self, request: HttpRequest) -> Answer:
        if not _is_local(request):
            self.sign_in(request)
            if not rights_of(request.user, at=request.at).may("api.use"):
                raise exceptions.PermissionDenied
        text = figures(Event, at=request.at)
        return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_local(request: HttpRequest) -> bool:
    """From this machine, and not passed on by a proxy for somebody else."""
    if any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")):
        return False
    try:
        return ip_address(client_address(request)).is_loopback
    except ValueError:
        return False
