"""The English catalogue is complete, and pages in English speak English (architecture.md §4, 2)."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override

from casework.clock import loader
from casework.models import Calendar, Notice
from events import placing
from events.models import CannedText, Event, RoutingRule
from grids.models import Area, DutyClause, Level, Unit
from tests import translations_missing as texts
from tests import world as make
from tests.events_desk.conftest import SignedIn, land, now, signed_in, world  # noqa: F401  (the desk's mini district)
from tests.world import World

FOUND, ENGLISH = texts.messages(), texts.english()
BY_THE_CAST = re.compile("测试指定|已更换灯泡|已亮")
"""What people of ``tests.world`` write; data, not interface."""
OWN_NAMES = [name for _code, name in settings.LANGUAGES]
"""A language is offered by its own name."""
BILINGUAL = ("data-words",)
"""Attributes in which search finds a category by either name."""
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


class Interface(HTMLParser):
    """Collects the Chinese a page says, in text and attributes, outside elements marked as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.chinese: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def _marked(self, attributes: list[tuple[str, str | None]]) -> bool:
        return (self._open[-1][1] if self._open else False) or (dict(attributes).get("lang") or "").startswith("zh")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marked = self._marked(attrs)
        if not marked:
            self.chinese += [
                f"{tag}[{name}]: {value}" for name, value in attrs
                if name not in BILINGUAL and texts.CHINESE.search(value or "")
            ]
        if tag not in VOID:
            self._open.append((tag, marked))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]) and texts.CHINESE.search(data) and data not in OWN_NAMES:
            self.chinese.append(data.strip())


def chinese_of(page: str) -> list[str]:
    reader = Interface()
    reader.feed(BY_THE_CAST.sub("", page))
    return reader.chinese


# The catalogue -------------------------------------------------------------------------------------


def test_every_text_has_an_english_one() -> None:
    assert [f"{one.where}: {one.text}" for one in texts.missing(FOUND, ENGLISH)] == []


def test_no_entry_loses_a_placeholder_or_keeps_chinese() -> None:
    assert [f"{one.where}: {one.text}" for one in texts.crooked(FOUND, ENGLISH)] == []


def test_nothing_is_fuzzy() -> None:
    lines = [
        (path, number, line)
        for path in texts.CATALOGUES for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    ]
    assert [(path, number) for path, number, line in lines if line.startswith("#,") and "fuzzy" in line] == []


def test_templates_say_nothing_untranslated() -> None:
    """The style guide is the developers' page of samples and is not translated."""
    bare = {
        path.name: words
        for path in texts.templates()
        if not path.name.startswith("styleguide") and path.parent.name != "papers"  # official papers are Chinese
        and (words := texts.untagged_in_template(path.read_text()))
    }
    assert bare == {}


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ('from django.utils.translation import gettext as _\n_("派单")', ["派单"]),
        ('from django.utils.translation import gettext_lazy as words\nwords("派" "单")', ["派单"]),
        ('from django.utils.translation import pgettext_lazy\npgettext_lazy("verb", "挂起")', ["verb\x04挂起"]),
        ('from django.utils.translation import ngettext\nngettext("%(n)s 件", "%(n)s 个", 2)', ["%(n)s 件\x00%(n)s 个"]),
        ("from django.utils.translation import gettext as _\nf\"{_('今天')} 1\"", ["今天"]),
        ("from django.utils.translation import gettext as _\n_(name)\nprint('派单')", []),
    ],
)
def test_texts_are_found_in_sources(source: str, keys: list[str]) -> None:
    assert [message.key for message in texts.in_source(source, "x.py")] == keys


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ("{% translate '派单' %}{% trans \"分单\" as name %}", ["派单", "分单"]),
        ("{% translate '挂起' context 'verb' %}", ["verb\x04挂起"]),
        ("{% translate '已选 %s' %}", ["已选 %%s"]),
        ('{{ value|default:_("没有") }}{% include "a.html" with title=_("空") only %}', ["没有", "空"]),
        ("{% blocktranslate with n=rows|length %}共 {{ n }} 件 100%{% endblocktranslate %}", ["共 %(n)s 件 100%%"]),
        ("{% blocktranslate count n=rows %}一{% plural %}多 {{ n }}{% endblocktranslate %}", ["一\x00多 %(n)s"]),
        ("{% blocktranslate trimmed %}\n  一\n  二\n{% endblocktranslate %}", ["一 二"]),
        ("{# {% translate '不算' %} #}{% comment %}{% translate '不算' %}{% endcomment %}", []),
    ],
)
def test_texts_are_found_in_templates(source: str, keys: list[str]) -> None:
    assert [message.key for message in texts.in_template(source, "x.html")] == keys


def test_what_is_wrong_is_told() -> None:
    """The control of the three checks above."""
    lost = texts.Message("共 %(n)s 件", "x")

    assert texts.missing([lost], {}) == [lost]
    assert texts.crooked([lost], {lost.key: "in all"}) == [lost]
    assert texts.crooked([lost], {lost.key: "%(n)s 件"}) == [lost]
    assert texts.crooked([lost], {lost.key: "%(n)s in all"}) == []
    assert texts.untagged_in_template('<p title="派单">{# 注 #}{{ name }}</p>') == ["派单"]


# The pages -----------------------------------------------------------------------------------------


