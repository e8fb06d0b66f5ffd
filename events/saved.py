"""常用筛选: keep, share, list and drop saved views of the desk."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from casework import listings
from casework.refusals import MoveRefused, missing, not_found
from events.models.saved import SavedView
from events.queries import VIEW_BY_CODE
from grids.scope import Rights

KEPT = ("view", "urgency", "source", "area", "category", "unit", "clock", "flag", "since", "until", "q", "order", "size")
"""Parameters of the desk's address that a saved view may hold; anything else is left out."""
MOST = 20
NAME = 20
VIEW = "events.view"


def views_for(rights: Rights) -> QuerySet[SavedView]:
    """The person's own, and those shared with land or a unit that the person serves; own ones first."""
    shared = Q(unit__in=rights.units(VIEW))
    for path in rights.paths(VIEW):
        parts = path.rstrip("/").split("/")
        shared |= Q(area_path__in=["/".join(parts[: n + 1]) + "/" for n in range(len(parts))])
    mine = Q(person=rights.person_id)
    return SavedView.objects.filter(mine | (Q(is_shared=True) & shared)).select_related("person").order_by("pk")


def listed(rights: Rights) -> list[dict]:
    """The same as the desk shows them: ``id``, ``name``, ``query``, ``is_shared``, ``person_id``, ``person__name``."""
    names = ("id", "name", "query", "is_shared", "person_id", "person__name")
    key = ("saved", rights.person_id, rights.paths(VIEW), rights.units(VIEW))
    return listings.rows(key, lambda: views_for(rights).values(*names))


def keep(rights: Rights, *, name: str, query: str, shared: bool, at: datetime) -> SavedView:
    """Save the filters of an address under a name; the same name again replaces it. Raises ``invalid`` with the
    field, ``too_many`` beyond twenty."""
    name, clean = name.strip(), clean_query(query)
    if not name or len(name) > NAME:
        raise missing(name=_("请填写名称(20字以内)"))
    if not clean:
        raise missing(query=_("没有可保存的筛选条件"))
    others = SavedView.objects.filter(person=rights.person_id).exclude(name=name)
    if others.count() >= MOST:
        raise MoveRefused("too_many", _("最多保存%(n)s个常用筛选") % {"n": MOST})
    path = min(rights.paths(VIEW), key=len, default="") if shared else ""
    unit = next(iter(rights.units(VIEW)), None) if shared and not path else None
    values = {"query": clean, "is_shared": shared, "area_path": path, "unit_id": unit, "made_at": at}
    row, _made = SavedView.objects.update_or_create(person_id=rights.person_id, name=name, defaults=values)
    return row


def clean_query(text: str) -> str:
    """Only what the desk's address knows, in a fixed order."""
    sent = QueryDict(text.lstrip("?")[:2000])
    kept = QueryDict(mutable=True)
    for name in KEPT:
        value = sent.get(name, "")[:80]
        if value and (name != "view" or value in VIEW_BY_CODE):
            kept[name] = value
    return kept.urlencode()[:600]


def drop(rights: Rights, key: int) -> str:
    """Only one's own. Raises ``not_found``."""
    row = SavedView.objects.filter(pk=key, person=rights.person_id).first()
    if row is None:
        raise not_found()
    row.delete()
    return row.name
