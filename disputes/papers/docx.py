"""A paper as an editable copy (.docx), from the same blocks as the PDF."""

from __future__ import annotations

import io

from disputes.papers.blocks import Block, Run, read
from disputes.papers.pdf import LEADING_PT, MARGINS_MM, TEXT_PT, TITLE_PT

FACE = "仿宋"


def write(html: str, *, title: str) -> bytes:
    """The document: A4, official margins, 仿宋, missing fields highlighted."""
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    for side, width in MARGINS_MM.items():
        setattr(page, f"{side}_margin", Mm(width))
    normal = document.styles["Normal"]
    _face(normal)
    normal.font.size = Pt(TEXT_PT)
    document.core_properties.title, document.core_properties.author = title, ""
    for block in read(html):
        if block.kind == "table":
            _table(document, block)
        else:
            _paragraph(document.add_paragraph(), block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _face(styled: object) -> None:
    """The Chinese face needs its own attribute besides the Latin one."""
    from docx.oxml.ns import qn

    styled.font.name = FACE
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FACE)


def _paragraph(paragraph: object, block: Block) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    layout = paragraph.paragraph_format
    layout.space_after = layout.space_before = Pt(0)
    layout.line_spacing = Pt(LEADING_PT)
    layout.keep_with_next = bool(block.keep) or block.kind in ("h1", "h2")
    aligned = {"right": WD_ALIGN_PARAGRAPH.RIGHT, "centre": WD_ALIGN_PARAGRAPH.CENTER}
    name = next((one for one in aligned if one in block.classes), "centre" if block.kind == "h1" else "")
    if name:
        paragraph.alignment = aligned[name]
    if block.kind == "p" and not block.classes & {"right", "centre", "flush", "small"}:
        layout.first_line_indent = Pt(2 * TEXT_PT)
    _runs(paragraph, block.runs, size=TITLE_PT if block.kind == "h1" else None, bold=block.kind in ("h1", "h2"))


def _runs(paragraph: object, runs: list[Run], *, size: int | None = None, bold: bool = False) -> None:
    from docx.enum.text import WD_COLOR_INDEX
    from docx.shared import Pt

    for told in runs:
        run = paragraph.add_run(told.text)
        run.bold = bold or told.look == "bold" or None
        if size:
            run.font.size = Pt(size)
        if told.look == "missing":
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _table(document: object, block: Block) -> None:
    from docx.shared import Pt

    columns = max(sum(cell.span for cell in row) for row in block.rows)
    table = document.add_table(rows=len(block.rows), cols=columns)
    table.style = "Table Grid"
    for y, row in enumerate(block.rows):
        x = 0
        for cell in row:
            place = table.cell(y, x)
            if cell.span > 1:
                place = place.merge(table.cell(y, x + cell.span - 1))
            _runs(place.paragraphs[0], cell.runs, size=12, bold=cell.is_head)
            place.paragraphs[0].paragraph_format.line_spacing = Pt(18)
            x += cell.span
    document.add_paragraph().paragraph_format.line_spacing = Pt(6)
