"""A paper's HTML, PDF and editable copy say the same, and the Chinese in the PDF is text."""

from __future__ import annotations

import io

import pytest

from disputes.papers import blocks, docx, pdf

HTML = """<article class="paper"><h1>人民调解协议书</h1>
<p class="right">海勃民调〔2026〕12号</p>
<table><tr><th>申请人</th><td>王建国</td><th>电话</th><td><mark>【申请人电话】</mark></td></tr>
<tr><th>事由</th><td colspan="3">漏水 &lt;三次&gt;</td></tr></table>
<h2>一、纠纷事实</h2>
<p>二〇二六年一月,楼上水管破裂,
造成楼下墙面受损。</p>
<section class="keep"><p class="flush">当事人(签名):</p><p class="right">2026年3月5日</p></section></article>"""
WORDS = ("人民调解协议书", "海勃民调〔2026〕12号", "王建国", "【申请人电话】", "漏水 <三次>",
         "二〇二六年一月,楼上水管破裂,造成楼下墙面受损。", "当事人(签名):", "2026年3月5日")


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_blocks_keep_every_word_in_order() -> None:
    text = blocks.text_of(HTML)
    places = [text.index(word) for word in WORDS]
    assert places == sorted(places)


def test_the_pdf_holds_the_words_as_text_with_its_font_embedded() -> None:
    pypdf = pytest.importorskip("pypdf")
    page_texts = []
    reader = pypdf.PdfReader(io.BytesIO(pdf.write(HTML, title="协议书", foot="打印人 王五")))
    for page in reader.pages:
        page_texts.append(squeezed(page.extract_text()))
        fonts = page["/Resources"]["/Font"].values()
        embedded = [font.get_object() for font in fonts if "+" in font.get_object()["/BaseFont"]]
        assert embedded
        assert all("/FontFile2" in font["/FontDescriptor"] for font in embedded)
    text = "".join(page_texts)
    for word in (*WORDS, "第1页共1页", "打印人王五"):
        assert squeezed(word) in text
    assert (round(float(reader.pages[0].mediabox.width)), round(float(reader.pages[0].mediabox.height))) == (595, 842)


def test_the_editable_copy_holds_the_words_and_marks_what_is_missing() -> None:
    from docx import Document

    found = Document(io.BytesIO(docx.write(HTML, title="协议书")))
    cells = [cell.text for row in found.tables[0].rows for cell in row.cells]
    text = "\n".join([*(p.text for p in found.paragraphs), *cells])
    for word in WORDS:
        assert word in text
    runs = [r for row in found.tables[0].rows for cell in row.cells for p in cell.paragraphs for r in p.runs]
    assert [r.text for r in runs if r.font.highlight_color] == ["【申请人电话】"]


def test_characters_the_font_lacks_are_named() -> None:
    assert pdf.unprintable("王堃喆 䶮") == ["䶮"]
