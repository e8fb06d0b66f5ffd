"""Statements that are planned once per connection."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts import prepared
from accounts.models import Permission

ASK = "SELECT name FROM accounts_permission WHERE code LIKE %s"


def _ask(code: str) -> list[tuple]:
    with connection.cursor() as cursor:
        prepared.execute_fixed(cursor, ASK, [code])
        return cursor.fetchall()


def _prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{ASK[:40]}%"])
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_statement_asked_again_is_planned_once_and_reads_what_is_there_now() -> None:
    before = _prepared()
    Permission.objects.create(code="t.%s'", name="甲", name_en="A")
    assert _ask("t.%") == [("甲",)]
    assert _prepared() == before
    assert _ask("t.%") == [("甲",)]
    assert _prepared() == before + 1
    Permission.objects.filter(code="t.%s'").update(name="乙")
    assert _ask("t.%") == [("乙",)]
    assert _ask("t.%s'") == [("乙",)]
    assert _prepared() == before + 1


@pytest.mark.django_db
def test_what_is_not_asked_for_is_given_up() -> None:
    for n in range(prepared.FIXED * 2):
        for _time in range(2):
            assert _ask(f"none.{n}") == []
    assert _prepared() <= prepared.FIXED


@pytest.mark.django_db
def test_without_leave_nothing_is_prepared(settings: object) -> None:
    settings.DATABASE_PREPARED = False
    before = _prepared()
    for _time in range(3):
        assert _ask("never.asked.before") == []
    assert _prepared() == before
