"""What a paper says: fields out of the file; what is missing is named, and marked where it should stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from casework import sealing
from disputes import aftercare, minutes
from disputes.models import (
    Agreement,
    AgreementText,
    CallBack,
    Claim,
    Dispute,
    Instalment,
    Narrative,
    Offer,
    Packet,
    Paper,
    Party,
    Proxy,
    Session,
)
from grids.scope import SHANGHAI

Fill = Callable[["Sheet"], dict[str, Any]]


@dataclass
class Sheet:
    """One paper in the making. Read it behind the opened wall."""

    dispute: Dispute
    at: datetime
    session: Session | None = None
    missing: list[str] = field(default_factory=list)

    def need(self, name: str, value: object) -> object:
        """The value, or a mark that names the missing field."""
        text = "" if value is None else str(value).strip()
        if text:
            return text
        if name not in self.missing:
            self.missing.append(name)
        return format_html("<mark>【{}】</mark>", name)

    def parties(self, side: str, *, brief: bool = False) -> list[dict[str, Any]]:
        """The parties of a side as the papers list them, ``brief`` by name only; numbers of identity papers in full:
        they are signed."""
        rows = Party.objects.filter(dispute=self.dispute, side=side, left_at=None)
        found = [self._name(row) if brief else self._party(row) for row in rows]
        if not found and side != Party.Side.THIRD:
            label = str(Party.Side(side).label)
            return [{"name": self.need(label, ""), "id": "", "phone": "", "address": "", "speaker": ""}]
        return found

    def _name(self, row: Party) -> dict[str, Any]:
        return {"name": self.need(_("%(side)s姓名") % {"side": row.get_side_display()}, row.name)}

    def _party(self, row: Party) -> dict[str, Any]:
        label = str(row.get_side_display())
        try:
            number = sealing.unseal(row.id_sealed)
        except ValueError:
            number = ""
        speaker = row.guardian_name or row.speaker_name
        return {
            "name": self.need(_("%(side)s姓名") % {"side": label}, row.name),
            "id": self.need(_("%(side)s证件号码") % {"side": label}, number),
            "phone": self.need(_("%(side)s电话") % {"side": label}, row.phone),
            "address": self.need(_("%(side)s住址") % {"side": label}, row.address), "speaker": speaker, "people": row.people,
        }

    def both(self) -> dict[str, Any]:
        return {"applicants": self.parties("applicant"), "respondents": self.parties("respondent"),
                "thirds": self.parties("third")}

    def told(self, *kinds: str) -> str:
        """Pieces of the narrative of these kinds, oldest first."""
        rows = Narrative.objects.filter(dispute=self.dispute, kind__in=kinds).order_by("written_at")
        return "\n".join(row.text for row in rows)

    def claims(self) -> list[str]:
        rows = Claim.objects.filter(dispute=self.dispute, withdrawn_at=None)
        return [row.text + (_("(%(n)s元)") % {"n": f"{row.amount:.2f}"} if row.amount else "") for row in rows]

    def agreement(self) -> tuple[Agreement | None, AgreementText | None]:
        found = Agreement.objects.filter(dispute=self.dispute, ended_at=None).first()
        return found, AgreementText.objects.filter(agreement=found).first() if found else None

    def mediators(self) -> list[str]:
        seats = self.dispute.panel.filter(until=None).exclude(role="helper").select_related("mediator__person")
        return [seat.mediator.person.name for seat in seats]


def on(day: date | datetime | None) -> str:
    """2026年3月5日."""
    if day is None:
        return ""
    local = day.astimezone(SHANGHAI).date() if isinstance(day, datetime) else day
    return f"{local.year}年{local.month}月{local.day}日"


def _application(sheet: Sheet) -> dict[str, Any]:
    return {
        **sheet.both(), "facts": sheet.need(_("纠纷事实"), sheet.told("facts")),
        "claims": sheet.claims() or [sheet.need(_("申请事项"), "")],
        "body": sheet.need(_("调解组织"), sheet.dispute.body), "day": on(sheet.dispute.registered_at),
        "proxy": _asked_for(sheet),
    }


def _asked_for(sheet: Sheet) -> dict[str, Any] | None:
    """Who asked on behalf of the applicant, with the consent; the person's own word is missing until it is given."""
    row = Proxy.objects.filter(dispute=sheet.dispute).select_related("party").first()
    if row is None:
        return None
    return {
        "for": row.party.name, "name": row.name, "phone": row.phone, "relation": row.get_relation_display(),
        "way": row.get_way_display(), "agreed": on(row.agreed_on), "confirmed": sheet.need(_("本人确认"), on(row.confirmed_at)),
    }


def _acceptance(sheet: Sheet) -> dict[str, Any]:
    dispute = sheet.dispute
    return {
        "applicants": sheet.parties("applicant", brief=True), "respondents": sheet.parties("respondent", brief=True),
        "type": dispute.get_type_display(), "accepted": sheet.need(_("受理日期"), on(dispute.accepted_at)),
        "body": sheet.need(_("调解组织"), dispute.body), "mediators": "、".join(sheet.mediators()) or sheet.need(_("调解员"), ""),
        "phone": dispute.body.phone if dispute.body else "", "day": on(sheet.at),
    }


