"""What a person fills in for a verb. One small form per verb; ``arguments`` is what the verb's function takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.names import named
from casework.verb_forms import (
    NoteForm,
    OptionalNoteForm,
    PlainForm,
    UnitField,
    UnitsField,
    UnseenForm,
    VerbForm,
    initials,
    note_field,
    unit_choices,
)
from events import police
from events.models import Event, EventReporter
from events.models.catalogue import Urgency
from events.reference_lists import load_close_outcomes, load_rating_levels, load_rating_reasons
from events.reference_rows import categories
from grids.queries import chain_of

__all__ = [
    "NoteForm", "OptionalNoteForm", "PlainForm", "UnitField", "UnitsField", "UnseenForm", "VerbForm", "initials",
    "note_field", "unit_choices",
]
FINDINGS = (("solved", _("已解决")), ("partial", _("部分解决")), ("unsolved", _("未解决")))


def category_choices() -> list:
    """Minor categories under their majors, as optgroups."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for found in sorted(categories().values(), key=lambda row: row.code):
        if found.parent_id and found.is_active:
            groups.setdefault(named(found.parent), []).append((found.code, f"{found.code} {named(found)}"))
    return [("", "——"), *groups.items()]


class TriageForm(VerbForm):
    """研判: what it is and how urgent; proposals stand first."""

    category = forms.ChoiceField(label=_("类别"), choices=category_choices)
    urgency = forms.ChoiceField(
        label=_("紧急程度"), choices=[("", _("按类别")), *Urgency.choices], required=False
    )
    handling = forms.ChoiceField(label=_("办理类别"), choices=Event.Handling.choices, required=False)
    way = forms.ChoiceField(
        label=_("去向"), choices=[("window", _("放入抢单池")), ("queue", _("转待派单"))], initial="window",
        widget=forms.RadioSelect, required=False,
    )
    note = note_field(required=False)

    def prepare(self) -> None:
        ideas = self.case.suggestion.get("categories", [])
        known = categories()
        self.ideas = [
            {"code": idea["code"], "name": known[idea["code"]].name, "share": idea["share"],
             "words": "、".join(idea["words"])}
            for idea in ideas if idea["code"] in known
        ]
        first = self.ideas[0]["code"] if self.ideas else ""
        self.fields["category"].initial = self.case.category_id or first
        self.fields["handling"].initial = self.case.handling

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        way = found.pop("way", "")
        if way == "queue":
            found["open_window"] = False
        elif way == "window":
            found["open_window"] = True
        return found


class DispatchForm(VerbForm):
    """派单: a unit, and a word why when it is not the proposed one."""

    unit = UnitField(label=_("承办单位"))
    note = note_field(_("说明(与建议不同时必填)"), required=False)
    task = forms.CharField(label=_("任务要求"), max_length=400, required=False)

    def prepare(self) -> None:
        from events.routing import suggest_units

        refused = frozenset(
            self.case.declines.exclude(ruling="unfounded").values_list("unit_id", flat=True)
            if self.case.bounces else ()
        )
        self.suggestions = suggest_units(self.case, without=refused)
        if self.suggestions:
            self.fields["unit"].initial = self.suggestions[0].unit_id
        self.fields["note"].initial = str(_("值班员按职责清单指定"))

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        if found["unit"].pk in [idea.unit_id for idea in self.suggestions]:
            found.pop("note", None)  # the rule's own reason is kept and shown
        return found


class FeedBackForm(VerbForm):
    """反馈: what was done, with what outcome, and the proof."""

    outcome = forms.ChoiceField(
        label=_("结果"), widget=forms.RadioSelect, initial="solved",
        choices=lambda: [(row.code, named(row)) for row in load_close_outcomes()],
    )
    note = note_field(_("处置情况"), most=4000)
    purpose = "feedback"


class CommentForm(UnseenForm):
    """跟进: for the colleagues, or for the reporter's page as well."""

    note = note_field(_("跟进"), most=2000)
    to = forms.TypedChoiceField(
        label=_("发给"), required=False, coerce=int, empty_value=None, help_text=_("收到消息提醒;不选只记入轨迹")
    )
    is_public = forms.BooleanField(label=_("群众可见"), required=False)

    def prepare(self) -> None:
        rows = [(link.person_id, f"{link.name} · {link.words}") for link in chain_of(self.case.area, at=self.at)]
        self.fields["to"].choices = [("", "——"), *rows]


