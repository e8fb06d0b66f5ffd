"""The HTML of a paper as blocks, for the PDF and the editable copy: both say exactly what the page says.

A paper's template keeps to a small set: ``h1`` title, ``h2`` heading, ``p`` (classes ``flush`` without indent,
``right``, ``centre``, ``small``), ``table`` of ``tr`` with ``th`` and ``td`` (``colspan``), ``section.keep`` for what
must not be torn over two pages; inside them ``b``, ``mark`` for a missing field, ``br``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

TEXT_TAGS = ("h1", "h2", "p", "th", "td")
SPACES = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one look: "" plain, "bold", "missing"."""

    text: str
    look: str = ""


@dataclass(slots=True)
class Block:
    """One paragraph (``kind`` h1, h2 or p) or a table (``rows`` of cells)."""

    kind: str
    classes: frozenset[str] = frozenset()
    runs: list[Run] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    keep: int = 0
    """Blocks of the same number other than 0 stay on one page."""

    @property
    def text(self) -> str:
        if self.kind == "table":
            return "\n".join("\t".join(cell.text for cell in row) for row in self.rows)
        return "".join(run.text for run in self.runs)


@dataclass(slots=True)
class Cell:
    """One cell; ``span`` columns wide."""

    is_head: bool
    span: int
    runs: list[Run] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._into: list[Run] | None = None
        self._looks: list[str] = []
        self._keep, self._keeps = 0, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        classes = frozenset((told.get("class") or "").split())
        if tag == "section" and "keep" in classes:
            self._keeps += 1
            self._keep = self._keeps
        elif tag == "table":
            self.blocks.append(Block("table", classes, keep=self._keep))
        elif tag == "tr":
            self.blocks[-1].rows.append([])
        elif tag in ("th", "td"):
            cell = Cell(tag == "th", int(told.get("colspan") or 1))
            self.blocks[-1].rows[-1].append(cell)
            self._into = cell.runs
        elif tag in TEXT_TAGS:
            self.blocks.append(Block(tag, classes, keep=self._keep))
            self._into = self.blocks[-1].runs
        elif tag == "br" and self._into is not None:
            self._into.append(Run("\n"))
        elif tag in ("b", "mark"):
            self._looks.append("bold" if tag == "b" else "missing")

    def handle_endtag(self, tag: str) -> None:
        if tag in TEXT_TAGS:
            _trim(self._into or [])
            self._into = None
        elif tag in ("b", "mark") and self._looks:
            self._looks.pop()
        elif tag == "section":
            self._keep = 0

    def handle_data(self, data: str) -> None:
        if self._into is None:
            return
        words = _one_line(data)
        if words:
            self._into.append(Run(words, self._looks[-1] if self._looks else ""))


def _one_line(data: str) -> str:
    """White space of the source as one space, and none between Chinese characters of neighbouring lines."""
    if not data.strip(SPACES):
        return "" if "\n" in data else data
    parts = [part.strip(SPACES) for part in data.split("\n")]
    head = " " if data[0] in " \t" else ""
    tail = " " if data[-1] in " \t" else ""
    return head + "".join(part for part in parts if part) + tail


def _trim(runs: list[Run]) -> None:
    if runs:
        runs[0] = Run(runs[0].text.lstrip(SPACES), runs[0].look)
        runs[-1] = Run(runs[-1].text.rstrip(SPACES), runs[-1].look)


def read(html: str) -> list[Block]:
    """The blocks of a rendered paper, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [block for block in reader.blocks if block.rows or block.text.strip()]


def text_of(html: str) -> str:
    """All words of a paper, a block a line."""
    return "\n".join(block.text for block in read(html))
