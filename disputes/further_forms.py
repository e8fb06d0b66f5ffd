"""Forms of the ways outside, of risk and care, and of what changes no state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.verb_forms import VerbForm, note_field
from disputes.actions import WRITABLE
from disputes.court import courts
from disputes.forms import LANGUAGES, MONEY, PickedParty, flag_choices, party_choices
from disputes.models import Dispute, DisputeType, JointNotice, Narrative, Nature, Party, Procedure, Referral
from disputes.telling import PartyTold
from disputes.transitions.leaving import COURTS, DATES
from disputes.transitions.passing import MAX_TEXT
from grids.models import Unit

UNSEEN = ("order", "seen_version")


class RefuseForm(VerbForm):
    """一方不愿: who, if they say so themselves."""

    party = PickedParty(label=_("不愿的一方"), required=False)
    note = note_field(_("原因"), required=False)

    def prepare(self) -> None:
        self.fields["party"].choices = party_choices(self.case)


class ExtendForm(VerbForm):
    days = forms.IntegerField(label=_("延长天数"), min_value=1, max_value=30)
    agreed = forms.BooleanField(label=_("各方当事人均同意延长"))
    note = note_field(_("说明"), required=False)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class ProcedureForm(VerbForm):
    """An external procedure: authority, number and dates."""

    kind = forms.ChoiceField(label=_("程序"))
    authority = forms.CharField(label=_("办理机关"), max_length=80, required=False)
    filing_number = forms.CharField(label=_("案号或登记号"), max_length=60, required=False)
    applied_on, filed_on = _day(_("申请或起诉")), _day(_("立案或受理"))
    on_site = forms.BooleanField(label=_("在中心内立案、送达"), required=False)
    note = note_field(_("说明"), required=False)


class ArbitrateForm(ProcedureForm):
    def prepare(self) -> None:
        self.fields["kind"].choices = [pair for pair in Procedure.Kind.choices if pair[0] not in COURTS]
        if self.case.type == "labour":
            self.fields["kind"].initial = "labour_arb"


class TransferForm(VerbForm):
    """流转: what the authority is told. It is read by everybody who may see the event."""

    text = forms.CharField(
        label=_("请部门办理的事项"), max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写需要办理的事情和地点。承办单位会看到,请勿写入调解内容"),
    )
    tells_applicant = forms.BooleanField(
        label=_("一并转去申请人姓名和电话,便于回访"), required=False, initial=True,
    )
    note = note_field(_("内部说明"), required=False)


class CourtField(forms.TypedChoiceField):
    """A court with people at the centre."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("移交驻中心法庭"), required=False, empty_value=None,
            coerce=lambda key: Unit.objects.filter(pk=key).first(), **kwargs,
        )

    def offer(self, at: datetime, *, chosen: bool = False) -> None:
        """The courts of today; ``chosen``: the first one is proposed."""
        rows = [(unit.pk, str(unit)) for unit in courts(at)]
        self.choices = [("", _("不移交,当事人自行办理")), *rows]
        self.initial = rows[0][0] if rows and chosen else ""


class LitigateForm(ProcedureForm):
    unit = CourtField()
    hands_file = forms.BooleanField(
        label=_("各方同意将诉求和证据清单一并移交法庭"), required=False, help_text=_("调解中的陈述、让步和方案不移交"),
    )
    field_order = ("kind", "unit", "hands_file")

    def prepare(self) -> None:
        self.fields["unit"].offer(self.at)
        del self.fields["on_site"]
        kinds = [pair for pair in Procedure.Kind.choices if pair[0] in COURTS]
        self.fields["kind"].choices = kinds if self.case.confirmed_at else kinds[:1]


class TrackForm(VerbForm):
    """登记程序进展: what is known stands in the fields already."""

    authority = forms.CharField(label=_("办理机关"), max_length=80, required=False)
    filing_number = forms.CharField(label=_("案号或登记号"), max_length=60, required=False)
    applied_on, filed_on, served_on = _day(_("申请或起诉")), _day(_("立案或受理")), _day(_("送达"))
    heard_on, decided_on = _day(_("开庭或听证")), _day(_("裁决或判决"))
    is_extended = forms.BooleanField(label=_("期限已依法延长"), required=False)
    note = note_field(_("说明"), required=False)

    def prepare(self) -> None:
        row = self.case.procedures.filter(ended_at=None).last()
        for name in ("authority", "filing_number", "is_extended", *DATES):
            if row is not None and name in self.fields:
                self.fields[name].initial = getattr(row, name)


