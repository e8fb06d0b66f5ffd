"""The demo district's bodies with made-up leaders and mediators. No person here exists."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.demo_cast import HOME_STREET
from accounts.models import Role, User
from disputes.bodies_load import CENTRE, HOURS, _mark, _room, body_unit, load_bodies
from disputes.demo_services import load_services
from disputes.models import MediationBody, Mediator, Nature, Room, Tier
from grids.demo.roster import invent_names
from grids.demo_people import POSTED_FROM
from grids.models import Area, Post, Unit
from grids.names import pinyin_of
from grids.scope import SHANGHAI
from grids.staff import in_force

DEMO = Path(__file__).parent / "demo"
SEED = 20260305
PER_BODY = {"specialised": 3, "studio": 2, "squad": 3, "centre": 4, "committee": 1}
"""Mediators hired for a body; a community's committee has the mediator posted there instead."""


@transaction.atomic
def load_demo_bodies(at: datetime) -> dict[str, int]:
    """Bodies, rooms, mediators; counts. Run again it adds what is missing."""
    load_bodies()
    told = json.loads((DEMO / "bodies.json").read_text(encoding="utf-8"))
    _studios(told["bodies"])
    _posted_mediators(at)
    _hired_mediators(told)
    _street_stations()
    _leaders()
    _court()
    load_services()
    return {
        "bodies": MediationBody.objects.count(), "mediators": Mediator.objects.count(), "rooms": Room.objects.count(),
    }  # fmt: skip


def _studios(rows: list[dict]) -> None:
    areas = {a.code: a for a in Area.objects.filter(level_id__in=("street", "community"))}
    streets = sorted(code for code, a in areas.items() if a.level_id == "street")
    for n, row in enumerate(rows):
        area = areas.get(row["place"]) or areas[streets[n % len(streets)]]
        if MediationBody.objects.filter(code=row["code"]).exists():
            continue
        lon, lat = _mark(area)
        body = MediationBody.objects.create(
            code=row["code"], name=row["name"], name_en=row["name_en"], kind=row["kind"], nature=Nature.PEOPLE,
            tier=Tier.JOINT if area.level_id == "street" else Tier.FIRST, area=area, specialities=row["specialities"],
            unit=body_unit(row["code"], row["name"], row["name_en"], area, None), profile=row["profile"],
            profile_en=row["profile_en"], opening_hours=HOURS, lon=lon and lon + 0.002, lat=lat and lat - 0.002,
            is_made_up=True,
        )  # fmt: skip
        if row["kind"] == MediationBody.Kind.STUDIO:
            _room(body, "", "接待室", "Reception room", 6).save()


def _posted_mediators(at: datetime) -> None:
    """Who holds a mediator's post at a community serves its committee and station; the first grid worker of each
    community is a people's mediator too (77)."""
    day = at.astimezone(SHANGHAI).date()
    posts = Post.objects.filter(in_force(day), rank=Post.Rank.MEDIATOR, area__level="community")
    places = {body.code: body for body in MediationBody.objects.filter(area__level__in=("street", "community"))}
    rows = []
    for post in posts.select_related("area"):
        for kind in ("committee", "family"):
            rows.append(Mediator(
                person_id=post.person_id, body=places[f"{kind}_{post.area.code}"], is_full_time=True,
                natures=[Nature.PEOPLE], languages=["普通话"],
            ))  # fmt: skip
    workers = Post.objects.filter(in_force(day), rank=Post.Rank.WORKER, cover="A", area__code__endswith="001")
    for post in workers.select_related("area__parent"):
        body = places.get(f"committee_{post.area.parent.code}")
        if body is not None:
            rows.append(Mediator(person_id=post.person_id, body=body, natures=[Nature.PEOPLE], languages=["普通话"]))
    Mediator.objects.bulk_create(rows, ignore_conflicts=True)


