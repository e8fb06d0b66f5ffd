"""Forms of the verbs of sessions, agreements, performance, confirmation and call-backs."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from casework.verb_forms import OptionalNoteForm, UnitsField, VerbForm, note_field
from disputes import bodies, wall
from disputes.further_forms import CourtField
from disputes.models import CallBack, Instalment, Narrative, Room, Session
from disputes.transitions.settling import CHECKS, Step
from grids.scope import SHANGHAI

CHECK_WORDS = {
    "identities": _("当事人身份"), "facts": _("事实清楚"), "terms": _("协议内容"), "performance": _("履行方式和期限"),
    "signatures": _("签名"), "seal": _("印章"), "date": _("日期"),
}
LENGTHS = [(n, format_lazy(_("{n} 分钟"), n=n)) for n in (30, 60, 90, 120, 180, 240)]
_STEP = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[\s,,]+([0-9.]+))?")


class MomentField(forms.DateTimeField):
    """Day and time in Shanghai."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1800"}, format="%Y-%m-%dT%H:%M"), **kwargs
        )

    def from_current_timezone(self, value: Any) -> Any:
        return value.replace(tzinfo=SHANGHAI)

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return found.replace(tzinfo=SHANGHAI) if found is not None and found.tzinfo is None else found


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class StepsField(forms.CharField):
    """One step a line: ``2026-04-20 1000``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 3, "placeholder": "2026-04-20 1000"}), max_length=4000,
            help_text=_("每行一期:日期 金额;即时履行的不填"), **kwargs,
        )

    def clean(self, value: Any) -> tuple[Step, ...]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return tuple(self._step(line) for line in lines)

    @staticmethod
    def _step(line: str) -> Step:
        found = _STEP.fullmatch(line)
        try:
            if not found:
                raise ValueError
            amount = Decimal(found[2]) if found[2] else None
            if amount is not None and not 0 < amount < 10**11:
                raise ValueError
            return Step(date.fromisoformat(found[1]), amount)
        except (ValueError, InvalidOperation):
            raise forms.ValidationError(_("看不懂这一行:%(line)s"), params={"line": line[:40]}) from None


class SessionForm(VerbForm):
    """约期: where, when, how long; the panel and the parties come along."""

    room = forms.ModelChoiceField(label=_("调解室"), queryset=Room.objects.none(), required=False)
    starts_at = MomentField(label=_("时间"))
    minutes = forms.TypedChoiceField(label=_("时长"), choices=LENGTHS, coerce=int, initial=60)
    mode = forms.ChoiceField(label=_("方式"), choices=Session.Mode.choices, initial=Session.Mode.ON_SITE)
    link = forms.URLField(label=_("线上链接"), max_length=300, required=False, assume_scheme="https")
    place = forms.CharField(label=_("上门地点"), max_length=160, required=False)
    units = UnitsField(label=_("邀请单位"), required=False)

    def prepare(self) -> None:
        self.fields["room"].queryset = bodies.rooms()
        self.fields["room"].label_from_instance = lambda room: f"{room.body} · {room} ({room.capacity})"
        own = bodies.rooms(body=self.case.body).first() if self.case.body_id else None
        self.fields["room"].initial = own.pk if own else None


class MoveSessionForm(VerbForm):
    """改期: a new time, another room if wished."""

    starts_at = MomentField(label=_("新的时间"))
    room = forms.ModelChoiceField(label=_("调解室"), queryset=Room.objects.none(), required=False)
    note = note_field(_("改期原因"), required=False, most=200)

    def prepare(self) -> None:
        self.fields["room"].queryset = bodies.rooms()
        self.fields["room"].label_from_instance = lambda room: f"{room.body} · {room}"


class CallOffForm(VerbForm):
    note = note_field(_("取消原因"), most=200)


class VersionForm(VerbForm):
    """The button is enough."""


class AgreeForm(VerbForm):
    """登记协议: the parts that the law asks for; facts and claims are filled in from the file."""

    oral = forms.BooleanField(label=_("口头协议(由调解员记录内容)"), required=False)
    facts = forms.CharField(label=_("主要事实"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))
    issues = forms.CharField(label=_("争议事项"), required=False, max_length=2000)
    duties = forms.CharField(label=_("各方责任"), required=False, max_length=2000)
    terms = forms.CharField(label=_("协议内容"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}))
    way = forms.CharField(label=_("履行方式"), required=False, max_length=200)
    term = forms.CharField(label=_("履行期限"), required=False, max_length=200)
    plan = StepsField(label=_("履行计划"), required=False)
    effective_on = DayField(label=_("生效日期"), required=False)
    checks = forms.MultipleChoiceField(
        label=_("逐项核对"), required=False, choices=[(code, CHECK_WORDS[code]) for code in CHECKS],
        widget=forms.CheckboxSelectMultiple,
    )

    def prepare(self) -> None:
        self.fields["effective_on"].initial = self.at.astimezone(SHANGHAI).date()
        if self.is_bound or not wall.may_open(self.case, self.actor):
            return
        with wall.asking(person_id=self.actor.person_id):
            facts = Narrative.objects.filter(dispute=self.case, kind="facts").values_list("text", flat=True)
            self.fields["facts"].initial = "\n".join(facts)


class OralForm(VerbForm):
    terms = forms.CharField(label=_("和解内容"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))


class PlanForm(VerbForm):
    """调整履行计划: what is still open is replaced."""

    steps = StepsField(label=_("履行计划"))
    note = note_field(_("原因"), required=False)


class PerformForm(VerbForm):
    note = note_field(required=False)


class BreachForm(VerbForm):
    """催促履行; with the tick the creditor is told how to apply for enforcement."""

    enforcement = forms.BooleanField(label=_("已告知并协助申请强制执行"), required=False)
    note = note_field(required=False)


class ApplyForm(VerbForm):
    court = forms.CharField(label=_("受理法院"), max_length=80)
    unit = CourtField(help_text=_("移交的,协议随申请一并送达法庭"))
    applied_on = DayField(label=_("申请日期"), required=False)
    together = forms.BooleanField(label=_("双方当事人共同申请"), required=False)
    number = forms.CharField(label=_("案号"), max_length=60, required=False)

    def prepare(self) -> None:
        self.fields["unit"].offer(self.at, chosen=True)


class ConfirmForm(VerbForm):
    decided_on = DayField(label=_("裁定日期"), required=False)
    number = forms.CharField(label=_("案号"), max_length=60, required=False)


class DenyForm(VerbForm):
    decided_on = DayField(label=_("裁定日期"), required=False)
    note = note_field(_("理由"), required=False)


class CallBackForm(VerbForm):
    finding = forms.ChoiceField(label=_("情况"), choices=[pair for pair in CallBack.Finding.choices if pair[0]])
    satisfied = forms.TypedChoiceField(
        label=_("满意度"), required=False, coerce=int, empty_value=None,
        choices=lambda: [("", "——"), *((n, n) for n in range(5, 0, -1))],
    )
    note = note_field(required=False)


class IssueForm(VerbForm):
    """出具文书."""

    kind = forms.ChoiceField(label=_("文书"), choices=())

    def prepare(self) -> None:
        from disputes.models import Paper

        self.fields["kind"].choices = Paper.Kind.choices


class FulfilForm(OptionalNoteForm):
    NOT_ARGUMENTS = ("order",)


def words_for(row: Any) -> str:
    """Which session, instalment or call-back a panel is about; empty for the dispute itself."""
    if isinstance(row, Session):
        start, end = row.starts_at.astimezone(SHANGHAI), row.ends_at.astimezone(SHANGHAI)
        return _now("第%(n)s次会期") % {"n": row.seq} + f" · {start:%Y-%m-%d %H:%M}–{end:%H:%M}"
    if isinstance(row, Instalment):
        amount = f" · {row.amount} " + _now("元") if row.amount else ""
        return _now("第%(n)s期") % {"n": row.seq} + f" · {row.due_on:%Y-%m-%d}{amount}"
    if isinstance(row, CallBack):
        return _now("第%(n)s日回访") % {"n": row.day} + f" · {row.due_on:%Y-%m-%d}"
    return ""


def known_of(row: Any) -> dict[str, Any]:
    """What a panel fills in from the row it is about: a session that is moved begins at its own time and room."""
    return {"starts_at": row.starts_at, "room": row.room_id} if isinstance(row, Session) else {}
