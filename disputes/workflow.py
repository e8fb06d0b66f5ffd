"""The dispute loop as a table: every state, every move, who may do it. Data only (workflows.md §3).

Verbs of sessions, papers and aftercare stand in the same table: the dispute's row is what is locked, its state may
stay. The words of a reason are not in ``note`` but behind the wall, so no move needs one.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from casework.door import Move

OPENING = frozenset({"booked", "accepted", "guided"})
MEDIATION = frozenset({"routed", "mediating"})
SETTLED = frozenset({"agreed", "confirmed"})
OUTSIDE = frozenset({"arbitrating", "litigating"})
LIVE = OPENING | MEDIATION | SETTLED | OUTSIDE | {"failed"}
ENDED = frozenset({"closed"})
ALL_STATES = LIVE | ENDED

STEPS = (
    # code, character, label, states shown as this step, column of its date
    ("accept", _("受"), _("受理"), frozenset({"booked", "accepted"}), "accepted_at"),
    ("guide", _("导"), _("引导"), frozenset({"guided"}), "guided_at"),
    ("route", _("分"), _("分流"), frozenset({"routed"}), "routed_at"),
    ("mediate", _("调"), _("调解"), frozenset({"mediating", "agreed", "confirmed", "failed"}), "mediating_at"),
    ("arbitrate", _("仲"), _("仲裁等"), frozenset({"arbitrating"}), "arbitrating_at"),
    ("litigate", _("诉"), _("诉讼"), frozenset({"litigating"}), "litigating_at"),
)
"""受导分调仲诉, shown on every case; ``closed`` stays at the step it left."""


def _move(
    name: str,
    label: object,
    sources: Iterable[str],
    targets: Iterable[str] = (),
    permission: str = "",
    lanes: Iterable[str] = (),
    needs: tuple[str, ...] = (),
    public: bool = False,
) -> Move:
    return Move(
        name, label, frozenset(sources), frozenset(targets), f"disputes.{permission or name}", frozenset(lanes),
        needs, public,
    )


SYSTEM, CITIZEN = ("system",), ("citizen",)
OUTSIDERS = ("system", "citizen")

_TABLE = (
    # 受 taken in
    _move("book", _("预约"), (), {"booked"}, "register", OUTSIDERS, public=True),
    _move("register", _("登记受理"), (), {"accepted"}, lanes=SYSTEM, public=True),
    _move("archive", _("导入归档"), {"accepted"}, {"closed"}, "register", SYSTEM),
    _move("accept", _("受理"), {"booked"}, {"accepted"}, "screen", SYSTEM, public=True),
    _move("turn_away", _("不予受理"), {"booked", "accepted"}, {"closed"}, "screen", public=True),
    _move("confirm_proxy", _("本人确认代办"), OPENING | MEDIATION, (), "mediate", public=True),
    _move("deny_proxy", _("本人撤回代办"), OPENING | MEDIATION, {"closed"}, "mediate", CITIZEN, public=True),
    _move("cancel", _("取消预约"), {"booked"}, {"closed"}, "screen", CITIZEN, public=True),
    # 导 guided, 分 routed
    _move("guide", _("引导"), {"accepted", "guided"}, {"guided"}, lanes=SYSTEM, public=True),
    _move("route", _("分流"), {"accepted", "guided"}, {"routed"}, lanes=SYSTEM, public=True),
    _move("decline", _("退回分流"), {"routed"}, {"guided"}, "sign"),
    _move("assign", _("指派调解员"), MEDIATION | SETTLED, (), "assign", SYSTEM),
    _move("invite", _("邀请参与"), MEDIATION, (), "mediate"),
    _move("answer_invite", _("答复邀请"), MEDIATION, (), "join"),
    # 调 mediated
    _move("sign", _("签收"), {"routed"}, {"mediating"}, lanes=SYSTEM, public=True),
    _move("offer", _("提出方案"), {"mediating"}, (), "mediate"),
    _move("answer_offer", _("答复方案"), {"mediating"}, (), "mediate"),
    _move("fail", _("调解不成"), {"mediating"}, {"failed"}, "mediate", SYSTEM, public=True),
    _move("rise", _("上报"), MEDIATION | {"failed"}, {"routed"}, lanes=SYSTEM, public=True),
    _move("refuse", _("一方不愿,终止调解"), OPENING | MEDIATION, {"failed"}, "mediate", CITIZEN, public=True),
    _move("withdraw", _("当事人撤回"), OPENING | MEDIATION | {"failed"}, {"closed"}, "mediate", CITIZEN, public=True),
    _move("extend", _("延长期限"), {"mediating"}, (), "mediate"),
    _move("help", _("下级协助"), MEDIATION | {"failed"}, (), "take_part"),
    # Sessions
    _move("schedule", _("约期"), OPENING | MEDIATION | SETTLED, (), "mediate", OUTSIDERS, public=True),
    _move("reschedule", _("改期"), OPENING | MEDIATION | SETTLED, (), "mediate", OUTSIDERS, public=True),
    _move("call_off", _("取消会期"), ALL_STATES, (), "mediate", OUTSIDERS, public=True),
    _move("check_in", _("签到"), OPENING | MEDIATION | SETTLED, (), "mediate"),
    _move("begin", _("开始调解"), {"mediating"} | SETTLED, (), "mediate", public=True),
    _move("minute", _("调解记录"), {"mediating"} | SETTLED | {"failed"}, (), "mediate"),
    _move("conclude", _("会期结束"), {"mediating"} | SETTLED | {"failed"}, (), "mediate"),
    # Papers
    _move("issue", _("出具文书"), ALL_STATES, (), "paper"),
    _move("keep_signed", _("归入签名件"), ALL_STATES, (), "paper"),
    # After the agreement
    _move("agree", _("达成协议"), {"mediating"}, {"agreed"}, "mediate", public=True),
    _move("settle_orally", _("口头和解"), {"mediating"}, {"closed"}, "mediate", public=True),
    _move("plan", _("调整履行计划"), SETTLED, (), "aftercare"),
    _move("perform", _("登记履行"), SETTLED, (), "aftercare", SYSTEM, public=True),
    _move("breach", _("未按期履行"), SETTLED, (), "aftercare", SYSTEM),
    _move("apply_confirm", _("申请司法确认"), {"agreed"}, (), "aftercare", public=True),
    _move("confirm", _("司法确认"), {"agreed"}, {"confirmed"}, "aftercare", public=True),
    _move("deny_confirm", _("不予确认"), {"agreed"}, (), "aftercare"),
    _move("fulfil", _("履行完毕"), SETTLED, {"closed"}, "aftercare", SYSTEM, public=True),
    _move("call_back", _("回访"), SETTLED | ENDED, (), "aftercare"),
    _move("judge", _("彻底化解判定"), ENDED | SETTLED, (), "aftercare", SYSTEM),
    _move("remind", _("提醒"), SETTLED | ENDED, (), "aftercare", SYSTEM),
    # 仲 诉 outside
    _move("arbitrate", _("转仲裁等程序"), {"guided", "failed"} | SETTLED, {"arbitrating"}, "external", public=True),
    _move("litigate", _("转诉讼"), {"guided", "failed", "arbitrating"} | SETTLED, {"litigating"}, "external",
          public=True),
    _move("track", _("登记程序进展"), OUTSIDE, (), "external"),
    _move("court_file", _("法庭立案"), {"litigating"}, (), "court", public=True),
    _move("court_serve", _("法庭送达"), {"litigating"}, (), "court", public=True),
    _move("court_end", _("法庭结案"), {"litigating"}, {"closed"}, "court", public=True),
    _move("court_confirm", _("裁定确认"), {"agreed"}, {"confirmed"}, "court", public=True),
    _move("court_deny", _("裁定不予确认"), {"agreed"}, (), "court"),
    _move("come_back", _("转回调解"), OUTSIDE, {"guided"}, "external", public=True),
    _move("end_outside", _("程序终结"), OUTSIDE, {"closed"}, "external", public=True),
    _move("transfer", _("流转为事件"), OPENING | MEDIATION | {"failed"}, {"closed"}, "external", public=True),
    _move("close", _("结案"), {"failed", "guided"}, {"closed"}, "mediate", SYSTEM, public=True),
    _move("reopen", _("重新调解"), ENDED, {"accepted"}, "assign", OUTSIDERS, public=True),
    # Supervision and care
    _move("rate_risk", _("核定风险"), LIVE, (), "mediate", SYSTEM),
    _move("notify", _("联合告知"), LIVE, (), "notify", SYSTEM),
    _move("acknowledge", _("回执"), ALL_STATES, (), "acknowledge", SYSTEM),
    _move("urge", _("督办"), LIVE, (), lanes=SYSTEM),
    _move("seal", _("设为涉密"), ALL_STATES, (), "seal", SYSTEM),
    _move("unseal", _("解除涉密"), ALL_STATES, (), "seal"),
    _move("refer", _("服务转介"), LIVE, (), "mediate"),
    _move("take_up", _("登记承接"), LIVE, (), "mediate"),
    # No change of state: actions
    _move("add_party", _("增加当事人"), LIVE, (), "mediate"),
    _move("amend_party", _("更正当事人"), LIVE, (), "mediate"),
    _move("claim", _("增加诉求"), LIVE, (), "mediate"),
    _move("write", _("写入记录"), LIVE, (), "mediate"),
    _move("attach", _("添加证据"), ALL_STATES, (), "mediate", OUTSIDERS),
    _move("correct", _("更正内容"), LIVE, (), "mediate"),
    _move("reveal", _("查看明文"), ALL_STATES, ()),
    _move("link", _("登记关联"), ALL_STATES, (), "mediate", SYSTEM),
)

MOVES: dict[str, Move] = {move.name: move for move in _TABLE}


class _Names:
    """``workflow.do.route`` is the move named route: a name that is not in the table fails at import."""

    def __getattr__(self, name: str) -> Move:
        try:
            return MOVES[name]
        except KeyError:
            raise AttributeError(name) from None


do = _Names()

TIERS = ("first", "joint", "district")
"""首调 → 会调 → 联调; a dispute rises to the next, never falls."""


def step_of(state: str) -> str:
    """The step a state belongs to; empty for ``closed``."""
    return next((code for code, _char, _label, states, _date in STEPS if state in states), "")
