"""The mini district with one event in every relation to the people of the cast, for tests that ask over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from knox.models import AuthToken

from accounts.models import User
from accounts.reference import load_roles
from casework.models import Notice, StaffPhoto
from events import loads, material, transitions
from events.models import Alert, ClueCluster, Device, Event
from grids import outlines, places
from grids.models import Area
from hotline.models import HotlineOrder
from tests import world as worlds
from tests.access import disputes_scene, hotline_scene, knowledge_scene
from tests.pictures import jpeg
from tests.world import CAST, NOON, World

MISSING = "missing"
RELATIONS: dict[str, dict[str, str]] = {
    # relation as worker_a1, officer_a and handler stand to it: where, who reported, which unit works on it
    "own": {"area": "150302002001001", "by": "worker_a1", "unit": "chengguan"},
    "same_grid": {"area": "150302002001001", "by": "cover_a1", "unit": "street_a"},
    "same_community": {"area": "150302002001002", "by": "hotline", "unit": "street_a"},
    "same_street": {"area": "150302002", "by": "hotline", "unit": "street_a"},
    "other_street": {"area": "150302001002001", "by": "worker_b1", "unit": "street_b"},
    "own_department": {"area": "150302001002002", "by": "hotline", "unit": "chengguan"},
    "other_department": {"area": "150302001002001", "by": "worker_b1", "unit": "zhujian"},
}
SESSION = settings.SESSION_COOKIE_NAME
SQUARE = {"type": "Polygon", "coordinates": [[[106.8, 39.6], [106.81, 39.6], [106.81, 39.61], [106.8, 39.61], [106.8, 39.6]]]}
"""The first grid of street A."""
BACKEND = "governance.backends.RoleBackend"
POSTS = {name: (role, area, unit) for name, role, area, unit, _rank, _cover in CAST}
PEOPLE = tuple(POSTS)
OUTSIDERS = ("anonymous", "stale session")
EVERYBODY = (*PEOPLE, *OUTSIDERS)
_ROLES = {record.code: record for record in load_roles()}


def permissions_of(who: str) -> frozenset[str]:
    """Codes of the member's role by the role file; nobody's are none."""
    return _ROLES[POSTS[who][0]].permissions if who in POSTS else frozenset()


def is_office(who: str) -> bool:
    return who in POSTS and _ROLES[POSTS[who][0]].is_office


@dataclass
class Thing:
    """One event with what hangs on it."""

    event: Event
    order: int
    file: int


@dataclass
class Scene:
    """The world, its events by relation, and a signed-in client for everybody."""

    world: World
    things: dict[str, Thing] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    notices: dict[str, int] = field(default_factory=dict)
    rows: dict[str, dict[str, object]] = field(default_factory=dict)
    """Keys of a row inside street A and of one outside it, by admin model."""
    tokens: dict[str, str] = field(default_factory=dict)
    """API tokens of the people."""
    named: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By converter of an address: the number of something that is there, and one that is not."""
    keys: dict[str, int] = field(default_factory=dict)
    """By kind: the key of a row that is there."""
    calls: dict[str, HotlineOrder] = field(default_factory=dict)
    """Hotline orders by relation."""
    owned: dict[str, dict[str, int]] = field(default_factory=dict)
    """By kind: the key of everybody's own row, and one that is ``another's``."""
    disputes: dict[str, object] = field(default_factory=dict)
    """Disputes by relation (``disputes_scene``)."""


def make_scene() -> Scene:
    """Insert it. Needs a database and a clock that stands at NOON."""
    loads._known = loads.Loads(0, "1:1:")
    outlines.forget()
    scene = Scene(worlds.make_world())
    Area.objects.filter(code="150302002001001").update(boundary=SQUARE)
    places.forget()
    for serial, (name, told) in enumerate(RELATIONS.items()):
        scene.things[name] = _thing(scene.world, serial, **told)
    scene.things["merged_away"] = _merged(scene.world, scene.things["same_grid"].event)
    Event.objects.filter(pk__in=[scene.things[name].event.pk for name in ("own", "same_grid")]).update(lon=106.805, lat=39.605)
    for name, person in scene.world.people.items():
        scene.clients[name] = signed_in(person)
        line = Notice.objects.create(
            person=person, key=f"k:{name}", kind="test", title="请处理", created_at=NOON, show_at=NOON
        )
        scene.notices[name] = line.pk
        scene.tokens[name] = AuthToken.objects.create(person)[1]
    scene.clients["anonymous"] = Client(raise_request_exception=False)
    scene.clients["stale session"] = ended_session(scene.world)
    scene.sessions = {name: client.cookies[SESSION].value for name, client in scene.clients.items() if SESSION in client.cookies}
    posts = {name: person.posts.get().pk for name, person in scene.world.people.items()}
    areas, units = scene.world.areas, scene.world.units
    scene.rows = {
        "grids/area": {"inside": areas["grid_a1"].pk, "outside": areas["grid_b1"].pk},
        "grids/unit": {"inside": units["street_a"].pk, "outside": units["street_b"].pk},
        "grids/post": {"inside": posts["worker_a1"], "outside": posts["worker_b1"]},
        "casework/readlog": read_rows(scene.world),
        "accounts/user": {"inside": scene.world.people["worker_a1"].pk, "outside": scene.world.people["worker_b1"].pk},
    } | case_rows(scene)
    scene.keys["staff"] = _photographed(scene)
    scene.keys["alert"] = _alert(scene.world)
    scene.keys["cluster"] = _cluster(scene)
    knowledge_scene.add(scene)
    hotline_scene.add(scene)
    disputes_scene.add(scene)
    return scene


