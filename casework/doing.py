"""One view does every verb of a room: GET shows its small panel, POST does it, with or without script.

A room subclasses ``VerbDoor`` and says where its cases, dossiers and words come from; ``respond`` is the view.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.edge import is_fetch, next_of, refusal
from casework.models import Case
from casework.offering import Dossier, Offer, VerbTable
from casework.refusals import MoveRefused
from casework.verb_forms import VerbForm
from grids.scope import SHANGHAI

UNDO_SECONDS = 10
"""How long the page offers to take a verb back, and how long its notices are held."""


class VerbDoor:
    """The verbs of one kind of case on its pages.

    ``detail_url`` takes a number, ``verb_url`` a number and a verb's name; ``desk`` is (url name, label) of the list
    that the panel's own page leads back to.
    """

    table: VerbTable
    detail_url = ""
    verb_url = ""
    desk: tuple[str, Any] = ("", "")
    panel_template = "shared/_verb_panel.html"
    page_template = "shared/verb_panel.html"

    # What a room says ------------------------------------------------------------------------------------

    def case_of(self, request: HttpRequest, number: str) -> Case:
        """The case in the person's scope. Raises ``not_found``."""
        raise NotImplementedError

    def dossier_of(self, request: HttpRequest, case: Case) -> Dossier:
        raise NotImplementedError

    def trail_of(self, case: Case) -> list[dict]:
        """Its trail with ``seq``, ``who``, ``verb``, ``at``: what the panel lists when the case has moved on."""
        raise NotImplementedError

    def form_arguments(self, dossier: Dossier, subject: models.Model | None) -> dict[str, Any]:
        """What the room's forms take besides ``case``, ``actor`` and ``at``."""
        return {}

    def canned(self, name: str, person_id: int) -> list[dict]:
        """常用语 of a verb as ``{"text": …}``."""
        return []

    def act(self, request: HttpRequest, offered: Offer, form: VerbForm) -> object:
        """Do it. Rooms with attachments or other companions do theirs here, in one transaction."""
        return self.run(request, offered, form.arguments())

    def shown(self, request: HttpRequest, case: Case, offered: Offer, form: VerbForm, result: object) -> HttpResponse | None:
        """An answer of the room's own (a revealed value); None for the common one."""
        return None

    def said(self, offered: Offer, case: Case, form: VerbForm) -> str:
        """The sentence after a verb."""
        return _("已%(verb)s:%(state)s") % {"verb": offered.label, "state": case.get_state_display()}

    # The view --------------------------------------------------------------------------------------------

    def respond(self, request: HttpRequest, number: str, name: str) -> HttpResponse:
        """The panel of a verb, and the verb itself. ``request.rights`` and ``request.actor`` are set."""
        case = self.case_of(request, number)
        known = self.table.get(name)
        if known is None:
            raise Http404
        dossier = self.dossier_of(request, case)
        offered = self.table.offer(dossier, known, _chosen(request))
        if offered is None:
            raise PermissionDenied
        if request.method != "POST":
            if not offered.legal:
                return refusal(request, MoveRefused("wrong_state", offered.reason))
            return self._panel(request, offered, self._form(request, dossier, offered))
        if not offered.legal:
            return self._illegal(request, case, offered)
        return self._post(request, case, offered, self._form(request, dossier, offered, request.POST))

    def run(self, request: HttpRequest, offered: Offer, arguments: dict) -> object:
        """Call the verb's function with these arguments."""
        if offered.verb.holds and is_fetch(request):
            arguments["hold_seconds"] = UNDO_SECONDS
        function = self.table.function_of(offered.name)
        return function(offered.subject, actor=request.actor, at=request.at, **arguments)

    def _post(self, request: HttpRequest, case: Case, offered: Offer, form: VerbForm) -> HttpResponse:
        if not form.is_valid():
            return self._wrong(request, offered, form)
        try:
            result = self.act(request, offered, form)
        except MoveRefused as refused:
            return self._refused(request, case, offered, form, refused)
        own = self.shown(request, case, offered, form, result)
        return self._done(request, case, offered, form) if own is None else own

    def _form(self, request: HttpRequest, dossier: Dossier, offered: Offer, data: object = None) -> VerbForm:
        form = offered.verb.form(
            data, case=dossier.case, actor=request.actor, at=request.at, auto_id=f"{offered.name}-%s",
            **self.form_arguments(dossier, offered.subject),
        )
        form.subject = offered.subject
        return form

    def _back(self, request: HttpRequest, case: Case) -> str:
        return next_of(request, reverse(self.detail_url, args=[case.number]))

    def _panel(
        self, request: HttpRequest, offered: Offer, form: VerbForm, status: int = 200, **more: object
    ) -> HttpResponse:
        case = form.case
        desk, label = self.desk
        words = {
            "case": case, "offer": offered, "form": form, "canned": self.canned(offered.name, request.user.pk),
            "action": reverse(self.verb_url, args=[case.number, offered.name]),
            "next": self._back(request, case), "verb_keys": (), "desk_url": reverse(desk), "desk_label": label,
            "detail_url": reverse(self.detail_url, args=[case.number]), **more,
        }
        template = self.panel_template if is_fetch(request) else self.page_template
        return render(request, template, words, status=status)

    def _wrong(self, request: HttpRequest, offered: Offer, form: VerbForm) -> HttpResponse:
        if is_fetch(request):
            words = {name: [str(one) for one in found] for name, found in form.errors.items()}
            first = next(iter(words.values()))[0]
            return JsonResponse({"code": "invalid", "detail": first, "fields": words}, status=400)
        return self._panel(request, offered, form, status=400)

    def _illegal(self, request: HttpRequest, case: Case, offered: Offer) -> HttpResponse:
        """The state has changed since the page was made: the case itself words it best (已被…抢单)."""
        refused = MoveRefused("wrong_state", offered.reason, state=case.state, holder=case.holder_name())
        if case.state not in offered.verb.move.sources:
            refused = case.refuse_state(offered.verb.move)
        return refusal(request, refused, back=self._back(request, case))

    def _refused(
        self, request: HttpRequest, case: Case, offered: Offer, form: VerbForm, refused: MoveRefused
    ) -> HttpResponse:
        """Invalid input stays in the form; a version that has moved on is shown with what changed."""
        if refused.status in (403, 404):
            return refusal(request, refused)
        stale = refused.code == "stale"
        changes = self._what_changed(case, form.cleaned_data.get("seen_version")) if stale else []
        if is_fetch(request):
            case.refresh_from_db()
            return refusal(request, refused, changes=changes, version=case.version)
        for name, words in (refused.fields or {None: [refused.detail]}).items():
            form.add_error(name if name in form.fields else None, words)
        if stale:
            form.data = form.data.copy()
            case.refresh_from_db(fields=["version"])
            form.data["seen_version"] = str(case.version)
        return self._panel(request, offered, form, status=refused.status, changes=changes)

    def _what_changed(self, case: Case, seen: int | None) -> list[dict]:
        """Who did what since the version that was seen, newest last."""
        return [
            {"who": row["who"], "verb": str(row["verb"]), "at": f"{row['at'].astimezone(SHANGHAI):%H:%M:%S}"}
            for row in self.trail_of(case) if row["seq"] > (seen or 0)
        ]

    def _done(self, request: HttpRequest, case: Case, offered: Offer, form: VerbForm) -> HttpResponse:
        case.refresh_from_db()
        words = self.said(offered, case, form)
        if not is_fetch(request):
            messages.success(request, words)
            return redirect(self._back(request, case))
        undo = reverse(self.verb_url, args=[case.number, offered.verb.undo]) if offered.verb.undo else ""
        until = request.at + timedelta(seconds=UNDO_SECONDS)
        return JsonResponse({
            "said": words, "id": case.pk, "number": case.number, "state": case.state, "version": case.version,
            "undo": undo, "undo_until": until.isoformat() if undo else None,
        })


def _chosen(request: HttpRequest) -> int | None:
    """Key of the row that the verb is meant for, where the page names one."""
    text = request.POST.get("subject") or request.GET.get("subject") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
