"""What a person fills in for a dispute: registering it, and the verbs of 受导分调."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.verb_forms import OptionalNoteForm, UnitsField, VerbForm, note_field
from disputes import grading, guidance, routing, rules, wall
from disputes.models import Dispute, DisputeType, MediationBody, Mediator, Nature, Offer, Party
from disputes.proxy_forms import ProxyFields
from disputes.telling import MAX_CLAIM, ClaimTold, PartyTold, Told
from events.views.reporting import AreaSelect, land_choices
from grids.scope import Rights

LANGUAGES = ("普通话", "蒙古语", "手语", "方言", "其他")
MONEY = {"max_digits": 14, "decimal_places": 2, "min_value": 0}


def flag_choices() -> list[tuple[str, str]]:
    """Risk flags that are set by hand."""
    return [(code, str(row)) for code, row in rules.flags().items() if not row.is_computed]


class RegisterForm(ProxyFields):
    """登记: what happened, between whom, where, how dangerous. Two parties on the first page; more are added later."""

    type = forms.ChoiceField(label=_("纠纷类型"), choices=DisputeType.choices)
    facts = forms.CharField(
        label=_("纠纷事实"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("只有本案调解员和调解组织负责人能看到"),
    )
    claim = forms.CharField(label=_("诉求"), max_length=MAX_CLAIM, required=False)
    amount = forms.DecimalField(label=_("涉案金额(元)"), required=False, **MONEY)
    name = forms.CharField(label=_("申请人"), max_length=80)
    kind = forms.ChoiceField(label=_("申请人种类"), choices=Party.Kind.choices)
    phone = forms.CharField(label=_("申请人电话"), max_length=20, required=False)
    people = forms.IntegerField(label=_("申请人人数"), min_value=1, max_value=9999, initial=1, required=False)
    is_minor = forms.BooleanField(label=_("申请人未成年"), required=False)
    guardian_name = forms.CharField(label=_("监护人"), max_length=40, required=False)
    other_name = forms.CharField(label=_("被申请人"), max_length=80)
    other_kind = forms.ChoiceField(label=_("被申请人种类"), choices=Party.Kind.choices)
    other_phone = forms.CharField(label=_("被申请人电话"), max_length=20, required=False)
    area = forms.ChoiceField(
        label=_("网格、社区或街道"), required=False, help_text=_("不选按全区登记"),
        widget=AreaSelect(attrs={"data-search": _("搜索:名称、拼音首字母或编码")}),
    )
    address = forms.CharField(label=_("发生地"), max_length=160, required=False)
    complexity = forms.ChoiceField(label=_("复杂程度"), choices=Dispute.Complexity.choices)
    language = forms.ChoiceField(label=_("语言"), choices=[(word, word) for word in LANGUAGES])
    nature = forms.ChoiceField(label=_("调解性质"), choices=Nature.choices)
    flags = forms.MultipleChoiceField(
        label=_("风险标识"), choices=flag_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    is_cross_street = forms.BooleanField(label=_("跨街道"), required=False)
    involves_departments = forms.BooleanField(label=_("涉及部门"), required=False)
    source = forms.ChoiceField(
        label=_("来源"), choices=[pair for pair in Dispute.Source.choices if pair[0] not in ("event", "hotline", "import")],
        initial="walk_in",
    )
    consents = forms.BooleanField(
        label=_("申请人自愿申请调解"), required=False, initial=True, help_text=_("人民调解自愿、不收费、保密")
    )

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = land_choices(rights, "disputes.register")

    def clean(self) -> dict[str, Any]:
        got = super().clean()
        self.need_proxy()
        return got

    def told(self) -> Told:
        """What the verb takes."""
        got = self.cleaned_data
        parties = (
            PartyTold(
                name=got["name"], kind=got["kind"], phone=got["phone"], people=got["people"] or 1,
                is_minor=got["is_minor"], guardian_name=got["guardian_name"], consents=got["consents"],
            ),
            PartyTold(name=got["other_name"], kind=got["other_kind"], phone=got["other_phone"], side="respondent"),
        )
        claims = (ClaimTold(text=got["claim"], amount=got["amount"]),) if got["claim"] else ()
        plain = ("type", "facts", "amount", "area", "address", "complexity", "language", "nature", "flags",
                 "is_cross_street", "involves_departments", "source")  # fmt: skip
        found = {name: got[name] or None if name == "area" else got[name] for name in plain}
        return Told(parties=parties, claims=claims, proxy=self.proxy(), **found)


class PickedBody(forms.TypedChoiceField):
    """A body by its key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            coerce=lambda key: MediationBody.objects.select_related("area").filter(pk=key).first(), empty_value=None,
            **kwargs,
        )