def _hired_mediators(told: dict) -> None:
    """Made-up mediators for the bodies that no community post fills."""
    role = Role.objects.get(code="mediator")
    names = invent_names(random.Random(SEED))
    rng = random.Random(SEED + 1)
    bodies = MediationBody.objects.exclude(kind=MediationBody.Kind.STATION).exclude(
        kind=MediationBody.Kind.COMMITTEE, tier=Tier.FIRST
    )
    for body in bodies.order_by("code").select_related("unit"):
        for n in range(PER_BODY[body.kind]):
            person = _hire(names, f"t-{body.code}-{n + 1}"[:30])
            Post.objects.get_or_create(
                person=person, role=role, unit=body.unit, area=None, rank=Post.Rank.MEDIATOR,
                defaults={"valid_from": POSTED_FROM},
            )  # fmt: skip
            tongues = ["普通话"] + [rng.choice(told["languages"][1:])] * (n == 1)
            Mediator.objects.get_or_create(
                person=person, body=body, defaults={
                    "is_full_time": n < 2, "natures": sorted({Nature.PEOPLE, body.nature}), "languages": tongues,
                    "specialities": body.specialities, "interests": told["interests"].get(body.code[8:], []) if n == 2 else [],
                    "certificate": f"演示-{body.pk:03d}{n + 1}",
                },
            )  # fmt: skip


def _street_stations() -> None:
    """The street committee's mediators serve its marriage-and-family station too: no station without people."""
    stations = {body.area_id: body for body in MediationBody.objects.filter(kind=MediationBody.Kind.STATION, tier=Tier.JOINT)}
    people = Mediator.objects.filter(body__kind=MediationBody.Kind.COMMITTEE, body__tier=Tier.JOINT).select_related("body")
    rows = [
        Mediator(person_id=row.person_id, body=stations[row.body.area_id], natures=[Nature.PEOPLE], languages=["普通话"])
        for row in people if row.body.area_id in stations
    ]  # fmt: skip
    Mediator.objects.bulk_create(rows, ignore_conflicts=True)


def _hire(names: Iterator[tuple[str, str]], username: str) -> User:
    name, _gender = next(names)
    return User.objects.get_or_create(
        username=username,
        defaults={
            "name": name, "pinyin": pinyin_of(name), "phone": "10060470000", "is_demo": True,
            "password": make_password(None),
        },
    )[0]  # fmt: skip


def _leaders() -> None:
    """The named head of the cast leads the property body and the committee of the home street; elsewhere the first
    mediator does, in a community its secretary's committee too."""
    head = User.objects.filter(username="tiaojie-fuze").first()
    led = MediationBody.objects.filter(code__in=("special_property", f"committee_{HOME_STREET}")).select_related("unit")
    for body in led if head is not None else ():
        Post.objects.get_or_create(
            person=head, role=Role.objects.get(code="mediation_head"), unit=body.unit, area=None,
            rank=Post.Rank.OFFICE, defaults={"valid_from": POSTED_FROM},
        )  # fmt: skip
        MediationBody.objects.filter(pk=body.pk).update(leader=head)
    for body in MediationBody.objects.filter(leader=None).prefetch_related("mediators"):
        first = next(iter(body.mediators.all()), None)
        if first is not None:
            body.leader_id = first.person_id
            body.save(update_fields=["leader"])


COURT_UNIT, COURT_NAME = "court_on_site", "区人民法院驻中心法庭"


def court_unit() -> Unit | None:
    """The demo's court on site; None before its people are loaded."""
    return Unit.objects.filter(code=COURT_UNIT).first()


def _court() -> None:
    """法庭进中心: the court's unit at the centre with the judge of the cast."""
    judge, centre = User.objects.filter(username="fating").first(), MediationBody.objects.filter(code=CENTRE).first()
    if judge is None or centre is None:
        return
    unit, _new = Unit.objects.get_or_create(code=COURT_UNIT, defaults={
        "name": COURT_NAME, "name_en": "District Court, bench at the centre", "kind": Unit.Kind.COURT,
        "area": centre.area, "pinyin": pinyin_of(COURT_NAME),
    })  # fmt: skip
    Post.objects.get_or_create(
        person=judge, role=Role.objects.get(code="court_officer"), unit=unit, area=None, rank=Post.Rank.OFFICE,
        defaults={"valid_from": POSTED_FROM},
    )  # fmt: skip