def _record(sheet: Sheet) -> dict[str, Any]:
    session = sheet.session or Session.objects.filter(dispute=sheet.dispute).exclude(state="called_off").last()
    parts = minutes.parts_of(session) if session else []
    seats = list(session.seats.select_related("party", "person", "unit")) if session else []
    return {
        **sheet.both(), "session": session,
        "time": sheet.need(_("调解时间"), f"{session.starts_at.astimezone(SHANGHAI):%Y年%m月%d日 %H:%M}" if session else ""),
        "place": sheet.need(_("调解地点"), (session.room or session.place) if session else ""),
        "mediators": "、".join(sheet.mediators()) or sheet.need(_("调解员"), ""),
        "parts": [{"name": part.name, "text": sheet.need(part.name, part.text)} for part in parts]
        or [{"name": _("调解记录"), "text": sheet.need(_("调解记录"), sheet.told("minutes", "process"))}],
        "absent": [str(seat.party.name) for seat in seats if seat.is_absent and seat.party], "day": on(sheet.at),
    }


def _agreement(sheet: Sheet) -> dict[str, Any]:
    found, text = sheet.agreement()
    steps = list(Instalment.objects.filter(agreement=found).exclude(state="waived")) if found else []
    words = text or AgreementText()
    return {
        **sheet.both(), "facts": sheet.need(_("主要事实"), words.facts or sheet.told("facts")),
        "issues": sheet.need(_("争议事项"), words.issues or "、".join(sheet.claims())), "duties": words.duties,
        "terms": sheet.need(_("协议内容"), words.terms), "way": sheet.need(_("履行方式"), words.way),
        "term": sheet.need(_("履行期限"), words.term), "steps": [_step(step) for step in steps],
        "body": sheet.need(_("调解组织"), sheet.dispute.body), "mediators": "、".join(sheet.mediators()),
        "day": sheet.need(_("生效日期"), on(found.effective_on if found else None)),
    }


def _step(row: Instalment) -> dict[str, Any]:
    return {
        "seq": row.seq, "due": on(row.due_on), "amount": "" if row.amount is None else f"{row.amount:.2f}",
        "state": row.get_state_display(), "done": on(row.done_at),
    }


def _performance(sheet: Sheet) -> dict[str, Any]:
    found, text = sheet.agreement()
    rows = list(Instalment.objects.filter(agreement=found).exclude(state="waived")) if found else []
    return {
        **sheet.both(), "terms": sheet.need(_("协议内容"), text.terms if text else ""),
        "effective": sheet.need(_("生效日期"), on(found.effective_on if found else None)),
        "steps": [_step(row) for row in rows], "done": on(found.performed_at) if found else "",
        "mediators": "、".join(sheet.mediators()), "day": on(sheet.at),
    }


def _confirmation(sheet: Sheet) -> dict[str, Any]:
    found, text = sheet.agreement()
    asked = getattr(found, "confirmation", None) if found else None
    return {
        **sheet.both(), "court": sheet.need(_("受理法院"), asked.court if asked else ""),
        "effective": sheet.need(_("生效日期"), on(found.effective_on if found else None)),
        "last_day": on(aftercare.last_day_to_confirm(found.effective_on)) if found else "",
        "terms": sheet.need(_("协议内容"), text.terms if text else ""), "body": sheet.need(_("调解组织"), sheet.dispute.body),
        "day": on(asked.applied_on if asked else sheet.at),
    }


def _call_back(sheet: Sheet) -> dict[str, Any]:
    rows = CallBack.objects.filter(dispute=sheet.dispute)
    found, _text = sheet.agreement()
    return {
        **sheet.both(), "effective": sheet.need(_("生效日期"), on(found.effective_on if found else None)),
        "rows": [
            {
                "day": row.day, "due": on(row.due_on), "done": on(row.done_at), "by": row.done_by,
                "finding": row.get_finding_display(), "satisfied": row.satisfied or "",
            }
            for row in rows
        ],
        "mediators": "、".join(sheet.mediators()), "day": on(sheet.at),
    }


def _hand_over(sheet: Sheet) -> dict[str, Any]:
    packet = Packet.objects.filter(dispute=sheet.dispute).order_by("-written_at").first()
    offers = Offer.objects.filter(dispute=sheet.dispute).order_by("written_at")
    return {
        **sheet.both(), "facts": sheet.need(_("纠纷事实"), sheet.told("facts")), "claims": sheet.claims(),
        "records": sheet.told("minutes", "process", "note"),
        "offers": [f"{one.text}({one.get_answer_display()})" for one in offers],
        "summary": sheet.need(_("未成原因"), packet.summary if packet else ""),
        "next_step": sheet.need(_("下一步建议"), packet.next_step if packet else ""),
        "from_tier": packet.get_from_tier_display() if packet else sheet.dispute.get_tier_display(),
        "to_tier": sheet.need(_("接收层级"), packet.get_to_tier_display() if packet else ""), "day": on(sheet.at),
        "mediators": "、".join(sheet.mediators()),
    }


FILLS: dict[str, Fill] = {
    "application": _application, "acceptance": _acceptance, "record": _record, "agreement": _agreement,
    "performance": _performance, "confirmation": _confirmation, "call_back": _call_back, "hand_over": _hand_over,
}


def compose(
    dispute: Dispute, kind: str, *, at: datetime, number: str = "", session: Session | None = None
) -> tuple[str, list[str]]:
    """The HTML of a paper and the names of what is missing. Official papers are Chinese whoever prints them."""
    with override("zh-hans"):
        sheet = Sheet(dispute, at, session)
        fields = FILLS[kind](sheet)
        html = render_to_string(f"disputes/papers/{kind}.html", {
            **fields, "dispute": dispute, "number": number or sheet.need(_("文号"), ""),
            "title": Paper.Kind(kind).label,
        })
    if not number:
        sheet.missing.remove("文号")
    return html.replace("<br>", "</p>\n<p>"), sheet.missing  # every line of a text is a paragraph of its own, indented
