"""Disputes as pages show them: rows of the list, the six steps, the tier lane, two clocks. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from casework import presenting
from disputes import rules
from disputes.dossier import Dossier
from disputes.masking import NOTHING, level_for, proxy_shown, shown
from disputes.models import (
    Dispute,
    DisputeDeadline,
    DisputeType,
    LegalTerm,
    MediationBody,
    Party,
    Session,
    Tier,
)
from disputes.workflow import MOVES, STEPS, step_of
from events.masking import mask_name
from events.presenting import chip
from grids.scope import Rights

STATE_WORDS = dict(Dispute.State.choices)
STATE_TONES = {
    "booked": "run", "accepted": "run", "guided": "run", "routed": "warn", "mediating": "run", "agreed": "done",
    "confirmed": "done", "failed": "urgent", "arbitrating": "pause", "litigating": "pause", "closed": "done",
}
COLOUR_TONES = {"red": "urgent", "orange": "warn", "yellow": "warn", "blue": "run"}
COLOUR_WORDS = dict(Dispute.Colour.choices)
TIER_WORDS = dict(Tier.choices)
TYPE_WORDS = dict(DisputeType.choices)
STAGE_WORDS = {
    "screen": _("筛选"), "guide": _("引导分流"), "sign": _("签收"), "start": _("首次会期"), "tier": _("本级调解"),
    "total": _("调解总时限"), "leave": _("去向登记"), "refer": _("转介承接"), "perform": _("履行"), "confirm": _("司法确认"),
    "call_back": _("回访"), "watch": _("彻底化解观察"), "session": _("会期"),
}
RUNG_WORDS = {
    "remind": _("临期提醒"), "overdue": _("超期"), "leader": _("提级"), "rise": _("自动上报"), "leave": _("到期处理"),
}
URGENT_VERBS = frozenset({"refuse", "fail", "urge", "notify", "breach", "decline"})
TARGET_WORDS = {"police": _("公安(110)"), "street": _("街道"), "district": _("区指挥中心"), "department": _("部门")}
LIGHT = ("state", "area_path", "unit_ids", "member_ids", "street_code", "is_sealed", "type")
ROW_FIELDS = (
    "number", "state", "version", "type", "tier", "risk_colour", "risk_score", "risk_flags", "is_sealed", "area__name",
    "body__name", "mediator__person__name", "registered_at", "area_path", "unit_ids", "member_ids", "street_code",
    "source", "outcome", "body_id", "body__unit_id",
)


AFTER_WORDS = {
    "conf": _("司法确认第%(n)s日提醒"), "pay": _("第%(n)s期履行"), "rpay": _("第%(n)s期履行提醒"), "call": _("第%(n)s日回访"),
    "rcall": _("第%(n)s日回访提醒"),
}
"""Names of the numbered clocks after an agreement (``disputes.aftercare``) by what stands before the number."""


class StageWords(dict[str, Any]):
    """Names of clocks by stage; the numbered ones are made of their number."""

    def get(self, stage: str, default: Any = None) -> Any:
        name = stage.rstrip("0123456789")
        if stage in self or name not in AFTER_WORDS:
            return super().get(stage, default)
        return AFTER_WORDS[name] % {"n": stage[len(name):]}


def is_reminder(stage: str) -> bool:
    """Whether the clock only reminds of another."""
    return stage.rstrip("0123456789") in ("conf", "rpay", "rcall")


def stage_words() -> StageWords:
    """Names of clocks, the statutory ones by their rows."""
    return StageWords(STAGE_WORDS | {row.code: str(row) for row in LegalTerm.objects.all()})


def clocks_of(ids: list[int]) -> dict[int, list[dict]]:
    """Live clocks of these disputes, one query."""
    return presenting.live_clocks(DisputeDeadline, ids)


def rows_for(rows: list[dict], rights: Rights, *, at: datetime) -> list[dict]:
    """Rows of a keyset page: type, masked parties where the person may see them, clock, next session, mediator. A
    fixed number of queries for any number of rows; never a word of the story."""
    ids = [row["id"] for row in rows]
    clocks = clocks_of(ids)
    parties: dict[int, list[Party]] = {}
    for party in Party.objects.filter(dispute__in=ids).order_by("pk"):
        parties.setdefault(party.dispute_id, []).append(party)
    meets = dict(
        Session.objects.filter(dispute__in=ids, state="booked", starts_at__gte=at).values_list("dispute")
        .annotate(first=Min("starts_at")).order_by()
    )
    return [_row(row, rights, clocks.get(row["id"], []), parties.get(row["id"], []), meets.get(row["id"]), at)
            for row in rows]


def _row(
    row: dict, rights: Rights, clocks: list[dict], parties: list[Party], meets: datetime | None, at: datetime
) -> dict:
    light = Dispute(**{name: row[name] for name in LIGHT})
    if row["body_id"]:
        light.body = MediationBody(pk=row["body_id"], unit_id=row["body__unit_id"])
    names = []
    if not row["is_sealed"] and level_for(rights, light) != NOTHING:
        names = [party.name if party.kind != "natural" else mask_name(party.name) for party in parties[:3]]
    return {
        "id": row["id"], "number": row["number"], "url": f"/disputes/{row['number']}/", "version": row["version"],
        "state": row["state"], "state_label": STATE_WORDS[row["state"]], "tone": STATE_TONES[row["state"]],
        "label": light.label, "type": TYPE_WORDS[row["type"]], "is_sealed": row["is_sealed"],
        "parties": "、".join(names), "more": max(0, len(parties) - 3), "tier": TIER_WORDS[row["tier"]],
        "colour": row["risk_colour"], "colour_label": COLOUR_WORDS[row["risk_colour"]], "score": row["risk_score"],
        "colour_tone": COLOUR_TONES[row["risk_colour"]], "place": row["area__name"], "body": row["body__name"] or "",
        "mediator": row["mediator__person__name"] or "", "registered_at": row["registered_at"], "meets": meets,
        "chip": chip(clocks, at=at, url=f"/disputes/{row['number']}/clock/"),
    }


def steps_of(dispute: Dispute, trail: list[dict]) -> list[dict]:
    """受导分调仲诉 with the time each step was entered and left."""
    owner = dispute.body.name if dispute.body_id else ""
    steps = tuple((code, f"{char} {label}", states) for code, char, label, states, _date in STEPS)
    return presenting.steps_of(dispute.state, trail, steps, step_of=step_of, owner=owner)


def trail_of(dispute: Dispute) -> list[dict]:
    """The trail, oldest first: it holds no story."""
    return presenting.trail_of(dispute, MOVES, STATE_WORDS, step_of=step_of, urgent=URGENT_VERBS)


def lane_of(dispute: Dispute, trail: list[dict]) -> list[dict]:
    """首调 → 会调 → 联调: which tier had it from when to when, by the moves that brought it there."""
    reached = [row["at"] for row in trail if row["name"] in ("route", "rise")]
    codes = list(rules.tiers()) or list(Tier.values)
    here = codes.index(dispute.tier)
    first = max(0, here - max(0, dispute.rises))
    lane = []
    for place, code in enumerate(codes):
        entered = reached[place - first] if first <= place <= here and place - first < len(reached) else None
        state = "next" if place > here or not reached else "done" if place < here else "current"
        if place < first:
            state = "skipped"
        rule = rules.tiers().get(code)
        lane.append({"code": code, "name": TIER_WORDS[code], "state": state, "entered": entered, "left": None,
                     "owner": dispute.body.name if state == "current" and dispute.body_id else "",
                     "note": _("%(n)s日") % {"n": rule.days} if rule else ""})
    return lane


def two_clocks(dispute: Dispute, *, at: datetime) -> list[dict]:
    """The tier's clock and the whole month's, then every other live one: ``{"stage", "label", "chip"}``. Reminders
    are no terms: they stand on the clock's page only."""
    words = stage_words()
    rows = [row for row in clocks_of([dispute.pk]).get(dispute.pk, []) if not is_reminder(row["stage"])]
    first = {"tier": 0, "total": 1}
    rows.sort(key=lambda row: (first.get(row["stage"], 2), row["due_at"] or at))
    return [
        {"stage": row["stage"], "label": words.get(row["stage"], row["stage"]),
         "chip": chip([row], at=at, url=f"/disputes/{dispute.number}/clock/")}
        for row in rows
    ]


def parties_of(dossier: Dossier) -> tuple[str, list[dict]]:
    """What this person sees of the parties, and at which level."""
    level = level_for(dossier.rights, dossier.case)
    if level == NOTHING:
        return level, []
    proxies = {row.party_id: row for row in dossier.proxies}
    return level, [
        {**shown(party, level), "proxy": proxy_shown(proxies[party.pk], level) if party.pk in proxies else None}
        for party in dossier.parties
    ]
