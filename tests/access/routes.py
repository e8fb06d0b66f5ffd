"""Everything that is routed, read from the URL conf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, get_resolver


@dataclass(frozen=True, slots=True)
class Route:
    """One pattern of the URL conf with its name."""

    pattern: str
    name: str


def walk() -> list[Route]:
    """Every pattern, in the order of the URL conf; the admin's list of rooms is written short."""
    found = _walk(get_resolver().url_patterns, "", ())
    return [Route(re.sub(r"\(\?P<app_label>[a-z|]+\)", "(?P<app_label>…)", route.pattern), route.name) for route in found]


def _walk(patterns: list, prefix: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for entry in patterns:
        here = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(here, ":".join((*spaces, entry.name or "")))
        else:
            yield from _walk(entry.url_patterns, here, (*spaces, entry.namespace) if entry.namespace else spaces)
