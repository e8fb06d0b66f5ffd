"""The only writer of the tree: every change under one lock, with path, nested sets and lineage together.

Two transactions that move nodes at once break a nested set for good and may close a cycle (quality.md,
finding 5); the broken set would then answer for foreign land. So each verb takes one advisory lock that lives
as long as its transaction, reads the nodes *after* the lock, and writes. Codes never change (rules.md §7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.names import named
from grids.codes import ALLOWED_PARENTS, check_code, next_code
from grids.days import day_of
from grids.models import Area, AreaLineage
from grids.names import pinyin_of, shorten
from grids.refusals import Doer, GridRefused, bad, refuse_right, require_land

TREE_LOCK_KEY = 0x67_72_69_64
"""Key of the advisory lock, 'grid' in ASCII; nothing else in the product uses it."""
MANAGE = "grids.manage"

RepathHook = Callable[[Sequence[tuple[str, str]]], None]
_hooks: list[RepathHook] = []


def on_repath(hook: RepathHook) -> RepathHook:
    """Register ``hook([(old_prefix, new_prefix), …])``, called inside the transaction that moves land.

    Whoever stores paths rewrites them there: for each pair in order, every path that begins with the old prefix
    gets the new one instead. Pairs come deepest first, so that one pass in order is right. An exception undoes
    the whole move.
    """
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


def announce_repath(changes: Sequence[tuple[str, str]]) -> None:
    """Call the hooks; the caller holds the tree lock."""
    for hook in _hooks if changes else ():
        hook(changes)


@contextmanager
def tree_lock(*, wait_ms: int = 20_000) -> Iterator[None]:
    """A transaction that holds the tree alone. Waits at most ``wait_ms``; then the database refuses with
    OperationalError, which the edge of a request answers with 503 and a moment to try again."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', '0', true)",
                [str(wait_ms)],
            )
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK_KEY])
        yield


def fetch(area: Area) -> Area:
    """The node as it stands now; call it after taking the lock, never before."""
    found = Area.objects.select_related("level").filter(pk=area.pk).first()
    if found is None:
        raise GridRefused("not_found", _("没有找到"))
    return found


def bump(*levels: str) -> None:
    """Say that boundaries or the stock of areas of these levels changed: every process rebuilds its index."""
    with connection.cursor() as cursor:
        for level in sorted(set(levels)):
            cursor.execute(
                "INSERT INTO grids_boundaryversion (level_id, version) VALUES (%s, 1) "
                "ON CONFLICT (level_id) DO UPDATE SET version = grids_boundaryversion.version + 1",
                [level],
            )


def _record(
    area: Area,
    kind: str,
    *,
    on: date,
    source: str,
    old: str = "",
    new: str = "",
    successor: Area | None = None,
) -> None:
    AreaLineage.objects.create(
        area=area, kind=kind, on=on, source=source[:120], old=old[:120], new=new[:120], successor=successor
    )


def _clean_name(name: str) -> str:
    cleaned = " ".join(str(name).split())
    if not cleaned:
        raise bad(name=_("名称不能为空"))
    if len(cleaned) > 80 or not cleaned.isprintable():
        raise bad(name=_("名称最多 80 个字,不含控制字符"))
    return cleaned


def _check_parent(level: str, parent: Area | None) -> None:
    allowed = ALLOWED_PARENTS.get(level)
    if allowed is None:
        raise bad(level=_("没有这个层级"))
    if parent is None:
        if None not in allowed:
            raise bad(parent=_("这一层级必须有上级"))
        return
    if parent.level_id not in allowed:
        raise bad(
            parent=_("“%(level)s”不能直接设在“%(parent)s”之下")
            % {"level": level, "parent": named(parent.level)}
        )
    if parent.abolished_on is not None:
        raise bad(parent=_("上级区域已撤销"))


def add_area(
    parent: Area | None,
    *,
    level: str,
    name: str,
    actor: Doer,
    at: datetime,
    code: str = "",
    grid_type: str = "",
    source: str = "",
    **fields: object,
) -> Area:
    """Set up an area below ``parent`` (None for the top) and give it back.

    Without ``code`` the next free one of the level is taken: grids 001–799, dedicated grids 801–999 inside their
    community (rules.md §7); a code that was ever used is not given again. ``fields`` are plain columns such as
    ``households``, ``terrain``, ``special_kind``.

    Refusals: forbidden or not_found (right, scope), invalid (level, parent, name, code), code_taken.
    """
    name = _clean_name(name)
    with tree_lock():
        above = fetch(parent) if parent is not None else None
        require_land(actor, MANAGE, "add_area", *([(above.code, above.path)] if above else [(code, "")]))
        area = _insert(above, level=level, name=name, code=code, grid_type=grid_type, source=source, **fields)
        _record(area, AreaLineage.Kind.ADDED, on=day_of(at), source=source, new=name)
        bump(level)
    return area


