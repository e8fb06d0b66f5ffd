"""A paper as PDF: A4, official margins, an embedded font whose text can be searched and copied."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.translation import gettext as _

from disputes.papers.blocks import Block, Cell, Run, read

FONT = "paper"
FONT_PATH = Path("static/vendor/fonts/noto-serif-sc.ttf")
MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}
"""公文版心 (screens.md §6.7)."""
TITLE_PT, TEXT_PT, SMALL_PT, LEADING_PT = 22, 16, 11, 28
MISSING = '<span backColor="#fff3d6" color="#8a5a00">{}</span><font size="1">&nbsp;</font>'
"""A mark; the second run makes reportlab paint the ground also where the mark is alone in its paragraph."""
WHOLE_ROWS = 12
"""A table of up to so many rows is not torn."""


class NoFont(RuntimeError):
    """The font of papers is not installed (``manage.py vendor_assets``)."""


@cache
def register_font() -> frozenset[int]:
    """Load the font once per process; the code points it has."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    path = Path(settings.BASE_DIR) / FONT_PATH
    if not path.is_file():
        raise NoFont(f"{path} is missing; run manage.py vendor_assets")
    font = TTFont(FONT, str(path))
    pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=FONT, italic=FONT, boldItalic=FONT)
    return frozenset(font.face.charToGlyph)


def unprintable(text: str) -> list[str]:
    """Characters that the font lacks, each once: rare characters of names; the page says so beside the PDF."""
    known = register_font()
    return sorted({c for c in text if ord(c) not in known and not c.isspace()})


def write(html: str, *, title: str, foot: str = "") -> bytes:
    """The PDF of a rendered paper; ``foot`` is the watermark line of whoever printed it. Raises NoFont."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    register_font()
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, title=title, author="", creator="", invariant=1,
        **{f"{side}Margin": width * mm for side, width in MARGINS_MM.items()},
    )
    document.build(_story(read(html), document.width), canvasmaker=_numbered(foot))
    return out.getvalue()


def _styles() -> dict:
    from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    text = ParagraphStyle(
        "p", fontName=FONT, fontSize=TEXT_PT, leading=LEADING_PT, firstLineIndent=2 * TEXT_PT, wordWrap="CJK",
        alignment=TA_LEFT, splitLongWords=True,
    )
    return {
        "p": text,
        "flush": ParagraphStyle("flush", text, firstLineIndent=0),
        "right": ParagraphStyle("right", text, firstLineIndent=0, alignment=TA_RIGHT),
        "centre": ParagraphStyle("centre", text, firstLineIndent=0, alignment=TA_CENTER),
        "small": ParagraphStyle("small", text, firstLineIndent=0, fontSize=SMALL_PT, leading=16),
        "h1": ParagraphStyle("h1", text, firstLineIndent=0, fontSize=TITLE_PT, leading=34, alignment=TA_CENTER, spaceAfter=12),
        "h2": ParagraphStyle("h2", text, firstLineIndent=0, spaceBefore=6, keepWithNext=1),
        "cell": ParagraphStyle("cell", text, firstLineIndent=0, fontSize=12, leading=18),
    }


def _markup(runs: list[Run]) -> str:
    """Runs as reportlab's own small markup. The font has one weight: bold looks plain here."""
    parts = []
    for run in runs:
        words = escape(run.text).replace("\n", "<br/>")
        parts.append(MISSING.format(words) if run.look == "missing" else words)
    return "".join(parts)


def _story(blocks: list[Block], width: float) -> list:
    """Flowables; a signature block takes the paragraph before it along, so that it never stands on a page alone."""
    from reportlab.platypus import KeepTogether, Paragraph, Spacer

    styles, story, kept = _styles(), [], []
    for block in [*blocks, Block("end")]:
        if kept and block.keep != kept[-1][0]:
            last = [story.pop()] if story and isinstance(story[-1], Paragraph) else []
            story.append(KeepTogether([*last, Spacer(1, 14), *(flow for _number, flow in kept)]))
            kept = []
        if block.kind == "end":
            break
        if block.kind == "table":
            flow = _table(block, width, styles["cell"])
            flow = KeepTogether([flow]) if len(block.rows) <= WHOLE_ROWS else flow
        else:
            look = next((name for name in ("right", "centre", "small", "flush") if name in block.classes), "p")
            flow = Paragraph(_markup(block.runs), styles[block.kind if block.kind != "p" else look])
        if block.keep:
            kept.append((block.keep, flow))
        else:
            story.append(flow)
    return story


def _table(block: Block, width: float, style: object) -> object:
    from reportlab.lib import colors
    from reportlab.platypus import Paragraph, Table, TableStyle

    columns = max(sum(cell.span for cell in row) for row in block.rows)
    rows, looks = [], [("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    for y, row in enumerate(block.rows):
        line: list = []
        for cell in row:
            x = len(line)
            line += [Paragraph(_markup(cell.runs), style), *[""] * (cell.span - 1)]
            if cell.span > 1:
                looks.append(("SPAN", (x, y), (x + cell.span - 1, y)))
        rows.append(line + [""] * (columns - len(line)))
    return Table(rows, colWidths=_widths(block.rows, columns, width), style=TableStyle(looks), spaceBefore=6, spaceAfter=6,
                 repeatRows=int(all(cell.is_head for cell in block.rows[0])))


def _widths(rows: list[list[Cell]], columns: int, width: float) -> list[float]:
    """Head cells narrow, the others share the rest."""
    narrow = {n for row in rows if len(row) == columns for n, cell in enumerate(row) if cell.is_head}
    if not narrow or len(narrow) == columns:
        return [width / columns] * columns
    small = min(90.0, width / columns)
    rest = (width - small * len(narrow)) / (columns - len(narrow))
    return [small if n in narrow else rest for n in range(columns)]


def _numbered(foot: str) -> type:
    """A canvas that knows how many pages there are when it writes 第 n 页 共 m 页."""
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                self._foot(number, len(self._pages))
                super().showPage()
            super().save()

        def _foot(self, number: int, total: int) -> None:
            self.setFont(FONT, 9)
            self.drawCentredString(105 * mm, 22 * mm, _("第 %(n)s 页 共 %(m)s 页") % {"n": number, "m": total})
            if foot:
                self.setFillGray(0.45)
                self.drawCentredString(105 * mm, 16 * mm, foot)

    return Numbered
