"""The register of public legal services (85): near a dispute, in a referral, on its pages and on the API."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from casework.models import OutboxItem
from casework.refusals import MoveRefused
from disputes import notices, services, transitions
from disputes.models import Dispute, LegalService, Referral
from tests.disputes import cast
from tests.disputes.cast import NOON, House
from tests.disputes.rooms_kit import make_room

HERE = (106.80, 39.60)


def register(house: House) -> dict[str, LegalService]:
    rows = (("near", "station", 0.002), ("far", "legal_aid", 0.05), ("talk", "counselling", 0.01), ("old", "station", 0.001))
    for code, kind, off in rows:
        LegalService.objects.create(
            code=code, name=f"机构{code}", kind=kind, area=house.world.areas["district"], lon=HERE[0] + off, lat=HERE[1],
            phone="0473-0119001", is_active=code != "old",
        )
    nowhere = LegalService.objects.create(code="nowhere", name="无址", kind="justice", area=house.world.areas["street_a"])
    return {**{row.code: row for row in LegalService.objects.all()}, "nowhere": nowhere}


def browser(house: House, name: str) -> Client:
    client = Client()
    client.force_login(house.world.people[name], backend="governance.backends.RoleBackend")
    return client


def test_the_nearest_that_offers_it_comes_first_and_a_closed_one_never(house: House) -> None:
    register(house)
    found = services.nearest("legal_aid", HERE)
    assert [one.service.code for one in found] == ["near", "far", "nowhere"]
    assert found[0].words == "220 米"
    assert found[1].words.endswith("公里")
    assert [one.service.code for one in services.nearest("psychological", HERE)] == ["talk"]


def test_a_referral_names_its_place_and_one_that_does_not_offer_it_is_refused(house: House) -> None:
    rows, lead = register(house), house.actor("mediator")
    dispute = cast.mediating(house, lon=HERE[0], lat=HERE[1])
    with pytest.raises(MoveRefused, match="不提供这项服务"):
        transitions.refer(dispute, actor=lead, at=NOON, kind="psychological", service=rows["near"])
    with pytest.raises(MoveRefused) as refused:
        transitions.refer(dispute, actor=lead, at=NOON, kind="legal_aid")
    assert "provider" in refused.value.fields
    transitions.refer(dispute, actor=lead, at=NOON, kind="legal_aid", service=rows["near"])
    row = Referral.objects.get(dispute=dispute)
    assert (row.provider, row.service_id) == ("机构near", rows["near"].pk)


def test_the_form_offers_the_register_and_the_pages_show_it(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    register(house)
    dispute = cast.mediating(house)
    client = browser(house, "mediator")
    form = client.get(f"/disputes/{dispute.number}/do/refer/").content.decode()
    assert form.index("机构near") < form.index("机构talk")
    assert "机构old" not in form
    page = client.get("/disputes/services/?kind=station").content.decode()
    assert "机构near" in page
    assert "机构talk" not in page
    assert len(client.get("/disputes/services/map.json").json()["marks"]) == 3
    assert "机构far" in client.get("/disputes/services/far/").content.decode()
    assert client.get("/disputes/services/old/").status_code == 404


def test_the_api_reads_referrals_for_readers_of_the_story_only(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    register(house)
    dispute = cast.mediating(house)
    web, at = browser(house, "mediator"), f"/api/v1/disputes/{dispute.number}/"
    sent = json.dumps({"kind": "legal_aid", "service": "far"})
    assert web.post(f"{at}refer/", sent, content_type="application/json").status_code == 200
    found = web.get(f"{at}referrals/").json()["results"]
    assert [(one["kind"], one["service"], one["done_at"]) for one in found] == [("legal_aid", "far", None)]
    assert browser(house, "director").get(f"{at}referrals/").status_code == 403
    assert browser(house, "stranger").get(f"{at}referrals/").status_code == 404
    assert len(web.get("/api/v1/disputes/services/?kind=station").json()["results"]) == 1
    assert web.get("/api/v1/disputes/services/?kind=nothing").status_code == 400


def test_a_session_is_not_concluded_before_its_time(house: House) -> None:
    lead = house.actor("mediator")
    dispute = cast.mediating(house)
    session = transitions.schedule(
        dispute, actor=lead, at=NOON, starts_at=NOON.replace(hour=6), room=make_room(house)
    )
    with pytest.raises(MoveRefused) as refused:
        transitions.conclude(session, actor=lead, at=NOON)
    assert (refused.value.code, "尚未开始" in refused.value.detail) == ("not_begun", True)
    transitions.begin(session, actor=lead, at=NOON)  # both sides came early
    assert transitions.conclude(session, actor=lead, at=NOON).state == "held"


def test_who_guided_is_told_where_it_went(house: House) -> None:
    """A mediator guides, the head routes: the mediator is told the body, with an address that he may open; so is who
    took it in, and nobody of what he routed himself."""
    dispute = cast.accepted(house, by="worker_a1")
    Dispute.objects.filter(pk=dispute.pk).update(member_ids=[house.world.people["mediator"].pk])
    dispute = transitions.guide(
        Dispute.objects.get(pk=dispute.pk), actor=house.actor("mediator"), at=NOON, channel="mediation"
    )
    Dispute.objects.filter(pk=dispute.pk).update(member_ids=[])
    dispute = transitions.route(
        Dispute.objects.get(pk=dispute.pk), actor=house.actor("body_head"), at=NOON, body=house.bodies["community_a"]
    )
    item = OutboxItem.objects.get(topic="notice", payload__kind="dispute_routed_on", payload__case=dispute.pk)
    message = notices.tell(dispute, item)[0]
    people = house.world.people
    assert message.person_ids == (people["mediator"].pk, people["worker_a1"].pk)
    assert "青山社区调委会" in message.text
    assert message.url == "/disputes/bodies/community_a/"
    again = cast.routed(house)  # the head guided and routed it himself
    item = OutboxItem.objects.get(topic="notice", payload__kind="dispute_routed_on", payload__case=again.pk)
    assert notices.tell(again, item)[0].person_ids == (people["worker_a1"].pk,)  # who took it in
    own = transitions.register(cast.told(), actor=house.actor("body_head"), at=NOON)
    own = transitions.route(own, actor=house.actor("body_head"), at=NOON, body=house.bodies["community_a"])
    item = OutboxItem.objects.get(topic="notice", payload__kind="dispute_routed_on", payload__case=own.pk)
    assert notices.tell(own, item) == []
