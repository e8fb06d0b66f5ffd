"""The four short steps of 预约调解, one form: a step checks its own fields, the others travel along hidden."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disputes.models import DisputeType, MediationBody, Session
from disputes.proxy_forms import NAMES as PROXY
from disputes.proxy_forms import ProxyFields
from events.citizen.forms import PHONE, WordsField

STEPS = (("type",), (*PROXY, "name", "phone", "other_name", "facts", "claim", "community"), ("body", "mode", "slot", "place"),
         ("consents", "answer"))
"""类型 → 双方 → 时间地点 → 核对."""
BY_HAND = "later"


def communities() -> list[tuple[str, str]]:
    """Streets and communities that have a committee, by code."""
    rows = MediationBody.objects.filter(is_active=True, kind="committee").select_related("area").order_by("area__code")
    return [(row.area.code, str(row.area)) for row in rows if row.area.level_id == "community"]


class BookForm(ProxyFields):
    """Everything that is asked; ``upto`` is the last step whose fields must be right."""

    type = forms.ChoiceField(label=_("纠纷类型"), choices=DisputeType.choices, widget=forms.RadioSelect)
    name = WordsField(
        label=_("您的姓名"), max_length=80, help_text=_("代他人申请的,这里填本人的姓名和电话"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("您的手机号"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"})
    )
    other_name = WordsField(label=_("对方(姓名或单位)"), max_length=80, widget=forms.TextInput)
    facts = WordsField(label=_("发生了什么"), max_length=2000)
    claim = WordsField(label=_("想解决什么"), max_length=400, required=False, rows=2)
    community = forms.ChoiceField(label=_("在哪个社区(村)"), choices=lambda: [("", "——"), *communities()])
    body = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    mode = forms.ChoiceField(label=_("方式"), choices=Session.Mode.choices, widget=forms.RadioSelect)
    slot = forms.CharField(label=_("时间"), max_length=80)
    place = WordsField(label=_("上门地点"), max_length=160, required=False, widget=forms.TextInput)
    consents = forms.BooleanField(label=_("我自愿申请调解,知道调解免费、保密,可以随时停止"))
    answer = forms.CharField(
        label=_("请算一算"), max_length=10, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, upto: int = 4, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.upto = upto
        later = {name for step in STEPS[upto:] for name in step}
        for name in later:
            self.fields[name].required = False

    def clean_phone(self) -> str:
        return self._digits("phone")

    def clean_proxy_phone(self) -> str:
        return self._digits("proxy_phone")

    def _digits(self, name: str) -> str:
        given = unicodedata.normalize("NFKC", self.cleaned_data[name]).strip()
        digits = re.sub(r"^(\+?86)(?=1\d{10}$)", "", re.sub(r"[\s\-()]", "", given))
        if digits and not PHONE.fullmatch(digits):
            raise forms.ValidationError(_("请检查号码:手机 11 位,座机加区号"))
        return digits

    def clean(self) -> dict:
        data = super().clean()
        if data.get("mode") == "visit" and data.get("slot") and not data.get("place"):
            self.add_error("place", _("请写明上门地点"))
        if self.upto >= 2:
            self.need_proxy()
        return data


class FindForm(forms.Form):
    """查预约: code and the last four digits of the telephone."""

    code = forms.CharField(label=_("查询码"), max_length=20, widget=forms.TextInput(attrs={"placeholder": "XXXX-XXXX"}))
    digits = forms.CharField(label=_("手机号后四位"), max_length=8, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
