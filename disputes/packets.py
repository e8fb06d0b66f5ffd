"""交接包: composed from the file, so that the parties never tell their story again (signature.md 8).

The snapshot stays as it was handed over, whatever is corrected later. It holds the whole story and therefore stands
behind the wall; identity numbers are not in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from casework.door import Passage
from disputes import wall
from disputes.models import Claim, Dispute, Evidence, Narrative, Offer, Packet, Party

REASONS = ("failed", "time_out", "skip", "head")
KINDS = ("facts", "statement", "minutes", "process", "result", "note", "help")


def compose(dispute: Dispute) -> dict[str, Any]:
    """What the next tier must know, read as the product itself: parties, claims, facts and statements, records,
    offers with their answers, evidence, invited units, external procedures, clocks of the tier."""
    with wall.asking(dispute_id=dispute.pk):
        return {
            "parties": [_party(row) for row in dispute.parties.all()],
            "claims": [claim_told(row) for row in dispute.claims.select_related("party")],
            "records": [_record(row) for row in dispute.narratives.filter(kind__in=KINDS)],
            "offers": [_offer(row) for row in dispute.offers.select_related("party")],
            "evidence": [evidence_told(row) for row in dispute.evidence.select_related("file")],
            "units": [row.unit.name for row in dispute.joined.select_related("unit")],
            "procedures": [
                {"kind": row.kind, "authority": row.authority, "number": row.filing_number}
                for row in dispute.procedures.all()
            ],
            "risk": {"score": dispute.risk_score, "colour": dispute.risk_colour, "flags": list(dispute.risk_flags)},
            "panel": [
                {"name": row.mediator.person.name, "role": row.role, "tier": row.tier}
                for row in dispute.panel.select_related("mediator__person")
            ],
        }


def hand_over(passage: Passage, *, to_tier: str, reason: str, summary: str, next_step: str) -> Packet:
    """Compose and keep the packet of this rise."""
    dispute = passage.case
    packet = Packet(
        dispute=dispute, from_tier=dispute.tier, to_tier=to_tier, reason=reason, summary=summary.strip(),
        next_step=next_step.strip(), content=compose(dispute), written_at=passage.at,
        written_by=passage.actor.name[:60],
    )
    passage.create(packet)
    return packet


def _party(row: Party) -> dict:
    return {
        "side": row.side, "kind": row.kind, "name": row.name, "phone": row.phone, "people": row.people,
        "guardian": row.guardian_name, "speaker": row.speaker_name,
    }


def claim_told(row: Claim) -> dict:
    """A claim as it is handed on."""
    return {"by": row.party.name if row.party else "", "text": row.text, "amount": _money(row.amount)}


def _record(row: Narrative) -> dict:
    return {"kind": row.kind, "text": row.text, "at": row.written_at.isoformat(), "by": row.written_by}


def _offer(row: Offer) -> dict:
    return {
        "by": row.party.name if row.party else "", "text": row.text, "amount": _money(row.amount), "tier": row.tier,
        "answer": row.answer, "answer_text": row.answer_text,
    }


def evidence_told(row: Evidence) -> dict:
    """A piece of evidence by name and sum."""
    return {"name": row.file.name, "sha256": row.file.sha256, "purpose": row.purpose}


def _money(amount: object) -> str:
    return "" if amount is None else f"{amount:.2f}"


WORDS = {
    "facts": gettext_lazy("纠纷事实"), "statement": gettext_lazy("当事人陈述"), "minutes": gettext_lazy("调解记录"),
    "process": gettext_lazy("调解过程"), "result": gettext_lazy("调解结果"), "note": gettext_lazy("工作记录"),
    "help": gettext_lazy("协助记录"),
}


def readable(content: dict[str, Any]) -> dict[str, Any]:
    """A packet's content with its codes in words."""
    sides, answers = dict(Party.Side.choices), dict(Offer.Answer.choices)
    return {
        **content,
        "parties": [{**row, "side": sides.get(row["side"], row["side"])} for row in content.get("parties", ())],
        "records": [
            {**row, "kind": WORDS.get(row["kind"], row["kind"]), "at": datetime.fromisoformat(row["at"])}
            for row in content.get("records", ())
        ],
        "offers": [{**row, "answer": answers.get(row["answer"], row["answer"])} for row in content.get("offers", ())],
    }
