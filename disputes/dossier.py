"""A dispute with what hangs on it, for one person at one moment; each part read once."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from disputes.models import (
    Dispute,
    Evidence,
    JoinedUnit,
    JointNotice,
    PanelMember,
    Party,
    Procedure,
    Referral,
)
from grids.scope import Rights


class Dossier:
    """What the page and its verbs need, except the story: that stands behind the wall (``disputes.wall``)."""

    def __init__(self, dispute: Dispute, rights: Rights, at: datetime) -> None:
        self.case, self.rights, self.at = dispute, rights, at

    @cached_property
    def parties(self) -> list[Party]:
        return list(self.case.parties.all())

    @cached_property
    def panel(self) -> list[PanelMember]:
        return list(self.case.panel.select_related("mediator__person", "mediator__body").order_by("pk"))

    @cached_property
    def joined(self) -> list[JoinedUnit]:
        return list(self.case.joined.select_related("unit").order_by("pk"))

    @cached_property
    def notices(self) -> list[JointNotice]:
        return list(self.case.joint_notices.select_related("unit"))

    @cached_property
    def procedures(self) -> list[Procedure]:
        return list(self.case.procedures.all())

    @cached_property
    def referrals(self) -> list[Referral]:
        return list(self.case.referrals.all())

    @cached_property
    def evidence(self) -> list[Evidence]:
        return list(self.case.evidence.select_related("file").order_by("pk"))
