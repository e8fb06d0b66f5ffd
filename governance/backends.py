"""Sign-in by password, and Django's model permissions answered from the roles.

The admin asks ``app.change_model``; an office role answers with one of the codes below. What is not in the
table nobody may change there.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from grids.scope import holds_for_district, rights_of

ADMIN_CODES = {
    "accounts": "accounts.manage_people",
    "grids": "grids.manage",
    "casework": "casework.manage_calendar",
    "events": "settings.manage_rules",
    "axes": "settings.technical",
    "knox": "settings.technical",
    "sessions": "settings.technical",
}
SIGN_IN_LOG, READ_LOG = "axes", "casework.view_read_log"
"""The record of sign-ins names people of the whole district: besides the technical office only those look at it who
hold the read log for the whole district."""


class RoleBackend(ModelBackend):
    """Who may what in the admin; everything else asks ``grids.scope`` itself."""

    def user_can_authenticate(self, user: object) -> bool:
        """Nobody disabled, and no demo account under a production profile, whatever way its row came there (A-11)."""
        return super().user_can_authenticate(user) and not (settings.PRODUCTION and user.is_demo)

    def may_administer(self, user: object) -> bool:
        """Some post in force carries an office role."""
        return any(reach.is_office for reach in rights_of(user, at=timezone.now()).reaches)

    def has_perm(self, user_obj: object, perm: str, obj: object = None) -> bool:
        if not user_obj.is_active:
            return False
        app_label, _, action = perm.partition(".")
        code = ADMIN_CODES.get(app_label)
        if code is None:
            return False
        rights = rights_of(user_obj, at=timezone.now())
        if rights.may(code):
            return True
        return app_label == SIGN_IN_LOG and action.startswith("view_") and holds_for_district(rights, READ_LOG)

    def has_module_perms(self, user_obj: object, app_label: str) -> bool:
        return self.has_perm(user_obj, f"{app_label}.view_any")

    def get_all_permissions(self, user_obj: object, obj: object = None) -> set[str]:
        return set()
