"""Verbs of the address register: the one writer of further names, lessons and the list of unresolved addresses."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from grids import places
from grids.addresses.finding import find
from grids.addresses.index import bump, current
from grids.addresses.sounds import letters
from grids.addresses.text import normalise, parse
from grids.models import AddressAlias, Area, Building, PublicPlace, UnresolvedAddress
from grids.refusals import Doer, GridRefused, bad, refuse_right, require_land

KEEP = "grids.addresses"
"""The permission to teach, settle and import addresses."""
MOST_SUBJECTS = 50


def _may(actor: Doer, act: str) -> None:
    if actor.lane in ("person", "platform") and not actor.rights.may(KEEP):
        raise refuse_right(actor, act, "", GridRefused("forbidden", _("没有这项权限")))


def grid_of(code: str) -> Area:
    """The grid in force with this code, or ``invalid``."""
    found = Area.objects.filter(code=code[:20], level_id="grid", abolished_on__isnull=True).first() if code else None
    if found is None:
        raise bad(grid=_("请选择一个有效的网格"))
    return found


def add_alias(
    name: str, *, of: Area | PublicPlace | Building, origin: str = "registered", actor: Doer, at: datetime
) -> AddressAlias | None:
    """Give an entry of the register another name; None when it has that name already.

    Raises ``forbidden``, ``invalid`` for a name under two characters.
    """
    _may(actor, "add_alias")
    normal = normalise(name)[:80]
    if len(normal) < 2:
        raise bad(name=_("名称至少要有两个字"))
    column = {Area: "area", PublicPlace: "place", Building: "building"}[type(of)]
    if normalise(of.name) == normal or AddressAlias.objects.filter(**{column: of}, normal=normal).exists():
        return None
    row = AddressAlias.objects.create(
        name=name.strip()[:80], normal=normal, pinyin=" ".join(letters(normal))[:200], **{column: of}, origin=origin,
        taught_by_id=actor.person_id, taught_at=at,
    )  # fmt: skip
    bump()
    return row


def teach(
    text: str, *, grid: str, lon: float | None = None, lat: float | None = None, actor: Doer, at: datetime
) -> AddressAlias | None:
    """Learn from a correction: these words mean this grid. None where the register says so already, and where the
    words are only a road or an area (they lie in many grids).

    Flat and room are cut off first. Raises ``forbidden``, ``not_found`` outside the actor's land, ``invalid``.
    """
    _may(actor, "teach")
    meant = grid_of(grid)
    if actor.lane in ("person", "platform"):
        require_land(actor, KEEP, "teach", (meant.code, meant.path))
    key = parse(text).key[:80]
    found = find(text)
    if len(key) < 2 or _is_too_wide(key) or (found.sure is not None and found.sure.grid == meant.code):
        return None
    with transaction.atomic():
        row, fresh = AddressAlias.objects.get_or_create(
            normal=key, grid=meant, origin="learned",
            defaults={"name": key, "pinyin": " ".join(letters(key))[:200], "lon": lon, "lat": lat,
                      "taught_by_id": actor.person_id, "taught_at": at},
        )  # fmt: skip
        if not fresh:
            AddressAlias.objects.filter(pk=row.pk).update(uses=F("uses") + 1, is_active=True)
        bump()
    return row


def _is_too_wide(key: str) -> bool:
    """A road or an area alone: nothing that leads to one grid."""
    index = current()
    rows = [index.entries[n] for n in index.names.get(key, ())]
    return any(entry.kind == "road" or (entry.is_area and not entry.grid) for entry in rows)


# --- the list of what nobody could place ---------------------------------------------------------------------


def note_unresolved(text: str, *, subject: str = "", at: datetime) -> UnresolvedAddress | None:
    """Put an address on the list, or count it again; ``subject`` is ``kind:number`` of the case that waits for it.
    What was settled comes back only when it still finds no grid. None for an empty address or one that is found."""
    told = parse(text)
    if len(told.key) < 2:
        return None
    if find(text).sure is not None:
        return None
    with transaction.atomic():
        row, fresh = UnresolvedAddress.objects.select_for_update().get_or_create(
            normal=told.key[:160],
            defaults={"text": told.key[:160], "first_at": at, "last_at": at, "subjects": [subject] if subject else []},
        )
        if not fresh:
            row.seen, row.last_at = row.seen + 1, at
            if subject and subject not in row.subjects:
                row.subjects = [*row.subjects, subject][-MOST_SUBJECTS:]
            if row.standing == UnresolvedAddress.Standing.RESOLVED:
                row.standing = UnresolvedAddress.Standing.OPEN
            row.save(update_fields=["seen", "last_at", "subjects", "standing"])
    return row


def resolve(
    row: UnresolvedAddress, *, grid: str, actor: Doer, at: datetime, lon: float | None = None, lat: float | None = None
) -> UnresolvedAddress:
    """定位: the address has its grid now, and the register has learned it. ``lon, lat`` (WGS-84) choose the grid
    when they are given without one.

    Raises ``forbidden``, ``not_found``, ``settled`` when a colleague was quicker, ``invalid``.
    """
    _may(actor, "resolve_address")
    if not grid and lon is not None and lat is not None:
        grid = places.locate_code(lon, lat) or ""
    with transaction.atomic():
        locked = _open(row)
        teach(locked.text, grid=grid, lon=lon, lat=lat, actor=actor, at=at)
        locked.standing, locked.grid = UnresolvedAddress.Standing.RESOLVED, grid_of(grid)
        _settle(locked, actor, at)
    return locked


def dismiss(row: UnresolvedAddress, *, note: str, actor: Doer, at: datetime) -> UnresolvedAddress:
    """无法定位: outside the district, or no place at all. With the reason.

    Raises ``forbidden``, ``settled``, ``invalid`` without a reason.
    """
    _may(actor, "dismiss_address")
    if not note.strip():
        raise bad(note=_("请写明原因"))
    with transaction.atomic():
        locked = _open(row)
        locked.standing, locked.note = UnresolvedAddress.Standing.DISMISSED, note.strip()[:120]
        _settle(locked, actor, at)
    return locked


def _open(row: UnresolvedAddress) -> UnresolvedAddress:
    locked = UnresolvedAddress.objects.select_for_update().get(pk=row.pk)
    if locked.standing != UnresolvedAddress.Standing.OPEN:
        raise GridRefused("settled", _("这条地址已经处理过了"))
    return locked


def _settle(row: UnresolvedAddress, actor: Doer, at: datetime) -> None:
    row.settled_by_id, row.settled_at = actor.person_id, at
    row.save(update_fields=["standing", "grid", "note", "settled_by", "settled_at"])
