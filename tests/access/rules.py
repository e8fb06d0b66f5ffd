"""The words in which ``declared`` says who may ask what: one rule for each routed pattern."""

from __future__ import annotations

from dataclasses import dataclass, field

PUBLIC, SIGNED_IN, OFFICE, TOKEN, LOCAL = "public", "signed_in", "office", "token of the case", "this machine|api.use"
"""Needs besides permission codes; codes are joined by ``|`` (any) and ``&`` (all), ``@district``: on
the whole district."""


@dataclass(frozen=True)
class Rule:
    """What one address asks of a person.

    ``methods``: what it answers, each with its need. ``face``: page, api (401 instead of the sign-in page), admin,
    open (no account) or legacy (Open311). ``about``: the kind of object in the address; empty when it names none.
    ``verb``: permission that must hold for the object besides seeing it. ``lists``: answers with many objects, or
    with numbers made of them.
    """

    face: str
    methods: dict[str, str]
    about: str = ""
    verb: str = ""
    lists: bool = False
    body: dict = field(default_factory=dict)


def page(need: str, about: str = "", **more: object) -> Rule:
    return Rule("page", {"GET": need}, about, **more)


def act(need: str, about: str = "", **more: object) -> Rule:
    return Rule("page", {"POST": need}, about, **more)


def form(need: str, about: str = "", **more: object) -> Rule:
    return Rule("page", {"GET": need, "POST": need}, about, **more)


def api(need: str, about: str = "", **more: object) -> Rule:
    return Rule("api", {"GET": need}, about, **more)


def opened(about: str = "", need: str = PUBLIC, methods: tuple[str, ...] = ("GET",), **more: object) -> Rule:
    return Rule("open", dict.fromkeys(methods, need), about, **more)
