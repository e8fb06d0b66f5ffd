"""Pages of the hot topics: what is hot, what surges, what comes back; each with the list behind it."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework.edge import for_staff
from grids import queries as land
from hotline.hotspots import queries, surge
from hotline.hotspots.queries import VIEW
from hotline.presenting import tabs_of

SPANS = {"24": 24, "3": 3}
DAYS = {"7": 7, "30": 30, "90": 90}
MOST_NUMBERS = 50


@for_staff(VIEW)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``days`` 7, 30 or 90 of topics and recurrences; ``hours`` 3 or 24 of the surge test."""
    hours = SPANS.get(request.GET.get("hours", ""), 24)
    days = DAYS.get(request.GET.get("days", ""), 30)
    among = queries.seen_by(request.rights)
    topics = queries.hot_topics(among, at=request.at, days=days)
    return render(request, "hotline/hotspots/index.html", {
        "topics": topics, "marks": marks_of(topics), "ground": land.ground(settings.DISTRICT_CODE), "hours": hours, "days": days,
        "surges": queries.surges(among, at=request.at, hours=hours),
        "places": queries.recurring_places(among, at=request.at, days=days, limit=12),
        "callers": queries.recurring_callers(among, at=request.at, days=days, limit=12),
        "tabs": tabs_of(request.rights, "hotspots"), "false_alarms": round(100 * surge.FALSE_ALARMS),
        "spans": [(24, _("近24小时")), (3, _("近3小时"))],
        "periods": [(7, _("7天")), (30, _("30天")), (90, _("90天"))],
    })


def marks_of(topics: list[queries.Topic]) -> list[dict]:
    """Topics with a place as marks of the map, the rank as their number."""
    return [
        {
            "key": topic.id, "lon": topic.lon, "lat": topic.lat, "number": rank, "title": topic.title,
            "url": reverse("hotline:hot_topic", args=[topic.id]),
        }
        for rank, topic in enumerate(topics, start=1) if topic.lat is not None
    ]


@for_staff(VIEW)
@require_safe
def topic(request: HttpRequest, key: int) -> HttpResponse:
    """One topic: its orders, their days, their places. 404 where none of its orders may be known of."""
    rows = queries.members(queries.seen_by(request.rights), key)
    if not rows:
        raise Http404
    return _list(request, rows, _("热点详情"))


@for_staff(VIEW)
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The list behind a surge or a recurrence: ``numbers`` of at most 50 orders, those out of scope left out."""
    numbers = [number for number in request.GET.get("numbers", "").split(",") if number][:MOST_NUMBERS]
    numbers = [number for number in numbers if number.isprintable() and len(number) <= 40]
    return _list(request, queries.by_numbers(queries.seen_by(request.rights), numbers), _("相关工单"))


def _list(request: HttpRequest, rows: list[dict], heading: str) -> HttpResponse:
    for row in rows:
        row["url"] = reverse("hotline:order", args=[row["number"]])
    days = queries.by_day([row["registered_at"] for row in rows])
    most = max((count for _day, count in days), default=1)
    marks = [
        {"key": row["number"], "lon": row["lon"], "lat": row["lat"], "title": row["title"], "url": row["url"]}
        for row in rows if row["lat"] is not None
    ]
    return render(request, "hotline/hotspots/list.html", {
        "rows": rows, "heading": heading, "marks": marks,
        "ground": land.ground(settings.DISTRICT_CODE) if marks else None, "tabs": tabs_of(request.rights, "hotspots"),
        "days": [(day, count, round(100 * count / most)) for day, count in days],
    })
