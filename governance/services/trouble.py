"""What stops a start, said once in Chinese and once in English, each with the remedy."""

from __future__ import annotations


class Trouble(Exception):
    """A start that cannot go on; the text is for the person at the terminal, not for a log."""

    def __init__(self, chinese: str, english: str):
        super().__init__(f"{chinese}\n{english}")
        self.chinese = chinese
        self.english = english
