"""The cells of the access matrix: what is asked by whom about which object, and what must be answered."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.html import escape

from events.citizen import kept
from events.models import WorkOrder
from tests.access import disputes_scene, hotline_scene
from tests.access.declared import CASE_ROWS, DECLARED, LOCAL, OFFICE, PUBLIC, SIGNED_IN, TOKEN, Rule
from tests.access.scene import (
    EVERYBODY,
    MISSING,
    OUTSIDERS,
    RELATIONS,
    Scene,
    browser,
    is_office,
    permissions_of,
    reaches,
    sees,
    sees_call,
)
from tests.pictures import jpeg
from tests.world import NOON

NO_NUMBER = "20260305-0302-1-99999"
NO_KEY = 987654321
EVENT_OBJECTS = (*RELATIONS, "merged_away", MISSING)
DO_VERBS = {
    # verb of the desk, permission on the event
    "comment": "events.comment", "dispatch": "events.dispatch", "urge": "events.urge", "verify": "events.verify",
    "reveal": "events.reveal", "transfer": "events.transfer", "suspend": "events.suspend",
}
NARROWED = frozenset({
    "events.accept", "events.feed_back", "events.extend", "events.decline", "events.delegate", "events.return_up",
})
"""Must hold for the unit of the order itself, not anywhere on the event."""
LAND_OFFICE = "grids.manage|grids.boundary|grids.staff|grids.leave|accounts.grant_roles"
HIDDEN, FORBIDDEN, SIGN_IN, ANSWERED, REFUSED = "404", "403", "sign in", "answered", "refused"
"""``answered``: let in (the state may still say no); ``refused``: the object may be seen, the act not done."""


@dataclass(frozen=True, slots=True)
class Cell:
    pattern: str
    method: str
    who: str
    relation: str = ""
    extra: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.pattern} [{self.extra}] by {self.who} about {self.relation or 'nothing'}"


def cells() -> Iterator[Cell]:
    """All of them, in the order of the declaration."""
    for pattern, rule in DECLARED.items():
        for method in rule.methods:
            for relation, extra in _objects(rule):
                for who in EVERYBODY:
                    yield Cell(pattern, method, who, relation, extra)


VERBS_OF = {
    "dispute verb": [(relation, "urge") for relation in disputes_scene.RELATIONS],
    "event verb": [(relation, verb) for relation in EVENT_OBJECTS for verb in DO_VERBS],
    "call verb": [
        (relation, verb) for relation in (*hotline_scene.RELATIONS, MISSING) for verb in hotline_scene.VERBS
    ],
}
OBJECTS: dict[str, tuple[str, ...]] = {
    "event": EVENT_OBJECTS,
    "order": (*RELATIONS, MISSING),
    "dispute": disputes_scene.RELATIONS,
    "call": (*hotline_scene.RELATIONS, MISSING),
    "area": ("", "150302002", "150302001", "150302002001001", MISSING),
    "row": ("inside", "outside", MISSING),
    **dict.fromkeys(
        ("case", "land", "unit", "handbook", "service", "request", "plate", "app", "named", "placed", "visit"), ("there", MISSING)
    ),
    **dict.fromkeys(("notice", "owned"), ("mine", "another's", MISSING)),
}


def _objects(rule: Rule) -> list[tuple[str, str]]:
    if rule.about in VERBS_OF:
        return VERBS_OF[rule.about]
    return [(relation, "") for relation in OBJECTS.get(rule.about.split(" ")[0], ("",))]


def in_sample(cell: Cell, one_in: int) -> bool:
    """A fixed part of the cells, spread evenly; cells about what lies elsewhere are always in it for two people."""
    if one_in == 1 or (cell.who in ("officer_a", "anonymous") and cell.relation in ("other_street", MISSING, "")):
        return True
    return hashlib.blake2b(str(cell).encode(), digest_size=4).digest()[0] % one_in == 0


# What must be answered ---------------------------------------------------------------------------------


def expected(scene: Scene, cell: Cell) -> str:
    rule = DECLARED[cell.pattern]
    need = rule.methods[cell.method]
    if need in (PUBLIC, TOKEN):
        return _of_open(cell)
    if cell.who in OUTSIDERS:
        return ANSWERED if need == LOCAL else SIGN_IN
    if rule.face == "admin" and not is_office(cell.who):
        return SIGN_IN
    if not _holds(scene, cell.who, need):
        return FORBIDDEN
    return _of_object(scene, cell, rule)


def _of_open(cell: Cell) -> str:
    if DECLARED[cell.pattern].about == "plate" and cell.method == "POST":
        return ANSWERED
    return HIDDEN if cell.relation == MISSING else ANSWERED


def _holds(scene: Scene, who: str, need: str) -> bool:
    """Codes joined by & must all be held, by | any."""
    if need in (SIGNED_IN, LOCAL):
        return True
    if need == OFFICE:
        return is_office(who)
    return all(any(_has(scene, who, code) for code in part.split("|")) for part in need.split("&"))


def _has(scene: Scene, who: str, code: str) -> bool:
    name, _sign, place = code.partition("@")
    if place:
        return reaches(scene, who, name, area_path=scene.world.areas[place].path)
    return name in permissions_of(who)


def _of_object(scene: Scene, cell: Cell, rule: Rule) -> str:
    kind = rule.about.split(" ")[0]
    if kind in ("event", "order"):
        return _of_event(scene, cell, rule)
    if kind == "call":
        return _of_call(scene, cell, rule)
    if kind == "dispute":
        return _of_dispute(scene, cell, rule)
    if kind in ("area", "placed"):
        return _of_area(scene, cell) if kind == "area" else _of_placed(scene, cell, rule)
    if kind == "row":
        return ANSWERED if _row_is_theirs(scene, cell, rule) else HIDDEN
    if kind in ALWAYS:
        return ALWAYS[kind]
    if kind == "app":
        return ANSWERED if cell.relation != MISSING and _holds(scene, cell.who, LAND_OFFICE) else HIDDEN
    return _of_thing(scene, cell, rule)


ALWAYS = {"no": HIDDEN, "nothing": FORBIDDEN, "notice": ANSWERED}


def _of_thing(scene: Scene, cell: Cell, rule: Rule) -> str:
    """There or not, one's own or another's; with a verb, the unit's or not."""
    kind = rule.about.split(" ")[0]
    if cell.relation == MISSING or (kind == "owned" and cell.relation != "mine"):
        return HIDDEN
    if kind == "visit":
        return ANSWERED if cell.who in disputes_scene.VISITED_BY else HIDDEN
    return _of_named(scene, cell, rule) if kind == "named" and rule.verb else ANSWERED


