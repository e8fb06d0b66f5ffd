"""What is typed on the knowledge pages."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.bodies import is_storable
from events.models import Category
from grids.models import Unit
from hotline.knowledge.models import ArticleFeedback, ArticleVersion
from hotline.knowledge.transitions import (
    LONGEST_REVIEW_DAYS,
    REVIEW_DAYS,
    SPOKEN_SENTENCE,
    Wording,
    sentences,
)

MOST_KEYWORDS = 12


class CleanText(forms.CharField):
    """Text that the database can keep."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not is_storable(text):
            raise forms.ValidationError(_("含有不能保存的字符"))
        return text


class ArticleForm(forms.Form):
    """One wording of an article, with what belongs to the article itself."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("归口单位"))
    category = forms.ModelChoiceField(
        Category.objects.none(), label=gettext_lazy("类别"), required=False, empty_label=gettext_lazy("不限类别")
    )
    title = CleanText(
        label=gettext_lazy("标题"), max_length=80, help_text=gettext_lazy("写成群众会问的一句话,例如:停暖期间能退暖气费吗")
    )
    text = CleanText(label=gettext_lazy("答复内容"), max_length=4000, widget=forms.Textarea(attrs={"rows": 12}))
    spoken = CleanText(
        label=gettext_lazy("口播内容"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("坐席照着念的短句,每句不超过40字"),
    )
    keywords = CleanText(
        label=gettext_lazy("关键词"), max_length=200, required=False, help_text=gettext_lazy("用空格或顿号分开,最多12个")
    )
    basis = CleanText(label=gettext_lazy("依据"), max_length=200, required=False, help_text=gettext_lazy("文件名称和文号"))
    is_public = forms.BooleanField(label=gettext_lazy("群众端也可查看"), required=False)
    valid_until = forms.DateField(
        label=gettext_lazy("政策截止"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    review_days = forms.IntegerField(
        label=gettext_lazy("复审周期(天)"), min_value=1, max_value=LONGEST_REVIEW_DAYS, initial=REVIEW_DAYS
    )
    note = CleanText(label=gettext_lazy("修改说明"), max_length=200, required=False)

    def __init__(self, *args: Any, units: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["category"].queryset = Category.objects.filter(is_active=True).exclude(parent=None)
        if not is_new:
            del self.fields["unit"]

    def clean_keywords(self) -> tuple[str, ...]:
        words = [word for word in re.split(r"[\s,,、;;]+", self.cleaned_data["keywords"]) if word]
        if len(words) > MOST_KEYWORDS:
            raise forms.ValidationError(_("关键词最多%(n)s个") % {"n": MOST_KEYWORDS})
        if any(len(word) > 20 for word in words):
            raise forms.ValidationError(_("每个关键词不超过20字"))
        return tuple(dict.fromkeys(words))

    def clean_spoken(self) -> str:
        text = self.cleaned_data["spoken"]
        if max(map(len, sentences(text))) > SPOKEN_SENTENCE:
            raise forms.ValidationError(_("口播内容每句不超过%(n)s字,请拆成短句") % {"n": SPOKEN_SENTENCE})
        return text

    def wording(self) -> Wording:
        told = self.cleaned_data
        names = ("title", "text", "spoken", "keywords", "basis", "is_public", "valid_until", "note")
        return Wording(**{name: told[name] for name in names})


def initial_of(version: ArticleVersion) -> dict[str, Any]:
    """The form filled from a version; the note is each version's own."""
    names = ("title", "text", "spoken", "basis", "is_public", "valid_until")
    return {name: getattr(version, name) for name in names} | {"keywords": "、".join(version.keywords)}


class FeedbackForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("问题"), choices=ArticleFeedback.Kind.choices, widget=forms.RadioSelect)
    text = CleanText(label=gettext_lazy("说明"), max_length=200, required=False)


class GapForm(forms.Form):
    """A question nobody could answer."""

    question = CleanText(label=gettext_lazy("没有找到的问题"), max_length=200, min_length=2)
    category = forms.ModelChoiceField(
        Category.objects.none(), label=gettext_lazy("类别"), required=False, to_field_name="code",
        empty_label=gettext_lazy("不限类别"),
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("归口单位"), required=False, to_field_name="code",
        empty_label=gettext_lazy("按职责清单自动归口"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.filter(is_active=True).exclude(parent=None)
        kinds = (Unit.Kind.GRID, Unit.Kind.COMMUNITY)
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True).exclude(kind__in=kinds)
