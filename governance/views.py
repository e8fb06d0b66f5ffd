"""The launcher, and the screen that opens first after sign-in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.views import BEGINS
from grids.scope import Rights, rights_of

MODULES = (
    # name, icon, note, url name (empty: not built yet), permission that opens it (one of several is enough)
    (_("社会治理一张图"), "screen", _("指挥大屏与全区态势"), "dashboard:wall", "dashboard.view"),
    (_("数据共享一网通"), "link", _("外部平台接入"), "hotline:exchange", "hotline.exchange"),
    (_("事件分流一站办"), "task", _("工作台:研判、派单、督办"), "events:desk", "events.view"),
    (_("社区服务一微脑"), "grid", _("网格、人员与岗位"), "grids:browse", "grids.view"),
    (_("研判分析一块屏"), "chart", _("趋势、帕累托、复发"), "", "dashboard.view"),
    (_("智慧矛调"), "scale", _("首调、会调、联调"), "disputes:desk",
     ("disputes.view", "disputes.take_part", "disputes.hand_over")),
    (_("安全生产"), "lock", _("隐患排查与整改"), "", "events.view"),
    (_("专项排查"), "walk", _("专项任务与走访"), "", "events.view"),
    (_("督考评价"), "star", _("督办、裁决与考评"), "events:supervision", "events.view"),
    (_("应急指挥"), "flow", _("预案、演练与平战转换"), "", "dashboard.view"),
    (_("群众参与"), "people", _("随手拍与查进度"), "citizen:home", ""),
    (_("知识库"), "book", _("政策与答复口径"), "hotline:knowledge", "hotline.knowledge_read"),
)
"""The twelve modules of rules.md §12 in their order."""
LINKS = (
    (_("网格通"), "field:home", "field.use"),
    (_("热线坐席"), "hotline:desk", "hotline.register"),
    (_("法庭"), "disputes:court", "disputes.court"),
    (_("电话回访"), "hotline:callbacks", "hotline.call_back"),
    (_("纪检监督"), "hotline:discipline", "hotline.inspect"),
    (_("未定位地址"), "hotline:unresolved", "grids.addresses"),
    (_("上报事件"), "events:report", "events.report"),
    (_("有单无人"), "events:nobody", "events.dispatch"),
    (_("五单办理"), "dashboard:five_orders", "dashboard.view"),
    (_("信访三率"), "dashboard:petitions", "dashboard.view"),
    (_("值班"), "grids:duty", "grids.view"),
    (_("热线简报"), "hotline:briefings", "dashboard.view"),
    (_("谁能做什么"), "accounts:who_may_what", "accounts.view_matrix"),
    (_("后台管理"), "admin:index", ""),
)

FIRST_SCREENS = (
    # role, url name, query; of several roles the first counts
    ("wall_reader", "dashboard:wall", "kiosk=1"),
    ("court_officer", "disputes:court", ""),
    ("mediation_head", "disputes:desk", ""),
    ("mediator", "disputes:desk", ""),
    ("district_director", "dashboard:wall", ""),
    ("hotline_agent", "hotline:desk", ""),
    ("call_back_agent", "hotline:callbacks", ""),
    ("discipline_reader", "hotline:discipline", ""),
    ("grid_head", "field:home", ""),
    ("grid_worker", "field:home", ""),
    ("district_dispatcher", "events:desk", ""),
    ("street_director", "events:desk", ""),
    ("street_officer", "events:desk", ""),
    ("community_secretary", "events:desk", ""),
    ("department_head", "events:desk", "view=mine"),
    ("department_handler", "events:desk", "view=mine"),
    ("emergency_officer", "events:desk", ""),
    ("evaluator", "events:desk", ""),
    ("system_administrator", "admin:index", ""),
    ("security_administrator", "admin:index", ""),
    ("audit_administrator", "admin:index", ""),
    ("data_steward", "admin:index", ""),
)
"""Where the day of a role begins; afterwards the screen last used opens first (screens.md §2)."""


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The modules of a person's role; what is not built yet is shown as such. Right after sign-in the screen last
    used opens instead, the first time that of the role."""
    rights = rights_of(request.user, at=request.at)
    if request.session.pop(BEGINS, False) and (first := first_screen(request.user, rights)):
        return redirect(first)
    tiles = [
        {"name": name, "icon": icon, "note": note, "url": _address(url)}
        for name, icon, note, url, permission in MODULES if _open_to(rights, permission)
    ]
    links = [
        {"name": name, "url": _address(url)} for name, url, permission in LINKS
        if (rights.may(permission) if permission else request.user.is_staff)
    ]
    return render(request, "governance/home.html", {
        "tiles": tiles, "links": [link for link in links if link["url"]], "has_posts": bool(rights.reaches),
    })


def first_screen(user: User, rights: Rights) -> str:
    """Address of the screen last used, if it is still open to the person; else that of the role; else nothing."""
    begins = {_address(name): query for role, name, query in reversed(FIRST_SCREENS) if role in rights.roles}
    listed = [(url, codes) for _name, _icon, _note, url, codes in MODULES] + [(url, code) for _name, url, code in LINKS]
    opened = {_address(url) for url, codes in listed if codes and _open_to(rights, codes)} - {""}
    used = [address for address in opened | begins.keys() if user.last_screen.startswith(address)]
    first = max(used, key=len, default="") or next(reversed(begins), "")
    return "?".join(filter(None, (first, begins.get(first, ""))))


def _open_to(rights: Rights, permission: str | tuple[str, ...]) -> bool:
    codes = (permission,) if isinstance(permission, str) else permission
    return bool(rights.reaches) and any(not code or rights.may(code) for code in codes)


def _address(name: str) -> str:
    """The address of a page, or nothing while its room is not there."""
    try:
        return reverse(name) if name else ""
    except NoReverseMatch:
        return ""
