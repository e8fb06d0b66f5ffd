"""A list of events as a table for a spreadsheet: no personal data, no cell that a program would compute."""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, TextIOWrapper

import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event
from events.presenting import SOURCE_WORDS, STATE_WORDS, URGENCY_WORDS
from grids.scope import SHANGHAI

MOST = 5000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@dataclass(frozen=True, slots=True)
class Table:
    """Heads, rows of text, and the lines above them: what it is, as of when, for whom."""

    heads: list[str]
    rows: list[list[str]]
    about: list[str]


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula (quality.md I-05): a leading sign is put behind an apostrophe,
    full-width twins and leading spaces seen through."""
    clean = "".join(ch for ch in text if ch >= " " or ch in "\t\n\r")
    head = unicodedata.normalize("NFKC", clean.lstrip(" 　"))[:1]
    return f"'{clean}" if head in DANGEROUS and head else clean


def table_of(rows: QuerySet[Event], *, at: datetime, by: User, view: str) -> Table:
    """The first five thousand rows, newest first."""
    heads = [
        _("单号"), _("状态"), _("紧急程度"), _("标题"), _("地址"), _("区域编码"), _("类别"), _("来源"), _("责任单位"),
        _("上报时间"), _("当前到期"), _("办结时间"), _("督办牌"), _("结果"),
    ]
    fields = (
        "number", "state", "urgency", "title", "address", "area__code", "category__name", "source",
        "owner_unit__name", "reported_at", "due_at", "closed_at", "flag", "outcome",
    )
    words = {"state": STATE_WORDS, "urgency": URGENCY_WORDS, "source": SOURCE_WORDS,
             "outcome": dict(Event.Outcome.choices)}
    found = []
    for row in rows.order_by("-id").values("id", *fields)[:MOST]:
        found.append([guarded(_text(words.get(name, {}).get(row[name], row[name]))) for name in fields])
    stamp = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    about = [_("视图:%(view)s,共%(n)s条") % {"view": view, "n": len(found)}, _("数据截至 %(at)s") % {"at": stamp}]
    about.append(_("导出人 %(name)s %(badge)s") % {"name": by.name, "badge": by.badge or by.username})
    return Table(heads, found, [guarded(line) for line in about])


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


def write_csv(table: Table, body: BytesIO) -> None:
    """UTF-8 with a byte-order mark, so that office programs show Chinese."""
    text = TextIOWrapper(body, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for line in table.about:
        writer.writerow([line])
    writer.writerow(table.heads)
    writer.writerows(table.rows)
    text.detach()


def write_xlsx(table: Table, body: BytesIO) -> None:
    """Every cell a string; nothing is turned into formulas, numbers or links."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(body, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for line, words in enumerate(table.about):
            sheet.write_string(line, 0, words)
        head = len(table.about)
        for column, words in enumerate(table.heads):
            sheet.write_string(head, column, str(words), bold)
        for line, row in enumerate(table.rows, start=head + 1):
            for column, words in enumerate(row):
                sheet.write_string(line, column, words)
        sheet.freeze_panes(head + 1, 1)
        sheet.set_column(0, 0, 24)
        sheet.set_column(3, 4, 36)
