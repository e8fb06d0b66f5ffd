"""Which field of the platform is which of ours: a mapping is data, checked when it is saved, applied to each record.

A mapping::

    {"list": "data",                      path of the records in the answer; "" is the answer itself
     "next": "cursor",                    path of the cursor of the next page, "" or absent: the last record's "updated"
     "external_number": "task_num",       path in a record
     "updated": "operate_time",           path in a record, optional
     "fields": {"text": {"from": "event_desc"},
                "demand": {"from": "event_nature", "codes": {"投诉": "complaint"}, "default": "help"}, …},
     "push": {"form": "data", "constants": {"senderCode": "150302"},
              "fields": {"task_num": {"from": "external_number"},
                         "event_state_id": {"from": "state", "codes": {"closed": 6}, "default": 4}}}}

A path is names joined by dots. ``codes`` turns a value of one side into the other's; a value that is not in it takes
``default``, and without one the record is refused with the value named. ``push.form`` sends an urlencoded form with
the record as JSON array in that field; without it the record is the JSON body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from accounts.bodies import is_storable
from events.reference_rows import category as category_of
from grids.models import Area
from hotline.models import HotlineOrder
from hotline.transitions import Told

TEXTS = {"text": 4000, "title": 80, "address": 160, "phone": 20, "name": 40, "call_back_slot": 20}
CODED = ("demand", "category", "area", "urgency", "channel")
TARGETS = frozenset({*TEXTS, *CODED, "lon", "lat", "is_secret", "may_call_back"})
PERSONAL = frozenset({"phone", "name"})
SENT = frozenset({
    "number", "external_number", "state", "state_label", "outcome", "answer", "category", "category_name", "demand", "unit",
    "registered_at", "forwarded_at", "answered_at", "called_back_at", "closed_at", "promised_at", "solved", "rating",
    "title", "address", "lon", "lat", "changed_at", "version",
})
"""What may leave: the case, never the caller."""
PARTS = frozenset({"list", "next", "external_number", "updated", "fields", "push"})
RULE_PARTS = frozenset({"from", "codes", "default", "prefix"})
LARGEST_CODES = 2000


class MappingError(ValueError):
    """The mapping, or a record under it, cannot be used; the words say which field and why."""


def check(mapping: Any) -> list[str]:
    """What is wrong with a mapping, in sentences; an empty list when it may be used."""
    if not isinstance(mapping, dict):
        return [_("字段对照应为一个 JSON 对象")]
    wrong = [_("不认识的项:%(name)s") % {"name": name} for name in sorted(set(mapping) - PARTS)]
    for name in ("list", "next", "external_number", "updated"):
        if not isinstance(mapping.get(name, ""), str):
            wrong.append(_("%(name)s 应为文字路径") % {"name": name})
    if not mapping.get("external_number"):
        wrong.append(_("external_number(外部编号的路径)必填"))
    wrong += _check_fields(mapping.get("fields"), TARGETS)
    if isinstance(mapping.get("fields"), dict) and "text" not in mapping["fields"]:
        wrong.append(_("fields 中必须有 text(诉求内容)"))
    push = mapping.get("push", {})
    if not isinstance(push, dict) or set(push) - {"form", "constants", "fields"}:
        return [*wrong, _("push 只能有 form、constants、fields")]
    if not isinstance(push.get("form", ""), str) or not isinstance(push.get("constants", {}), dict):
        wrong.append(_("push.form 应为文字,push.constants 应为对象"))
    return wrong + (_check_fields(push.get("fields"), None) if push else [])


def _check_fields(fields: Any, targets: frozenset[str] | None) -> list[str]:
    """Rules by target; of what is pushed (``targets`` None) the source must be one of ours."""
    if not isinstance(fields, dict) or not fields:
        return [_("fields 应为非空对象")]
    wrong = []
    for name, rule in fields.items():
        if targets is not None and name not in targets:
            wrong.append(_("不认识的目标字段:%(name)s") % {"name": name})
        wrong += [f"{name}: {words}" for words in _check_rule(rule)]
        if targets is None and isinstance(rule, dict) and rule.get("from") and rule["from"] not in SENT:
            wrong.append(_("%(name)s: 不能推送 %(source)s") % {"name": name, "source": rule["from"]})
    return wrong


def _check_rule(rule: Any) -> list[str]:
    if not isinstance(rule, dict) or set(rule) - RULE_PARTS:
        return [_("只能有 from、codes、default、prefix")]
    if not isinstance(rule.get("from", ""), str) or not isinstance(rule.get("prefix", ""), str):
        return [_("from 和 prefix 应为文字")]
    if "from" not in rule and "default" not in rule:
        return [_("from 和 default 至少要有一个")]
    codes = rule.get("codes", {})
    if not isinstance(codes, dict) or len(codes) > LARGEST_CODES:
        return [_("codes 应为对象,最多%(n)s项") % {"n": LARGEST_CODES}]
    return []


def at_path(record: Any, path: str) -> Any:
    """What stands at the path; None where the record has nothing there."""
    for name in path.split(".") if path else ():
        if not isinstance(record, Mapping):
            return None
        record = record.get(name)
    return record


def records_of(answer: Any, mapping: Mapping) -> list[dict]:
    """The records of an answer. Raises MappingError when there is no list of objects."""
    found = at_path(answer, mapping.get("list", ""))
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise MappingError(_("应答中 %(path)s 不是记录列表") % {"path": mapping.get("list") or "/"})
    return found


def number_of(record: Mapping, mapping: Mapping) -> str:
    """The platform's own number. Raises MappingError without one."""
    found = at_path(record, mapping["external_number"])
    text = str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not text or len(text) > 60 or not is_storable(text):
        raise MappingError(_("记录没有可用的外部编号(%(path)s)") % {"path": mapping["external_number"]})
    return text


