"""An upload is kept only for who may add it: after a refusal there is neither row nor file."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Role
from casework.models import StoredFile
from disputes import transitions
from disputes.models import Evidence
from events import transitions as moves
from events.models import EventAttachment
from tests import world as worlds
from tests.disputes import cast
from tests.disputes.cast import House
from tests.pictures import jpeg
from tests.world import NOON


@pytest.fixture
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def signed_in(house: House, name: str, *, without: str = "") -> Client:
    """A person whose role has lost one permission."""
    user = house.world.people[name]
    for role in Role.objects.filter(posts__person=user).distinct():
        role.permissions = [code for code in role.permissions if code != without]
        role.save(update_fields=["permissions"])
    client = Client()
    client.force_login(user, backend="governance.backends.RoleBackend")
    return client


def kept(root: Path) -> int:
    return StoredFile.objects.count() + sum(path.is_file() for path in root.rglob("*"))


def test_a_signed_scan_of_one_who_may_read_but_not_file_is_not_kept(
    house: House, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispute = cast.mediating(house)
    paper = transitions.issue(dispute, kind="application", actor=house.actor("mediator"), at=NOON)
    client = signed_in(house, "mediator", without="disputes.paper")
    url = f"/disputes/{dispute.number}/paper/{paper.pk}/"
    assert client.get(url).status_code == 200
    assert client.post(f"{url}signed/", {"files": jpeg()}).status_code == 403
    assert kept(media) == 0
    monkeypatch.setattr("events.material.ask", lambda *args, **more: None)  # as it was: kept first, refused then
    assert client.post(f"{url}signed/", {"files": jpeg()}).status_code == 403
    assert kept(media) == 2
    assert not Evidence.objects.exists()


def test_photos_of_a_feedback_or_a_check_are_not_kept_when_it_is_refused(house: House, media: Path) -> None:
    event = worlds.in_progress(house.world)
    order = worlds.the_order(event)
    handler = signed_in(house, "handler", without="events.attach")
    told = {"note": "已修好", "outcome": "solved", "subject": order.pk, "files": jpeg()}
    handler.post(f"/events/{event.number}/do/accept/", {"subject": order.pk})
    assert handler.post(f"/events/{event.number}/do/feed_back/", told).status_code == 403
    assert kept(media) == 0
    handler = signed_in(house, "handler", without="events.feed_back")
    answer = handler.post(f"/m/e/{event.number}/feed-back/{order.pk}/", {"note": "已修好", "outcome": "solved",
                                                                                    "photos": jpeg()})
    assert answer.status_code in (302, 403)
    own = worlds.reported(house.world, by="worker_a1")
    moves.handle_on_spot(own, actor=house.world.actor("worker_a1"), at=NOON, note="已扶正")
    worker = signed_in(house, "worker_a1")
    worker.post(f"/m/e/{own.number}/verify/", {"finding": "solved", "note": "看过了", "photos": jpeg()})
    assert kept(media) == 0
    assert not EventAttachment.objects.exists()
