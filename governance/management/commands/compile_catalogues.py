"""Compile the translation catalogues without GNU gettext, which a plain machine does not have."""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

MAGIC = 0x950412DE
CONTEXT_GLUE = "\x04"
PLURAL_GLUE = "\x00"


class Command(BaseCommand):
    """Writes a .mo file beside every .po file that is newer than it."""

    help = "Compile locale/**/*.po to .mo in pure Python."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in (*settings.LOCALE_PATHS, *sorted(Path(settings.BASE_DIR).glob("*/locale"))):
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                try:
                    messages = dict(read_messages(source.read_text(encoding="utf-8")))
                except ValueError as error:
                    raise CommandError(f"{source}: {error}") from error
                fresh = source.with_suffix(".mo.new")
                fresh.write_bytes(catalogue(messages))
                fresh.replace(source.with_suffix(".mo"))
                self.stdout.write(f"{source.parent.parent.name}: {len(messages)} messages")


def read_messages(text: str) -> Iterator[tuple[str, str]]:
    """The translated messages of a .po file as (key, value); fuzzy, obsolete and empty ones are left out.

    ``ValueError`` names the line that cannot be read.
    """
    for entry in _entries(text):
        plurals = [entry[name] for name in sorted(entry) if name.startswith("msgstr")]
        if "msgid" not in entry or "fuzzy" in entry or not all(plurals):
            continue
        key = entry["msgid"]
        if "msgctxt" in entry:
            key = entry["msgctxt"] + CONTEXT_GLUE + key
        if "msgid_plural" in entry:
            key += PLURAL_GLUE + entry["msgid_plural"]
        yield key, PLURAL_GLUE.join(plurals)


def _entries(text: str) -> Iterator[dict[str, str]]:
    entry: dict[str, str] = {}
    field = ""
    for number, raw in enumerate([*text.splitlines(), ""], start=1):
        line = raw.strip()
        if "msgid" in entry and _begins_another(line, entry):
            yield entry
            entry = {}
        if line.startswith("#,") and "fuzzy" in line:
            entry["fuzzy"] = ""
        if not line or line.startswith("#"):
            continue
        if line.startswith("msg"):
            field, _, line = line.partition(" ")
            entry[field] = ""
        if not field or not line.startswith('"'):
            raise ValueError(f"line {number}: {raw}")
        entry[field] += _unquoted(line, number)


def _begins_another(line: str, entry: dict[str, str]) -> bool:
    """Whether this line ends the entry before it: an empty line, a comment, or the head of the next one."""
    if not line or line.startswith("#"):
        return True
    translated = any(name.startswith("msgstr") for name in entry)
    return translated and line.startswith(("msgid ", "msgctxt "))


def _unquoted(line: str, number: int) -> str:
    try:
        return ast.literal_eval(line)
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"line {number}: {line}") from error


def catalogue(messages: dict[str, str]) -> bytes:
    """The binary form that ``gettext`` reads: two tables of (length, offset), sorted by key, then the texts."""
    rows = sorted((key.encode(), value.encode()) for key, value in messages.items())
    tables_end = 28 + 16 * len(rows)
    keys_length = sum(len(key) + 1 for key, _ in rows)
    key_table, value_table = b"", b""
    key_at, value_at = tables_end, tables_end + keys_length
    for key, value in rows:
        key_table += struct.pack("<2I", len(key), key_at)
        value_table += struct.pack("<2I", len(value), value_at)
        key_at += len(key) + 1
        value_at += len(value) + 1
    head = struct.pack("<7I", MAGIC, 0, len(rows), 28, 28 + 8 * len(rows), 0, tables_end)
    texts = b"".join(key + b"\0" for key, _ in rows) + b"".join(value + b"\0" for _, value in rows)
    return head + key_table + value_table + texts