def _of_placed(scene: Scene, cell: Cell, rule: Rule) -> str:
    """A thing that lies in the first grid of street A: seen where the right reaches it, the act apart."""
    path = scene.world.areas["grid_a1"].path
    if cell.relation == MISSING or not reaches(scene, cell.who, rule.methods[cell.method], area_path=path):
        return HIDDEN
    return ANSWERED if not rule.verb or reaches(scene, cell.who, rule.verb, area_path=path) else REFUSED


def _of_named(scene: Scene, cell: Cell, rule: Rule) -> str:
    """A thing of the district's that 城管局 answers for: ``hidden`` from others, or shown and the act refused."""
    district, unit = scene.world.areas["district"].path, scene.world.units["chengguan"].pk
    if reaches(scene, cell.who, rule.verb, area_path=district, unit_ids=(unit,)):
        return ANSWERED
    return HIDDEN if rule.about.endswith(" hidden") else REFUSED


def _of_event(scene: Scene, cell: Cell, rule: Rule) -> str:
    if cell.relation == MISSING or not sees(scene, cell.who, scene.things[cell.relation]):
        return HIDDEN
    thing = scene.things[cell.relation]
    verb = DO_VERBS.get(cell.extra, rule.verb)
    if not verb:
        return ANSWERED
    if cell.extra and verb not in permissions_of(cell.who):
        return FORBIDDEN
    if verb in NARROWED and not cell.extra:
        unit = WorkOrder.objects.values_list("unit_id", flat=True).get(pk=thing.order)
        is_theirs = reaches(scene, cell.who, verb, unit_ids=(unit,))
        return ANSWERED if is_theirs else HIDDEN if rule.about == "event order" else REFUSED
    path, units = thing.event.area_path, tuple(thing.event.unit_ids)
    return ANSWERED if reaches(scene, cell.who, verb, area_path=path, unit_ids=units) else REFUSED


def _of_call(scene: Scene, cell: Cell, rule: Rule) -> str:
    order = scene.calls.get(cell.relation)
    if order is None or not sees_call(scene, cell.who, order):
        return HIDDEN
    verb = hotline_scene.VERBS.get(cell.extra, rule.verb)
    if not verb:
        return ANSWERED
    if cell.extra and verb not in permissions_of(cell.who):
        return FORBIDDEN
    if verb == "casework.view_trail":
        return ANSWERED if verb in permissions_of(cell.who) else REFUSED
    place = {"area_path": order.area_path, "unit_ids": tuple(order.unit_ids)}
    return ANSWERED if reaches(scene, cell.who, verb, **place) else REFUSED


