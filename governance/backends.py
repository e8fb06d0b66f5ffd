"""Sign-in by password, and Django's model permissions answered from the roles.

The admin asks ``app.change_model``; an office role answers with the code of the model, else of its room, below.
What is not in the table nobody may change there.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from casework.statements import read
from grids.scope import holds_for_district, path_filter, rights_of

ADMIN_CODES = {
    "accounts": "accounts.manage_people",
    "accounts.role": "accounts.grant_roles",
    "accounts.permission": "accounts.grant_roles",
    "grids": "grids.manage",
    "casework": "casework.manage_calendar",
    "events": "settings.manage_rules",
    "dashboard": "settings.technical",
    "axes": "settings.technical",
    "knox": "settings.technical",
    "sessions": "settings.technical",
}
LOOKING_CODES = {
    "accounts.user": ("accounts.grant_roles", "grids.staff"),
    "accounts.role": ("accounts.view_matrix", "accounts.manage_people", "grids.staff"),
    "accounts.permission": ("accounts.view_matrix",),
}
"""Who may look without changing: whoever gives posts chooses a person and a role."""
PEOPLE_CODES = ("accounts.manage_people", "accounts.grant_roles", "grids.staff")
SIGN_IN_LOG, READ_LOG = "axes", "casework.view_read_log"
"""The record of sign-ins names people of the whole district: besides the technical office only those look at it who
hold the read log for the whole district."""


class RoleBackend(ModelBackend):
    """Who may what in the admin; everything else asks ``grids.scope`` itself."""

    def user_can_authenticate(self, user: object) -> bool:
        """Nobody disabled, and no demo account under a production profile, whatever way its row came there (A-11)."""
        return super().user_can_authenticate(user) and not (settings.PRODUCTION and user.is_demo)

    def get_user(self, user_id: int) -> User | None:
        """As Django's, by a statement planned once: every request of a signed-in person begins with it."""
        user = next(iter(read(User, "id = %s", user_id)), None)
        return user if user is not None and self.user_can_authenticate(user) else None

    def may_administer(self, user: object) -> bool:
        """Some post in force carries an office role."""
        return any(reach.is_office for reach in rights_of(user, at=timezone.now()).reaches)

    def has_perm(self, user_obj: object, perm: str, obj: object = None) -> bool:
        if not user_obj.is_active:
            return False
        app_label, _, rest = perm.partition(".")
        action, _, model = rest.partition("_")
        name = f"{app_label}.{model}"
        code = ADMIN_CODES.get(name, ADMIN_CODES.get(app_label))
        if code is None:
            return False
        rights = rights_of(user_obj, at=timezone.now())
        if rights.may(code):
            return True
        if action != "view":
            return False
        if app_label == SIGN_IN_LOG:
            return holds_for_district(rights, READ_LOG)
        return any(rights.may(other) for other in LOOKING_CODES.get(name, ()))

    def has_module_perms(self, user_obj: object, app_label: str) -> bool:
        names = [name for name in ADMIN_CODES if name.split(".")[0] == app_label]
        return any(self.has_perm(user_obj, f"{app_label}.view_{name.partition('.')[2] or 'user'}") for name in names)

    def people_within(self, user: object, rows: QuerySet) -> QuerySet:
        """Those of ``rows`` whose posts lie on the land or in a unit where the user keeps people, gives roles or
        posts; and those without any post, whom somebody must be able to give the first one."""
        from grids.models import Post

        rights = rights_of(user, at=timezone.now())
        inside = Q(pk__in=())
        for code in PEOPLE_CODES:
            inside |= path_filter(rights, code, "area__path") | path_filter(rights, code, "unit__area__path")
        return rows.filter(Q(pk__in=Post.objects.filter(inside).values("person")) | Q(posts__isnull=True))

    def get_all_permissions(self, user_obj: object, obj: object = None) -> set[str]:
        return set()
