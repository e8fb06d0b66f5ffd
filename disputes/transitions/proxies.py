"""代办: the person on whose behalf somebody asked says, at the first contact, whether he wants it (138)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from disputes.models import Dispute, Evidence, Party, Proxy
from disputes.transitions.steps import end, say
from disputes.workflow import do


def confirm_proxy(
    dispute: Dispute, *, actor: Actor, at: datetime, proof: Evidence | None = None, note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """本人确认代办: wants the mediation; ``proof`` is the scan of the mandate where there is one. Raises ``invalid`` for
    another dispute's scan, ``done_already``."""
    with moving(dispute, do.confirm_proxy, actor=actor, at=at, seen_version=seen_version) as passage:
        row = _open(passage)
        if proof is not None and proof.dispute_id != passage.case.pk:
            raise missing(proof=_("没有这份材料"))
        passage.change(row, confirmed_at=at, answered_by=actor.name[:60], **({"proof": proof} if proof else {}))
        party = next(one for one in passage.rows(Party) if one.pk == row.party_id)
        passage.change(party, consented_at=at)
        passage.case.proxy_open = False
        say(passage, note)
        passage.details["party"] = party.pk
    return passage.case


def deny_proxy(
    dispute: Dispute, *, actor: Actor, at: datetime, note: str = "", seen_version: int | None = None
) -> Dispute:
    """本人撤回代办: does not want it; closed as withdrawn. Raises ``done_already``."""
    with moving(dispute, do.deny_proxy, actor=actor, at=at, seen_version=seen_version) as passage:
        row = _open(passage)
        passage.change(row, withdrawn_at=at, answered_by=actor.name[:60])
        passage.case.proxy_open = False
        say(passage, note)
        end(passage, "withdrawn")
    return passage.case


def _open(passage: Passage) -> Proxy:
    row = next((one for one in passage.rows(Proxy) if not one.confirmed_at and not one.withdrawn_at), None)
    if row is None:
        raise MoveRefused("done_already", _("没有待本人确认的代办申请"))
    return row
