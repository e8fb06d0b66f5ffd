"""What a person fills in for a verb: bases and fields that the rooms' forms are made of.

One small form per verb; ``arguments`` is what the verb's function takes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.actor import Actor
from casework.clock import loader
from casework.models import Case
from grids.models import Unit
from grids.models.units import WITHOUT_ORDERS
from grids.names import pinyin_of


def initials(name: str, pinyin: str = "") -> str:
    """Letters by which a name is found: full pinyin and the first letters, ``chengguanju cgj``."""
    return (pinyin or pinyin_of(name)).lower()


def unit_choices() -> list[tuple[int, str, str]]:
    """(key, name, letters) of every unit that can be given work; kept for a few seconds."""

    def read() -> list[tuple[int, str, str]]:
        rows = Unit.objects.filter(is_active=True).exclude(kind__in=WITHOUT_ORDERS).order_by("kind", "code")
        rows = rows.values_list("pk", "name", "pinyin")
        return [(pk, name, initials(name, pinyin)) for pk, name, pinyin in rows]

    return loader.keep("unit_choices", read)


class _Searched:
    """A plain list without script; with it, ``static/events/chooser.js`` searches the letters of each entry."""

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"data-search": _("输入名称或拼音首字母"), "data-none": _("没有匹配的单位"), **(attrs or {})})

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict:
        option = super().create_option(name, value, label, *args, **kwargs)
        letters = {str(pk): found for pk, _name, found in unit_choices()}.get(str(value))
        if letters:
            option["attrs"]["data-letters"] = letters
        return option


class UnitSelect(_Searched, forms.Select):
    """One unit."""


class UnitsSelect(_Searched, forms.SelectMultiple):
    """Several units."""


class UnitField(forms.TypedChoiceField):
    """A unit by its key."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("单位"))
        super().__init__(
            coerce=lambda value: Unit.objects.filter(pk=value).first(), empty_value=None,
            choices=lambda: [("", "——"), *((pk, name) for pk, name, _letters in unit_choices())],
            widget=UnitSelect, **kwargs,
        )


class UnitsField(forms.TypedMultipleChoiceField):
    """Several units, at most a dozen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            coerce=lambda value: Unit.objects.filter(pk=value).first(), empty_value=[],
            choices=lambda: [(pk, name) for pk, name, _letters in unit_choices()],
            widget=UnitsSelect(attrs={"size": 6}), **kwargs,
        )


NOTE = _("说明")


def note_field(label: Any = NOTE, *, required: bool = True, most: int = 400) -> forms.CharField:
    """The text of a verb, with 常用语 behind ``/``."""
    return forms.CharField(
        label=label, required=required, max_length=most, strip=True, widget=forms.Textarea(attrs={"rows": 3})
    )


class VerbForm(forms.Form):
    """Base of every verb's form. ``case`` is what the verb is done to, ``order`` the part of it that it is meant
    for, where a room has such parts."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    NOT_ARGUMENTS = ("order",)
    purpose = ""
    """What attached files are for; empty where the verb takes none."""

    def __init__(
        self, *args: Any, case: Case, order: models.Model | None = None, actor: Actor, at: datetime, **kwargs: Any
    ) -> None:
        self.case, self.order, self.actor, self.at = case, order, actor, at
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = case.version
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on the case."""

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of the verb's function, without what was left empty."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in self.NOT_ARGUMENTS}
        return {name: value for name, value in found.items() if value not in (None, "")}


class PlainForm(VerbForm):
    """Nothing to say: the button is enough."""


class UnseenForm(VerbForm):
    """Nothing to say, and the verb asks for no version."""

    NOT_ARGUMENTS = ("order", "seen_version")


class NoteForm(UnseenForm):
    """A reason, and nothing else."""

    note = note_field()


class OptionalNoteForm(UnseenForm):
    """A reason if one likes."""

    note = note_field(required=False)
