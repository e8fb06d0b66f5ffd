"""The draft: findings as sentences over named figures. ``{name}`` in a sentence is a figure; its formula is a footnote
and its number opens the list behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from grids.models import Area
from hotline.briefings import charts, counting, periods
from hotline.briefings.figures import Figures
from hotline.briefings.periods import Period
from hotline.hotspots import queries as hot
from hotline.hotspots import surge
from hotline.models import HotlineOrder


def draft(period: Period, *, at: datetime) -> tuple[str, list[dict], dict, list[dict]]:
    """Title, sections, figures and charts of a period, in the district's language. At most the data as of ``at``."""
    with override(settings.LANGUAGE_CODE):
        figures = Figures()
        received = counting.received(period)
        sections = [
            _section("summary", _("概况"), _summary(period, received, figures, at)),
            _section("demands", _("诉求分布"), _demands(received, figures)),
            _section("hot", _("热点与突增"), _hot(period, figures)),
            _section("replies", _("答复时效"), _replies(period, figures)),
            _section("calls", _("回访与满意"), _calls(period, figures)),
            _section("red", _("临期与超期"), _red(figures, at)),
            _section("knowledge", _("知识库"), _knowledge(period, figures, at)),
            _section("classics", _("已解决的典型"), _classics(period, figures)),
            _section("advice", _("建议"), _advice(figures)),
        ]
        drawn = _charts(period, received, figures)
        return title_of(period), sections, figures.rows, drawn


def _charts(period: Period, received: list, figures: Figures) -> list[dict]:
    """Charts over the figures of the sentences, and over those of hours, days, reply times and ratings."""
    demands = dict(HotlineOrder.Demand.choices)
    told = counting.answered(period)
    found = (
        charts.trend(period, received, figures),
        charts.chart("demand", "demands", "bars", _("按诉求类型"), _("诉求类型"), charts.named_rows(
            [(str(demands[code]), f"demand_{code}") for code, _keys in counting.by(received, "demand")], figures
        )),
        charts.chart("category", "demands", "bars", _("居前的事项类别"), _("类别"), _top_rows(received, "category", figures),
                     whole=len(received)),
        charts.chart("street", "demands", "bars", _("居前的区域"), _("区域"), _top_rows(received, "street", figures),
                     whole=len(received)),
        charts.replies(told, figures) if told else None,
        charts.levels(counting.calls(period), figures),
    )
    return [one for one in found if one]


def _top_rows(received: list, name: str, figures: Figures) -> list[tuple[str, str, int]]:
    label = _labels()[name]
    ranked = counting.by(received, name)[: counting.TOP]
    return charts.named_rows([(label(value), f"{name}_{n}") for n, (value, _keys) in enumerate(ranked, 1)], figures)


def _labels() -> dict[str, Callable[[str], str]]:
    """How the values of a column are said."""
    streets = dict(Area.objects.filter(level_id="street").values_list("code", "name"))
    return {
        "category": lambda value: value or _("未分类"), "street": lambda value: streets.get(value, _("未定位")),
        "unit": lambda value: value or _("未派单"),
    }


def title_of(period: Period) -> str:
    day = f"{period.first.year}年{period.first.month}月{period.first.day}日"
    if period.kind == "day":
        return _("12345热线日分析(%(day)s)") % {"day": day}
    if period.kind == "week":
        last = f"{period.last.month}月{period.last.day}日"
        return _("12345热线周总结(%(day)s至%(last)s)") % {"day": day, "last": last}
    return _("12345热线月通报(%(year)s年%(month)s月)") % {"year": period.first.year, "month": period.first.month}


def _section(key: str, title: str, sentences: list[str]) -> dict[str, str]:
    return {"key": key, "title": title, "text": "\n".join(sentences)}


def change(now: int, then: int, words: str) -> str:
    """``环比上升12.5%``; nothing to compare with is said."""
    if not then:
        return _("%(words)s无可比数据") % {"words": words}
    if now == then:
        return _("%(words)s持平") % {"words": words}
    rate = abs(now - then) / then * 100
    text = _("%(words)s上升%(rate)s%%") if now > then else _("%(words)s下降%(rate)s%%")
    return text % {"words": words, "rate": f"{rate:.1f}"}