def _of_dispute(scene: Scene, cell: Cell, rule: Rule) -> str:
    """Hidden, or seen and the act theirs or not; what only readers open is refused to the others, and is not there."""
    if cell.relation == MISSING or cell.who not in disputes_scene.SEEN_BY[cell.relation]:
        return HIDDEN
    if rule.about.endswith(" story"):
        return HIDDEN if cell.who == "mediator" else REFUSED
    if rule.about in ("dispute session", "dispute paper") and cell.relation != disputes_scene.HELD:
        return HIDDEN
    if rule.about == "dispute paper":
        return ANSWERED if cell.who == "mediator" else REFUSED
    verb = "disputes.urge" if cell.extra else rule.verb
    if not verb:
        return ANSWERED
    held, path = permissions_of(cell.who), scene.disputes[cell.relation].area_path
    on_land = reaches(scene, cell.who, verb, area_path=path)
    if disputes_scene.allowed(scene, cell.who, cell.relation, verb, held, on_land):
        return ANSWERED
    return FORBIDDEN if cell.extra and verb not in held else REFUSED


def _of_area(scene: Scene, cell: Cell) -> str:
    if cell.relation == "":
        paths = [area.path for area in scene.world.areas.values()]
    else:
        paths = [area.path for area in scene.world.areas.values() if area.code == cell.relation]
    return ANSWERED if any(reaches(scene, cell.who, "dashboard.view", area_path=path) for path in paths) else HIDDEN


def _row_is_theirs(scene: Scene, cell: Cell, rule: Rule) -> bool:
    known = scene.rows.get(rule.about.split(" ")[1])
    if known is None or cell.relation == MISSING:
        return False
    where = scene.world.areas["grid_a1" if cell.relation == "inside" else "grid_b1"]
    model = rule.about.split("/")[-1]
    return reaches(scene, cell.who, "events.view" if model in CASE_ROWS else rule.methods["GET"], area_path=where.path)


# Asking ----------------------------------------------------------------------------------------------------


def address(scene: Scene, cell: Cell) -> tuple[str, dict]:
    """Path and query of the cell."""
    rule = DECLARED[cell.pattern]
    thing = scene.things.get(cell.relation) or scene.things["own"]
    is_missing = cell.relation == MISSING
    values = {
        "str:number": NO_NUMBER if is_missing else thing.event.number,
        "event_number:number": NO_NUMBER if is_missing else thing.event.number,
        "order_number:number": NO_NUMBER if is_missing else scene.calls.get(cell.relation, scene.calls["call_a"]).number,
        "order_id:order_id": NO_KEY if is_missing else thing.order,
        "int:key": _key(scene, cell, rule, thing),
        "order_id:key": _key(scene, cell, rule, thing),
        "slug:name": cell.extra or ("received" if rule.about == "named briefing" else "comment"),
        "sha256:sha256": "a" * 64,
        "str:token": "f" * 32 if is_missing else _token(cell, thing),
        "str:code": _code(cell, rule, thing),
        "str:grid": "150302009" if is_missing else "150302002001001",
        "slug:slug": "nothing" if is_missing else "citizen",
        "slug:code": "9999" if is_missing else "city" if rule.about == "named partner" else "0601",
        "citizen_act:act": "nudge",
        "path:object_id": scene.rows.get(rule.about.split(" ")[-1], {}).get(cell.relation, NO_KEY),
        "path:content_type_id": NO_KEY,
        "int:seq": 1,
    }
    if rule.about.startswith("dispute"):
        values["str:number"] = disputes_scene.NO_DISPUTE if is_missing else scene.disputes[cell.relation].number
        values["dispute_number:number"] = values["str:number"]
        values["uuid:key"] = "00000000-0000-4000-8000-000000000000"
        values["slug:name"], values["int:key"] = cell.extra or "urge", NO_KEY
        if rule.about == "dispute paper" and not is_missing:
            values["int:key"] = scene.keys["dispute paper"]
    for converter, (there, missing) in scene.named.items():
        values.setdefault(converter, missing if is_missing else there)
    path = re.sub(r"<([a-z0-9_]+:[a-z0-9_]+)>", lambda found: str(values[found[1]]), cell.pattern)
    path = path.replace("(?P<code>[0-9A-Za-z_-]{1,40})/\\Z", f"{_code(cell, rule, thing)}/")
    path = re.sub(r"\^\(\?P<app_label>…\)/\$", "nothing/" if is_missing else "grids/", path)
    query = {"area": "999" if is_missing else cell.relation} if rule.about == "area" and cell.relation else {}
    query |= {"lon": "106.805", "lat": "39.605"} if rule.about == "point" else {}
    return "/" + path.replace("(?P<url>.*)$", "no-such-page/"), query


