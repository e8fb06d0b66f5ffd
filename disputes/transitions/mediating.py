"""调: offers and answers, failure and the rise to the next tier with its packet, more time by consent, help from below."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from disputes import packets, routing, rules, wall
from disputes.models import Dispute, MediationBody, Narrative, Offer, Party
from disputes.telling import MAX_AMOUNT
from disputes.transitions.guiding import refuse_unfit
from disputes.transitions.steps import hold, refuse_unheard, say, stop_mediation, story, to_helpers
from disputes.workflow import do

MAX_OFFER = 400
MAX_EXTENSION_DAYS = 30


def offer(
    dispute: Dispute, *, actor: Actor, at: datetime, text: str, party: Party | None = None,
    amount: Decimal | None = None,
) -> Dispute:
    """提出方案 by a party, or by the mediator (``party`` None). Raises ``invalid``."""
    with wall.asking_as(actor, dispute), moving(dispute, do.offer, actor=actor, at=at) as passage:
        refuse_unheard(passage.case)
        if not text.strip() or len(text) > MAX_OFFER or "\x00" in text:
            raise missing(text=_("请写明方案,不超过%(n)s字") % {"n": MAX_OFFER})
        if amount is not None and not 0 <= amount <= MAX_AMOUNT:
            raise missing(amount=_("金额超出范围"))
        _refuse_strange(passage, party)
        passage.create(Offer(
            dispute=passage.case, party=party, tier=passage.case.tier, text=text.strip(), amount=amount, written_at=at,
            written_by=actor.name[:60],
        ))
    return passage.case


def _refuse_strange(passage: Passage, party: Party | None) -> None:
    if party is not None and party.dispute_id != passage.case.pk:
        raise missing(party=_("没有这位当事人"))


def answer_offer(
    dispute: Dispute, *, actor: Actor, at: datetime, offer: Offer, answer: str, note: str = ""
) -> Dispute:
    """答复方案: accepted, refused, or a counter-offer follows. Raises ``invalid``, ``done_already``."""
    with wall.asking_as(actor, dispute), moving(dispute, do.answer_offer, actor=actor, at=at) as passage:
        row = next((row for row in passage.rows(Offer) if row.pk == offer.pk), None)
        if row is None:
            raise missing(offer=_("没有这个方案"))
        if answer not in ("accepted", "refused", "countered"):
            raise missing(answer=_("请选择答复"))
        if row.answer:
            raise MoveRefused("done_already", _("该方案已答复"))
        passage.change(row, answer=answer, answer_text=note[:400], answered_at=at)
    return passage.case


def fail(
    dispute: Dispute, *, actor: Actor, at: datetime, note: str = "", seen_version: int | None = None
) -> Dispute:
    """调解不成: this tier has not settled it. It waits, at most the leave term, for the rise or for the parties'
    way outside; the words of why stand behind the wall. A person must give them."""
    with moving(dispute, do.fail, actor=actor, at=at, seen_version=seen_version) as passage:
        if actor.is_staff and not note.strip():
            raise missing(note=_("请写明未成原因"))
        say(passage, note)
        stop_mediation(passage)
        start_leaving(passage)
        passage.tell("dispute_failed")
    return passage.case


def start_leaving(passage: Passage) -> None:
    """Nobody is left in a dead end: what may rise does so after three days at the latest, unless the parties go
    outside; what may not is closed with advice after fifteen."""
    dispute = passage.case
    may_rise = dispute.refused_at is None and bool(rules.next_tier(dispute.tier))
    kind, seconds = rules.budget("leave_rise" if may_rise else "leave_close")
    passage.clocks.start("leave", kind=kind, budget_seconds=seconds, at=passage.at, ladder="dispute_leave")


def rise(
    dispute: Dispute, *, actor: Actor, at: datetime, reason: str = "failed", summary: str = "", next_step: str = "",
    body: MediationBody | None = None, seen_version: int | None = None,
) -> Dispute:
    """上报: to the next tier, with a packet composed from the file; the lower tier stays to help.

    ``reason``: failed, time_out (the sweep), skip (a skip rule holds), head. A person gives ``summary`` (why it was
    not settled) and ``next_step``. Raises ``invalid``, ``top_tier`` where there is no tier above, ``party_refused``
    where a party does not want mediation: nobody is mediated against their will.
    """
    with moving(dispute, do.rise, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        if locked.refused_at is not None:
            raise MoveRefused("party_refused", _("一方不愿调解,不再上报"))
        above = rules.next_tier(locked.tier)
        if not above:
            raise MoveRefused("top_tier", _("已是区级联调,没有上一级"))
        if reason not in packets.REASONS:
            raise missing(reason=_("没有这个选项"))
        if actor.is_staff and not (summary.strip() and next_step.strip()):
            raise missing(**{"summary" if not summary.strip() else "next_step": _("请填写未成原因和下一步建议")})
        target = body or _body_above(locked, above)
        if target.tier != above:
            raise missing(body=_("只能上报到上一级的调解组织"))
        refuse_unfit(locked, target)
        packets.hand_over(passage, to_tier=above, reason=reason, summary=summary or _default_summary(reason),
                          next_step=next_step)
        _go_up(passage, target, above)
        passage.details.update(reason=reason, tier=[dispute.tier, above])
    return passage.case


def _default_summary(reason: str) -> str:
    return _("本级调解期限届满,未达成协议") if reason == "time_out" else ""


def _body_above(dispute: Dispute, tier: str) -> MediationBody:
    found = routing.best_body(dispute, tier)
    if found is None:
        raise missing(body=_("上一级没有可受理的调解组织"))
    return found


def _go_up(passage: Passage, body: MediationBody, tier: str) -> None:
    passage.clocks.stop_all(at=passage.at, stages=("sign", "start", "tier", "leave"))
    passage.write()  # the lower tier's clock has stopped before the next one's starts: one of a kind at a time
    to_helpers(passage)
    passage.case.rises += 1
    hold(passage, body, tier)


def extend(
    dispute: Dispute, *, actor: Actor, at: datetime, days: int, agreed: bool, note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """延长期限: a month may become longer only when the parties agree (人民调解工作若干规定 Art. 36 as rules.md §5 has it).

    ``days`` more for the tier and for the whole. Raises ``invalid`` for days outside 1–30 or without consent,
    ``no_clock``, ``extended`` for a second time at one tier.
    """
    with moving(dispute, do.extend, actor=actor, at=at, seen_version=seen_version) as passage:
        if not 1 <= days <= MAX_EXTENSION_DAYS:
            raise missing(days=_("延长1到%(n)s天") % {"n": MAX_EXTENSION_DAYS})
        if not agreed:
            raise missing(agreed=_("须各方当事人同意才能延长"))
        row = passage.clocks.find("tier")
        if row is None:
            raise MoveRefused("no_clock", _("没有在走的本级时限"))
        if any(segment["kind"] == "extend" for segment in row.segments):
            raise MoveRefused("extended", _("本级已延长过一次"))
        say(passage, note)
        for one in (row, passage.clocks.find("total")):
            if one is not None:
                passage.clocks.extend(one, seconds=days * 86_400, by=actor.name, reason=_("各方当事人同意"), at=at)
    return passage.case


def help(dispute: Dispute, *, actor: Actor, at: datetime, note: str) -> Dispute:
    """下级协助: what the lower tier did to help after the rise. Raises ``invalid`` without words, ``forbidden`` for
    who does not sit on the panel."""
    with moving(dispute, do.help, actor=actor, at=at) as passage:
        if not note.strip():
            raise missing(note=_("请写明协助内容"))
        story(passage, Narrative.Kind.HELP, note)
    return passage.case
