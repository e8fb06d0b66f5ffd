"""What is typed of a lesson."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hotline.knowledge.forms import CleanText
from hotline.knowledge.models import Article
from hotline.training.actions import Lesson
from hotline.training.models import TrainingSession

MOST_ARTICLES = 20
_SEPARATORS = re.compile(r"[\s,,、;;]+")


class LessonForm(forms.Form):
    """One lesson; the articles by number."""

    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=TrainingSession.Kind.choices, initial="weekly")
    held_on = forms.DateField(
        label=gettext_lazy("培训日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    minutes = forms.IntegerField(label=gettext_lazy("时长(分钟)"), min_value=5, max_value=600, initial=60)
    topic = CleanText(label=gettext_lazy("主题"), max_length=80)
    trainer = CleanText(label=gettext_lazy("主讲人"), max_length=60)
    place = CleanText(label=gettext_lazy("地点"), max_length=80, required=False)
    content = CleanText(
        label=gettext_lazy("内容"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    articles = CleanText(
        label=gettext_lazy("所讲条目"), max_length=200, required=False,
        help_text=gettext_lazy("知识条目编号,用空格分开,例如 ZS000012 ZS000015"),
    )

    def clean_articles(self) -> tuple[Article, ...]:
        numbers = [text.upper() for text in _SEPARATORS.split(self.cleaned_data["articles"]) if text]
        if len(numbers) > MOST_ARTICLES:
            raise forms.ValidationError(_("最多%(n)s条") % {"n": MOST_ARTICLES})
        found = {row.number: row for row in Article.objects.filter(number__in=numbers)}
        unknown = [number for number in numbers if number not in found]
        if unknown:
            raise forms.ValidationError(_("没有这个编号的知识条目:%(number)s") % {"number": unknown[0][:20]})
        return tuple(found.values())

    @property
    def lesson(self) -> Lesson:
        return Lesson(**self.cleaned_data)


def initial_of(session: TrainingSession) -> dict:
    """What the form shows of a lesson that is there."""
    names = ("kind", "held_on", "minutes", "topic", "trainer", "place", "content")
    numbers = session.articles.order_by("number").values_list("number", flat=True)
    return {**{name: getattr(session, name) for name in names}, "articles": " ".join(numbers)}