def _token(cell: Cell, thing: object) -> str:
    """The case's own token; the signed ones of a picture and of a followed case."""
    if cell.pattern.startswith("c/p/"):
        return kept.picture_url(thing.event.attachments.get(pk=thing.file).file_id, at=NOON).split("/")[-2]
    return kept.follow_url(thing.event.pk).split("/")[-2] if cell.pattern.startswith("c/f/") else thing.event.token


def _key(scene: Scene, cell: Cell, rule: Rule, thing: object) -> int:
    if cell.relation == MISSING:
        return NO_KEY
    if rule.about == "notice":
        other = "director" if cell.who != "director" else "admin"
        return scene.notices.get(cell.who if cell.relation == "mine" else other, NO_KEY)
    kind, name = (*rule.about.split(" "), "", "")[:2]
    if kind == "owned":
        return scene.owned[name].get(cell.who if cell.relation == "mine" else "another's", NO_KEY)
    if kind in ("named", "placed", "visit") and name in scene.keys:
        return scene.keys[name]
    return thing.order if rule.about == "event order" else thing.file


def _code(cell: Cell, rule: Rule, thing: object) -> str:
    if cell.relation == MISSING:
        return "ZZZZZZZZZZ" if rule.about == "case" else "999"
    known = {"case": thing.event.tracking_code, "unit": "street_a", "named partner": "city"}
    return known.get(rule.about, "150302002001001")


def ask(scene: Scene, cell: Cell) -> object:
    """Send the cell's request; call it inside a transaction that is undone."""
    rule = DECLARED[cell.pattern]
    path, query = address(scene, cell)
    client = browser(scene, cell.who)
    if cell.method == "GET":
        return client.get(path, query)
    body = {**rule.body}
    if body.get("master"):
        body["master"] = scene.things["own"].event.number
    if cell.pattern.endswith(("attachments/", "alerts/<order_id:key>/picture/")):
        return client.post(path, {"file": jpeg(colour=(1, 2, 3))})
    if rule.face == "api":
        return client.generic(cell.method, path, json.dumps(body), content_type="application/json")
    if rule.face == "legacy":
        sent = urlencode({"api_key": scene.tokens.get(cell.who, ""), "service_code": "0601", "description": "井盖松动"})
        return client.generic("POST", path, sent, content_type="application/x-www-form-urlencoded")
    if rule.about == "case":
        body["digits"] = f"199000{0:04d}"[-4:]
    headers = {"X-Requested-With": "fetch"} if rule.about.endswith(" verb") else {}
    return client.post(path, {**query, **body, "note": body.get("note", "说明")}, headers=headers)


# Judging ---------------------------------------------------------------------------------------------------


def is_right(cell: Cell, wanted: str, answer: object) -> bool:
    status, face = answer.status_code, DECLARED[cell.pattern].face
    if wanted == ANSWERED:
        may_be_late = cell.method != "GET" or DECLARED[cell.pattern].about.endswith(" verb")
        return status < 400 or (may_be_late and status in (400, 409, 422))
    if wanted == REFUSED:
        return status in (403, 409)
    if wanted == SIGN_IN:
        return _asks_for_sign_in(cell, face, answer)
    if face == "admin" and DECLARED[cell.pattern].about.startswith("row"):
        # what the admin says of a row that is none; it may say so before it asks for the right
        gone = status == 302 and answer["Location"] == "/admin/"
        return gone or (wanted == FORBIDDEN and status == 403)
    return status == int(wanted)


def _asks_for_sign_in(cell: Cell, face: str, answer: object) -> bool:
    status = answer.status_code
    if face == "api" or (DECLARED[cell.pattern].about.endswith(" verb") and cell.method == "POST"):
        return status == 401
    if face == "legacy":
        return status in (401, 403)
    return status == 302 and answer["Location"].startswith(("/accounts/sign-in/", "/admin/login/"))


_VARYING = re.compile(rb'[0-9A-F]{8}(?=</p>)|name="csrfmiddlewaretoken" value="[^"]+"')


def said(scene: Scene, cell: Cell, answer: object) -> tuple:
    """What an answer tells: status, kind, place to go, bytes, without the request's id, tokens and what was asked for."""
    body = _VARYING.sub(b"", getattr(answer, "content", b""))
    path, query = address(scene, cell)
    whole = f"{path}?{urlencode(query)}" if query else path
    for text in (whole, escape(whole), path):
        body = body.replace(text.encode(), b"#")
    for part in {part for part in path.split("/") if re.fullmatch(r"(?:MT)?[0-9-]{6,}|[0-9a-f]{32}", part)}:
        body = body.replace(part.encode(), b"#")
    headers = {name: value for name, value in answer.items() if name not in ("X-Request-Id", "Content-Length")}
    return answer.status_code, tuple(sorted(headers.items())), body

