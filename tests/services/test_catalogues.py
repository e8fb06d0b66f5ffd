"""The catalogue compiler, read back by the standard library."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import django
import pytest

from governance.management.commands.compile_catalogues import catalogue, read_messages

SOURCE = """
# header
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#: a/views.py:3
msgid "派单"
msgstr "Dis"
"patch"
msgctxt "button"
msgid "办结"
msgstr "Close \\"it\\""

msgid "%(n)s 件"
msgid_plural "%(n)s 件"
msgstr[0] "%(n)s case"
msgstr[1] "%(n)s cases"

#, fuzzy
msgid "旧"
msgstr "guess"

msgid "未译"
msgstr ""
#~ msgid "废弃"
#~ msgstr "obsolete"
"""


def compiled(text: str) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(catalogue(dict(read_messages(text)))))


def test_what_is_translated_is_found_and_the_rest_is_left_as_it_is() -> None:
    english = compiled(SOURCE)

    assert english.gettext("派单") == "Dispatch"
    assert english.pgettext("button", "办结") == 'Close "it"'
    assert english.ngettext("%(n)s 件", "%(n)s 件", 1) == "%(n)s case"
    assert english.ngettext("%(n)s 件", "%(n)s 件", 7) == "%(n)s cases"
    assert [english.gettext(text) for text in ("旧", "未译", "废弃")] == ["旧", "未译", "废弃"]


def test_djangos_own_catalogues_come_out_as_gnu_gettext_made_them() -> None:
    folder = Path(django.__file__).parent / "contrib" / "admin" / "locale" / "zh_Hans" / "LC_MESSAGES"
    ours = compiled((folder / "django.po").read_text(encoding="utf-8"))
    with (folder / "django.mo").open("rb") as file:
        theirs = gettext.GNUTranslations(file)

    assert {key: text for key, text in ours._catalog.items() if key} == {
        key: text for key, text in theirs._catalog.items() if key
    }


@pytest.mark.parametrize("text", ['msgid "a', 'nonsense "a"', 'msgid a\nmsgstr "b"', '"alone"'])
def test_a_broken_line_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        list(read_messages(text))