def _insert(
    above: Area | None, *, level: str, name: str, code: str, grid_type: str, source: str, **fields: object
) -> Area:
    _check_parent(level, above)
    if level == "grid":
        grid_type = grid_type or Area.GridType.BASIC
    code = code or next_code(above, level, grid_type)
    check_code(code, level, above, grid_type)
    if Area.objects.filter(code=code).exists():
        raise GridRefused("code_taken", _("编码 %(code)s 已被使用,编码不重复使用") % {"code": code})
    short = shorten(name)
    area = Area(
        code=code,
        name=name,
        short_name=short,
        pinyin=pinyin_of(short),
        level_id=level,
        parent=above,
        path=f"{above.path if above else ''}{code}/",
        grid_type=grid_type,
        source=source[:80],
        **fields,
    )
    area.save()
    return area


def move_area(area: Area, parent: Area, *, actor: Doer, at: datetime, source: str = "") -> Area:
    """Put an area with all below it under another parent (改隶). The code stays, the paths follow.

    The mover needs the right on both places, and no post of his own may reach more land afterwards than before
    (quality.md A-08). Refusals: forbidden, not_found, invalid (level, abolished parent), cycle, widens_own_scope.
    """
    with tree_lock():
        node, above = fetch(area), fetch(parent)
        require_land(actor, MANAGE, "move_area", (node.code, node.path), (above.code, above.path))
        if above.path.startswith(node.path):
            raise GridRefused("cycle", _("不能把区域移到它自己或它的下级之下"))
        if node.parent_id == above.pk:
            return node
        _check_parent(node.level_id, above)
        _refuse_widening(actor, node, above)
        old_path, old_parent = node.path, node.parent.code if node.parent_id else ""
        node.parent = above
        node.save()
        _repath(old_path, f"{above.path}{node.code}/")
        _record(node, AreaLineage.Kind.MOVED, on=day_of(at), source=source, old=old_parent, new=above.code)
        bump(node.level_id, "grid")
        return fetch(node)


def _refuse_widening(actor: Doer, node: Area, above: Area) -> None:
    for reach in actor.rights.reaches:
        own = reach.area_path
        if own and above.path.startswith(own) and not node.path.startswith(own):
            refusal = GridRefused("widens_own_scope", _("不能通过调整隶属关系扩大自己的管辖范围"))
            raise refuse_right(actor, "move_area", node.code, refusal)