def _summary(period: Period, received: list, figures: Figures, at: datetime) -> list[str]:
    keys = [row.key for row in received]
    total = figures.count("received", keys, _("期内受理的热线工单数(按受理时间)"))
    then, year = counting.count_received(periods.before(period)), counting.count_received(periods.year_before(period))
    formula = _("(本期受理−上期受理)÷上期受理;上期%(n)s件") % {"n": then}
    compared = figures.put("compared", change(len(keys), then, _("环比")), formula)
    formula = _("与去年同期受理数相比;去年同期%(n)s件") % {"n": year}
    yearly = figures.put("yearly", change(len(keys), year, _("同比")), formula)
    direct = HotlineOrder.objects.filter(pk__in=keys, outcome="answered").values_list("pk", flat=True)
    closed = [row.key for row in counting.closed(period)]
    answered = figures.count("direct", list(direct), _("期内受理并在电话中直接答复办结的工单数"))
    ended = figures.count("closed", closed, _("期内办结的工单数(按办结时间)"))
    found = [
        _("本期受理热线诉求%(total)s件,%(compared)s,%(yearly)s。") % {"total": total, "compared": compared, "yearly": yearly},
        _("其中电话直接答复%(direct)s件;期内办结%(closed)s件。") % {"direct": answered, "closed": ended},
    ]
    if not period.is_over(at):
        found.append(_("本期尚未结束,以上为截至数据时点的情况。"))
    return found


def _demands(received: list, figures: Figures) -> list[str]:
    if not received:
        return [_("本期没有受理诉求。")]
    labels = dict(HotlineOrder.Demand.choices)
    parts = [
        f"{labels[code]}{figures.count(f'demand_{code}', keys, _('期内受理中该诉求类型的件数'))}件"
        for code, keys in counting.by(received, "demand")
    ]
    found = [_("按诉求类型:%(parts)s。") % {"parts": "、".join(parts)}]
    labels = _labels()
    for name, title in (
        ("category", _("按事项类别,居前的是:%(parts)s。")), ("street", _("按区域:%(parts)s。")),
        ("unit", _("按承办单位,居前的是:%(parts)s。")),
    ):
        found.append(title % {"parts": _top(received, name, labels[name], figures)})
    return found


def _top(received: list, name: str, label: Callable[[str], str], figures: Figures) -> str:
    parts = []
    for n, (value, keys) in enumerate(counting.by(received, name)[: counting.TOP], 1):
        rate = len(keys) / len(received) * 100
        token = figures.count(f"{name}_{n}", keys, _("期内受理中该类别、区域或单位的件数及占比"))
        parts.append(_("%(name)s%(n)s件(%(rate)s%%)") % {"name": label(value), "n": token, "rate": f"{rate:.1f}"})
    return "、".join(parts)


def _hot(period: Period, figures: Figures) -> list[str]:
    found = []
    for n, (address, category, keys) in enumerate(counting.recurring(period), 1):
        token = figures.count(f"recurring_{n}", keys, _("截至期末30日内同一地址同一类别的受理件数,3件以上列出"))
        words = {"address": address, "category": category or _("未分类"), "n": token}
        found.append(_("%(address)s的“%(category)s”30日内反映%(n)s次。") % words)
    found += [
        _("%(words)s为本期突增:%(token)s。") % {
            "words": name, "token": figures.put(f"surge_{n}", text, formula, keys),
        }
        for n, (name, text, formula, keys) in enumerate(surges(period), 1)
    ]
    return found or [_("没有达到列出标准的反复地址和突增事项。")]


def surges(period: Period) -> list[tuple[str, str, str, list[int]]]:
    """What rose more than chance explains on the last day of the period: (matter, words, formula, orders). The test
    and its false-alarm rate are those of ``hotline.hotspots.surge``."""
    found = []
    rate = f"{surge.FALSE_ALARMS:.0%}"
    formula = _("期末24小时件数与此前同类日子同时段相比的统计检验,整轮误报率不超过%(rate)s") % {"rate": rate}
    for row in hot.surges(HotlineOrder.objects.all(), at=period.end)[: counting.TOP]:
        name = f"{row.area_name or _('未定位')}“{row.category_name or _('未分类')}”"
        words = _("%(n)s件,正常约%(expected)s件") % {"n": row.observed, "expected": f"{row.expected:.1f}"}
        keys = list(HotlineOrder.objects.filter(number__in=row.numbers).values_list("pk", flat=True))
        found.append((name, words, formula, keys))
    return found


