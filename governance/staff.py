"""The staff record of a person: name, number, posts and photo (实名备案、挂牌上岗)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from casework import portraits
from casework.edge import for_staff, refusal
from casework.files import serve
from casework.models import StaffPhoto
from casework.refusals import MoveRefused
from grids.models import Post
from grids.queries import masked_phone
from grids.scope import SHANGHAI, Rights
from grids.staff import in_force

VIEW = "grids.view"


def _person(key: int) -> User:
    return get_object_or_404(User, pk=key, is_active=True, is_machine=False)


@for_staff(VIEW)
@require_safe
def record(request: HttpRequest, key: int) -> HttpResponse:
    """Who somebody is and where they serve; the telephone in clear for those whose land or unit it is."""
    person = _person(key)
    day = request.at.astimezone(SHANGHAI).date()
    rows = Post.objects.filter(in_force(day), person=person).select_related("role", "area", "unit__area")
    posts = list(rows.order_by("rank", "cover", "pk"))
    return render(request, "governance/staff.html", {
        "person": person, "posts": posts, "photo": StaffPhoto.objects.filter(person=person).select_related("set_by").first(),
        "phone": person.phone if any(_is_theirs(request.rights, post) for post in posts) else masked_phone(person.phone),
        "version": portraits.known([person.pk]).get(person.pk, ""), "may_keep": request.rights.may(portraits.KEEP),
    })


def _is_theirs(rights: Rights, post: Post) -> bool:
    path = post.area.path if post.area_id else post.unit.area.path
    return rights.covers(VIEW, area_path=path, unit_ids=[post.unit_id] if post.unit_id else [])


@for_staff(VIEW)
@require_safe
def photo(request: HttpRequest, key: int) -> HttpResponse:
    """The picture, as it hangs on the plate in the street."""
    return serve(get_object_or_404(StaffPhoto.objects.select_related("file"), person=_person(key)).file)


@for_staff(portraits.KEEP)
@require_POST
def keep(request: HttpRequest, key: int) -> HttpResponse:
    """Set the photo (``photo``), or take it away (``verb`` = remove)."""
    person = _person(key)
    try:
        if request.POST.get("verb") == "remove":
            portraits.take_away(person, actor=request.actor)
            messages.success(request, _("照片已移除"))
        else:
            portraits.put(person, request.FILES.get("photo"), actor=request.actor, at=request.at)
            messages.success(request, _("照片已保存"))
    except MoveRefused as refused:
        return refusal(request, refused)
    return redirect("staff_record", key)
