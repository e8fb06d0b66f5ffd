"""The ledger of the three kinds of problem 三类问题 and one referral with its own log; the ledger as a file."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.clients import client_address
from accounts.names import named
from casework import readlog
from casework.doing import VerbDoor
from casework.edge import for_staff
from casework.presenting import clocks_explained, trail_of
from events.exporting import guarded
from events.workflow import MOVES as EVENT_MOVES
from grids.scope import SHANGHAI
from hotline import queries, verbs
from hotline.dossier import REFERRAL_WORDS, ReferralDossier
from hotline.models import Referral
from hotline.presenting import STAGES, tabs_of
from hotline.workflow import MOVES, REFERRAL_MOVES

SEES = ("hotline.inspect", "hotline.hand_over")
TONES = {"handed_over": "warn", "received": "run", "concluded": "run", "returned": "pause", "struck_off": "done"}
MOST = 500


@for_staff(*SEES)
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """台账: what is open first, then what was struck off; filters by state and kind in the address."""
    rows = _wanted(request)
    every = queries.referrals(request.rights)
    shown = {
        "rows": [{"row": row, "tone": TONES[row.state]} for row in rows[:MOST]], "tabs": tabs_of(request.rights, "discipline"),
        "states": [(code, label, every.filter(state=code).count()) for code, label in Referral.State.choices],
        "kinds": Referral.Kind.choices, "state": request.GET.get("state", ""), "kind": request.GET.get("kind", ""),
        "may_export": request.rights.may("hotline.export"), "open": every.exclude(state__in=("returned", "struck_off")).count(),
        "struck": every.filter(state="struck_off").count(),
    }
    return render(request, "hotline/discipline.html", shown)


def _wanted(request: HttpRequest) -> Any:
    rows = queries.referrals(request.rights).order_by("struck_off_at", "-handed_over_at", "-pk")
    for name, known in (("state", Referral.State.values), ("kind", Referral.Kind.values)):
        if request.GET.get(name) in known:
            rows = rows.filter(**{name: request.GET[name]})
    return rows


@for_staff("hotline.export")
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The strike-off ledger as CSV: numbers, units, dates, outcomes; no person. Exporting is noted."""
    rows = list(_wanted(request)[: MOST * 10])
    readlog.record(
        request.actor, "export", kind="referral", at=request.at, count=len(rows), address=client_address(request)
    )
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="referrals-{request.at:%Y%m%d}.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow([
        _("编号"), _("案件编号"), _("三类问题"), _("涉及单位"), _("移送时间"), _("状态"), _("处理结果"), _("结论时间"),
        _("整改期限"), _("销号时间"),
    ])
    for row in rows:
        writer.writerow([guarded(str(value)) for value in (
            row.number, row.case_number, row.get_kind_display(), named(row.unit) if row.unit else "",
            _day(row.handed_over_at), row.get_state_display(), row.get_outcome_display(), _day(row.concluded_at),
            _day(row.rectify_by), _day(row.struck_off_at),
        )])
    return answer


def _day(at: Any) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""


@for_staff(*SEES)
@require_safe
def referral(request: HttpRequest, number: str) -> HttpResponse:
    """One referral: the copied process, its outcome, its own log. Opening it is noted."""
    found = queries.one_referral(request.rights, number)
    readlog.record(
        request.actor, "open", kind="referral", at=request.at, object_key=found.number, fields=["record"],
        address=client_address(request),
    )
    dossier = ReferralDossier(found, request.rights, request.at)
    bar, rest = verbs.REFERRAL_VERBS.offers(dossier)
    shown = {
        "referral": found, "bar": bar, "rest": rest, "tone": TONES[found.state], "tabs": tabs_of(request.rights, "discipline"),
        "timeline": list(reversed(dossier.trail)), "verb_keys": (),
        "clocks": clocks_explained(dossier.clocks, at=request.at, stage_words=STAGES, rung_words={}),
        "record": _record(found),
    }
    return render(request, "hotline/referral.html", shown)


def _record(found: Referral) -> list[dict]:
    """The copied process in words: one block for the order, one for the event."""
    blocks = []
    for name, label, moves in (("order", _("热线工单"), MOVES), ("event", _("事件"), EVENT_MOVES)):
        part = (found.record or {}).get(name)
        if part:
            steps = [
                {**_in_time(step), "label": moves[step["verb"]].label if step["verb"] in moves else step["verb"]}
                for step in part["steps"]
            ]
            work = [_in_time(row) for row in part.get("orders", ())]
            blocks.append({"label": label, "number": part["number"], "steps": steps, "orders": work})
    return blocks


def _in_time(row: dict) -> dict:
    """The row with its moments read back from the copy."""
    return {
        name: datetime.fromisoformat(value) if value and (name == "at" or name.endswith("_at")) else value
        for name, value in row.items()
    }


class ReferralVerbs(VerbDoor):
    """The verbs of a referral."""

    table = verbs.REFERRAL_VERBS
    detail_url, verb_url = "hotline:referral", "hotline:referral_verb"
    desk = ("hotline:discipline", gettext_lazy("三类问题"))

    def case_of(self, request: HttpRequest, number: str) -> Referral:
        return queries.one_referral(request.rights, number)

    def dossier_of(self, request: HttpRequest, case: Referral) -> ReferralDossier:
        return ReferralDossier(case, request.rights, request.at)

    def trail_of(self, case: Referral) -> list[dict]:
        return trail_of(case, REFERRAL_MOVES, REFERRAL_WORDS)


verb = for_staff("hotline.inspect")(require_http_methods(["GET", "HEAD", "POST"])(ReferralVerbs().respond))
