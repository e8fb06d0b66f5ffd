"""Reads of briefings: who sees which, the text with its figures, the orders behind a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from casework.door import not_found
from grids.scope import Rights
from hotline import queries as orders
from hotline.briefings.models import Briefing, BriefingVersion
from hotline.briefings.transitions import TOKEN
from hotline.briefings.workflow import READ, SIGN, WRITE
from hotline.models import HotlineOrder


def visible_to(rights: Rights) -> QuerySet[Briefing]:
    """Published ones for every reader; drafts for who writes or signs them."""
    if not rights.may(READ):
        return Briefing.objects.none()
    rows = Briefing.objects.select_related("author", "signed_by")
    return rows if rights.may(WRITE) or rights.may(SIGN) else rows.filter(Q(version__gt=0))


def one(rights: Rights, number: str) -> Briefing:
    found = visible_to(rights).filter(number=number).first()
    if found is None:
        raise not_found()
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader sees: the paper in work, or a published version."""

    title: str
    body: list[dict]
    figures: dict[str, dict]
    charts: list[dict]
    as_of: Any
    version: int
    is_final: bool
    author: str
    signer: str
    published_at: Any


def shown(briefing: Briefing, rights: Rights, *, version: int | None = None) -> Shown:
    """The working text for who writes it; the last published version for the others, or the one asked for. Raises
    ``not_found`` for a version that was never published."""
    writes = rights.may(WRITE) or rights.may(SIGN)
    if version is None and (writes or briefing.state == Briefing.State.PUBLISHED):
        signer = briefing.signed_by.name if briefing.signed_by else ""
        return Shown(
            briefing.title, briefing.body, briefing.figures, briefing.charts, briefing.as_of, briefing.version,
            briefing.state == Briefing.State.PUBLISHED, briefing.author.name if briefing.author else "", signer,
            briefing.published_at,
        )
    row = BriefingVersion.objects.filter(briefing=briefing, number=version or briefing.version).first()
    if row is None:
        raise not_found()
    return Shown(
        row.title, row.body, row.figures, row.charts, row.as_of, row.number, True, row.author_name, row.signer_name,
        row.published_at,
    )


def paragraphs(text: str, figures: dict[str, dict], notes: dict[str, int]) -> list[list[dict]]:
    """The sentences of a section as pieces: plain ``{"text"}``, or a figure ``{"text", "name", "note", "has_list"}``
    with the number of its footnote, counted through the paper in ``notes``."""
    return [_pieces(line, figures, notes) for line in text.split("\n") if line.strip()]


def _pieces(line: str, figures: dict[str, dict], notes: dict[str, int]) -> list[dict]:
    found, end = [], 0
    for token in TOKEN.finditer(line):
        row = figures.get(token[1])
        if row is None:
            continue
        if token.start() > end:
            found.append({"text": line[end : token.start()]})
        note = notes.setdefault(row["formula"], len(notes) + 1)
        found.append({"text": row["value"], "name": token[1], "note": note, "has_list": bool(row["keys"])})
        end = token.end()
    return [*found, {"text": line[end:]}] if end < len(line) else found


def orders_behind(figure: dict, rights: Rights) -> QuerySet[HotlineOrder]:
    """The orders that a figure counted, as far as the reader may see them."""
    rows = orders.visible_to(rights).filter(pk__in=figure.get("keys") or ())
    return rows.select_related("category", "event__owner_unit", "area").order_by("-registered_at", "-pk")
