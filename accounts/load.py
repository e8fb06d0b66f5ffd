"""Permission codes and roles into their tables; run again, changed files come in."""

from __future__ import annotations

from accounts import reference
from accounts.models import Permission, Role


def load_roles(*, overwrite: bool = True) -> dict[str, int]:
    """Insert or update every permission and role of ``accounts/data``; counts by table. Roles that somebody added
    are left alone; those from the files become as the files say, because the matrix is checked against them, or
    without ``overwrite`` stay as the security administrator has left them."""
    permissions = [
        Permission(code=p.code, name=p.name, name_en=p.name_en) for p in reference.load_permissions()
    ]
    Permission.objects.bulk_create(
        permissions, update_conflicts=True, unique_fields=["code"], update_fields=["name", "name_en"]
    )
    roles = [
        Role(
            code=r.code, name=r.name, name_en=r.name_en, permissions=sorted(r.permissions),
            scope_kinds=list(r.scope_kinds), ceiling=r.ceiling, field_level=r.field_level,
            may_unmask=r.may_unmask, is_office=r.is_office, rank=r.rank,
        )
        for r in reference.load_roles()
    ]  # fmt: skip
    names = [
        "name",
        "name_en",
        "permissions",
        "scope_kinds",
        "ceiling",
        "field_level",
        "may_unmask",
        "is_office",
        "rank",
    ]
    if overwrite:
        Role.objects.bulk_create(roles, update_conflicts=True, unique_fields=["code"], update_fields=names)
    else:
        Role.objects.bulk_create(roles, ignore_conflicts=True)
    return {"permissions": len(permissions), "roles": len(roles)}