REPORTER_FIELDS = (("phone", _("电话")), ("name", _("姓名")))
POLICE_FIELDS = (("caller_phone", _("报警电话")), ("caller_name", _("报警人")), ("parties", _("当事人")))


class RevealForm(UnseenForm):
    """查看明文: what, and why; both are kept. Offers what there is and the person may see."""

    field = forms.ChoiceField(
        label=_("查看"), choices=[*REPORTER_FIELDS, *POLICE_FIELDS], initial="phone", widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("事由"), max_length=120)

    def prepare(self) -> None:
        if self.is_bound:
            return  # the verb itself says what is refused, and keeps a note of it
        record = police.record_of(self.case) if police.may_see(self.case, self.actor.rights) else None
        offered = list(REPORTER_FIELDS) if record is None or EventReporter.objects.filter(event=self.case).exists() else []
        offered += [(name, label) for name, label in POLICE_FIELDS if getattr(record, name, "")]
        self.fields["field"].choices, self.fields["field"].initial = offered, offered[0][0] if offered else None


class AttachForm(UnseenForm):
    """添加材料: files, and a word on them."""

    purpose = "other"
    note = note_field(required=False)


class OnSpotForm(UnseenForm):
    """自办: solved on the spot."""

    note = note_field(_("怎样处置的"))
    outcome = forms.ChoiceField(
        label=_("结果"), choices=lambda: [(row.code, named(row)) for row in load_close_outcomes()], initial="solved"
    )


class VerifyForm(UnseenForm):
    """现场核查."""

    finding = forms.ChoiceField(label=_("核查结论"), choices=FINDINGS, widget=forms.RadioSelect)
    note = note_field(_("现场情况"))


class CallBackForm(UnseenForm):
    """电话回访; the rating is never set beforehand."""

    finding = forms.ChoiceField(
        label=_("是否解决"), choices=[*FINDINGS, ("unreached", _("未接通"))], widget=forms.RadioSelect
    )
    rating = forms.TypedChoiceField(
        label=_("满意度"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect,
        choices=lambda: [(row.value, named(row)) for row in load_rating_levels()],
    )
    reasons = forms.MultipleChoiceField(
        label=_("原因"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(row.code, named(row)) for row in load_rating_reasons()],
    )
    note = note_field(required=False)

    def clean(self) -> dict:
        found = super().clean()
        if found.get("rating") in (1, 2) and not found.get("reasons"):
            self.add_error("reasons", _("不满意时请选择原因"))
        return found


class RateForm(UnseenForm):
    """评价 entered for the reporter, in words and never set beforehand."""

    level = forms.TypedChoiceField(
        label=_("满意度"), coerce=int, widget=forms.RadioSelect,
        choices=lambda: [(row.value, named(row)) for row in load_rating_levels()],
    )
    solved = forms.TypedChoiceField(
        label=_("问题解决了吗"), choices=[("yes", _("解决了")), ("no", _("没有解决"))], widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )
    reasons = forms.MultipleChoiceField(
        label=_("原因"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(row.code, named(row)) for row in load_rating_reasons()],
    )
    text = note_field(_("意见"), required=False)


class EvaluateForm(UnseenForm):
    """考评: one score for every order that was done."""

    answer = note_field(_("答复群众"), required=False, most=4000)
    note = note_field(_("考评意见"), required=False, most=200)

    def prepare(self) -> None:
        self.done = [row for row in self.case.orders.select_related("unit").order_by("pk") if row.state == "done"]
        fields = {
            f"score_{row.pk}": forms.TypedChoiceField(
                label=f"{row.unit.name} · {row.get_kind_display()}", coerce=int, widget=forms.RadioSelect,
                choices=[(n, str(n)) for n in (5, 4, 3, 2, 1)],
            )
            for row in self.done
        }
        self.fields = {"seen_version": self.fields["seen_version"], **fields, **{
            name: field for name, field in self.fields.items() if name != "seen_version"
        }}
        self.fields["answer"].initial = self.case.answer or next((row.feedback for row in self.done), "")

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        scores = {row.pk: found.pop(f"score_{row.pk}") for row in self.done}
        return {**found, "scores": scores}
