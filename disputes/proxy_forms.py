"""代他人申请: who asks for whom, and the consent; the person's own answer at the first contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.verb_forms import VerbForm, note_field
from disputes.models import Evidence, Proxy
from disputes.telling import ProxyTold

NAMES = ("for_other", "proxy_name", "proxy_phone", "proxy_relation", "proxy_way", "proxy_agreed_on")


class ProxyFields(forms.Form):
    """The fields of a request on behalf of somebody else, for the intake and for online booking."""

    for_other = forms.BooleanField(label=_("代他人申请"), required=False)
    proxy_name = forms.CharField(label=_("代办人姓名"), max_length=80, required=False)
    proxy_phone = forms.CharField(
        label=_("代办人电话"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    proxy_relation = forms.ChoiceField(
        label=_("与本人的关系"), choices=[("", "——"), *Proxy.Relation.choices], required=False
    )
    proxy_way = forms.ChoiceField(label=_("本人怎样同意的"), choices=[("", "——"), *Proxy.Way.choices], required=False)
    proxy_agreed_on = forms.DateField(
        label=_("本人何时同意"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    @property
    def proxy_rows(self) -> list[Any]:
        """The bound fields in their order."""
        return [self[name] for name in NAMES]

    @property
    def is_for_other(self) -> bool:
        """Whether the part stands open."""
        return bool(self["for_other"].value()) or any(name in self.errors for name in NAMES if self.is_bound)

    def proxy(self) -> ProxyTold | None:
        """What was told; None where somebody asks for himself."""
        got = self.cleaned_data
        if not got.get("for_other"):
            return None
        return ProxyTold(
            name=got.get("proxy_name", ""), phone=got.get("proxy_phone", ""), relation=got.get("proxy_relation", ""),
            way=got.get("proxy_way", ""), agreed_on=got.get("proxy_agreed_on"),
        )

    def need_proxy(self) -> None:
        """Name what is missing on the form itself."""
        words = {
            "proxy_name": _("请填写代办人姓名"), "proxy_phone": _("请填写代办人电话"),
            "proxy_relation": _("请选择与本人的关系"), "proxy_way": _("请选择本人怎样同意的"),
            "proxy_agreed_on": _("请填写本人同意的日期"),
        }
        for name, sentence in words.items():
            if self.cleaned_data.get("for_other") and not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, sentence)


class ConfirmForm(VerbForm):
    proof = forms.TypedChoiceField(
        label=_("委托书扫描件"), required=False, empty_value=None, help_text=_("先用“添加证据”上传;没有的可以不选"),
        coerce=lambda key: Evidence.objects.filter(pk=key).first(),
    )
    note = note_field(_("怎样联系到本人"), required=False)

    def prepare(self) -> None:
        rows: list[Any] = list(self.case.evidence.select_related("file").order_by("pk"))
        self.fields["proof"].choices = [("", "——"), *((row.pk, row.file.name) for row in rows)]


class DenyForm(VerbForm):
    note = note_field(_("本人的意见"), required=False)
