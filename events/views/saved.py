"""常用筛选 of the desk: keep and drop."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import saved
from events.views.edge import for_staff, next_of


@for_staff()
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Save the filters of the page under a name, for oneself or shared."""
    row = saved.keep(
        request.rights, name=request.POST.get("name", ""), query=request.POST.get("query", ""),
        shared=request.POST.get("shared") == "1", at=request.at,
    )
    messages.success(request, _("已保存常用筛选“%(name)s”") % {"name": row.name})
    return redirect(f"{reverse('events:desk')}?{row.query}")


@for_staff()
@require_POST
def drop(request: HttpRequest, key: int) -> HttpResponse:
    """Forget one of one's own."""
    name = saved.drop(request.rights, key)
    messages.success(request, _("已删除常用筛选“%(name)s”") % {"name": name})
    return redirect(next_of(request, reverse("events:desk")))
