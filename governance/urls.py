"""The addresses of the whole house."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.generic import RedirectView

from accounts.views import choose_language
from events.citizen.views_report import elder
from governance import bell, commands, help, staff, views
from governance.apps import discover_admin

discover_admin()


class _Icon(RedirectView):
    """Browsers ask for it here on pages that name none (the admin)."""

    def get_redirect_url(self, *args: object, **kwargs: object) -> str:
        return static("shared/favicon.ico")


urlpatterns = [
    path("favicon.ico", cache_control(max_age=86400)(_Icon.as_view())),
    path("", include("governance.api_urls")),  # first: machines ask most, and addresses are tried one by one
    path("", views.home, name="home"),
    path("i18n/", choose_language, name="set_language"),
    path("accounts/", include("accounts.urls")),
    path("commands/", commands.commands, name="commands"),
    path("help/", help.index, name="help"),
    path("help/<slug:slug>/", help.handbook, name="help_handbook"),
    path("notices/", bell.notices, name="notices"),
    path("notices/read/", bell.read, name="notices_read"),
    path("notices/<int:key>/take/", bell.take, name="notices_take"),
    path("staff/<int:key>/", staff.record, name="staff_record"),
    path("staff/<int:key>/photo/", staff.photo, name="staff_photo"),
    path("staff/<int:key>/photo/keep/", staff.keep, name="staff_photo_keep"),
    path("", include("events.urls")),
    path("", include("hotline.urls")),
    path("", include("disputes.urls")),
    path("", include("dashboard.urls")),
    path("admin/", admin.site.urls),
    path("elder/", elder, name="elder"),
    path("c/knowledge/", include("hotline.knowledge.urls_public")),
    path("c/", include("events.citizen.urls")),
    path("m/", include("field.urls")),
    path("", include("grids.urls")),
]
handler400 = "governance.error_pages.bad_request"
handler403 = "governance.error_pages.permission_denied"
handler404 = "governance.error_pages.page_not_found"
handler500 = "governance.error_pages.server_error"