class EndOutsideForm(VerbForm):
    result = forms.CharField(label=_("结果(裁决、判决、答复要点)"), max_length=200)
    closed_on = _day(_("终结日期"))
    note = note_field(_("说明"), required=False)


class RiskForm(VerbForm):
    """核定风险."""

    flags = forms.MultipleChoiceField(
        label=_("风险标识"), choices=flag_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    complexity = forms.ChoiceField(label=_("复杂程度"), choices=Dispute.Complexity.choices)
    note = note_field(_("依据"), required=False)

    def prepare(self) -> None:
        self.fields["flags"].initial = self.case.risk_flags
        self.fields["complexity"].initial = self.case.complexity

    def arguments(self) -> dict[str, Any]:
        return {"flags": [], **super().arguments()}


class NotifyForm(VerbForm):
    targets = forms.MultipleChoiceField(
        label=_("告知对象"), choices=(("police", _("公安(110)")), ("street", _("街道")), ("district", _("区指挥中心"))),
        widget=forms.CheckboxSelectMultiple,
    )
    note = note_field(_("说明"), required=False)
    NOT_ARGUMENTS = UNSEEN


class AcknowledgeForm(VerbForm):
    notice = forms.TypedChoiceField(
        label=_("告知"), coerce=lambda key: JointNotice.objects.filter(pk=key).first(), empty_value=None
    )
    note = forms.CharField(label=_("回执"), max_length=200, required=False)
    NOT_ARGUMENTS = UNSEEN

    def prepare(self) -> None:
        rows = self.case.joint_notices.filter(acknowledged_at=None).select_related("unit")
        words = {"police": _("公安(110)"), "street": _("街道"), "district": _("区指挥中心")}
        self.fields["notice"].choices = [
            (row.pk, f"{words.get(row.target, row.target)} {row.unit.name if row.unit else ''}") for row in rows
        ]


class BriefForm(VerbForm):
    """A short word to the body; no story."""

    note = forms.CharField(label=_("督办要求(不写案情)"), max_length=200, required=False)
    NOT_ARGUMENTS = UNSEEN


class SealForm(VerbForm):
    note = note_field(_("理由"), required=False)
    NOT_ARGUMENTS = UNSEEN


class ReasonUnseenForm(VerbForm):
    note = note_field(_("理由"))
    NOT_ARGUMENTS = UNSEEN


class TakeUpForm(VerbForm):
    kind = forms.ChoiceField(label=_("服务"), required=False)
    NOT_ARGUMENTS = UNSEEN

    def prepare(self) -> None:
        waiting = self.case.referrals.filter(done_at=None).values_list("kind", flat=True).distinct().order_by("kind")
        named = dict(Referral.Kind.choices)
        self.fields["kind"].choices = [("", _("全部待承接的")), *((kind, named[kind]) for kind in waiting)]


class PartyForm(VerbForm):
    """One party."""

    side = forms.ChoiceField(label=_("地位"), choices=Party.Side.choices)
    kind = forms.ChoiceField(label=_("种类"), choices=Party.Kind.choices)
    name = forms.CharField(label=_("姓名或名称"), max_length=80)
    phone = forms.CharField(label=_("电话"), max_length=20, required=False)
    address = forms.CharField(label=_("住址"), max_length=160, required=False)
    id_number = forms.CharField(label=_("证件号码"), max_length=30, required=False, help_text=_("加密保存"))
    is_minor = forms.BooleanField(label=_("未成年人"), required=False)
    guardian_name = forms.CharField(label=_("监护人"), max_length=40, required=False)
    guardian_phone = forms.CharField(label=_("监护人电话"), max_length=20, required=False)
    guardian_relation = forms.CharField(label=_("监护关系"), max_length=20, required=False)
    speaker_kind = forms.ChoiceField(label=_("代理"), choices=Party.Speaker.choices, required=False)
    speaker_name = forms.CharField(label=_("代理人"), max_length=40, required=False)
    speaker_phone = forms.CharField(label=_("代理人电话"), max_length=20, required=False)
    people = forms.IntegerField(label=_("人数"), min_value=1, max_value=9999, initial=1)
    consents = forms.BooleanField(label=_("同意调解"), required=False)

    def told(self) -> PartyTold:
        names = [name for name in PartyTold.__dataclass_fields__ if name in self.cleaned_data]
        return PartyTold(**{name: self.cleaned_data[name] for name in names})

    def arguments(self) -> dict[str, Any]:
        return {"party": self.told()}


class AmendPartyForm(PartyForm):
    """更正当事人: choose whom; what is left as it is stays."""

    row = PickedParty(label=_("更正哪一方"))
    field_order = ("row",)

    def prepare(self) -> None:
        rows = list(self.case.parties.all())
        self.fields["row"].choices = party_choices(self.case)[1:]
        picked = str(self.data.get("row") or self.initial.get("row") or "")
        known = next((one for one in rows if str(one.pk) == picked), rows[0] if rows else None)
        if known is None:
            return
        self.fields["row"].initial = known.pk
        for name in self.fields:
            if hasattr(known, name):
                self.fields[name].initial = getattr(known, name)
        self.fields["consents"].initial = known.consented_at is not None
        self.fields["id_number"].help_text = _("不填则保留原号码")

    def arguments(self) -> dict[str, Any]:
        return {"row": self.cleaned_data["row"], "party": self.told(), "consents": self.cleaned_data["consents"]}


class ClaimForm(VerbForm):
    party = PickedParty(required=False)
    text = forms.CharField(label=_("诉求"), max_length=400)
    amount = forms.DecimalField(label=_("金额(元)"), required=False, **MONEY)
    NOT_ARGUMENTS = UNSEEN

    def prepare(self) -> None:
        self.fields["party"].choices = party_choices(self.case)


class WriteForm(VerbForm):
    kind = forms.ChoiceField(
        label=_("种类"), choices=[pair for pair in Narrative.Kind.choices if pair[0] in WRITABLE and pair[0] != "minutes"],
        initial="statement",
    )
    party = PickedParty(label=_("陈述人"), required=False)
    text = forms.CharField(label=_("内容"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6}))
    NOT_ARGUMENTS = UNSEEN

    def prepare(self) -> None:
        self.fields["party"].choices = party_choices(self.case)


