"""The court on site (76): which courts there are, what was handed to them, what of a dispute they may read.

A court sees a dispute like a unit that takes part: state, type, place, masked parties. Besides, what was handed to it
with the parties' consent: names, claims and evidence for a suit; the agreement for its confirmation. What was said
and offered in mediation it never sees (quality.md §5.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from casework import readlog
from casework.actor import Actor
from casework.door import Passage
from casework.refusals import missing, not_found
from disputes import wall
from disputes.models import Agreement, AgreementText, Confirmation, CourtFile, Dispute, Party, Procedure
from disputes.packets import claim_told, evidence_told
from disputes.queries import visible_to
from disputes.reach import COURT
from events.cover import posts_with
from grids.models import Unit
from grids.scope import Rights


def courts(at: datetime) -> QuerySet[Unit]:
    """Courts with people at the centre today."""
    return Unit.objects.filter(pk__in=posts_with(COURT, at=at).values("unit"), is_active=True).order_by("code")


# Handing over --------------------------------------------------------------------------------------


def give(passage: Passage, unit: Unit, *, basis: str) -> None:
    """The dispute lies with this court now; with a ``basis`` the court gets the file that goes with it. Raises
    ``invalid`` for a unit that is no court on site."""
    dispute = passage.case
    if not courts(passage.at).filter(pk=unit.pk).exists():
        raise missing(unit=_now("该单位不是驻中心法庭"))
    if unit.pk not in dispute.unit_ids:
        dispute.unit_ids = [*dispute.unit_ids, unit.pk]
    if basis:
        passage.create(CourtFile(
            dispute=dispute, unit=unit, basis=basis, content=_compose(dispute, basis), written_at=passage.at,
            written_by=passage.actor.name[:60],
        ))
    passage.tell("dispute_to_court", unit=unit.pk)


def _compose(dispute: Dispute, basis: str) -> dict[str, Any]:
    """Read as the product itself. Parties in clear: they sue or apply, and the court writes to them."""
    with wall.asking(dispute_id=dispute.pk):
        found: dict[str, Any] = {"parties": [_party(row) for row in dispute.parties.filter(left_at=None)]}
        if basis == CourtFile.Basis.SUIT:
            claims = dispute.claims.filter(withdrawn_at=None).select_related("party")
            found["claims"] = [claim_told(row) for row in claims]
            found["evidence"] = [evidence_told(row) for row in dispute.evidence.select_related("file")]
        else:
            found["agreement"] = _agreement(dispute)
    return found


def _party(row: Party) -> dict[str, Any]:
    return {
        "side": row.side, "name": row.name, "phone": row.phone, "address": row.address, "people": row.people,
        "guardian": row.guardian_name, "speaker": row.speaker_name, "speaker_phone": row.speaker_phone,
    }


def _agreement(dispute: Dispute) -> dict[str, Any]:
    agreement = Agreement.objects.get(dispute=dispute, ended_at=None)
    text = AgreementText.objects.filter(agreement=agreement).first()
    words = {name: getattr(text, name) for name in ("facts", "issues", "duties", "terms", "way", "term")} if text else {}
    return {"form": agreement.form, "effective_on": agreement.effective_on.isoformat(), **words}


# Reading -------------------------------------------------------------------------------------------


def read_files(
    dispute: Dispute, *, actor: Actor, at: datetime, reason: str = "", address: str = ""
) -> list[dict[str, Any]]:
    """What was handed over, as it stood; the reading is noted before it leaves, and the database decides whose it is."""
    with wall.asking(person_id=actor.person_id):
        readlog.record(
            actor, "open", kind="dispute", at=at, object_key=dispute.number, fields=("court_file",), reason=reason,
            address=address,
        )
        rows = list(CourtFile.objects.filter(dispute=dispute).select_related("unit"))
    return [{"row": row, **readable(row.content)} for row in rows]


def readable(content: dict[str, Any]) -> dict[str, Any]:
    """A file's codes in words."""
    sides, forms = dict(Party.Side.choices), dict(Agreement.Form.choices)
    agreement = content.get("agreement")
    return {
        **content, "parties": [{**row, "side": sides.get(row["side"], "")} for row in content.get("parties", ())],
        "agreement": agreement and {**agreement, "form": forms.get(agreement["form"], "")},
    }


# The court's list ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class View:
    """A part of the court's list: conditions on a suit, or on an application for confirmation."""

    code: str
    label: Any
    suits: Q | None = None
    applications: Q | None = None


OPEN = Q(ended_at=None)
VIEWS = (
    View("to_file", _("待立案"), OPEN & Q(filed_on=None)),
    View("to_serve", _("待送达"), OPEN & Q(filed_on__isnull=False, served_on=None)),
    View("to_close", _("待结案"), OPEN & Q(filed_on__isnull=False, served_on__isnull=False)),
    View("to_confirm", _("待确认裁定"), applications=Q(result="", agreement__ended_at=None)),
    View("done", _("已办结"), Q(ended_at__isnull=False), ~Q(result="")),
)
VIEW_BY_CODE = {view.code: view for view in VIEWS}


def in_view(rights: Rights, code: str) -> QuerySet[Dispute]:
    """Disputes of one view of the person's courts. Raises ``not_found`` for an unknown view."""
    view = VIEW_BY_CODE.get(code)
    if view is None:
        raise not_found()
    units, condition = list(rights.units(COURT)), Q(pk__in=())
    if view.suits is not None:
        condition |= Q(Exists(Procedure.objects.filter(view.suits, dispute=OuterRef("pk"), unit__in=units)))
    if view.applications is not None:
        rows = Confirmation.objects.filter(view.applications, agreement__dispute=OuterRef("pk"), unit__in=units)
        condition |= Q(Exists(rows))
    return visible_to(rights).filter(condition)


def counts(rights: Rights) -> dict[str, int]:
    return {view.code: in_view(rights, view.code).count() for view in VIEWS}


def matters_of(rights: Rights, disputes: list[int]) -> dict[int, list[dict[str, Any]]]:
    """What the person's courts have of each dispute: kind, number and the dates so far."""
    units, found = list(rights.units(COURT)), {}
    for row in Procedure.objects.filter(dispute__in=disputes, unit__in=units).order_by("-opened_at"):
        found.setdefault(row.dispute_id, []).append({
            "kind": row.get_kind_display(), "number": row.filing_number, "applied_on": row.applied_on,
            "filed_on": row.filed_on, "served_on": row.served_on, "ended": row.ended_at is not None, "result": row.result,
        })
    rows = Confirmation.objects.filter(agreement__dispute__in=disputes, unit__in=units).select_related("agreement")
    for row in rows.order_by("-applied_on"):
        found.setdefault(row.agreement.dispute_id, []).append({
            "kind": _("司法确认"), "number": row.number, "applied_on": row.applied_on, "decided_on": row.decided_on,
            "ended": bool(row.result), "result": row.get_result_display() if row.result else "",
        })
    return found
