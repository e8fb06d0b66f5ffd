"""Risk score and colour, and the tier a dispute may go to straight away (rules.md §5). Pure: a row in, codes out."""

from __future__ import annotations

from decimal import Decimal

from disputes import rules
from disputes.models import Dispute

CONDITIONS = {
    "complex": lambda dispute: dispute.complexity == "complex",
    "knotty": lambda dispute: dispute.complexity == "knotty",
    "crowd": lambda dispute: dispute.people_count >= rules.file()["crowd_people"],
    "departments": lambda dispute: dispute.involves_departments,
    "cross_street": lambda dispute: dispute.is_cross_street,
    "red": lambda dispute: dispute.risk_colour == "red",
    "death": lambda dispute: "death" in dispute.risk_flags,
}
"""What may send a dispute past a tier; the rows of ``TierRule`` name them."""


def grade(dispute: Dispute) -> None:
    """Set the computed flags, the score and the colour of a row in memory; flags set by hand stay."""
    computed = {code for code, row in rules.flags().items() if row.is_computed}
    kept = [code for code in dispute.risk_flags if code in rules.flags() and code not in computed]
    dispute.risk_flags = sorted({*kept, *_computed(dispute)} & set(rules.flags()))
    dispute.risk_score = sum(rules.flags()[code].points for code in dispute.risk_flags)
    dispute.risk_colour = colour_of(dispute.risk_score)


def _computed(dispute: Dispute) -> set[str]:
    found = set()
    if dispute.people_count >= rules.file()["crowd_people"]:
        found.add("crowd")
    if "wages" in dispute.risk_flags or (dispute.amount or Decimal(0)) > rules.file()["money_yuan"]:
        found.add("money")
    if dispute.rises >= 2:
        found.add("rises")
    return found


def colour_of(score: int) -> str:
    """≥ 60 red, 40–59 orange, 20–39 yellow, else blue."""
    return next(colour for colour, least in rules.file()["colours"] if score >= least)


def red_flags(dispute: Dispute) -> list[str]:
    """Its 民转刑 red flags: each calls for a joint notice at once."""
    return [code for code in dispute.risk_flags if rules.flags()[code].is_red_flag]


def is_dangerous(dispute: Dispute) -> bool:
    """Threats or violence: mediation starts at once, with a notice to 110."""
    return bool({"threat", "violence"} & set(dispute.risk_flags))


def suggested_flags(text: str) -> list[dict]:
    """Signs that the words of a report suggest, each with the words that decided it."""
    found = []
    for code, row in rules.flags().items():
        hits = [word for word in row.words if word in text]
        if hits:
            found.append({"code": code, "words": hits})
    return found


def straight_tier(dispute: Dispute) -> tuple[str, list[str]]:
    """The highest tier that a skip rule opens, with the conditions met; the lowest tier without any."""
    codes = list(rules.tiers())
    for code in reversed(codes):
        met = [name for name in rules.tiers()[code].straight if CONDITIONS[name](dispute)]
        if met:
            return code, met
    return codes[0], []


def open_tiers(dispute: Dispute) -> list[str]:
    """Tiers it may be routed to, lowest first: from the one that it has reached, also before it was closed and reopened,
    to the highest that a skip rule opens before those below have tried."""
    codes = list(rules.tiers())
    low = codes.index(dispute.tier)
    return codes[low : max(low, codes.index(straight_tier(dispute)[0])) + 1]