def _photographed(scene: Scene) -> int:
    """The grid worker's key, with a photo in the staff record."""
    person = scene.world.people["worker_a1"]
    stored = material.store_all([jpeg(colour=(9, 9, 9))], actor=scene.world.actor("admin"), at=NOON)[0]
    StaffPhoto.objects.create(person=person, file=stored, set_at=NOON)
    return person.pk


def case_rows(scene: Scene) -> dict[str, dict[str, object]]:
    """Keys of rows of one event in street A and of one outside it, whose unit is of no administrator's."""
    found: dict[str, dict[str, object]] = {}
    for place, relation in (("inside", "same_grid"), ("outside", "other_department")):
        thing = scene.things[relation]
        for model, key in (
            ("events/event", thing.event.pk), ("events/workorder", thing.order),
            ("events/eventtrail", thing.event.trail.order_by("seq").first().pk),
            ("events/eventdeadline", thing.event.deadlines.order_by("pk").first().pk),
        ):
            found.setdefault(model, {})[place] = key
    return found


def read_rows(world: World) -> dict[str, object]:
    """One line of the read log by a person of either street."""
    from casework.models import ReadLog

    made = {
        name: ReadLog.objects.create(at=NOON, person=world.people[who], act="open", kind="event", object_key="x")
        for name, who in (("inside", "officer_a"), ("outside", "stranger"))
    }
    return {name: row.pk for name, row in made.items()}


def signed_in(person: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person, backend=BACKEND)
    return client


def ended_session(world: World) -> Client:
    """Somebody whose session has been ended on the server; the browser still sends it."""
    client = signed_in(world.people["dispatcher"])
    Session.objects.filter(pk=client.cookies[SESSION].value).delete()
    return client


def browser(scene: Scene, who: str) -> Client:
    """The member's client as it was when the scene began: what an undone request set or cleared is forgotten."""
    client = scene.clients[who]
    client.cookies.clear()
    if who in scene.sessions:
        client.cookies[SESSION] = scene.sessions[who]
    return client


def _thing(world: World, serial: int, *, area: str, by: str, unit: str) -> Thing:
    event = worlds.in_progress(
        world, area=area, by=by, unit=unit, reporter_name=f"金丝雀{serial}号",
        reporter_phone=f"1990000{serial:04d}",
    )
    return Thing(event, worlds.the_order(event).pk, _file(world, event, serial))


def _alert(world: World) -> int:
    """A candidate of a camera in the first grid of street A, with its picture."""
    device = Device.objects.create(
        code="cam-a1", name="青山路口球机", kind="camera", area=world.areas["grid_a1"], category_id="0501"
    )
    stored = material.store_all([jpeg(colour=(7, 7, 7))], actor=world.actor("dispatcher"), at=NOON)[0]
    return Alert.objects.create(
        device=device, external_number="A-1", label="占道经营", occurred_at=NOON, received_at=NOON, picture=stored
    ).pk


def _cluster(scene: Scene) -> int:
    """A cluster in the first grid of street A with one event inside."""
    cluster = ClueCluster.objects.create(
        number="XS20260305-01", title="青山第一网格 重型车辆", area=scene.world.areas["grid_a1"], lon=106.805, lat=39.605,
        first_at=NOON, last_at=NOON, found_at=NOON, weighed_at=NOON, score=40,
    )
    cluster.members.create(event=scene.things["same_grid"].event, added_at=NOON)
    return cluster.pk


def _merged(world: World, master: Event) -> Thing:
    event = worlds.in_progress(world, unit="chengguan")
    order = worlds.the_order(event).pk
    file = _file(world, event, 9)
    actor = world.actor("dispatcher")
    return Thing(transitions.merge(event, master=master, actor=actor, at=NOON, note="同一事项"), order, file)


def _file(world: World, event: Event, serial: int) -> int:
    actor = world.actor("dispatcher")
    stored = material.store_all([jpeg(colour=(serial * 20, 9, 9))], actor=actor, at=NOON)
    material.attach_all(event, stored, purpose="report", actor=actor, at=NOON)
    return event.attachments.latest("pk").pk


def reaches(scene: Scene, who: str, code: str, *, area_path: str = "", unit_ids: tuple[int, ...] = ()) -> bool:
    """Whether the member's one post carries one of the codes (``|``) on this land or for one of these units."""
    if not any(one in permissions_of(who) for one in code.split("|")):
        return False
    _role, area, unit = POSTS[who]
    on_land = bool(area and area_path) and area_path.startswith(scene.world.areas[area].path)
    return on_land or (bool(unit) and scene.world.units[unit].pk in unit_ids)


def sees(scene: Scene, who: str, thing: Thing) -> bool:
    """Whether the member may know of the event: on their land, by their unit, or reported by them."""
    event = thing.event
    if "events.view" not in permissions_of(who):
        return False
    if event.reporter_person_id == scene.world.people[who].pk:
        return True
    return reaches(scene, who, "events.view", area_path=event.area_path, unit_ids=tuple(event.unit_ids))


def sees_call(scene: Scene, who: str, order: HotlineOrder) -> bool:
    """Whether the member may know of the order: on their land, by their unit, taken by them, to be called back."""
    place = {"area_path": order.area_path, "unit_ids": tuple(order.unit_ids)}
    if order.agent_id == scene.world.people[who].pk and "hotline.register" in permissions_of(who):
        return True
    if order.state == "calling_back" and reaches(scene, who, "hotline.call_back", area_path=order.area_path):
        return True
    return reaches(scene, who, "hotline.view", **place)
