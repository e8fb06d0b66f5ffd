"""Rows of the work list as HTML, written by hand.

A page has up to two hundred rows of nine cells; a template engine needs a millisecond for each, this a fiftieth of
it (docs/decisions/26). Shapes and classes are those of ``templates/shared``; whatever somebody typed is escaped.
What moves with time is in ``data-`` attributes that ``static/shared/clock.js`` keeps running.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from urllib.parse import quote

from django.templatetags.static import static
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from casework.spoken import Spoken, spoken
from events.models import Event
from events.workflow import MOVES
from grids.scope import SHANGHAI

_RING = (
    '<span class="chip__mark" aria-hidden="true"><svg class="ring" viewBox="0 0 20 20"><circle class="ring__track" '
    'cx="10" cy="10" r="8"/><circle class="ring__used" cx="10" cy="10" r="8" pathLength="100" stroke-dasharray="{share} '
    '100" transform="rotate(-90 10 10)"/></svg><span class="shape shape--warn"></span><span class="shape '
    'shape--urgent"></span><span class="shape shape--pause"></span><span class="shape shape--run"></span></span>'
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words that rows repeat, in one language."""

    choose: str
    why: str
    working: str
    left: str
    paused: str
    none: str
    files: str
    repeats: str
    repeat: str
    bounces: str
    bounce: str
    others: str
    open: str
    unsorted: str
    states: dict[str, str]
    sources: dict[str, str]
    levels: dict[str, str]
    flags: dict[str, str]
    verbs: dict[str, str]


