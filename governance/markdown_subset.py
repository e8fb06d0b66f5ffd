"""Reads the small part of Markdown that the handbooks use into plain values, which a template then draws.

No HTML is made here and none is taken over: whatever stands in a file reaches the page as text. Known are
headings, paragraphs, lists (one level), tables, fenced code, quotes; inside a line `code`, **strong** and [links](…).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_INLINE = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|\[(?P<text>[^\]]+)\]\((?P<url>[^)\s]+)\)")
_HEADING = re.compile(r"(#{1,4})\s+(.+)")
_ITEM = re.compile(r"(?:[-*]|(\d+)\.)\s+(.+)")
_RULE = re.compile(r"\|?[\s:|-]+\|?")
_SAFE_URL = re.compile(r"(https?://|[\w./#-]+$)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line: ``kind`` is text, code, strong or link; ``url`` of a link only."""

    kind: str
    text: str
    url: str = ""


Line = tuple[Piece, ...]


@dataclass(slots=True)
class Block:
    """One block: heading (``level``, ``id``), paragraph, list (``ordered``, ``rows``), table (``head``, ``rows``),
    code (``text``), quote."""

    kind: str
    line: Line = ()
    level: int = 0
    id: str = ""
    text: str = ""
    ordered: bool = False
    head: list[Line] = field(default_factory=list)
    rows: list = field(default_factory=list)


def anchor_of(words: str) -> str:
    """The anchor of a heading: its words without spaces and marks, as other documents may link to it."""
    return re.sub(r"[^\w-]", "", re.sub(r"\s+", "-", words.strip().lower()))


def pieces(text: str) -> Line:
    """A line cut into its pieces. A link with an unknown scheme (``javascript:``) stays text."""
    found: list[Piece] = []
    at = 0
    for match in _INLINE.finditer(text):
        if match.start() > at:
            found.append(Piece("text", text[at : match.start()]))
        at = match.end()
        if match["code"]:
            found.append(Piece("code", match["code"]))
        elif match["strong"]:
            found.append(Piece("strong", match["strong"]))
        elif _SAFE_URL.match(match["url"]):
            found.append(Piece("link", match["text"], match["url"]))
        else:
            found.append(Piece("text", match["text"]))
    if at < len(text):
        found.append(Piece("text", text[at:]))
    return tuple(found)


def blocks(source: str) -> list[Block]:
    """The blocks of a document, in order."""
    found: list[Block] = []
    for lines in _groups(source.splitlines()):
        found.append(_block(lines))
    return found


def _kind(line: str) -> str:
    if line.startswith("```"):
        return "code"
    if _HEADING.fullmatch(line):
        return "heading"
    if line.startswith("|"):
        return "table"
    if line.startswith(">"):
        return "quote"
    return "list" if _ITEM.fullmatch(line) else "paragraph"


def _groups(lines: list[str]) -> Iterator[list[str]]:
    """Lines that belong to one block."""
    held: list[str] = []
    for raw in lines:
        line = raw.rstrip()
        if held and held[0].startswith("```"):
            held.append(line)
            if line.startswith("```"):
                yield held
                held = []
            continue
        if held and not _goes_on(held, line):
            yield held
            held = []
        if line:
            held.append(line)
    if held:
        yield held


def _goes_on(held: list[str], line: str) -> bool:
    """Whether ``line`` still belongs to the block that ``held`` began; an indented line carries a list item on."""
    if not line or _kind(held[0]) == "heading":
        return False
    if _kind(held[0]) == "list":
        return line.startswith("  ") or _kind(line) == "list"
    return _kind(line) == _kind(held[0])


def _block(lines: list[str]) -> Block:
    kind = _kind(lines[0])
    if kind == "code":
        return Block("code", text="\n".join(lines[1:-1] if lines[-1].startswith("```") else lines[1:]))
    if kind == "heading":
        marks, words = _HEADING.fullmatch(lines[0]).groups()
        return Block("heading", pieces(words), level=len(marks), id=anchor_of(words))
    if kind == "table":
        return _table(lines)
    if kind == "list":
        return _list(lines)
    text = " ".join(line.lstrip("> ").strip() for line in lines)
    return Block(kind, pieces(text))


def _list(lines: list[str]) -> Block:
    items: list[str] = []
    for line in lines:
        match = _ITEM.fullmatch(line)
        if match:
            items.append(match[2])
        else:
            items[-1] += " " + line.strip()
    is_ordered = bool(_ITEM.fullmatch(lines[0])[1])
    return Block("list", ordered=is_ordered, rows=[pieces(item) for item in items])


def _table(lines: list[str]) -> Block:
    rows = [
        [pieces(cell.strip()) for cell in line.strip("|").split("|")]
        for line in lines
        if not _RULE.fullmatch(line)
    ]
    return Block("table", head=rows[0], rows=rows[1:])
