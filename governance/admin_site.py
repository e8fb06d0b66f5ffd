"""The Django admin in the product's name; open to office roles only."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class CommandAdminSite(AdminSite):
    site_header = _("社会治理指挥中心 · 后台")
    site_title = _("后台")
    index_title = _("基础数据")
    enable_nav_sidebar = True
