"""A dispute with what hangs on it, for one person at one moment; each part read once."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from disputes.models import (
    Agreement,
    CallBack,
    Confirmation,
    Dispute,
    Evidence,
    Instalment,
    JoinedUnit,
    JointNotice,
    PanelMember,
    Paper,
    Party,
    Procedure,
    Proxy,
    Referral,
    Session,
)
from disputes.reach import COURT
from grids.scope import Rights


class Dossier:
    """What the page and its verbs need, except the story: that stands behind the wall (``disputes.wall``)."""

    def __init__(self, dispute: Dispute, rights: Rights, at: datetime) -> None:
        self.case, self.rights, self.at = dispute, rights, at

    @cached_property
    def courts(self) -> frozenset[int]:
        """Courts on site that the person acts for."""
        return frozenset(self.rights.units(COURT))

    @cached_property
    def lies_with_court(self) -> bool:
        """Whether one of these has or had a procedure of the dispute."""
        rows = [*self.procedures, *([self.confirmation] if self.confirmation else [])]
        return any(row.unit_id in self.courts for row in rows)

    @property
    def has_court(self) -> bool:
        """Whether it was ever handed to a court on site."""
        rows = [*self.procedures, *([self.confirmation] if self.confirmation else [])]
        return any(row.unit_id is not None for row in rows)

    @cached_property
    def parties(self) -> list[Party]:
        return list(self.case.parties.all())

    @cached_property
    def proxies(self) -> list[Proxy]:
        return list(self.case.proxies.all())

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
        return list(self.case.referrals.select_related("service"))

    @cached_property
    def evidence(self) -> list[Evidence]:
        return list(self.case.evidence.select_related("file").order_by("pk"))

    @cached_property
    def sessions(self) -> list[Session]:
        return list(self.case.sessions.select_related("room__body").order_by("starts_at"))

    @cached_property
    def papers(self) -> list[Paper]:
        return list(self.case.papers.order_by("kind", "-version"))

    @cached_property
    def agreement(self) -> Agreement | None:
        return self.case.agreements.filter(ended_at=None).first()

    @cached_property
    def confirmation(self) -> Confirmation | None:
        return Confirmation.objects.filter(agreement=self.agreement).first() if self.agreement else None

    @cached_property
    def instalments(self) -> list[Instalment]:
        rows = self.case.instalments.filter(agreement=self.agreement).exclude(state="waived") if self.agreement else ()
        return list(rows)

    @cached_property
    def call_backs(self) -> list[CallBack]:
        return list(self.case.call_backs.filter(agreement=self.agreement)) if self.agreement else []
