"""Helpers of the citizen tests: a form as the browser would send it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from events.citizen import question


class Visitor:
    """Somebody without an account at one address."""

    def __init__(self, address: str = "198.51.100.7") -> None:
        self.client = Client(REMOTE_ADDR=address)

    def form(self, **fields: Any) -> dict[str, Any]:
        """A filled-in report form with the right answer to a fresh question."""
        page = self.client.get("/c/report/").content.decode()
        token = re.search(r'name="question" value="([^"]+)"', page)[1]
        asked = question.read(token)
        return {
            "kind": "lamp", "text": "", "address": "滨湖路12号门口", "question": token,
            "answer": str(asked.first + asked.second), **fields,
        }

    def send(self, **fields: Any):
        return self.client.post("/c/report/", self.form(**fields))

    def report(self, **fields: Any) -> str:
        """Send a report that goes through; the token of the new case."""
        answer = self.send(**fields)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        return re.fullmatch(r"/c/k/([0-9a-f]{32})/receipt/", answer["Location"])[1]


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()
