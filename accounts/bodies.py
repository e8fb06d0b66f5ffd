"""What a client sends, read strictly: bounded, valid UTF-8, JSON as RFC 8259 has it, declared fields only.

Refused with 400: NUL bytes and lone surrogates (PostgreSQL cannot keep them), NaN and infinities, 1e400, integers
of more than 19 digits, the same name twice in one object, nesting deeper than MAX_DEPTH (quality.md I-09).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.validators import ProhibitNullCharactersValidator
from django.http import HttpRequest, RawPostDataException, UnreadablePostError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.validators import ProhibitSurrogateCharactersValidator

MAX_DEPTH = 32
MAX_DIGITS = 19
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


class TooLarge(exceptions.APIException):
    """413: more bytes than this address takes."""

    status_code = 413
    default_detail = "too large"


def read_body(request: HttpRequest, *, largest: int) -> bytes:
    """The body's bytes, at most ``largest``. Raises TooLarge and ParseError (cut off on the way)."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > largest:
            raise TooLarge
        body = request.read(largest + 1)
    except (UnreadablePostError, RawPostDataException, ValueError):
        raise _unreadable() from None
    if len(body) > largest:
        raise TooLarge
    return body


def read_json(request: HttpRequest, *, largest: int) -> Any:
    """The JSON value of the body; an empty body is an empty object. Raises TooLarge, UnsupportedMediaType and
    ParseError."""
    body = read_body(request, largest=largest)
    if not body:
        return {}
    check_type(request)
    return parse_json(body)


def check_type(request: HttpRequest) -> None:
    """Raises UnsupportedMediaType (415) for anything but JSON."""
    if request.content_type != "application/json":
        raise exceptions.UnsupportedMediaType(request.content_type or "")


def parse_json(body: bytes) -> Any:
    """Strict JSON. Raises ParseError."""
    try:
        text = body.decode("utf-8-sig")
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if "\\u" in text or text.count("[") + text.count("{") > MAX_DEPTH:
        _inspect(value)
    return value


def _unreadable() -> exceptions.ParseError:
    return exceptions.ParseError(_("请求内容不是有效的 JSON"))


def _refuse_constant(_name: str) -> None:
    raise ValueError


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def _int(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise ValueError
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_float, parse_int=_int, object_pairs_hook=_object
)


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep it: no NUL, no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def _inspect(value: Any) -> None:
    """Depth and strings of a parsed value, without recursion. Raises ParseError."""
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise _unreadable()
        if isinstance(item, str) and not is_storable(item):
            raise exceptions.ParseError(_("内容含有无法保存的字符,请删除后重试"))
        waiting.extend((inner, depth + 1) for inner in _inside(item))


def _inside(item: Any) -> Iterator[Any]:
    if isinstance(item, dict):
        yield from item.keys()
        yield from item.values()
    elif isinstance(item, list):
        yield from item


class StrictSerializer(serializers.Serializer):
    """Takes the declared fields and refuses any other by name (quality.md W-10)."""

    def to_internal_value(self, data: Any) -> dict:
        if not isinstance(data, Mapping):
            raise ValidationError(_("请求内容应为一个 JSON 对象"))
        unknown = [str(name) for name in data if name not in self.fields]
        if unknown:
            raise ValidationError({name[:60]: [_("没有这个字段")] for name in unknown[:20]})
        return super().to_internal_value(data)


_ASKED_BELOW = (ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator)


class Text(serializers.CharField):
    """A JSON string and nothing else; trimmed, empty unless required."""

    def __init__(self, *, required: bool = False, max_length: int, **more: Any) -> None:
        more.setdefault("allow_blank", not required)
        super().__init__(required=required, max_length=max_length, **more)
        self.validators = [one for one in self.validators if not isinstance(one, _ASKED_BELOW)]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if not is_storable(data):
            raise ValidationError(_("内容含有无法保存的字符,请删除后重试"))
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON integer, not a string that looks like one."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A JSON number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(data)


class YesNo(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    """One of the listed strings."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input="…")
        return super().to_internal_value(data)


def read_moment(text: Any) -> datetime | None:
    """An aware time from ISO 8601; without an offset it is Shanghai's. None when it is not one, or absurd."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        value = parse_datetime(text)
        if value is None:
            return None
        if value.tzinfo is None:
            value = value.replace(tzinfo=SHANGHAI)
        value = value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return value if EARLIEST <= value < LATEST else None


class Moment(serializers.DateTimeField):
    """A time as ISO 8601."""

    def to_internal_value(self, value: Any) -> datetime:
        found = read_moment(value)
        if found is None:
            raise ValidationError(_("时间应写作 2026-03-05T10:00:00+08:00"))
        return found