def _repath(old: str, new: str) -> None:
    """Rewrite the paths of a whole subtree in one statement, and those that upper rooms keep."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE grids_area SET path = %s || substr(path, %s) WHERE path LIKE %s",
            [new, len(old) + 1, f"{old}%"],
        )
    announce_repath([(old, new)])


def rename_area(area: Area, name: str, *, actor: Doer, at: datetime, source: str = "") -> Area:
    """Give another name; the old one stays in the lineage. Refusals: forbidden, not_found, invalid."""
    name = _clean_name(name)
    with tree_lock():
        node = fetch(area)
        require_land(actor, MANAGE, "rename_area", (node.code, node.path))
        if node.name == name:
            return node
        old = node.name
        node.name, node.short_name = name, shorten(name)
        node.pinyin = pinyin_of(node.short_name)
        node.save(update_fields=["name", "short_name", "pinyin"])
        _record(node, AreaLineage.Kind.RENAMED, on=day_of(at), source=source, old=old, new=name)
    return node


def abolish_area(
    area: Area, *, actor: Doer, at: datetime, successor: Area | None = None, source: str = ""
) -> Area:
    """End an area from today on; it stays in the tree with its lineage, so that old cases keep their place.

    Refusals: forbidden, not_found, already_abolished, has_children (areas in force below it).
    """
    with tree_lock():
        node = fetch(area)
        require_land(actor, MANAGE, "abolish_area", (node.code, node.path))
        if node.abolished_on is not None:
            raise GridRefused("already_abolished", _("该区域已撤销"))
        if Area.objects.filter(parent=node, abolished_on__isnull=True).exists():
            raise GridRefused("has_children", _("还有在用的下级区域,请先撤销或移出"))
        _end(node, on=day_of(at))
        _record(
            node,
            AreaLineage.Kind.ABOLISHED,
            on=day_of(at),
            source=source,
            old=node.name,
            successor=fetch(successor) if successor else None,
        )
    return node


def _end(node: Area, *, on: date) -> None:
    node.abolished_on = on
    node.save(update_fields=["abolished_on"])
    bump(node.level_id)


def restore_area(area: Area, *, actor: Doer, at: datetime, source: str = "") -> Area:
    """Put an abolished area in force again. Refusals: forbidden, not_found, not_abolished, invalid (parent gone)."""
    with tree_lock():
        node = fetch(area)
        require_land(actor, MANAGE, "restore_area", (node.code, node.path))
        if node.abolished_on is None:
            raise GridRefused("not_abolished", _("该区域没有撤销"))
        _check_parent(node.level_id, node.parent)
        node.abolished_on = None
        node.save(update_fields=["abolished_on"])
        bump(node.level_id)
        _record(node, AreaLineage.Kind.RESTORED, on=day_of(at), source=source, new=node.name)
    return node


def split_area(
    area: Area, parts: Sequence[dict], *, actor: Doer, at: datetime, source: str = ""
) -> list[Area]:
    """Replace an area by two or more new ones with new codes beside it; the old one is abolished.

    Each part is ``{"name": …}`` plus plain columns, e.g. ``boundary`` (already checked), ``households``. Areas,
    buildings, places, branches and former grids below go to the first part, from where they are moved by hand:
    only people know which house lies where. Refusals: as for add and abolish; invalid with fewer than two parts.
    """
    if len(parts) < 2:
        raise bad(parts=_("拆分至少需要两个新区域"))
    with tree_lock():
        node = fetch(area)
        require_land(actor, MANAGE, "split_area", (node.code, node.path))
        if node.abolished_on is not None:
            raise GridRefused("already_abolished", _("该区域已撤销"))
        made = [_beside(node, dict(part), source) for part in parts]
        _hand_over(node, made[0], at=at, source=source)
        _end(fetch(node), on=day_of(at))
        for new in made:
            _record(
                node,
                AreaLineage.Kind.SPLIT,
                on=day_of(at),
                source=source,
                old=node.code,
                new=new.code,
                successor=new,
            )
    return [Area.objects.get(pk=new.pk) for new in made]


def merge_areas(
    areas: Sequence[Area], *, name: str, actor: Doer, at: datetime, source: str = "", **fields: object
) -> Area:
    """Replace two or more siblings by one new area with a new code; all below them goes there.

    Households and population are added up unless given. Refusals: forbidden, not_found, already_abolished,
    invalid (fewer than two, different parents or levels).
    """
    with tree_lock():
        nodes = [fetch(area) for area in sorted({a.pk: a for a in areas}.values(), key=lambda a: a.pk)]
        require_land(actor, MANAGE, "merge_areas", *((n.code, n.path) for n in nodes))
        if len(nodes) < 2:
            raise bad(areas=_("合并至少需要两个区域"))
        if len({(n.parent_id, n.level_id) for n in nodes}) != 1:
            raise bad(areas=_("只能合并同一上级、同一层级的区域"))
        if any(n.abolished_on for n in nodes):
            raise GridRefused("already_abolished", _("该区域已撤销"))
        for column in ("households", "population"):
            fields.setdefault(column, sum(getattr(n, column) or 0 for n in nodes) or None)
        new = _beside(nodes[0], {"name": name, **fields}, source)
        for node in nodes:
            _hand_over(fetch(node), new, at=at, source=source)
            _end(fetch(node), on=day_of(at))
            _record(
                node,
                AreaLineage.Kind.MERGED,
                on=day_of(at),
                source=source,
                old=node.code,
                new=new.code,
                successor=new,
            )
    return Area.objects.get(pk=new.pk)


def _beside(node: Area, part: dict, source: str) -> Area:
    name = _clean_name(part.pop("name", ""))
    inherited = {"terrain": node.terrain, "special_kind": node.special_kind, "unit_type": node.unit_type}
    return _insert(
        fetch(node.parent) if node.parent_id else None,
        level=node.level_id,
        name=name,
        code=part.pop("code", ""),
        grid_type=part.pop("grid_type", node.grid_type),
        source=source,
        **{**inherited, **part},
    )


_HUNG = (("grids_building", "grid_id"), ("grids_publicplace", "grid_id"), ("grids_partybranch", "area_id"),
         ("grids_legacygrid", "grid_id"))  # fmt: skip


def _hand_over(node: Area, heir: Area, *, at: datetime, source: str) -> None:
    """Move what hangs on an area to its heir: areas below it, buildings, places, branches, former grids."""
    for child in Area.objects.filter(parent=node).order_by("code"):
        child, old_path = fetch(child), fetch(child).path
        child.parent = fetch(heir)
        child.save()
        _repath(old_path, f"{heir.path}{child.code}/")
        _record(child, AreaLineage.Kind.MOVED, on=day_of(at), source=source, old=node.code, new=heir.code)
    with connection.cursor() as cursor:
        for table, column in _HUNG:
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", [heir.pk, node.pk])  # noqa: S608 (constants)
