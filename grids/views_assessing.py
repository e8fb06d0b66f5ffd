"""The page on which a centre assesses itself against its duty sheet."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grids import assessing, queries
from grids.admin_base import actor_in
from grids.assessing import LONGEST_NOTE, LONGEST_SUMMARY, Said
from grids.models import DutyAssessment
from grids.refusals import GridRefused
from grids.views import area_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assess(request: HttpRequest, code: str) -> HttpResponse:
    """One row for each duty: ``d<n>`` the mark, ``n<n>`` the reason; ``summary``. Who may not assess reads the sheet on
    the area's own page."""
    actor = actor_in(request)
    if not actor.rights.may(assessing.ASSESS if request.method == "POST" else "grids.view"):
        raise PermissionDenied
    area = area_or_404(code)
    if not assessing.may_assess(actor.rights, area):
        if request.method == "POST":
            raise PermissionDenied
        return redirect(f"{reverse('grids:area', args=[area.code])}#duties")
    said = [Said(_word(request, f"d{n}", 10), _word(request, f"n{n}", LONGEST_NOTE)) for n in range(len(area.level.duties))]
    error: GridRefused | None = None
    if request.method == "POST":
        try:
            assessing.assess(area, said, actor=actor, at=request.at, summary=_word(request, "summary", LONGEST_SUMMARY))
            messages.success(request, _("自评已登记"))
            return redirect("grids:area", code)
        except GridRefused as refused:
            error = refused
    rows = [
        {"n": n, "duty": duty, "mark": one.mark, "note": one.note,
         "error": (error.fields or {}).get(f"d{n}", (error.fields or {}).get(f"n{n}", [""]))[0] if error else ""}
        for n, (duty, one) in enumerate(zip(area.level.duties, said, strict=True))
    ]
    return render(request, "grids/assess.html", {
        "area": area, "above": queries.ancestors(area), "rows": rows, "marks": DutyAssessment.Mark.choices, "error": error,
        "summary": _word(request, "summary", LONGEST_SUMMARY), "longest_note": LONGEST_NOTE, "longest": LONGEST_SUMMARY,
    }, status=400 if error else 200)


def _word(request: HttpRequest, name: str, most: int) -> str:
    return "".join(c for c in request.POST.get(name, "") if c.isprintable())[:most]