@cache
def _words(language: str) -> Words:
    def all_of(choices: Iterable[tuple[str, object]]) -> dict[str, str]:
        return {code: escape(str(label)) for code, label in choices}

    with translation.override(language):
        return Words(
            choose=_("选择"), why=_("为什么是这个时限"), working=_("工作时"), left=_("剩"), paused=_("已挂起"),
            none=_("无时限"), files=_("材料"), repeats=_("并入件数"), repeat=_("重"), bounces=_("退单次数"),
            bounce=_("退"), others=_("派给其他单位"), open=_("查看"), unsorted=_("待定类"),
            states=all_of(Event.State.choices), sources=all_of(Event.Source.choices),
            levels=all_of(Event._meta.get_field("urgency").choices),
            flags={"red": _("红牌"), "yellow": _("黄牌"), "blue": _("蓝牌")},
            verbs=all_of((name, move.label) for name, move in MOVES.items()),
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all rows of one page share. ``next``: where a plain form leads back to; ``csrf``: of this session."""

    now: datetime
    next: str
    csrf: str
    may_bulk: bool = False
    selected: str = ""


def add_html(rows: list[dict], sheet: Sheet) -> list[dict]:
    """Give each row of ``presenting.rows_for`` with its act the key ``html``."""
    words, told, icons = _words(translation.get_language() or "zh-hans"), spoken(), static("shared/icons.svg")
    back, onwards = escape(sheet.next), escape(quote(sheet.next))
    for row in rows:
        row["html"] = _row(row, sheet, words, told, icons, back, onwards)
    return rows


def _row(row: dict, sheet: Sheet, words: Words, told: Spoken, icons: str, back: str, onwards: str) -> SafeString:
    number, url, key = row["number"], row["url"], row["id"]
    act = row["act"]
    level, flag = words.levels[row["urgency"]], row["flag"]
    tick = (
        f'<td class="work-list__tick"><input type="checkbox" name="row" value="{key}:{row["version"]}" form="batch" '
        f'aria-label="{words.choose} {number}"></td>'
        if sheet.may_bulk else ""
    )
    flagged = (
        f'<span class="flag flag--{flag}"><span class="flag__mark" aria-hidden="true"></span>{words.flags[flag]}</span> '
        if flag else ""
    )
    title, tone = escape(row["title"]), row["tone"]
    is_open = ' class="is-open"' if number == sheet.selected else ""
    return mark_safe(  # noqa: S308 (what people typed is escaped; the rest is ours)
        f'<tr data-id="{key}" data-number="{number}" data-version="{row["version"]}" data-url="{url}" '
        f'data-act="{act["verb"] if act else ""}" tabindex="-1"{is_open}>\n{tick}'
        f'<td data-cell="urgency" class="work-list__urgency"><span class="urgency urgency--{row["level"]}" '
        f'title="{level}"><span class="shape shape--{row["shape"]}" aria-hidden="true"></span>'
        f'<span class="sr-only">{level}</span></span></td>\n'
        f'<td data-cell="clock">{_chip(row["chip"], sheet.now, words, told)}</td>\n'
        f'<td data-cell="subject" class="work-list__subject"><a class="clip work-list__title" href="{url}" '
        f'title="{number} {title}">{flagged}<b>{title}</b> <span class="work-list__place">{escape(row["place"])}</span>'
        f'</a></td>\n<td data-cell="marks" class="work-list__marks-cell">{_marks(row, words, icons)}'
        f'<span data-presence></span></td>\n<td data-cell="source" class="nowrap col-source">'
        f'{words.sources[row["source_code"]]}</td>\n<td data-cell="unit" class="col-unit">{_unit(row)}</td>\n'
        f'<td data-cell="state" class="col-state"><span class="tag tag--{tone}"><span class="shape shape--{tone}" '
        f'aria-hidden="true"></span>{words.states[row["state"]]}</span></td>\n'
        f'<td data-cell="act" class="col-act">{_act(row, sheet, words, icons, back, onwards)}</td>\n</tr>'
    )


def _chip(chip: dict, now: datetime, words: Words, told: Spoken) -> str:
    due, starts, kind = chip.get("due"), chip.get("starts"), chip.get("calendar")
    moment = _iso(due) if due else ""
    if kind:
        said = f'{words.left} {told.duration(chip["left"])}'
    elif chip["state"] == "paused":
        said = words.paused
    else:
        said = told.remaining(due, now) if due else words.none
    attributes = f' data-due="{moment}"' if due else ""
    attributes += f' data-starts="{_iso(starts)}"' if starts else ""
    attributes += f' data-calendar="{kind}"' if kind else ""
    working = f'<span class="chip__calendar">{words.working}</span> ' if kind else ""
    return (
        f'<a class="chip" href="{chip["url"]}" title="{words.why}" data-state="{chip["state"]}"{attributes} '
        f'data-share="{chip["share"]}">{_RING.format(share=chip["share"])}<span>{working}<time class="chip__text"'
        f'{f""" datetime="{moment}" """.rstrip() if due else ""}>{said}</time></span></a>'
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat()


def _icon(name: str, icons: str) -> str:
    return (
        f'<svg class="icon icon--16" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<use href="{icons}#{name}"></use></svg>'
    )


def _marks(row: dict, words: Words, icons: str) -> str:
    made = ""
    if row["photos"]:
        made += f'<span class="mark" title="{words.files}">{_icon("photo", icons)}{row["photos"]}</span>'
    if row["repeats"]:
        made += f'<span class="mark" title="{words.repeats}">{words.repeat}{row["repeats"]}</span>'
    if row["bounces"]:
        made += f'<span class="mark" title="{words.bounces}">{words.bounce}{row["bounces"]}</span>'
    return made


def _unit(row: dict) -> str:
    idea = row["idea"]
    if idea is not None:
        name = escape(str(idea["name"]))
        return f'<span class="clip" title="{escape(str(idea["why"]))}">{name} <span class="hint">{idea["share"]}%</span></span>'
    unit = escape(row["unit"])
    return f'<span class="clip" title="{unit}">{unit or "—"}</span>'


def _act(row: dict, sheet: Sheet, words: Words, icons: str, back: str, onwards: str) -> str:
    act = row["act"]
    if act is None:
        return f'<a class="button button--quiet" href="{row["url"]}" data-open>{words.open}</a>'
    verb, do = act["verb"], row["do"]
    label = words.verbs[verb]
    if not act["at_once"]:
        inner = f'<a class="button" href="{do}{verb}/?next={onwards}" data-panel="{verb}">{label}</a>'
        return f'<span class="split-button">{inner}</span>'
    hidden = title = other = ""
    if verb == "dispatch":
        idea = row["idea"]
        hidden = f'<input type="hidden" name="unit" value="{idea["unit_id"]}">'
        title = f' title="{label} → {escape(str(idea["name"]))}"'
        other = (
            f'<a class="button" href="{do}dispatch/?next={onwards}" data-panel="dispatch" aria-label="{words.others}" '
            f'title="{words.others}">{_icon("down", icons)}</a>'
        )
    return (
        f'<span class="split-button"><form method="post" action="{do}{verb}/" data-verb="{verb}"><input type="hidden" '
        f'name="csrfmiddlewaretoken" value="{sheet.csrf}"><input type="hidden" name="seen_version" '
        f'value="{row["version"]}"><input type="hidden" name="next" value="{back}">{hidden}<button class="button"'
        f'{title}>{label}</button></form>{other}</span>'
    )