def told_by(record: Mapping, mapping: Mapping, *, external_number: str) -> Told:
    """Our order as the record tells it. Raises MappingError naming the field that cannot be read."""
    values = {name: _read(record, name, rule) for name, rule in mapping["fields"].items()}
    values = {name: value for name, value in values.items() if value not in (None, "")}
    return Told(
        demand=values.pop("demand", "help"), text=values.pop("text", ""), channel=values.pop("channel", "platform"),
        external_number=external_number, **values,
    )


def _read(record: Mapping, name: str, rule: Mapping) -> Any:
    value = at_path(record, rule["from"]) if "from" in rule else rule["default"]
    value = _coded(name, value, rule)
    if value in (None, ""):
        return None
    if name in ("lon", "lat"):
        return _number(name, value)
    if name in ("is_secret", "may_call_back"):
        return value in (True, 1, "1", "true", "是", "Y")
    text = f"{rule.get('prefix', '')}{value}"
    if isinstance(value, dict | list) or not is_storable(text):
        raise MappingError(_("%(name)s 不是可保存的文字") % {"name": name})
    if name in TEXTS:
        return text.strip()[: TEXTS[name]]
    return _known(name, text.strip())


def _coded(name: str, value: Any, rule: Mapping) -> Any:
    if value in (None, ""):
        return rule.get("default", value)
    if not rule.get("codes"):
        return value
    key = str(value)
    if key in rule["codes"]:
        return rule["codes"][key]
    if "default" in rule:
        return rule["default"]
    raise MappingError(_("%(name)s 的取值“%(value)s”不在代码对照中") % {"name": name, "value": key[:40]})


def _number(name: str, value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise MappingError(_("%(name)s 不是数字") % {"name": name}) from None
    limit = 180 if name == "lon" else 90
    if not -limit <= found <= limit:
        raise MappingError(_("%(name)s 超出范围") % {"name": name})
    return found or None  # platforms write 0 for "unknown"


def _known(name: str, text: str) -> str:
    choices = {
        "demand": HotlineOrder.Demand.values, "channel": HotlineOrder.Channel.values, "urgency": ("P0", "P1", "P2", "P3"),
    }.get(name)
    if choices is not None and text not in choices:
        raise MappingError(_("%(name)s 的取值“%(value)s”不认识") % {"name": name, "value": text[:40]})
    if name == "category":
        row = category_of(text)
        if row is None or row.parent_id is None:
            raise MappingError(_("没有类别“%(value)s”") % {"value": text[:40]})
    if name == "area" and not Area.objects.filter(code=text, abolished_on=None).exists():
        raise MappingError(_("没有区域“%(value)s”") % {"value": text[:40]})
    return text


def without_persons(record: Any, mapping: Mapping) -> Any:
    """The record without what names a caller, for keeping."""
    cut = json.loads(json.dumps(record))
    for name in PERSONAL & set(mapping.get("fields", {})):
        path = mapping["fields"][name].get("from", "")
        *above, last = path.split(".")
        place = at_path(cut, ".".join(above))
        if isinstance(place, dict) and last in place:
            place[last] = ""
    return cut


def pushed(order: HotlineOrder, mapping: Mapping, *, external_number: str) -> dict[str, Any]:
    """The record that tells the platform how the order stands. Raises MappingError."""
    values = values_of(order, external_number=external_number)
    found = dict(mapping["push"].get("constants", {})) if not mapping["push"].get("form") else {}
    for name, rule in mapping["push"]["fields"].items():
        value = values.get(rule["from"]) if "from" in rule else rule["default"]
        found[name] = _coded(name, value, rule)
    return found


def values_of(order: HotlineOrder, *, external_number: str) -> dict[str, Any]:
    """Everything of an order that may leave, by name."""
    event = order.event
    plain = {name: _plain(getattr(order, name)) for name in SENT if hasattr(order, name)}
    return plain | {
        "external_number": external_number, "state_label": str(order.get_state_display()),
        "category": order.category_id, "category_name": order.category.name if order.category else None,
        "unit": event.owner_unit.name if event is not None and event.owner_unit_id else None,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def envelope(body: Any, mapping: Mapping) -> tuple[bytes, str]:
    """Bytes and content type of a push: JSON, or a form with the record in one field and the constants beside it."""
    form = mapping["push"].get("form")
    if not form:
        return json.dumps(body, ensure_ascii=False).encode(), "application/json"
    constants = {name: str(value) for name, value in mapping["push"].get("constants", {}).items()}
    fields = {form: json.dumps([body], ensure_ascii=False), **constants}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded;charset=utf-8"
