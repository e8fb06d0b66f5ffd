"""Shapes of Open311 GeoReport v2, in JSON and XML (specification of GeoReport v2; open311/schema-validation)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, SubElement, tostring  # writing only; nothing is parsed here

from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers

from accounts.bodies import Number, StrictSerializer, Text, is_storable
from events.models.event import ENDED

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MOST_FIELDS = 60


class ServiceShape(serializers.Serializer):
    service_code = serializers.CharField()
    service_name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    metadata = serializers.BooleanField()
    type = serializers.ChoiceField(choices=["realtime", "batch", "blackbox"])
    keywords = serializers.CharField(allow_null=True)
    group = serializers.CharField(allow_null=True)


class DefinitionShape(serializers.Serializer):
    service_code = serializers.CharField()
    attributes = serializers.ListField(child=serializers.DictField())


class RequestShape(serializers.Serializer):
    service_request_id = serializers.CharField()
    status = serializers.ChoiceField(choices=["open", "closed"])
    status_notes = serializers.CharField(allow_null=True)
    service_name = serializers.CharField(allow_null=True)
    service_code = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    agency_responsible = serializers.CharField(allow_null=True)
    service_notice = serializers.CharField(allow_null=True)
    requested_datetime = serializers.DateTimeField()
    updated_datetime = serializers.DateTimeField(allow_null=True)
    expected_datetime = serializers.DateTimeField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    address_id = serializers.CharField(allow_null=True)
    zipcode = serializers.CharField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    long = serializers.FloatField(allow_null=True)
    media_url = serializers.CharField(allow_null=True)


class PostedShape(serializers.Serializer):
    service_request_id = serializers.CharField()
    service_notice = serializers.CharField(allow_null=True)
    account_id = serializers.CharField(allow_null=True)


class ErrorShape(serializers.Serializer):
    code = serializers.IntegerField()
    description = serializers.CharField()


class FormNumber(Number):
    """A number in JSON or as the text of a form."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, str):
            if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,20})?", data):
                self.fail("invalid")
            data = float(data)
        return super().to_internal_value(data)


class PostForm(StrictSerializer):
    """POST request; what the specification names and this product does not keep is taken and left."""

    api_key = Text(max_length=200)
    jurisdiction_id = Text(max_length=100)
    service_code = Text(required=True, max_length=4)
    lat = FormNumber(required=False, allow_null=True, min_value=-90, max_value=90)
    long = FormNumber(required=False, allow_null=True, min_value=-180, max_value=180)
    address_string = Text(max_length=160)
    address_id = Text(max_length=100)
    email = Text(max_length=200)
    device_id = Text(max_length=200)
    account_id = Text(max_length=200)
    first_name = Text(max_length=20)
    last_name = Text(max_length=20)
    phone = Text(max_length=20)
    description = Text(max_length=4000)
    media_url = Text(max_length=500)

    def validate(self, sent: dict) -> dict:
        if (sent.get("lat") is None) != (sent.get("long") is None):
            raise exceptions.ValidationError({"lat": [_("经度和纬度须同时填写")]})
        return sent


def form_fields(body: bytes) -> dict:
    """The fields of an urlencoded form, each once. Raises ValidationError and ParseError."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise exceptions.ParseError(_("提交的内容有误")) from None
    found = dict(pairs)
    if len(found) != len(pairs) or not all(is_storable(text) for pair in pairs for text in pair):
        raise exceptions.ParseError(_("提交的内容有误"))
    return found


def is_offered(row: Any) -> bool:
    """A minor category in force that is not sensitive: others are not for an open interface."""
    return bool(row.parent_id) and row.is_active and not row.is_sensitive


def _name(row: Any) -> str:
    return row.name_en if translation.get_language() == "en" else row.name


def service(row: Any) -> dict:
    return {
        "service_code": row.code, "service_name": _name(row), "description": None, "metadata": False,
        "type": "realtime", "keywords": ",".join(row.keywords) or None, "group": _name(row.parent),
    }


def service_request(row: dict) -> dict:
    """Number, state, category and area, with the moments that the specification demands; nothing else leaves."""
    kind = row["category"]
    return {
        "service_request_id": row["number"],
        "status": "closed" if row["state"] in ENDED else "open",
        "status_notes": row["state_label"],
        "service_name": _name(kind),
        "service_code": kind.code,
        "description": None,
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": row["reported_at"],
        "updated_datetime": row["closed_at"] if row["state"] in ENDED else row["changed_at"],
        "expected_datetime": None,
        "address": row["area"],
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def as_xml(body: Any, root: str, item: str) -> bytes:
    """The specification's XML: a list under ``root`` of ``item``; null is an empty element."""
    top = Element(root)
    if isinstance(body, list):
        for row in body:
            _fill(SubElement(top, item), row)
    else:
        _fill(top, body)
    return tostring(top, encoding="utf-8", xml_declaration=True)


def _fill(parent: Element, row: dict) -> None:
    for name, value in row.items():
        child = SubElement(parent, name)
        if isinstance(value, bool):
            child.text = "true" if value else "false"
        elif hasattr(value, "isoformat"):
            child.text = value.isoformat()
        elif isinstance(value, list):
            for inner in value:
                _fill(SubElement(child, name.removesuffix("s")), inner)
        elif value is not None:
            child.text = _NOT_XML.sub("", str(value))
