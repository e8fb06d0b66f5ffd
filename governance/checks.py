"""Start-up checks: what a production profile may not have."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import Error, register

DEFAULT_DATABASE = "postgresql://governance@/governance"


@register("governance")
def production_is_closed(app_configs: object, **kwargs: object) -> list[Error]:
    """Refuse a production start with demo leftovers (quality.md A-11, G-01)."""
    if not settings.PRODUCTION:
        return []
    found = []
    if len(settings.SECRET_KEY or "") < 40:
        found.append(Error("SECRET_KEY must be given, 40 characters or more.", id="governance.E001"))
    if settings.DATABASE_URL == DEFAULT_DATABASE:
        found.append(Error("DATABASE_URL must point to a PostgreSQL of your own.", id="governance.E002"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS may not be *.", id="governance.E003"))
    if settings.DEBUG:
        found.append(Error("DEBUG must be off.", id="governance.E004"))
    return found


@register("governance", deploy=True)
def no_demo_people(app_configs: object, **kwargs: object) -> list[Error]:
    """Demo accounts cannot exist in a production database."""
    from accounts.models import User

    if settings.PRODUCTION and User.objects.filter(is_demo=True).exists():
        words = "Demo accounts exist; empty and switch them off with manage.py setup --remove-demo-people."
        return [Error(words, id="governance.E005")]
    return []


@register("governance", deploy=True)
def database_role_is_plain(app_configs: object, **kwargs: object) -> list[Error]:
    """Row-level security holds for everybody but superusers and BYPASSRLS: the application may be neither
    (docs/decisions/40)."""
    if not settings.PRODUCTION:
        return []
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user OR rolname = current_user")
        passes_by = any(row[0] for row in cursor.fetchall())
    if passes_by:
        words = "The role in DATABASE_URL may be neither SUPERUSER nor BYPASSRLS: the wall before disputes would not hold."
        return [Error(words, id="governance.E006")]
    return []
