"""What of a party whom: names and telephones masked, identity numbers never in clear (quality.md §5.2, §5.3)."""

from __future__ import annotations

from disputes.models import Dispute, Party, Proxy
from disputes.reach import LEAD, NARRATIVE, TAKE_PART, VIEW
from events.masking import mask_name, mask_phone
from grids.scope import Rights

NOTHING, MASKED, CLEAR = "nothing", "masked", "clear"


def level_for(rights: Rights, dispute: Dispute) -> str:
    """How much of the parties this person sees: clear for its mediators and the head of its body (names and
    telephones; the identity number by ``reveal``), masked for who takes part and for a street's director, nothing for
    the district's leaders and duty officers, who know state, type and place only."""
    if dispute.is_reached_by(rights, NARRATIVE):
        return CLEAR
    if dispute.is_reached_by(rights, TAKE_PART) or dispute.is_reached_by(rights, LEAD):
        return MASKED
    on_street = any(
        post.area_path and VIEW in post.permissions and dispute.street_code and dispute.street_code in post.area_path
        and dispute.area_path.startswith(post.area_path)
        for post in rights.reaches
    )
    return MASKED if on_street else NOTHING


def proxy_shown(proxy: Proxy, level: str) -> dict:
    """Who asked for a party, as a page shows it at this level."""
    clear = level == CLEAR
    return {
        "name": proxy.name if clear else mask_name(proxy.name), "phone": proxy.phone if clear else mask_phone(proxy.phone),
        "relation": proxy.get_relation_display(), "way": proxy.get_way_display(), "agreed_on": proxy.agreed_on,
        "confirmed_at": proxy.confirmed_at, "withdrawn_at": proxy.withdrawn_at, "has_proof": proxy.proof_id is not None,
    }


def shown(party: Party, level: str) -> dict:
    """A party as a page shows it at this level."""
    clear = level == CLEAR
    organisation = party.kind != Party.Kind.NATURAL
    return {
        "pk": party.pk, "side": party.side, "side_label": party.get_side_display(), "kind": party.kind,
        "kind_label": party.get_kind_display(), "people": party.people, "is_minor": party.is_minor,
        "name": party.name if clear or organisation else mask_name(party.name),
        "phone": party.phone if clear else mask_phone(party.phone),
        "address": party.address if clear else "",
        "has_number": bool(party.id_sealed),
        "guardian": party.guardian_name if clear else mask_name(party.guardian_name),
        "guardian_phone": party.guardian_phone if clear else mask_phone(party.guardian_phone),
        "guardian_relation": party.guardian_relation,
        "speaker_kind": party.get_speaker_kind_display() if party.speaker_kind else "",
        "speaker": party.speaker_name if clear else mask_name(party.speaker_name),
        "speaker_phone": party.speaker_phone if clear else mask_phone(party.speaker_phone),
        "consented": party.consented_at is not None, "refused": party.refused_at is not None,
    }
