"""The documents: short where they must be, complete where they claim to be, and true about names, pages and files."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from accounts.demo_cast import CAST, DEMO_PASSWORD
from disputes.models import Dispute
from disputes.workflow import MOVES as DISPUTE_MOVES
from events.models import Event
from events.workflow import MOVES
from governance import help as help_pages
from governance.markdown_subset import anchor_of, blocks
from tests.world import World

BASE = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh.md")
DOCUMENTS = sorted(
    [BASE / name for name in READMES] + list((BASE / "docs").rglob("*.md")), key=lambda path: str(path)
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
ROOMS = (
    "accounts",
    "grids",
    "casework",
    "events",
    "field",
    "dashboard",
    "governance",
    "tests",
    "docs",
    "benchmarks",
)
STAND_INS = {"CODE": "150302", "NUMBER": "20260101-0302-1-00001", "TOKEN": "a" * 32}


def named(path: Path) -> str:
    return str(path.relative_to(BASE))


def fenced(name: str) -> list[str]:
    return [block.strip() for block in FENCE.findall((BASE / name).read_text())]


def without_blocks(text: str) -> str:
    return FENCE.sub("", text)


# README ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READMES)
def test_readme_is_short_and_begins_with_the_two_commands(name: str) -> None:
    text = (BASE / name).read_text()
    assert len(text.splitlines()) <= 150
    assert fenced(name)[:2] == ["./start", "./start test"]
    for path in (
        "docs/pictures/wall.png",
        "docs/pictures/desk.png",
        "docs/progress.md",
        "docs/operators/install.md",
    ):
        assert path in text


def test_chinese_twin_has_as_many_blocks_and_chapters() -> None:
    english, chinese = ((BASE / name).read_text() for name in READMES)
    assert len(FENCE.findall(english)) == len(FENCE.findall(chinese))
    assert re.findall(r"^#+", english, re.MULTILINE) == re.findall(r"^#+", chinese, re.MULTILINE)
    assert set(re.findall(r"docs/[\w/.-]+", english)) == set(re.findall(r"docs/[\w/.-]+", chinese))


@pytest.mark.parametrize("name", READMES)
def test_readme_names_the_whole_cast_and_its_password(name: str) -> None:
    words = set(CODE.findall((BASE / name).read_text()))
    assert {member.username for member in CAST} <= words
    assert DEMO_PASSWORD in words


def test_pictures_are_small() -> None:
    for name in ("wall.png", "desk.png"):
        assert (BASE / "docs" / "pictures" / name).stat().st_size <= 300_000


# Progress -------------------------------------------------------------------------------------------


def progress_rows() -> list[list[str]]:
    lines = (BASE / "docs" / "progress.md").read_text().splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)
    ]


def test_progress_has_every_capability_once_and_counts_itself() -> None:
    rows = progress_rows()
    assert [int(row[0]) for row in rows] == list(range(1, 151))
    states = [row[2] for row in rows]
    assert set(states) == {"done", "part", "not there"}
    told = re.search(
        r"\*\*(\d+) done, (\d+) in part, (\d+) not there", (BASE / "docs" / "progress.md").read_text()
    )
    assert [int(n) for n in told.groups()] == [states.count(s) for s in ("done", "part", "not there")]


def test_progress_shows_what_works_and_names_what_is_missing() -> None:
    for number, _what, state, place, missing in progress_rows():
        assert (place == "–") == (state == "not there"), number
        assert state != "part" or missing != "–", number
        assert state != "done" or missing == "–" or "optional" in missing, number


# Names in the documents ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_relative_links_resolve(path: Path) -> None:
    for target in LINK.findall(without_blocks(path.read_text())):
        if re.match(r"\w+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{named(path)}: {target}"
        if anchor:
            headings = [anchor_of("".join(p.text for p in b.line)) for b in blocks(found.read_text())]
            assert anchor in headings, f"{named(path)}: {target}"


def is_page(address: str) -> bool:
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


def address_of(words: str) -> str:
    for stand_in, value in STAND_INS.items():
        words = words.replace(f"/{stand_in}/", f"/{value}/")
    return words.split("?")[0]


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_addresses_and_files_named_in_code_are_there(path: Path) -> None:
    for words in CODE.findall(without_blocks(path.read_text())):
        if re.fullmatch(r"/[\w./?=&-]*", words) and not words.startswith(
            ("/etc/", "/opt/", "/var/", "/backup")
        ):
            if re.match(r"/api/v1/(disputes|hotline|emergencies)/", words):
                continue  # said to be not there
            assert is_page(address_of(words)), f"{named(path)}: no page at {words}"
        elif re.fullmatch(rf"({'|'.join(ROOMS)})/[\w./-]+", words):
            assert (BASE / words).exists(), f"{named(path)}: no file {words}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_commands_named_exist(path: Path) -> None:
    from django.core.management import get_commands

    known = set(get_commands())
    for command in re.findall(r"(?:manage\.py|\./start manage) ([a-z_]+)", path.read_text()):
        assert command in known, f"{named(path)}: {command}"


def test_settings_page_lists_exactly_the_names_the_code_reads() -> None:
    inside = {
        "DJANGO_SETTINGS_MODULE",  # Django's own
        "GOVERNANCE_BEGUN",
        "XDG_RUNTIME_DIR",
        "PYTEST_XDIST_WORKER",
        "PATH",  # not for operators
    }
    asked = re.compile(r'environ(?:\.get|\.pop)?[\[(]\s*"([A-Z_]+)"|_flag\("([A-Z_]+)"')
    read = {
        name
        for path in (BASE / "governance").rglob("*.py")
        for match in asked.finditer(path.read_text())
        for name in match.groups()
        if name
    }
    page = (BASE / "docs" / "operators" / "settings.md").read_text()
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert told == read - inside


def test_glossary_has_every_state_verb_and_role() -> None:
    page = (BASE / "docs" / "glossary.md").read_text()
    states = {f"| `{code}` | {words} |" for code, words in (*Event.State.choices, *Dispute.State.choices)}
    verbs = {f"| `{move.name}` | {move.label} |" for move in (*MOVES.values(), *DISPUTE_MOVES.values())}
    roles = {
        f"| `{r['code']}` | {r['name']} |"
        for r in json.loads((BASE / "accounts/data/roles.json").read_text())
    }
    assert {row for row in states | verbs | roles if row not in page} == set()


def test_every_decision_gives_its_reason_and_stands_in_the_list() -> None:
    folder = BASE / "docs" / "decisions"
    listed = set(LINK.findall((folder / "README.md").read_text()))
    files = {path.name for path in folder.glob("[0-9]*.md")}
    assert listed == files
    for name in files:
        text = (folder / name).read_text()
        assert all(
            f"**{part}.**" in text for part in ("Decided", "Why", "Instead of", "What it costs", "Where")
        ), name


# What must not be in the repository -----------------------------------------------------------------------


def tracked() -> list[Path]:
    try:
        names = subprocess.run(["git", "ls-files", "-z"], cwd=BASE, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git work tree")
    return [BASE / name for name in names.decode().split("\0") if name]


PRIVATE = re.compile(
    "|".join((
        r"/wor" r"k/(?:main|plan|venv|shared)", r"/roo" r"t/", r"/hom" r"e/[a-z]", r"bash" r"_jobs",
        r"py" r"pi\.org", r"python" r"hosted", r"npm" r"js\.(?:org|com)", r"npm" r"mirror", r"tuna\.tsing" r"hua",
        r"mirrors\.ali" r"yun",
    ))
)  # fmt: skip


def test_the_pattern_of_private_names_bites() -> None:
    for words in (
        "/wor" + "k/main/x",
        "https://py" + "pi.org/simple",
        "https://registry.npm" + "js.org/htmx",
    ):
        assert PRIVATE.search(words)


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        found += [f"{named(path)}: {match[0]}" for match in PRIVATE.finditer(text)]
    assert found == []


# Help in the product -------------------------------------------------------------------------------------


@pytest.mark.parametrize("book", help_pages.HANDBOOKS, ids=lambda book: book.slug)
def test_handbooks_render_as_text(db: None, client: Client, book: help_pages.Handbook) -> None:
    page = client.get(reverse("help_handbook", args=[book.slug]))
    assert page.status_code == 200
    chapters = re.findall(r"^## (.+)$", book.path.read_text(), re.MULTILINE)
    assert len(chapters) >= 4
    for words in chapters:
        assert f'<h2 id="{anchor_of(words)}">' in page.content.decode()


def test_every_file_in_the_folder_is_a_help_page() -> None:
    assert {path.stem for path in help_pages.FOLDER.glob("*.md")} == set(help_pages.BY_SLUG)


@pytest.mark.parametrize("row", help_pages.PAGES, ids=lambda row: row[0])
def test_passages_about_pages_are_there(row: tuple) -> None:
    beginning, _name, slug, heading = row
    resolve(beginning if beginning not in ("/events/", "/accounts/") else "/accounts/profile/")
    assert f"## {heading}\n" in help_pages.BY_SLUG[slug].path.read_text()


def test_one_sees_ones_own_handbook_first_and_the_passage_about_the_page(
    world: World, client: Client
) -> None:
    client.force_login(world.people["dispatcher"], backend="governance.backends.RoleBackend")
    page = client.get(reverse("help"), headers={"referer": "http://testserver/desk/supervision/?colour=red"})
    assert [book.slug for book in page.context["own"]] == ["district-dispatcher"]
    assert page.context["passage"]["url"] == "/help/district-director/#裁决退单"
    other = client.get(reverse("help"), headers={"referer": "http://elsewhere.example/desk/"})
    assert other.context["passage"] is None


def test_help_is_linked_from_the_desk_and_open_to_citizens(db: None, client: Client) -> None:
    page = client.get(reverse("help"))
    assert page.status_code == 200
    assert len(page.context["others"]) == len(help_pages.HANDBOOKS)
    assert f'href="{reverse("help")}"' in page.content.decode()
    assert client.get(reverse("help_handbook", args=["nobody"])).status_code == 404


def test_markup_in_a_handbook_stays_text(
    db: None, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "citizen.md").write_text(
        "## 一 <b>二</b>\n\n<script>alert(1)</script> [x](javascript:alert) `/c/` [y](/c/)\n\n- **粗** <i>\n"
    )
    monkeypatch.setattr(help_pages, "FOLDER", tmp_path)
    page = client.get(reverse("help_handbook", args=["citizen"])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "javascript:" not in page
    assert "<script>alert" not in page
    assert "&lt;i&gt;" in page
    assert page.count('<a href="/c/">') == 2
    assert "<strong>粗</strong>" in page