@pytest.fixture
def in_english(tmp_path: Path, settings: Any) -> None:
    """The catalogue compiled by the product's own command, read by Django; the title is the operator's words."""
    copied = tmp_path / "en" / "LC_MESSAGES"
    copied.mkdir(parents=True)
    copy(texts.CATALOGUES[-1], copied)
    settings.LOCALE_PATHS = [tmp_path]
    settings.SITE_TITLE = "Command centre"
    call_command("compile_catalogues", verbosity=0)
    settings.LOCALE_PATHS = [str(tmp_path)]  # a changed setting makes Django read its catalogues anew


@pytest.fixture
def ascii_world(world: World, in_english: None, now: datetime) -> World:  # noqa: F811
    """Districts, units, clauses and events named in Latin letters: what is Chinese then, is the interface."""
    for model in (Area, Unit):
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(name=f"Place {row.code}")
    Area.objects.update(short_name="")
    Level.objects.update(name="层级")  # has an English name, which must be the one that is shown
    DutyClause.objects.update(clause="Clause 3")
    RoutingRule.objects.update(name="Rule")
    CannedText.objects.update(text="Canned")
    Calendar.objects.update(name="Calendar")
    loader.forget()
    placing.forget()
    told = {"lon": 106.8, "lat": 39.67, "text": "Network down", "reporter_name": "Ann", "reporter_phone": "13812345678"}
    with override("en"):
        for state in ("reported", "open_for_claim", "awaiting_dispatch", "in_progress", "verifying", "evaluating"):
            getattr(make, state)(world, at=now, **told)
    return world


PAGES = (
    ("dispatcher", "/"), ("dispatcher", "/desk/?view=all"), ("dispatcher", "/desk/report/"),
    ("dispatcher", "/desk/nobody/"), ("dispatcher", "/desk/supervision/"), ("dispatcher", "/notices/"),
    ("director", "/screen/"), ("director", "/screen/recurrences/"), ("director", "/screen/duty/"),
    ("director", "/accounts/who-may-what/"), ("dispatcher", "/accounts/profile/"), ("dispatcher", "/help/"),
    ("dispatcher", "/grids/"), ("dispatcher", "/grids/staffing/"), ("dispatcher", "/grids/150302002001001/"),
    ("dispatcher", "/grids/150302002001001/plate/"), ("dispatcher", "/units/"), ("dispatcher", "/units/chengguan/"),
    ("dispatcher", "/duty/"), ("worker_a1", "/m/"), ("worker_a1", "/m/report/"), ("worker_a1", "/m/me/"),
    ("admin", "/admin/"), ("admin", "/admin/grids/area/"), ("dispatcher", "/nothing-here/"),
)


@pytest.mark.parametrize(("name", "address"), PAGES)
def test_pages_of_the_house_in_english(
    ascii_world: World, signed_in: SignedIn, name: str, address: str  # noqa: F811
) -> None:
    client = signed_in(name)
    client.cookies["language"] = "en"
    page = client.get(address)

    assert page.status_code in (200, 404)
    assert chinese_of(page.content.decode()) == []


@pytest.mark.parametrize("part", ["", "clock/", "trail/", "print/"])
def test_tickets_in_english(ascii_world: World, signed_in: SignedIn, part: str) -> None:  # noqa: F811
    client = signed_in("dispatcher")
    client.cookies["language"] = "en"
    said = {
        (event.state, event.number): chinese_of(client.get(f"/events/{event.number}/{part}").content.decode())
        for event in Event.objects.all()
    }

    assert len(said) == 6
    assert {state: words for state, words in said.items() if words} == {}


def test_a_notice_kept_in_chinese_is_read_in_english(
    ascii_world: World, signed_in: SignedIn, now: datetime  # noqa: F811
) -> None:
    Notice.objects.create(
        person=ascii_world.people["dispatcher"], key="k", kind="triage", title="新事件待研判", created_at=now, show_at=now
    )
    client = signed_in("dispatcher")
    client.cookies["language"] = "en"

    page = client.get("/notices/").content.decode()
    assert "New event to triage" in page
    assert chinese_of(page) == []


VERBS = ("triage", "dispatch", "delegate", "whistle", "decline", "extend", "suspend", "feed_back", "verify", "urge", "merge")


@pytest.mark.parametrize("name", ["dispatcher", "handler", "officer_a", "director", "call_backer", "evaluator"])
def test_panels_of_verbs_in_english(ascii_world: World, signed_in: SignedIn, name: str) -> None:  # noqa: F811
    client = signed_in(name)
    client.cookies["language"] = "en"
    answers = [
        client.get(f"/events/{event.number}/do/{verb}/") for event in Event.objects.all() for verb in VERBS
    ]

    assert [words for answer in answers for words in chinese_of(answer.content.decode())] == []


@pytest.mark.parametrize("address", ["/accounts/sign-in/", "/c/", "/c/report/", "/c/track/", "/c/g/150302002001001/"])
def test_open_pages_in_english(ascii_world: World, address: str) -> None:
    client = Client()
    client.cookies["language"] = "en"
    page = client.get(address)

    assert page.status_code == 200
    assert chinese_of(page.content.decode()) == []


def test_the_citizens_case_in_english(ascii_world: World) -> None:
    client = Client()
    client.cookies["language"] = "en"
    for event in Event.objects.all():
        for address in (f"/c/k/{event.token}/", f"/c/k/{event.token}/receipt/"):
            page = client.get(address)
            assert page.status_code == 200
            assert chinese_of(page.content.decode()) == []


def test_pages_are_chinese_without_the_choice(ascii_world: World, signed_in: SignedIn) -> None:  # noqa: F811
    """The control: the reader of pages sees Chinese where there is some."""
    page = signed_in("dispatcher").get("/desk/").content.decode()
    assert "工作台" in " ".join(chinese_of(page.replace('lang="zh-CN"', "")))
