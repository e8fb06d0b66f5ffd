"""Forms of bouncing, conferring, time, supervision and bonds: one panel each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.names import named
from events import duplicates
from events.forms import UnitField, UnitsField, UnseenForm, VerbForm, note_field
from events.models import Event, EventLink
from events.queries import one, visible_to
from events.reference_lists import load_decline_reasons, load_pause_reasons
from events.reference_rows import service_classes
from events.transitions.bonds import TARGETS
from events.transitions.conferring import Decision
from events.transitions.supervision import CLUE_KINDS
from events.transitions.time import gives_length
from grids.models import DutyClause
from grids.scope import SHANGHAI

DECISIONS = 3
MERGE_METRES = 500


def _end_of(day: Any) -> datetime | None:
    """24:00 of a civil day of the district."""
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=1)


def day_field(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=hint, widget=forms.DateInput(attrs={"type": "date"})
    )


class DeclineForm(UnseenForm):
    """退单: reason, clause, and whose it is."""

    reason = forms.ChoiceField(
        label=_("退单理由"), widget=forms.RadioSelect,
        choices=lambda: [(row.code, named(row)) for row in load_decline_reasons()],
    )
    clause = forms.CharField(label=_("职责条款"), max_length=200)
    proposed_unit = UnitField(label=_("应由哪个单位承办"))
    note = note_field(_("说明"))

    def prepare(self) -> None:
        found = DutyClause.objects.filter(category_code=self.case.category_id or "").exclude(unit=self.order.unit_id)
        first = found.select_related("unit").order_by("pk").first()
        if first is not None:
            self.fields["clause"].initial = first.clause
            self.fields["proposed_unit"].initial = first.unit_id


class RuleDeclineForm(UnseenForm):
    """退单裁决: final, and a precedent from then on."""

    founded = forms.TypedChoiceField(
        label=_("裁决"), widget=forms.RadioSelect, coerce=lambda value: value == "yes",
        choices=[("yes", _("退单成立")), ("no", _("退单不成立,由原单位承办"))],
    )
    unit = UnitField(label=_("裁定承办单位"), required=False)
    note = note_field(_("裁决要旨"), most=300)


class ReturnUpForm(UnseenForm):
    """返单: why, and what was tried."""

    tried = forms.CharField(label=_("已采取的措施"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    note = note_field(_("为什么本级不能解决"))


class ConveneForm(UnseenForm):
    """召集会商: who sits at the table."""

    participants = UnitsField(label=_("参加单位"))
    meeting_link = forms.CharField(label=_("视频会议链接"), max_length=200, required=False)
    note = note_field(required=False)


class ConferForm(UnseenForm):
    """会商决定: minutes, and decisions with their deadlines, or an end with an answer."""

    note = note_field(_("会商纪要"), most=4000)
    outcome = forms.ChoiceField(
        label=_("结果"), required=False,
        choices=[("", _("交办以下单位")), ("explained", _("解释说明后办结")), ("cannot_solve", _("暂不能解决"))],
    )
    answer = note_field(_("答复群众"), required=False, most=4000)

    def prepare(self) -> None:
        for n in range(1, DECISIONS + 1):
            self.fields[f"unit_{n}"] = UnitField(
                label=_("主办单位") if n == 1 else _("协办单位"), required=False
            )
            self.fields[f"task_{n}"] = forms.CharField(label=_("任务"), max_length=400, required=False)
            self.fields[f"due_{n}"] = day_field(_("完成日期"), required=False)
        names = [f"{part}_{n}" for n in range(1, DECISIONS + 1) for part in ("unit", "task", "due")]
        self.order_fields(["note", *names, "outcome", "answer"])
        if self.case.state == "in_progress":  # a table beside the handling cannot end the event
            del self.fields["outcome"], self.fields["answer"]

    def clean(self) -> dict:
        data = super().clean()
        for n in range(1, DECISIONS + 1):
            if data.get(f"unit_{n}") and not data.get(f"due_{n}"):
                self.add_error(f"due_{n}", _("请填写完成日期"))
        return data

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        decisions = [
            Decision(
                unit=data[f"unit_{n}"], task=data.get(f"task_{n}") or data["note"][:300],
                due=_end_of(data.get(f"due_{n}")), is_lead=n == 1,
            )
            for n in range(1, DECISIONS + 1) if data.get(f"unit_{n}")
        ]
        return {
            "note": data["note"], "decisions": [] if data.get("outcome") else decisions,
            "outcome": data.get("outcome", ""), "answer": data.get("answer", ""),
        }


class ExtendForm(UnseenForm):
    """申请延期."""

    note = note_field(_("延期理由"))


class GrantForm(UnseenForm):
    """同意延期; a date only where the law or the parties give the length."""

    until = day_field(_("延至"), hint=_("依法或经当事人同意延长,写明新的到期日"))
    note = note_field(_("意见"), required=False, most=200)

    def prepare(self) -> None:
        if gives_length(self.case):
            del self.fields["until"]

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        if "until" in found:
            found["until"] = _end_of(found["until"])
        return found


class SuspendForm(UnseenForm):
    """挂起: a reason of the whitelist."""

    reason = forms.ChoiceField(
        label=_("挂起理由"), widget=forms.RadioSelect,
        choices=lambda: [(row.code, named(row)) for row in load_pause_reasons()],
    )
    resume_on = day_field(_("计划恢复日期"), required=False)
    note = note_field()

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        if "resume_on" in found:
            found["resume_on"] = _end_of(found["resume_on"])
        return found


class RetargetForm(UnseenForm):
    """调整时限: another class; what has elapsed stays."""

    service_class = forms.ChoiceField(label=_("时限等级"))
    note = note_field()

    def prepare(self) -> None:
        rows = sorted(service_classes().values(), key=lambda row: row.rank)
        self.fields["service_class"].choices = [
            ("", "——"), *((row.code, str(row)) for row in rows if row.code != self.case.service_class_id)
        ]


class UrgeForm(UnseenForm):
    """督办 in three colours; the keys 1 2 3 choose."""

    colour = forms.ChoiceField(
        label=_("颜色"), widget=forms.RadioSelect, required=False,
        choices=[("blue", _("蓝牌")), ("yellow", _("黄牌")), ("red", _("红牌"))],
    )
    way = forms.ChoiceField(
        label=_("方式"), required=False, initial="notice",
        choices=[("notice", _("督办通知")), ("on_site", _("现场督办")), ("consultation", _("会商研判"))],
    )
    note = note_field(_("要求"))

    def prepare(self) -> None:
        self.fields["note"].initial = str(_("请于期限内办结并书面答复办理情况。"))


class ClueForm(UnseenForm):
    """标记线索."""

    kind = forms.ChoiceField(label=_("三类问题"), widget=forms.RadioSelect, choices=list(CLUE_KINDS.items()))
    note = note_field(required=False)


class MergeForm(UnseenForm):
    """并案: the master beside this one; proposals by place and words, or a number."""

    master = forms.CharField(label=_("主件单号"), max_length=32)
    note = note_field(_("相似依据"))

    def prepare(self) -> None:
        self.proposals = self._proposals()
        if self.proposals:
            self.fields["master"].initial = self.proposals[0].number
        self.fields["note"].initial = str(_("地点、内容相同,系同一问题。"))

    def _proposals(self) -> list[Event]:
        if self.case.lon is None or self.case.lat is None:
            return []
        rows = duplicates.nearby(
            lon=self.case.lon, lat=self.case.lat, at=self.at, grams=self.case.grams, category=self.case.category_id,
            radius_m=MERGE_METRES, exclude=self.case.pk, limit=4, among=visible_to(self.actor.rights),
        )
        found = visible_to(self.actor.rights).select_related("category").in_bulk([row["id"] for row in rows])
        for row in rows:
            if row["id"] in found:
                found[row["id"]].metres, found[row["id"]].alike = row["distance_m"], round(row["likeness"] * 100)
        return [found[row["id"]] for row in rows if row["id"] in found]

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        found["master"] = one(self.actor.rights, found["master"].strip())
        return found


class TransferForm(UnseenForm):
    """流转 to another procedure, with its legal basis."""

    kind = forms.ChoiceField(
        label=_("去向"), widget=forms.RadioSelect,
        choices=list(TARGETS.items()),
    )
    basis = forms.CharField(label=_("依据"), max_length=200)
    number = forms.CharField(label=_("对方编号"), max_length=60, required=False)
    note = note_field()


def is_outside(link: EventLink) -> bool:
    """Whether a procedure that no room of ours follows still holds the event."""
    return link.returned_at is None and link.kind != "mediation"


class ElsewhereForm(UnseenForm):
    """About the procedure outside that holds the event."""

    kind = forms.ChoiceField(label=_("去向"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        choices = [(link.kind, link.label) for link in EventLink.objects.filter(event=self.case) if is_outside(link)]
        self.fields["kind"].choices, self.fields["kind"].initial = choices, choices[0][0] if choices else None


class NoteNumberForm(ElsewhereForm):
    """登记去向编号."""

    number = forms.CharField(label=_("对方编号"), max_length=60)


class EndElsewhereForm(ElsewhereForm):
    """转出件办结: how it ended there; the reporter reads it."""

    note = note_field(_("办结情况"))


class CorrectForm(VerbForm):
    """更正内容: words, address or place; what is left as it was is not sent."""

    title = forms.CharField(label=_("标题"), max_length=80)
    text = forms.CharField(label=_("内容"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    address = forms.CharField(label=_("地址"), max_length=160, required=False)
    area = forms.CharField(label=_("区域编码"), max_length=20, required=False)
    lon = forms.FloatField(label=_("经度"), required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("纬度"), required=False, min_value=-90, max_value=90)
    note = note_field(_("更正原因"))

    def prepare(self) -> None:
        for name in ("title", "text", "address", "lon", "lat"):
            self.fields[name].initial = getattr(self.case, name)
        for name in ("lon", "lat"):
            self.fields[name].widget.attrs["step"] = "any"

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        found = {"note": data["note"], "seen_version": data.get("seen_version")}
        for name in ("title", "text", "address"):
            if data[name] != getattr(self.case, name):
                found[name] = data[name]
        point = (data.get("lon"), data.get("lat"))
        if point != (self.case.lon, self.case.lat):
            found["lon"], found["lat"] = point
        if data.get("area"):
            found["area"] = data["area"].strip()
        return found
