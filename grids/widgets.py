"""A GeoJSON field that is drawn on a Leaflet map: a text box that works without script, and a module that draws.

django-leaflet's own widget needs GDAL, which a plain machine does not have, so neither ``leaflet.forms`` nor
``leaflet.admin`` is ever imported; its settings (tiles) are used.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from leaflet import app_settings

from grids.boundaries import BoundaryError, parse_geometry

MAX_CHARACTERS = 900_000


class GeoJSONWidget(forms.Textarea):
    """The editor. ``neighbours`` is the address of a map whose areas are drawn beside it (see ``views.area_map``)."""

    class Media:
        css = {
            "all": (
                "vendor/leaflet/leaflet.css", "vendor/geoman/leaflet-geoman.css", "grids/boundary-editor.css",
            )
        }  # fmt: skip
        js = (
            "vendor/leaflet/leaflet.js", "vendor/geoman/leaflet-geoman.min.js",
            Script("grids/boundary-editor.js", type="module"),
        )  # fmt: skip

    def __init__(self, attrs: dict[str, Any] | None = None, *, neighbours: str = "", code: str = "") -> None:
        super().__init__({"rows": 6, "cols": 80, "spellcheck": "false", **(attrs or {})})
        self.neighbours, self.code = neighbours, code

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> str:
        """By the project's templates; the form renderer knows Django's own only."""
        return render_to_string("grids/boundary_editor.html", self.get_context(name, value, attrs))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        tiles = app_settings.get("TILES") or []
        context["widget"] |= {
            "neighbours": self.neighbours,
            "code": self.code,
            "tiles": tiles if isinstance(tiles, str) else (tiles[0][1] if tiles else ""),
        }
        return context


class GeoJSONField(forms.CharField):
    """A Polygon or MultiPolygon as a mapping, None when empty; what is wrong is said in words."""

    widget = GeoJSONWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_CHARACTERS, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            told = json.loads(text)
            parse_geometry(told)
        except (ValueError, RecursionError) as error:
            words = error.message if isinstance(error, BoundaryError) else _("不是有效的 GeoJSON")
            raise forms.ValidationError(words, "invalid") from error
        return told

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (json.loads(data) if data else None) != (initial or None)
        except (ValueError, RecursionError):
            return True
