"""What a person fills in for each verb of an order or a referral; bases in ``casework.verb_forms``."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.verb_forms import UnitField, UnseenForm, VerbForm, note_field
from events.actions import REVEALABLE
from events.models import Event, SupervisionOrder
from events.queries import visible_to as visible_events
from events.reference_rows import service_classes
from hotline.models import CallBackTry, Exclusion, HotlineOrder, Referral
from hotline.transitions.answering import MAX_ANSWER

LEVELS = ((5, _("非常满意")), (4, _("满意")), (3, _("基本满意")), (2, _("不满意")), (1, _("非常不满意")))
YES_NO = (("1", _("是")), ("0", _("否")))
REASONS = (
    ("slow", _("办理慢")), ("attitude", _("态度差")), ("not_contacted", _("没有联系我")), ("not_solved", _("问题没解决")),
    ("came_back", _("问题又出现")), ("not_told", _("没有告知结果")), ("other", _("其他")),
)
MOMENT = {"type": "datetime-local"}


def _yes_no(value: str) -> bool:
    return value == "1"


class AnswerForm(UnseenForm):
    """The words to the caller; drafted from what the unit fed back."""

    note = note_field(_("答复内容"), most=MAX_ANSWER)

    def prepare(self) -> None:
        event = self.case.event
        if event is not None and not self.is_bound:
            done = event.orders.filter(state="done").exclude(feedback="").order_by("-is_lead", "-pk").first()
            self.fields["note"].initial = event.answer or (done.feedback if done else "")


class DirectAnswerForm(UnseenForm):
    """What was said on the line; the caller's rating only where it was asked for."""

    note = note_field(_("答复内容"), most=MAX_ANSWER)
    level = forms.TypedChoiceField(
        label=_("来电人评价(问过才填)"), required=False, coerce=int, empty_value=None, choices=(("", _("未询问")), *LEVELS)
    )


class JoinForm(UnseenForm):
    """The open event it is joined to, by number."""

    number = forms.CharField(label=_("事件编号"), max_length=32)
    note = note_field(required=False)

    def clean_number(self) -> Event:
        text = self.cleaned_data["number"].strip()
        found = visible_events(self.actor.rights).filter(number=text).first()
        if found is None:
            raise forms.ValidationError(_("没有找到这个事件"))
        return found

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        found["event"] = found.pop("number")
        return found


class CallBackForm(UnseenForm):
    """The script's answers by digits. Nothing is chosen beforehand."""

    finding = forms.ChoiceField(label=_("回访结果"), choices=CallBackTry.Finding.choices, widget=forms.RadioSelect)
    was_contacted = forms.TypedChoiceField(
        label=_("是否联系过您?"), choices=YES_NO, coerce=_yes_no, empty_value=None, required=False,
        widget=forms.RadioSelect,
    )
    solved = forms.TypedChoiceField(
        label=_("是否解决?"), choices=YES_NO, coerce=_yes_no, empty_value=None, required=False,
        widget=forms.RadioSelect,
    )
    level = forms.TypedChoiceField(
        label=_("几分满意?"), choices=LEVELS, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    reasons = forms.MultipleChoiceField(
        label=_("原因?"), choices=REASONS, required=False, widget=forms.CheckboxSelectMultiple
    )
    note = note_field(_("意见"), required=False)
    again_at = forms.DateTimeField(label=_("改约到"), required=False, widget=forms.DateTimeInput(attrs=MOMENT))

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        if found["finding"] != "reached":
            for name in ("was_contacted", "solved", "level", "reasons"):
                found.pop(name, None)
        if found["finding"] != "rescheduled":
            found.pop("again_at", None)
        return found


class ClassifyForm(VerbForm):
    """Another demand, handling class or service class."""

    demand = forms.ChoiceField(label=_("诉求类型"), choices=HotlineOrder.Demand.choices)
    handling = forms.ChoiceField(label=_("办理类别"), choices=HotlineOrder.Handling.choices)
    service_class = forms.ChoiceField(label=_("时限等级"), choices=lambda: [
        (code, str(row)) for code, row in sorted(service_classes().items(), key=lambda one: one[1].rank)
    ])
    is_same_day = forms.BooleanField(label=_("当日办结"), required=False)
    note = note_field(_("调整理由"))

    def prepare(self) -> None:
        for name in ("demand", "handling", "is_same_day"):
            self.fields[name].initial = getattr(self.case, name)
        self.fields["service_class"].initial = self.case.service_class_id


class SuperviseForm(UnseenForm):
    colour = forms.ChoiceField(
        label=_("颜色"), required=False, choices=[("", _("按规则")), *SupervisionOrder.Colour.choices]
    )
    way = forms.ChoiceField(label=_("方式"), choices=SupervisionOrder.Way.choices)
    note = note_field(_("督办要求"))


class AskExclusionForm(UnseenForm):
    reason = forms.ChoiceField(label=_("理由"), choices=Exclusion.Reason.choices, widget=forms.RadioSelect)
    note = note_field(_("说明"))


class HandOverForm(UnseenForm):
    kind = forms.ChoiceField(label=_("三类问题"), choices=Referral.Kind.choices, widget=forms.RadioSelect)
    unit = UnitField(label=_("涉及单位"), required=False)
    note = note_field(_("移送事由"))

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        unit = found.pop("unit", None)
        return found | ({"unit_id": unit.pk} if unit else {})


class CorrectForm(VerbForm):
    text = forms.CharField(label=_("内容"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    address = forms.CharField(label=_("地址"), max_length=160, required=False)
    note = note_field(_("更正理由"))

    def prepare(self) -> None:
        self.fields["text"].initial, self.fields["address"].initial = self.case.text, self.case.address


class RevealForm(UnseenForm):
    field = forms.ChoiceField(label=_("字段"), choices=[(name, name) for name in REVEALABLE])
    reason = forms.CharField(label=_("查看事由"), max_length=120)

    def prepare(self) -> None:
        self.fields["field"].choices = [("phone", _("电话")), ("name", _("姓名"))]


class CallerMarksForm(UnseenForm):
    is_elderly = forms.BooleanField(label=_("老年"), required=False)
    is_disabled = forms.BooleanField(label=_("残障"), required=False)
    has_threatened = forms.BooleanField(label=_("曾威胁"), required=False)
    note = note_field(_("标注依据"))

    def prepare(self) -> None:
        for name in ("is_elderly", "is_disabled", "has_threatened"):
            self.fields[name].initial = getattr(self.case.caller, name, False)


class ConcludeForm(UnseenForm):
    outcome = forms.ChoiceField(label=_("处理结果"), choices=Referral.Outcome.choices, widget=forms.RadioSelect)
    rectify_by = forms.DateTimeField(
        label=_("整改期限(限期整改时)"), required=False, widget=forms.DateTimeInput(attrs=MOMENT)
    )
    note = note_field(_("结论"))



