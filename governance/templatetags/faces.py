"""How numbers, durations and moments are written on the faces (screens.md §4.6). The same words are spoken by
``static/shared/clock.js``, so that a page reads alike with and without script."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import escape
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import names
from casework.spoken import spoken

register = template.Library()
register.filter(names.named)
TEN_THOUSAND = 10_000
_key_entries: dict[tuple, SafeString] = {}


@register.filter
def duration(value: timedelta | float | None) -> str:
    """A length of time from a timedelta or from seconds: ``1 天 3 时 20 分``, ``2 时 05 分``, ``42 分``, ``30 秒``."""
    return spoken().duration(value)


@register.filter
def remaining(due: datetime | None, at: datetime) -> str:
    """What is left until ``due``, seen at ``at``: ``剩 2 时 05 分`` or ``超 35 分``."""
    return spoken().remaining(due, at)


@register.filter
def moment(value: datetime | None, at: datetime | None = None) -> str:
    """``14:20`` on the day of ``at``, else ``2026-03-05 14:20``, in the district's time zone."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    if at is not None and timezone.localtime(at).date() == local.date():
        return local.strftime("%H:%M")
    return local.strftime("%Y-%m-%d %H:%M")


@register.filter
def iso(value: date | None, step: str = "seconds") -> str:
    """A day, or a moment in the district's time zone, as machines read it (``datetime=``), no finer than ``step``."""
    if value is None:
        return ""
    return timezone.localtime(value).isoformat(timespec=step) if isinstance(value, datetime) else value.isoformat()


@register.filter
def age(value: datetime | None, at: datetime) -> str:
    """``12 分钟前``; from one day on the plain moment."""
    if value is None:
        return "—"
    seconds = (at - value).total_seconds()
    if seconds < 60:
        return _("刚刚")
    if seconds < 3600:
        return _("%(n)s 分钟前") % {"n": int(seconds // 60)}
    if seconds < 86400:
        return _("%(n)s 小时前") % {"n": int(seconds // 3600)}
    return moment(value, at)


@register.filter
def wan(value: float | Decimal | None) -> str:
    """Counts on the wall: below ten thousand in full, above as ``4.80 万``; in full in English, which has no such word."""
    if value is None:
        return "—"
    if value < TEN_THOUSAND or (get_language() or "").startswith("en"):
        return f"{value:,}"
    return _("%(n)s 万") % {"n": f"{value / TEN_THOUSAND:.2f}"}


@register.filter
def thousands(value: float | Decimal | None) -> str:
    """Full figure with separators for tables: ``48,022``."""
    return "—" if value is None else f"{value:,}"


@register.filter
def rate(value: float | Decimal | None) -> str:
    """A share between 0 and 1 with two decimals: ``94.82 %``; nothing to divide by is a dash."""
    return "—" if value is None else f"{value * 100:.2f} %"


@register.filter
def drawn(rows: Iterable[dict]) -> SafeString:
    """Rows that were drawn by hand (``events.work_rows``): their ``html``, one after the other."""
    return mark_safe("".join([row["html"] for row in rows]))  # noqa: S308 (escaped where it was drawn)


@register.filter
def key_entries(verbs: Iterable[Any]) -> SafeString:
    """Entries of the sheet of keys for the verbs that have one (``casework.offering.Verb``)."""
    verbs = tuple(verbs or ())
    key = (get_language(), *[id(verb.move) for verb in verbs])  # moves live as long as the process
    if key not in _key_entries:
        entries = (f'<li data-key="{escape(verb.key)}">{escape(str(verb.move.label))}</li>' for verb in verbs)
        _key_entries[key] = mark_safe("".join(entries))  # noqa: S308 (escaped above)
    return _key_entries[key]


@register.filter
def part_of(value: float | None, whole: float | None) -> str:
    """Percentage of ``whole`` between 0 and 100 for bar widths; safe when ``whole`` is zero or absent."""
    if not value or not whole:
        return "0"
    return f"{max(0.0, min(100.0, value / whole * 100)):.2f}".rstrip("0").rstrip(".")
