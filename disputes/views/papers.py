"""Papers of a dispute: the page that is printed, the PDF, the editable copy, the signed scan."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.clients import client_address
from casework.refusals import missing
from disputes import opening, transitions, wall
from disputes.models import Dispute, Paper, PaperText
from disputes.papers import docx, pdf
from disputes.papers.blocks import text_of
from disputes.views.case import load
from disputes.views.edge import SEE, for_disputes
from disputes.workflow import do
from events import material
from grids.scope import SHANGHAI

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _read(request: HttpRequest, number: str, key: int, act: str) -> tuple[Dispute, Paper, str]:
    """The paper with its words, for who may read the narrative; noted before it leaves."""
    dispute = load(request, number)
    paper = get_object_or_404(Paper.objects.select_related("session", "signed_scan"), dispute=dispute, pk=key)
    with wall.opened(
        dispute, actor=request.actor, at=request.at, reason=opening.reason_for(request, number), fields=("paper",),
        act=act, address=client_address(request),
    ):
        html = PaperText.objects.values_list("html", flat=True).get(paper=paper)
    return dispute, paper, html


@for_disputes(*SEE)
@require_safe
def paper(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """One version of a paper as a page in official layout; its print is the paper."""
    dispute, found, html = _read(request, number, key, "open")
    try:
        unprintable = pdf.unprintable(text_of(html))
    except pdf.NoFont:
        unprintable = []
    sheet = mark_safe(html)  # noqa: S308 (as our own template wrote and escaped it; it is never edited)
    return render(request, "disputes/paper.html", {
        "dispute": dispute, "paper": found, "sheet": sheet, "unprintable": unprintable,
        "versions": dispute.papers.filter(number=found.number).order_by("-version"),
    })


@for_disputes(*SEE)
@require_safe
def paper_pdf(request: HttpRequest, number: str, key: int) -> HttpResponse:
    _dispute, found, html = _read(request, number, key, "print")
    stamp = f"{request.user.name} {request.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {number}"
    data = pdf.write(html, title=f"{found.get_kind_display()} {found.number}", foot=stamp)
    return _file(data, "application/pdf", f"{found.get_kind_display()}{found.number}.pdf")


@for_disputes(*SEE)
@require_safe
def paper_docx(request: HttpRequest, number: str, key: int) -> HttpResponse:
    _dispute, found, html = _read(request, number, key, "download")
    data = docx.write(html, title=f"{found.get_kind_display()} {found.number}")
    return _file(data, DOCX, f"{found.get_kind_display()}{found.number}.docx")


def _file(data: bytes, mime: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=mime)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@for_disputes(*SEE)
@require_POST
def paper_signed(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """归入签名件: the scan of the signed paper."""
    dispute, found, _html = _read(request, number, key, "open")
    sent = request.FILES.getlist("files")[:1]
    kept = material.store_for(dispute, do.keep_signed, sent, actor=request.actor, at=request.at)
    if not kept:
        raise missing(files=_("请选择扫描件"))
    transitions.keep_signed(found, file=kept[0], actor=request.actor, at=request.at)
    messages.success(request, _("签名件已归档"))
    return redirect("disputes:paper", dispute.number, found.pk)
