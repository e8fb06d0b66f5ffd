"""Rows of models made without ``Model.__init__``, which took a third of all that a report in a batch costs.

What comes out is what the constructor gives: every column with its default, related rows in their caches. Nobody
listens to ``pre_init`` and ``post_init`` in this house (no signals). A model with a constructor or a column of a
special kind (a file) goes through the constructor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import models
from django.db.models.base import ModelState
from django.db.models.query_utils import DeferredAttribute

Row = TypeVar("Row", bound=models.Model)
_FIXED = (type(None), bool, int, float, str)


@cache
def _is_plain(model: type[models.Model]) -> bool:
    columns = (getattr(model, field.attname) for field in model._meta.concrete_fields)
    return model.__init__ is models.Model.__init__ and all(isinstance(one, DeferredAttribute) for one in columns)


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Defaults that are the same for every row, and what makes those that are not."""
    fixed, made = {}, []
    for field in model._meta.concrete_fields:
        default = None if callable(field.default) else field.get_default()
        if not callable(field.default) and isinstance(default, _FIXED):
            fixed[field.attname] = default
        else:
            made.append((field.attname, field.get_default))
    return fixed, made


@cache
def _relations(model: type[models.Model]) -> frozenset[str]:
    return frozenset(field.name for field in model._meta.concrete_fields if field.name != field.attname)


def new_row(model: type[Row], **values: Any) -> Row:
    """An unsaved row: ``model(**values)``. Raises TypeError for a name that is neither column nor relation."""
    if not _is_plain(model):
        return model(**values)
    fixed, made = _defaults(model)
    row = model.__new__(model)
    held = row.__dict__
    held["_state"] = ModelState()
    held.update(fixed)
    for attname, make in made:
        held[attname] = None if attname in values else make()
    relations = _relations(model)
    for name, value in values.items():
        if name in relations:
            setattr(row, name, value)
        elif name in held:
            held[name] = value
        else:
            raise TypeError(f"{model.__name__} has no field {name}")
    return row


def stored_row(model: type[Row], names: Sequence[str], values: Sequence[Any]) -> Row:
    """A row as the database gave it, with every column among ``names``: ``model.from_db("default", …)``."""
    if not _is_plain(model):
        return model.from_db("default", names, values)
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, "default"
    row.__dict__.update(zip(names, values, strict=True), _state=state)
    return row
