"""Every form carries its token; a form that lost it is told so by a page of ours."""

from __future__ import annotations

import re

from django.conf import settings
from django.test import Client

INCLUDE = re.compile(r'{%\s*include\s+"([^"]+)"([^%]*)%}')
TEMPLATES = {
    path.relative_to(settings.BASE_DIR / "templates").as_posix(): path.read_text(encoding="utf-8")
    for path in (settings.BASE_DIR / "templates").rglob("*.html")
}


def _asks_for_token(name: str) -> bool:
    words = TEMPLATES.get(name, "")
    nested = (part for part, more in INCLUDE.findall(words) if more.split()[-1:] != ["only"])
    return "csrf_token" in words or any(_asks_for_token(part) for part in nested)


def test_no_form_is_cut_off_from_its_token() -> None:
    """``only`` leaves the token outside: the form is then refused whatever is typed."""
    cut = [
        (name, part) for name, words in TEMPLATES.items() for part, more in INCLUDE.findall(words)
        if more.split()[-1:] == ["only"] and _asks_for_token(part)
    ]
    assert cut == []
    assert _asks_for_token("citizen/_act.html")


def test_a_form_that_stood_open_too_long_is_answered_by_a_page_of_ours(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/sign-in/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "plain__code" in answer.content.decode()
