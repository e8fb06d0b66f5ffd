"""Constant parts of templates are kept per language; nothing of a request ever is."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Engine, engines
from django.template.base import NodeList
from django.template.defaulttags import IfNode
from django.test import RequestFactory
from django.utils import translation

from governance.template_parts import Kept, fold

PLAIN = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
HEAD = "{% load i18n static faces %}"
SAMPLES = (
    '<b>{% translate "工作台" %}</b>{{ name }}{% translate "状态" %}{# a word #}!',
    '{% static "shared/icons.svg" %}<a href="{% url "events:desk" %}">{{ name|default:"—" }}</a>',
    '{% url "events:desk" as address %}{% url "no:such" as nowhere %}{{ address }}|{{ nowhere }}|',
    '{% include "shared/_icon.html" with name="down" size=16 only %}{% include "shared/_icon.html" with name=name only %}',
    '{% include "shared/_empty.html" with title=_("选择左侧工单查看") text=name icon="task" only %}',
    '{% include "shared/_empty.html" with title=_("选择左侧工单查看") icon="task" only %}',
    '{% if name %}{% translate "状态" %}{% else %}{% translate "来源" %}{% endif %}{% for n in many %}{{ n }},{% endfor %}',
    '{% blocktranslate %}每页 {{ n }} 条{% endblocktranslate %}{% blocktranslate %}工作台{% endblocktranslate %}',
    '{% autoescape off %}{{ name }}{% translate "工作台" %}{% endautoescape %}{{ when|date:"Y" }}{{ safe|safe }}',
    '{% translate "状态" as word %}{{ word }}{% include "shared/_language.html" %}',
)


def _engine(*, quick: bool) -> Engine:
    own = engines["django"].engine
    loaders = [("governance.template_parts.Loader", PLAIN)] if quick else [("django.template.loaders.cached.Loader", PLAIN)]
    return Engine(dirs=own.dirs, loaders=loaders, libraries=own.libraries, builtins=own.builtins)


def _said(source: str, values: dict, *, quick: bool) -> list[str]:
    engine = _engine(quick=quick)
    template = engine.from_string(HEAD + source)
    if quick:
        fold(template.nodelist, engine)
    said = []
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            said += [template.render(Context(values | {"name": name})) for name in ("<甲>", "", "乙&", 1234)]
    return said


@pytest.mark.parametrize("source", SAMPLES)
def test_a_folded_template_says_what_the_plain_one_says(source: str) -> None:
    values = {"many": [1, 2], "n": 50, "when": None, "safe": "<i>"}
    assert _said(source, values, quick=True) == _said(source, values, quick=False)


def test_words_and_addresses_are_kept_and_what_varies_is_not() -> None:
    engine = _engine(quick=True)
    template = engine.from_string(HEAD + '{% translate "工作台" %} {% url "events:desk" %}{{ name }}{% csrf_token %}')
    fold(template.nodelist, engine)
    assert [type(node).__name__ for node in template.nodelist] == ["Kept", "PlainVariable", "CsrfTokenNode"]


@pytest.mark.parametrize(
    "source",
    ['{% include "shared/_language.html" only %}', '{% include "shared/_messages.html" with a="b" %}',
     '{% now "H:i" %}', '{% url "events:detail" number %}', '{% translate name %}', "{% static name %}",
     '{% include "shared/_chip.html" with state="red" share=3 only %}', "{{ name|upper }}"],
)
def test_what_looks_beyond_its_own_values_is_rendered_each_time(source: str) -> None:
    engine = _engine(quick=True)
    template = engine.from_string(HEAD + source)
    fold(template.nodelist, engine)
    assert not any(isinstance(node, Kept) for node in template.nodelist)


def _kept(nodes: NodeList) -> int:
    found = 0
    for node in nodes:
        if isinstance(node, IfNode):
            below = [inner for _condition, inner in node.conditions_nodelists]
        else:
            below = [inner for name in node.child_nodelists if (inner := getattr(node, name, None))]
        found += isinstance(node, Kept) + sum(map(_kept, below))
    return found


def test_every_template_of_the_product_can_be_folded() -> None:
    engine, kept = _engine(quick=True), 0
    folder = Path(settings.BASE_DIR) / "templates"
    for path in sorted(folder.rglob("*.html")):
        kept += _kept(engine.get_template(str(path.relative_to(folder))).nodelist)
    assert kept > 500


def test_a_page_carries_the_token_of_its_own_session() -> None:
    """The language switch stands in a constant place of every page and holds the token of the session."""
    template = engines["django"].get_template("shared/_language.html")
    pages = [template.render({}, RequestFactory().get(f"/{n}")) for n in range(2)]
    assert 'value="/0"' in pages[0]
    assert 'value="/1"' in pages[1]
    assert pages[0].replace("/0", "/1") != pages[1]


def test_no_template_changes_the_language_half_way() -> None:
    """A page's language is asked once for all its constant parts."""
    for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        assert "{% language" not in path.read_text(), path
