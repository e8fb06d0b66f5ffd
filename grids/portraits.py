"""Photos of the people on a page of the land. Files lie in a room above: whoever keeps them binds itself here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_bound: list[Callable[[Iterable[int]], dict[int, str]]] = []


def bind(known: Callable[[Iterable[int]], dict[int, str]]) -> None:
    """``known``: person keys → those with a photo, each with a word that changes with it."""
    _bound[:] = [known]


def of(people: Iterable[int]) -> dict[int, str]:
    """The same; nobody has one where nothing is bound."""
    return _bound[0](people) if _bound else {}