def _replies(period: Period, figures: Figures) -> list[str]:
    told = counting.answered(period)
    found = counting.latency(told)
    if not found.n:
        return [_("本期没有答复的工单。")]
    keys = [row.key for row in told]
    words = {
        "n": figures.count("answered", keys, _("期内答复的工单数(按答复时间)")),
        "median": figures.put("median", _("%(n)s天") % {"n": f"{found.median_days:.1f}"}, _("受理到答复自然日的中位数")),
        "p90": figures.put("p90", _("%(n)s天") % {"n": f"{found.p90_days:.1f}"}, _("九成工单在这个天数内答复(最近秩)")),
        "late": figures.share("late", found.late_keys, keys, _("答复时间晚于承诺时间的件数÷期内答复件数")),
    }
    return [_("本期答复%(n)s件,用时中位数%(median)s、九成在%(p90)s以内;超过承诺时间的:%(late)s。") % words]


def _calls(period: Period, figures: Figures) -> list[str]:
    told = counting.calls(period)
    if not told.done and not told.unreached:
        return [_("本期没有完成的回访。")]
    words = {
        "done": figures.count("called", told.done, _("期内完成并接通的回访数")),
        "unreached": figures.count("unreached", told.unreached, _("三次未接通的回访数,不计入满意")),
        "solved": figures.share(
            "solved", told.solved, told.asked_solved, _("确认解决÷答复了是否解决的回访(剔除已认定的不合理诉求)")
        ),
        "satisfied": figures.share("satisfied", told.satisfied, told.rated, _("(非常满意+满意+基本满意)÷参评;未接通不计")),
        "rated": figures.share("rated", told.rated, [*told.done, *told.unreached], _("参评÷完成和未接通的回访")),
    }
    return [
        _("完成回访%(done)s件,三次未接通%(unreached)s件。") % words,
        _("解决率%(solved)s,满意率%(satisfied)s,参评率%(rated)s。") % words,
    ]


def _red(figures: Figures, at: datetime) -> list[str]:
    found = []
    for n, (unit, soon, late) in enumerate(counting.near_red(at), 1):
        words = {
            "unit": unit,
            "late": figures.count(f"late_{n}", late, _("数据时点已过当前时限的在办工单")),
            "soon": figures.count(f"soon_{n}", soon, _("数据时点起24小时内到期的在办工单")),
        }
        found.append(_("%(unit)s:已超期%(late)s件,24小时内到期%(soon)s件。") % words)
    return found or [_("没有临期和超期的在办工单。")]


def _knowledge(period: Period, figures: Figures, at: datetime) -> list[str]:
    told = counting.gaps(period, at)
    words = {
        "answers": figures.count("kb_answers", told["answers"], _("期内照知识条目直接答复的次数")),
        "recorded": figures.count("kb_gaps", told["recorded"], _("期内坐席记录的知识缺口数")),
        "open": figures.count("kb_open", told["open"], _("数据时点待补充的缺口数")),
        "late": figures.count("kb_late", told["late"], _("数据时点超过3个工作日未补充的缺口数")),
    }
    return [
        _("照知识条目答复%(answers)s次;新记缺口%(recorded)s条,待补充%(open)s条,其中超期%(late)s条。") % words
    ]


def _classics(period: Period, figures: Figures) -> list[str]:
    found = []
    for n, row in enumerate(counting.classics(period), 1):
        days = (row.closed_at - row.registered_at).total_seconds() / counting.DAY_SECONDS
        token = figures.put(f"classic_{n}", row.number, _("期内办结、来电人确认解决并评为非常满意,用时短的在前"), [row.key])
        words = {"number": token, "category": row.category or _("未分类"), "unit": row.unit or _("热线"), "days": f"{days:.1f}"}
        found.append(_("%(number)s “%(category)s”由%(unit)s办理,%(days)s天办结,来电人确认解决、非常满意。") % words)
    return found or [_("本期没有符合标准的典型。")]


def _advice(figures: Figures) -> list[str]:
    found = []
    if "late_1" in figures.rows and figures.rows["late_1"]["value"] != "0":
        found.append(_("请超期居前的单位逐件说明原因,列入每周一督导。"))
    if "recurring_1" in figures.rows:
        found.append(_("对反复反映的地址组织一次现场会商,明确牵头单位和完成时限。"))
    if figures.rows.get("kb_late", {}).get("value", "0") != "0":
        found.append(_("请有超期知识缺口的单位补齐口径。"))
    return found or [_("保持当前办理节奏,继续关注重点事项。")]
