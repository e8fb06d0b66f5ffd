"""Wiring of the project: the admin site and what must be known before the first request."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule


class OwnAdminConfig(SimpleAdminConfig):
    """The stock admin with its own discovery, done where the addresses are put together: worker, beat and relay show
    no admin and need not hold it in memory."""

    default_site = "governance.admin_site.CommandAdminSite"


def discover_admin() -> None:
    """Register every room's admin. ``leaflet.admin`` imports GDAL, which a plain machine does not have; stock
    discovery would stop the whole project there, so that one module is passed over."""
    for config in apps.get_app_configs():
        if config.name != "leaflet" and module_has_submodule(config.module, "admin"):
            import_module(f"{config.name}.admin")


class GovernanceConfig(AppConfig):
    """``default``: with two configurations in one module Django takes neither unless one says so."""

    default = True
    name = "governance"
    verbose_name = "总台"

    def ready(self) -> None:
        from django.conf import settings

        from governance import checks, wiring  # noqa: F401  (registers checks, binds rooms together)

        if settings.DEMO:
            from casework.clock import authority
            from governance.demo import clock

            authority.let_run_ahead(clock.shift)
