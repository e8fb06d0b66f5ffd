"""What the English catalogue lacks, found without GNU gettext: ``python -m tests.translations_missing``.

Sources are read as syntax trees, templates by their tags. The catalogue is read by the product's own reader, so that
an entry counts exactly when a reader of English would see it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from governance.management.commands.compile_catalogues import CONTEXT_GLUE, PLURAL_GLUE, read_messages

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = (*ROOT.glob("*/locale/en/LC_MESSAGES/django.po"), ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po")
"""A room may keep its own; the project's own comes last, as it wins."""
ROOMS = ("accounts", "casework", "dashboard", "disputes", "events", "field", "governance", "grids", "hotline")

CHINESE = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
CALLS = {
    # function: which arguments are context, text, plural
    "gettext": (None, 0, None), "gettext_lazy": (None, 0, None), "gettext_noop": (None, 0, None),
    "pgettext": (0, 1, None), "pgettext_lazy": (0, 1, None),
    "ngettext": (None, 0, 1), "ngettext_lazy": (None, 0, 1),
    "npgettext": (0, 1, 2), "npgettext_lazy": (0, 1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]")

_COMMENT = re.compile(r"{#.*?#}|{% *comment\b.*?%}.*?{% *endcomment *%}", re.DOTALL)
_BLOCK = re.compile(r"{% *blocktrans(?:late)?\b(?P<head>.*?)%}(?P<body>.*?){% *endblocktrans(?:late)? *%}", re.DOTALL)
_PLURAL = re.compile(r"{% *plural *%}")
_CONTEXT = r"context +(?:\"(?P<c1>[^\"]*)\"|'(?P<c2>[^']*)')"
_INLINE = re.compile(
    r"{% *trans(?:late)? +(?:\"(?P<t1>[^\"]*)\"|'(?P<t2>[^']*)')(?: +" + _CONTEXT + r")?.*?%}", re.DOTALL
)
_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_CONSTANT = re.compile(r"_\((?:\"(?P<t1>[^\"]*)\"|'(?P<t2>[^']*)')\)")
_VARIABLE = re.compile(r"{{ *(.*?) *}}")


@dataclass(frozen=True, slots=True)
class Message:
    """One source text and where it stands; ``key`` is its name in a compiled catalogue."""

    text: str
    where: str
    context: str | None = None
    plural: str | None = None

    @property
    def key(self) -> str:
        key = self.text if self.context is None else self.context + CONTEXT_GLUE + self.text
        return key if self.plural is None else key + PLURAL_GLUE + self.plural


def sources() -> Iterator[Path]:
    """Python files of the rooms; tests and migrations show nothing to a reader."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def templates() -> Iterator[Path]:
    for folder in (ROOT / "templates", *(ROOT / room for room in ROOMS)):
        for kind in ("*.html", "*.txt", "*.xml"):
            yield from (path for path in sorted(folder.rglob(kind)) if "data" not in path.parts)


def in_source(text: str, where: str) -> Iterator[Message]:
    """The calls of gettext and its kin, under whatever name the module imports them."""
    tree = ast.parse(text)
    names = {name: name for name in CALLS}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names.update({alias.asname or alias.name: alias.name for alias in node.names if alias.name in CALLS})
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _called(node, names, where)


def _called(node: ast.Call, names: dict[str, str], where: str) -> Iterator[Message]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name not in names:
        return
    context, text, plural = (
        None if place is None or place >= len(node.args) else _constant(node.args[place])
        for place in CALLS[names[name]]
    )
    if text is not None:
        yield Message(text, f"{where}:{node.lineno}", context, plural)


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def in_template(text: str, where: str) -> Iterator[Message]:
    """``translate``, ``blocktranslate`` and ``_("…")`` within tags."""
    text = _COMMENT.sub("", text)
    for found in _BLOCK.finditer(text):
        yield _block_message(found, where)
    text = _BLOCK.sub(lambda found: "{% " + found["head"] + " %}", text)
    for found in _INLINE.finditer(text):
        words = found["t1"] if found["t1"] is not None else found["t2"]
        context = found["c1"] if found["c1"] is not None else found["c2"]
        yield Message(words.replace("%", "%%"), where, context)
    for tag in _TAG.finditer(text):
        for found in _CONSTANT.finditer(tag[0]):
            words = found["t1"] if found["t1"] is not None else found["t2"]
            yield Message(words.replace("%", "%%"), where)


def _block_message(found: re.Match[str], where: str) -> Message:
    forms = [
        _VARIABLE.sub(r"%(\1)s", part.replace("%", "%%")) for part in _PLURAL.split(found["body"], maxsplit=1)
    ]
    if re.search(r"\btrimmed\b", found["head"]):
        forms = [" ".join(line.strip() for line in form.strip().splitlines() if line.strip()) for form in forms]
    named = re.search(_CONTEXT, found["head"])
    context = None if named is None else named["c1"] or named["c2"]
    return Message(forms[0], where, context, forms[1] if len(forms) > 1 else None)


def untagged_in_template(text: str) -> list[str]:
    """Chinese a template says without any translation: what is left when comments and tags are taken away."""
    for pattern in (_COMMENT, _BLOCK, _TAG):
        text = pattern.sub(" ", text)
    return [word for word in re.split(r"[<>\"'=\s]+", text) if CHINESE.search(word)]


def messages() -> list[Message]:
    """Every translatable text with Chinese in it, in the order of files."""
    found: list[Message] = []
    for path in sources():
        found += in_source(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    for path in templates():
        found += in_template(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    return [message for message in found if CHINESE.search(message.text)]


def english() -> dict[str, str]:
    """The catalogues; fuzzy, obsolete and empty entries are not in them."""
    return {key: text for path in CATALOGUES for key, text in read_messages(path.read_text(encoding="utf-8"))}


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def missing(found: list[Message], catalogue: dict[str, str]) -> list[Message]:
    return [message for message in found if not catalogue.get(message.key)]


def crooked(found: list[Message], catalogue: dict[str, str]) -> list[Message]:
    """Entries that would break or lose a value: other placeholders than the source, or Chinese left in the English."""
    return [
        message
        for message in found
        for form in catalogue.get(message.key, "").split(PLURAL_GLUE)
        if form and (placeholders(form) != placeholders(message.text) or CHINESE.search(form))
    ]


def main() -> int:
    found, catalogue = messages(), english()
    absent, wrong = missing(found, catalogue), crooked(found, catalogue)
    for message in absent:
        print(f"missing  {message.where}  {message.text}")
    for message in wrong:
        print(f"crooked  {message.where}  {message.text}")
    texts = len({message.key for message in found})
    print(f"{texts} texts, {len({m.key for m in absent})} without English, {len({m.key for m in wrong})} crooked")
    return 1 if absent or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
