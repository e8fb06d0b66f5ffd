"""The settings of one platform."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.bodies import is_storable
from casework.channels import Refuse, http
from hotline.exchange import mapping as maps
from hotline.exchange.models import Partner

LARGEST_MAPPING = 200_000


class PartnerForm(forms.ModelForm):
    """The mapping is checked as a whole; the secret is written, never shown."""

    mapping = forms.CharField(
        label=gettext_lazy("字段对照(JSON)"), widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"}),
        max_length=LARGEST_MAPPING,
    )
    secret = forms.CharField(
        label=gettext_lazy("签名密钥"), max_length=120, required=False, widget=forms.PasswordInput(),
        help_text=gettext_lazy("留空则保持不变"),
    )
    sample = forms.CharField(
        label=gettext_lazy("试一试:粘贴一条对方的记录(JSON)"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "code"}),
    )

    class Meta:
        model = Partner
        fields = ("code", "name", "is_active", "pull_url", "push_url", "key_id", "every_seconds", "shares")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True
        self.initial.setdefault("mapping", json.dumps(self.instance.mapping, ensure_ascii=False, indent=2))

    def clean_every_seconds(self) -> int:
        value = self.cleaned_data["every_seconds"]
        if not 60 <= value <= 86_400:
            raise forms.ValidationError(_("拉取间隔为60至86400秒"))
        return value

    def clean_pull_url(self) -> str:
        return self._address("pull_url")

    def clean_push_url(self) -> str:
        return self._address("push_url")

    def _address(self, name: str) -> str:
        value = self.cleaned_data[name]
        if not value:
            return value
        try:
            http.check_address(value)
        except Refuse as refused:
            words = _("地址不被允许,主机须列入 WEBHOOK_ALLOWED_HOSTS:%(why)s") % {"why": refused}
            raise forms.ValidationError(words) from None
        return value

    def clean_mapping(self) -> dict:
        found = _json(self.cleaned_data["mapping"])
        wrong = maps.check(found)
        if wrong:
            raise forms.ValidationError(wrong)
        return found

    def clean_sample(self) -> Any:
        text = self.cleaned_data["sample"]
        return _json(text) if text else None

    def tried(self) -> list[tuple[str, Any]]:
        """How the sample reads under the mapping: rows of our field and its value. Raises MappingError."""
        record, mapping = self.cleaned_data["sample"], self.cleaned_data["mapping"]
        if not isinstance(record, dict):
            raise maps.MappingError(_("样例应为一个 JSON 对象"))
        number = maps.number_of(record, mapping)
        told = maps.told_by(record, mapping, external_number=number)
        names = ("external_number", "channel", *mapping["fields"])
        return [(name, getattr(told, name)) for name in dict.fromkeys(names)]

    def save(self, commit: bool = True) -> Partner:
        self.instance.mapping = self.cleaned_data["mapping"]
        if self.cleaned_data["secret"]:
            self.instance.secret = self.cleaned_data["secret"]
        return super().save(commit)


def _json(text: str) -> Any:
    try:
        found = json.loads(text)
        if not is_storable(json.dumps(found, ensure_ascii=False)):
            raise ValueError
    except (ValueError, RecursionError):
        raise forms.ValidationError(_("不是有效的 JSON")) from None
    return found