class AttachForm(VerbForm):
    purpose = "evidence"
    party = PickedParty(label=_("提交人"), required=False)
    NOT_ARGUMENTS = UNSEEN

    def prepare(self) -> None:
        self.fields["party"].choices = party_choices(self.case)


class CorrectForm(VerbForm):
    type = forms.ChoiceField(label=_("纠纷类型"), choices=DisputeType.choices)
    nature = forms.ChoiceField(label=_("调解性质"), choices=Nature.choices)
    complexity = forms.ChoiceField(label=_("复杂程度"), choices=Dispute.Complexity.choices)
    language = forms.ChoiceField(label=_("语言"), choices=[(word, word) for word in LANGUAGES])
    amount = forms.DecimalField(label=_("涉案金额(元)"), required=False, **MONEY)
    address = forms.CharField(label=_("发生地"), max_length=160, required=False)
    area = forms.CharField(label=_("改到区域(编码)"), max_length=20, required=False)
    is_cross_street = forms.BooleanField(label=_("跨街道"), required=False)
    involves_departments = forms.BooleanField(label=_("涉及部门"), required=False)
    note = note_field(_("依据"), required=False)

    def prepare(self) -> None:
        for name, field in self.fields.items():
            if name not in ("area", "note", "seen_version"):
                field.initial = getattr(self.case, name)


class RevealForm(VerbForm):
    party = PickedParty()
    field = forms.ChoiceField(label=_("字段"), choices=[
        ("name", _("姓名")), ("phone", _("电话")), ("address", _("住址")), ("id_number", _("证件号码")),
        ("guardian_name", _("监护人")), ("guardian_phone", _("监护人电话")),
    ])
    reason = forms.CharField(label=_("查看事由"), max_length=120)
    NOT_ARGUMENTS = UNSEEN

    def prepare(self) -> None:
        self.fields["party"].choices = party_choices(self.case)[1:]


class LinkForm(VerbForm):
    number = forms.CharField(label=_("此前的纠纷编号"), max_length=32)
    NOT_ARGUMENTS = UNSEEN
