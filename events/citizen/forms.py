"""Forms of the citizen pages. What they refuse is said beside the field, in plain words."""

from __future__ import annotations

import re
import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.names import named
from events.citizen.kinds import KINDS, category_of
from events.placing import place_of
from events.reference_lists import load_rating_reasons
from events.reference_rows import category as category_row

PHONE = re.compile(r"1\d{10}|0\d{9,11}")
PICTURES = "image/jpeg,image/png,image/webp"
MOST_TEXT = 2000


def plain(text: str) -> str:
    """Composed (NFC), without invisible and direction-changing characters; line breaks stay."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c for c in composed if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


class WordsField(forms.CharField):
    """Text as people write it."""

    def __init__(self, *, rows: int = 3, **more: object) -> None:
        more.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**more)

    def to_python(self, value: object) -> str:
        return plain(super().to_python(value)).strip()


class PhotosField(forms.FileField):
    """Any number of files; the view counts and checks them."""

    class Widget(forms.ClearableFileInput):
        allow_multiple_selected = True

    def __init__(self, **more: object) -> None:
        super().__init__(widget=self.Widget(attrs={"accept": PICTURES}), required=False, **more)

    def clean(self, data: object, initial: object = None) -> list:
        rows = data if isinstance(data, list | tuple) else [data]
        return [super(PhotosField, self).clean(row, initial) for row in rows if row]


class ReportForm(forms.Form):
    """随手拍: two answers are required, what and where; ``what`` is a kind or a sentence."""

    kind = forms.ChoiceField(
        label=_("是什么问题"), choices=[(k.code, k.label) for k in KINDS], widget=forms.RadioSelect, required=False
    )
    text = WordsField(label=_("说一说情况"), max_length=MOST_TEXT, required=False)
    address = WordsField(
        label=_("在哪里"), max_length=160, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    lon = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-90, max_value=90)
    accuracy = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=0, max_value=100_000)
    grid = forms.RegexField(r"^\d{6,20}$", widget=forms.HiddenInput, required=False)
    name = WordsField(
        label=_("怎么称呼您"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("手机号"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    is_secret = forms.BooleanField(label=_("请为我保密"), required=False)
    answer = forms.CharField(
        label=_("请算一算"), max_length=10, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    question = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400)
    kept = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400)
    is_checked = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def clean_phone(self) -> str:
        given = unicodedata.normalize("NFKC", self.cleaned_data["phone"]).strip()
        digits = re.sub(r"^(\+?86)(?=1\d{10}$)", "", re.sub(r"[\s\-()]", "", given))
        if digits and not PHONE.fullmatch(digits):
            raise forms.ValidationError(_("请检查号码:手机 11 位,座机加区号"))
        return digits

    def clean_grid(self) -> str:
        code = self.cleaned_data["grid"]
        place = place_of(code) if code else None
        if code and place is None:
            raise forms.ValidationError(_("这张网格牌已停用,请用定位或文字说明地点"))
        return code

    def clean(self) -> dict:
        data = super().clean()
        if not data.get("text") and data.get("kind") in ("", None, "other") and "text" not in self.errors:
            where = "text" if data.get("kind") == "other" else "kind"
            self.add_error(where, _("请写一句话说明情况") if where == "text" else _("请选一类,或者写一句话"))
        if (data.get("lon") is None) != (data.get("lat") is None):
            data["lon"] = data["lat"] = None
        if not (data.get("address") or data.get("grid") or data.get("lon") is not None) and "grid" not in self.errors:
            self.add_error("address", _("请点“定位”,或者写下地点"))
        self._check_anonymous(data)
        return data

    def _check_anonymous(self, data: dict) -> None:
        kind = category_row(category_of(data.get("kind") or "") or "")
        if kind and not kind.may_be_anonymous and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("这类问题需要留下电话,我们会为您保密"))

    @property
    def words(self) -> str:
        """What happened, in words: the sentence, else the kind's name."""
        labels = dict(self.fields["kind"].choices)
        return self.cleaned_data["text"] or str(labels[self.cleaned_data["kind"]])


class TrackForm(forms.Form):
    """查进度: the code; the digits open the details."""

    code = forms.CharField(
        label=_("查询码"), max_length=20, widget=forms.TextInput(attrs={
            "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "placeholder": "XXXX-XXXX",
        })
    )
    digits = forms.CharField(
        label=_("手机号后四位"), max_length=8, required=False,
        help_text=_("填写后可看详情、补充材料和评价;没有留手机的,请用回执上的二维码。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class DigitsForm(forms.Form):
    """The last four digits of the telephone given with the report."""

    digits = forms.CharField(
        label=_("手机号后四位"), max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class MaterialForm(forms.Form):
    """补充材料: a word, or photos, or both."""

    note = WordsField(label=_("想补充什么"), max_length=MOST_TEXT, required=False)


class ReasonForm(forms.Form):
    """A reason in the reporter's own words: reopening, appeal, what was asked for."""

    note = WordsField(label=_("请说明"), max_length=MOST_TEXT)


class RateForm(forms.Form):
    """好差评: level, and apart from it whether the problem is solved. Nothing is pre-set."""

    level = forms.TypedChoiceField(
        label=_("您满意吗"), coerce=int, choices=[(n, n) for n in (5, 4, 3, 2, 1)], widget=forms.RadioSelect,
        error_messages={"required": _("请选择一项评价")},
    )
    solved = forms.TypedChoiceField(
        label=_("问题解决了吗"), coerce=lambda value: value == "yes", empty_value=None, required=False,
        choices=[("yes", _("解决了")), ("no", _("没有解决"))], widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label=_("哪里不满意"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(row.code, named(row)) for row in load_rating_reasons()],
    )
    note = WordsField(label=_("还想说什么"), max_length=400, required=False)
