"""Puts new orders into topics; run by the beat every few minutes, once at a time."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from hotline.hotspots.clustering import LONGEST_PAUSE, Text, assign
from hotline.hotspots.models import HotTopic, HotTopicMember
from hotline.models import HotlineOrder

LOCK = 0x1234_5001
MOST_TEXTS = 8000
"""Newest texts looked at in one run; what is older is compared with nothing new any more."""


def find_topics(*, at: datetime) -> int:
    """Give every order of the last 90 days its topic; how many got one. Nothing when another run is at work."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        rows = HotlineOrder.objects.filter(registered_at__gt=at - LONGEST_PAUSE, registered_at__lte=at)
        rows = rows.order_by("-registered_at", "-id").values_list(
            "id", "title", "text", "registered_at", "lon", "lat", "hot_topic__topic"
        )[:MOST_TEXTS]
        texts = [Text(*row) for row in reversed(rows)]
        if all(text.topic is not None for text in texts):
            return 0
        return _keep(texts, assign(texts), at)


def _keep(texts: list[Text], topics: list[int], at: datetime) -> int:
    begun = {}
    for text, topic in zip(texts, topics, strict=True):
        if topic < 0:
            begun.setdefault(topic, text.at)
    made = HotTopic.objects.bulk_create([HotTopic(begun_at=moment, found_at=at) for moment in begun.values()])
    key = {topic: row.pk for topic, row in zip(begun, made, strict=True)}
    fresh = [
        HotTopicMember(topic_id=key.get(topic, topic), order_id=text.id)
        for text, topic in zip(texts, topics, strict=True) if text.topic is None
    ]
    HotTopicMember.objects.bulk_create(fresh)
    for old, new in {
        (text.topic, topic) for text, topic in zip(texts, topics, strict=True) if text.topic not in (None, topic)
    }:
        HotTopicMember.objects.filter(topic=old).update(topic=key.get(new, new))
        HotTopic.objects.filter(pk=old, members=None).delete()
    return len(fresh)
