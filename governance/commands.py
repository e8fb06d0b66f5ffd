"""命令栏 Ctrl+K: where a person may go, found by the letters of its name (screens.md §4.5)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from casework.verb_forms import initials
from events.queries import VIEWS
from events.workflow import MOVES
from governance.context import NAVIGATION
from governance.views import LINKS, MODULES
from grids.scope import Rights, rights_of

MORE = (
    (gettext_lazy("通知"), "notices", ""),
    (gettext_lazy("个人设置"), "accounts:profile", ""),
    (gettext_lazy("帮助"), "help", ""),
    (gettext_lazy("督办裁决"), "events:supervision", "events.view"),
    (gettext_lazy("设备预警"), "events:alerts", "events.view_alert"),
    (gettext_lazy("线索聚合"), "events:clues", "events.view_clue"),
    (gettext_lazy("登记线索"), "events:enter_clue", "events.enter_clue"),
    (gettext_lazy("五单办理"), "dashboard:five_orders", "dashboard.view"),
    (gettext_lazy("信访三率"), "dashboard:petitions", "dashboard.view"),
    (gettext_lazy("预警处置"), "dashboard:warnings", "dashboard.view"),
    (gettext_lazy("机构"), "grids:units", "grids.view"),
    (gettext_lazy("网格人员"), "grids:staffing", "grids.view"),
    (gettext_lazy("首页"), "home", ""),
)


@login_required
@require_safe
def commands(request: HttpRequest) -> JsonResponse:
    """Pages by name with the letters they are found by, and the letters of every verb: the page adds its buttons."""
    rights = rights_of(request.user, at=request.at)
    pages = {url: str(label) for label, url in _places(rights)}
    return JsonResponse({
        "pages": [{"name": name, "letters": initials(name), "url": url} for url, name in pages.items()],
        "verbs": {str(move.label): initials(str(move.label)) for move in MOVES.values()},
    })


def _places(rights: Rights) -> list[tuple[object, str]]:
    rows = [(label, name, permission) for label, name, permission, _prefix in NAVIGATION]
    rows += [(label, name, permission) for label, name, permission in LINKS if permission]
    rows += [(name, url, permission) for name, _icon, _note, url, permission in MODULES if url]
    rows += MORE
    found = [(label, _address(name)) for label, name, permission in rows if not permission or rights.may(permission)]
    if rights.may("events.view"):
        desk = reverse("events:desk")
        found += [(f"{_('工作台')} · {view.label}", f"{desk}?view={view.code}") for view in VIEWS]
    return [(label, url) for label, url in found if url]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
