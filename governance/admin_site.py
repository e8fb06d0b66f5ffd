"""The Django admin in the product's name; open to office roles only."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

NAMES = {"axes": _("登录防护"), "knox": _("接口令牌"), "auth": _("认证")}
"""Libraries that know no name in our language."""
TOKENS = ("knox", "AuthToken")


class CommandAdminSite(AdminSite):
    site_header = _("社会治理指挥中心 · 后台")
    site_title = _("后台")
    index_title = _("基础数据")
    enable_nav_sidebar = True

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The stock list, our own rooms first, libraries under names of our language."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["name"] = NAMES.get(app["app_label"], app["name"])
            for model in app["models"]:
                if (app["app_label"], model["object_name"]) == TOKENS:
                    model["name"] = NAMES["knox"]
        return sorted(found, key=lambda app: app["app_label"] in NAMES)