class PickedMediator(forms.TypedChoiceField):
    """A mediator by his key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=lambda key: Mediator.objects.filter(pk=key).first(), empty_value=None, **kwargs)


class PickedParty(forms.TypedChoiceField):
    """A party of the case by its key, under its side and place in the list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("当事人"))
        super().__init__(coerce=lambda key: Party.objects.filter(pk=key).first(), empty_value=None, **kwargs)


def party_choices(case: Dispute, *, none: Any = "——") -> list[tuple[Any, Any]]:
    """Parties by side and masked name: the panel needs no more to tell them apart."""
    from events.masking import mask_name

    rows = [(row.pk, f"{row.get_side_display()} {mask_name(row.name)}") for row in case.parties.all()]
    return [("", none), *rows]


class AcceptForm(OptionalNoteForm):
    """受理 of a booking."""

    complexity = forms.ChoiceField(
        label=_("复杂程度"), choices=[("", _("不变")), *Dispute.Complexity.choices], required=False
    )
    NOT_ARGUMENTS = ("order",)


class ReasonForm(VerbForm):
    """A reason, behind the wall."""

    note = note_field(_("理由"))


class WordForm(VerbForm):
    """A reason if one likes."""

    note = note_field(required=False)


class GuideForm(VerbForm):
    """导: channel and reasons."""

    channel = forms.ChoiceField(label=_("渠道"), choices=Dispute.Channel.choices, widget=forms.RadioSelect)
    reasons = forms.MultipleChoiceField(
        label=_("理由"), choices=lambda: list(guidance.REASONS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = note_field(_("对当事人的说明"), required=False)

    def prepare(self) -> None:
        self.fields["channel"].initial = self.case.channel or "mediation"
        self.fields["reasons"].initial = guidance.reasons_for(self.case, "mediation")


class RouteForm(VerbForm):
    """分: the suggested bodies with their reasons, the first one chosen."""

    body = PickedBody(label=_("调解组织"), widget=forms.RadioSelect)
    note = note_field(_("说明"), required=False)

    def prepare(self) -> None:
        _straight, met = grading.straight_tier(self.case)
        ideas = [idea for tier in reversed(grading.open_tiers(self.case)) for idea in routing.bodies_for(self.case, tier)]
        self.fields["body"].choices = [(idea.row.pk, _label(idea)) for idea in ideas]
        if ideas:
            self.fields["body"].initial = ideas[0].row.pk
        else:
            self.fields["body"].help_text = _("这个地点没有本级调解组织;请先用“更正内容”写明社区或网格,或核定复杂程度")
        if met:
            words = "、".join(str(CONDITION_WORDS[name]) for name in met)
            self.fields["body"].help_text = _("可越级:%(words)s") % {"words": words}


CONDITION_WORDS = {
    "complex": _("复杂"), "knotty": _("疑难"), "crowd": _("10人以上"), "departments": _("涉及部门"),
    "cross_street": _("跨街道"), "red": _("红色风险"), "death": _("伤亡"),
}


def _label(idea: routing.Idea) -> str:
    row = idea.row
    name = f"{row.get_tier_display()} · {row}" if isinstance(row, MediationBody) else row.person.name
    return f"{name} — {'、'.join(idea.reasons)}"


class SignForm(VerbForm):
    """签收, with the mediator who presides."""

    mediator = PickedMediator(label=_("主持调解员"), required=False)

    def prepare(self) -> None:
        ideas = [idea for idea in routing.mediators_for(self.case) if not idea.obstacle]
        first = [] if self.case.mediator_id is None else [("", _("已指派的调解员"))]
        self.fields["mediator"].choices = first + [(idea.row.pk, _label(idea)) for idea in ideas]


class AssignForm(VerbForm):
    """指派或更换; those who must stand back are named and cannot be chosen."""

    mediator = PickedMediator(label=_("调解员"))
    role = forms.ChoiceField(label=_("角色"), choices=(("lead", _("主持")), ("panel", _("参与"))))
    note = note_field(_("理由"), required=False)

    def prepare(self) -> None:
        ideas = routing.mediators_for(self.case)
        free = [(idea.row.pk, _label(idea)) for idea in ideas if not idea.obstacle]
        others = Mediator.objects.filter(is_active=True, body__is_active=True).exclude(body=self.case.body_id)
        others = others.filter(body__tier=self.case.tier).select_related("person", "body")[:60]
        self.fields["mediator"].choices = [
            (_("本组织"), free), (_("其他组织(联动参与)"), [(row.pk, f"{row.person.name} · {row.body}") for row in others]),
        ]
        barred = [idea.row.person.name for idea in ideas if idea.obstacle]
        if barred:
            self.fields["mediator"].help_text = _("应当回避:%(names)s") % {"names": "、".join(barred)}


class InviteForm(VerbForm):
    """邀请部门、站点参与."""

    units = UnitsField(label=_("单位"))
    note = forms.CharField(label=_("请其协助的事项(不写案情)"), max_length=200, required=False)
    NOT_ARGUMENTS = ("order", "seen_version")


class AnswerInviteForm(VerbForm):
    note = forms.CharField(label=_("答复"), max_length=200)
    NOT_ARGUMENTS = ("order", "seen_version")


class OfferForm(VerbForm):
    """提出方案."""

    party = PickedParty(label=_("提出方"), required=False)
    text = forms.CharField(label=_("方案"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    amount = forms.DecimalField(label=_("金额(元)"), required=False, **MONEY)
    NOT_ARGUMENTS = ("order", "seen_version")

    def prepare(self) -> None:
        self.fields["party"].choices = party_choices(self.case, none=_("调解员"))


class AnswerOfferForm(VerbForm):
    """答复方案."""

    offer = forms.TypedChoiceField(label=_("方案"), empty_value=None)
    answer = forms.ChoiceField(label=_("答复"), choices=[pair for pair in Offer.Answer.choices if pair[0]])
    note = note_field(_("答复说明"), required=False)
    NOT_ARGUMENTS = ("order", "seen_version")

    def prepare(self) -> None:
        with wall.asking_as(self.actor, self.case):
            rows = list(Offer.objects.filter(dispute=self.case, answer=""))
        by_key = {str(row.pk): row for row in rows}
        self.fields["offer"].choices = [(key, row.text[:60]) for key, row in by_key.items()]
        self.fields["offer"].coerce = by_key.get


class RiseForm(VerbForm):
    """上报: the packet is composed from the file; two fields complete it."""

    body = PickedBody(label=_("上一级调解组织"))
    summary = note_field(_("未成原因"), most=2000)
    next_step = note_field(_("下一步建议"), most=2000)

    def prepare(self) -> None:
        above = rules.next_tier(self.case.tier)
        ideas = routing.bodies_for(self.case, above) if above else []
        self.fields["body"].choices = [(idea.row.pk, _label(idea)) for idea in ideas]
