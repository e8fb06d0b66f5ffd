"""How durations, moments and rates are written (screens.md §4.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from governance.templatetags import faces

AT = datetime(2026, 3, 5, 6, 20, tzinfo=UTC)  # 14:20 in the district


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(30, "30 秒"), (2520, "42 分"), (7500, "2 时 05 分"), (86400 + 3 * 3600 + 1200, "1 天 3 时 20 分")],
)
def test_duration(seconds: int, words: str) -> None:
    assert faces.duration(timedelta(seconds=seconds)) == words
    assert faces.duration(-seconds) == words


def test_remaining_and_overdue() -> None:
    assert faces.remaining(AT + timedelta(hours=2, minutes=5), AT) == "剩 2 时 05 分"
    assert faces.remaining(AT - timedelta(minutes=35), AT) == "超 35 分"
    assert faces.remaining(AT + timedelta(days=1, hours=2, minutes=9), AT) == "剩 1 天 2 时"
    assert faces.remaining(None, AT) == "无时限"


def test_moment_is_local_and_short_today() -> None:
    assert faces.moment(AT, AT) == "14:20"
    assert faces.moment(AT, AT + timedelta(hours=10)) == "2026-03-05 14:20"
    assert faces.moment(None) == "—"


def test_age() -> None:
    assert faces.age(AT - timedelta(minutes=12), AT) == "12 分钟前"
    assert faces.age(AT - timedelta(days=2), AT) == "2026-03-03 14:20"


def test_figures() -> None:
    assert faces.wan(48_022) == "4.80 万"
    assert faces.wan(9_999) == "9,999"
    assert faces.rate(45_536 / 48_022) == "94.82 %"
    assert faces.rate(None) == "—"
    assert faces.part_of(3, 0) == "0"
    assert faces.part_of(1, 3) == "33.33"
    assert faces.part_of(5, 4) == "100"
