"""Made-up values for the living style page (``shared/styleguide.html``); no product page loads this library."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms, template

register = template.Library()


class SampleForm(forms.Form):
    """One field of every kind, bound to a half-filled submission, so that errors and hints show."""

    place = forms.CharField(label="地址", help_text="小区、楼栋或路口")
    text = forms.CharField(label="说明", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    source = forms.ChoiceField(
        label="来源", choices=[("grid", "网格"), ("hotline", "12345"), ("snap", "随手拍")]
    )
    kind = forms.ChoiceField(
        label="诉求类型",
        choices=[("c", "投诉"), ("q", "咨询"), ("h", "求助")],
        widget=forms.RadioSelect,
        initial="c",
    )
    secret = forms.BooleanField(label="要求保密", required=False)


def _steps(at: datetime) -> list[dict[str, Any]]:
    hour = timedelta(hours=1)
    return [
        {
            "name": "上报",
            "state": "done",
            "entered": at - 5 * hour,
            "left": at - 4.8 * hour,
            "owner": "网格员 王**",
        },
        {
            "name": "分拨",
            "state": "done",
            "entered": at - 4.8 * hour,
            "left": at - 4 * hour,
            "owner": "区指挥中心",
        },
        {"name": "处置", "state": "current", "entered": at - 4 * hour, "owner": "区城管局"},
        {"name": "反馈", "state": "next"},
        {"name": "考评", "state": "next"},
    ]


def _timeline(at: datetime) -> list[dict[str, Any]]:
    minute = timedelta(minutes=1)
    return [
        {
            "at": at - 3 * minute,
            "lane": "person",
            "who": "李四",
            "unit": "区城管局",
            "verb": "跟进",
            "visible_to": "内部",
            "text": "抢修队已到场,围挡已设置,预计 16:00 前恢复。",
            "files": [{"url": "#", "name": "现场.jpg"}],
        },
        {
            "at": at - 42 * minute,
            "lane": "system",
            "tone": "urgent",
            "who": "系统",
            "verb": "时限预警",
            "text": "处置时限已用 75 %。",
        },
        {
            "at": at - 240 * minute,
            "lane": "person",
            "who": "张三",
            "unit": "区指挥中心",
            "verb": "派单",
            "text": "规则 #12:井盖类 → 区城管局。",
        },
        {
            "at": at - 300 * minute,
            "lane": "person",
            "tone": "done",
            "who": "王**",
            "unit": "003-007 网格",
            "verb": "上报",
        },
    ]


def _cards(at: datetime) -> list[dict[str, Any]]:
    hour = timedelta(hours=1)
    rows = (
        (
            "urgent",
            "重要紧急",
            "井盖缺失",
            "滨湖路 12 号东侧",
            "12345",
            "区城管局",
            2,
            0.7,
            "yellow",
            83,
            "yellow",
        ),
        ("important", "重要", "燃气异味", "阳光里 3-2", "网格", "燃气公司", 1, 2.1, "green", 31, None),
        ("normal", "一般", "夜市占道经营", "和平路步行街", "随手拍", "区城管局", 0, -0.6, "red", 100, "red"),
        ("normal", "一般", "路灯不亮 6 处", "海北大街", "110 转", "区住建局", 3, 26, "green", 12, None),
        (
            "normal",
            "一般",
            "供暖温度不达标",
            "千里家园 7 号楼",
            "12345",
            "热力公司",
            0,
            0,
            "paused",
            40,
            "blue",
        ),
        (
            "important",
            "重要",
            "消防通道被占",
            "滨湖花园地下车库",
            "网格",
            "区消防大队",
            4,
            5,
            "green",
            22,
            None,
        ),
    )
    return [
        {
            "url": "#",
            "number": f"20260305-0302-2-0041{n}",
            "level": level,
            "level_label": word,
            "title": title,
            "place": place,
            "source": source,
            "unit": unit,
            "photos": photos,
            "due": at + left * hour,
            "state": state,
            "share": share,
            "flag": flag,
            "confidence": 92 - 7 * n,
        }
        for n, (level, word, title, place, source, unit, photos, left, state, share, flag) in enumerate(rows)
    ]


def _ranking() -> list[dict[str, Any]]:
    rows = [
        ("城管局", 98.2, 412),
        ("住建局", 96.9, 287),
        ("市监局", 95.1, 190),
        ("公安分局", 93.4, 166),
        ("环保局", 91.0, 88),
    ]
    ranked = [
        {"place": n + 1, "name": name, "share": share, "rate": f"{share:.1f}%", "count": count, "url": "#"}
        for n, (name, share, count) in enumerate(rows)
    ]
    return [*ranked, {"name": "文旅局", "share": 75, "count": 4, "small": True}]


@register.simple_tag
def style_samples(at: datetime) -> dict[str, Any]:
    """Everything the style page shows, around the server time ``at``."""
    form = SampleForm({"text": "小区三天没暖气", "kind": "c", "source": "hotline"})
    return {
        "steps": _steps(at),
        "returned": [
            *_steps(at)[:2],
            {"name": "处置", "state": "returned", "note": "返单:超出街道职责"},
            *_steps(at)[3:],
        ],
        "timeline": _timeline(at),
        "cards": _cards(at),
        "ranking": _ranking(),
        "form": form,
        "tiers": [
            {"x": 0, "width": 52, "css": "s1"},
            {"x": 52, "width": 31, "css": "s2"},
            {"x": 83, "width": 17, "css": "s3"},
        ],
        "satisfaction": [
            {"x": 0, "width": 61.2, "css": "is-done"},
            {"x": 61.2, "width": 19, "css": "s1"},
            {"x": 80.2, "width": 11.2, "css": "s6"},
            {"x": 91.4, "width": 5, "css": "is-warn"},
            {"x": 96.4, "width": 3.6, "css": "is-urgent"},
        ],
        "table": [["海北街道", 368], ["千里山街道", 356], ["滨湖街道", 259], ["新华街道", 201]],
        "areas": [
            {"key": n, "name": f"003-{n:03}网格", "value": (n * 7) % 13, "url": "#"} for n in range(1, 9)
        ],
        "canned": [
            {"label": "已派处理", "text": "已派专人到现场处理。"},
            {"label": "请补充位置", "text": "请补充准确位置。"},
        ],
        "bottom": [
            {"label": "首页", "url": "#", "icon": "home", "current": True},
            {"label": "任务", "url": "#", "icon": "task", "count": 4},
            {"label": "上报", "url": "#", "icon": "camera", "main": True},
            {"label": "巡查", "url": "#", "icon": "walk"},
            {"label": "我", "url": "#", "icon": "user"},
        ],
    }
