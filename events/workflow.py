"""The event loop as a table: every state, every move, who may do it. Data only (workflows.md §1).

Moves on an order stand in the same table: the case's row is what is locked, its state may stay.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.door import Move

DISPATCH_STATES = frozenset({"reported", "open_for_claim", "awaiting_dispatch", "conferring"})
HANDLE_STATES = frozenset({"in_progress"})
CHECK_STATES = frozenset({"verifying", "evaluating"})
LIVE = DISPATCH_STATES | HANDLE_STATES | CHECK_STATES | {"suspended", "needs_info"}
ENDED = frozenset({"closed", "merged", "rejected", "transferred"})
ALL_STATES = LIVE | ENDED

STEPS = (
    # code, label, states shown as this step
    ("report", _("上报"), frozenset({"reported", "needs_info", "rejected"})),
    ("dispatch", _("分拨"), frozenset({"open_for_claim", "awaiting_dispatch", "conferring"})),
    ("handle", _("处置"), frozenset({"in_progress", "suspended"})),
    ("feedback", _("反馈"), frozenset({"verifying"})),
    ("evaluate", _("考评"), frozenset({"evaluating", "closed"})),
)
"""五步闭环, shown on every ticket; ``merged`` and ``transferred`` stay at the step they left."""


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
        name, label, frozenset(sources), frozenset(targets), permission or f"events.{name}", frozenset(lanes),
        needs, public,
    )


SYSTEM, CITIZEN = ("system",), ("citizen",)
ANYONE_OUTSIDE = ("system", "citizen", "platform")

_TABLE = (
    # Report
    _move("report", _("上报"), (), {"reported"}, lanes=ANYONE_OUTSIDE, public=True),
    _move("triage", _("研判"), {"reported"}, {"open_for_claim", "awaiting_dispatch", "in_progress"}, lanes=SYSTEM),
    _move("handle_on_spot", _("自办"), {"reported"}, {"verifying"}, public=True),
    _move("reject", pgettext_lazy("verb", "不予受理"), {"reported", "needs_info"}, {"rejected"}, needs=("note",),
          public=True),
    _move("appeal", _("申诉"), {"rejected"}, {"reported"}, "events.triage", lanes=CITIZEN, needs=("note",), public=True),
    _move("ask_info", _("请补充"), {"reported"}, {"needs_info"}, needs=("note",), public=True),
    _move(
        "supply_info", _("补充材料"), {"needs_info"}, {"reported"}, lanes=("citizen", "system"), needs=("note",),
        public=True,
    ),
    # Dispatch: five orders
    _move("claim", _("抢单"), {"open_for_claim"}, {"in_progress"}, public=True),
    _move("close_window", _("抢单截止"), {"open_for_claim"}, {"awaiting_dispatch"}, "events.dispatch", lanes=SYSTEM),
    _move("dispatch", _("派单"), {"awaiting_dispatch", "conferring"}, {"in_progress"}, lanes=SYSTEM, public=True),
    _move("undo_dispatch", _("撤回派单"), {"in_progress"}, {"awaiting_dispatch"}, "events.dispatch"),
    _move("delegate", _("分单"), HANDLE_STATES),
    _move("undo_delegate", _("撤回分单"), HANDLE_STATES, (), "events.delegate"),
    _move("whistle", _("吹哨"), HANDLE_STATES, needs=("note",)),
    _move("approve_whistle", _("批准吹哨"), HANDLE_STATES),
    _move("undo_whistle", _("撤回联单"), HANDLE_STATES, (), "events.approve_whistle"),
    _move("refuse_whistle", _("不批准吹哨"), HANDLE_STATES, (), "events.approve_whistle", needs=("note",)),
    _move("report_in", _("报到"), HANDLE_STATES),
    _move("confirm_arrival", _("确认到场"), HANDLE_STATES, (), "events.rate_whistle"),
    _move("rebut", _("反哨"), HANDLE_STATES, (), "events.report_in", needs=("note",)),
    _move("rate_whistle", _("评哨"), HANDLE_STATES | CHECK_STATES | {"closed"}),
    _move("return_up", _("返单"), HANDLE_STATES, {"conferring"}, needs=("note",)),
    _move("convene", _("召集会商"), {"conferring"}, (), "events.confer"),
    _move("summon", _("召集派驻"), {"open_for_claim", "awaiting_dispatch", "conferring", "in_progress"}, {"conferring"},
          "events.confer"),
    _move("confer", _("会商决定"), {"conferring", "in_progress"}, {"in_progress", "closed"}, needs=("note",)),
    # Handle
    _move("accept", _("签收"), HANDLE_STATES, public=True),
    _move("contact", _("首次联系"), HANDLE_STATES, (), "events.accept"),
    _move(
        "decline", _("退单"), HANDLE_STATES, {"awaiting_dispatch", "conferring", "in_progress"}, needs=("note",)
    ),
    _move("rule_decline", _("退单裁决"), LIVE - {"reported", "needs_info"}, {"in_progress"}, needs=("note",)),
    _move("extend", _("申请延期"), HANDLE_STATES, needs=("note",)),
    _move("grant_extension", _("同意延期"), HANDLE_STATES, (), "events.approve_extension", public=True),
    _move("refuse_extension", _("不同意延期"), HANDLE_STATES, (), "events.approve_extension", needs=("note",)),
    _move("suspend", pgettext_lazy("verb", "挂起"), HANDLE_STATES, {"suspended"}, needs=("note",), public=True),
    _move("resume", _("恢复"), {"suspended"}, {"in_progress"}, lanes=SYSTEM, public=True),
    _move("retarget", _("调整时限"), LIVE, (), "events.triage", needs=("note",)),
    _move("cover", _("补位"), LIVE, {"awaiting_dispatch"}, "events.dispatch", lanes=SYSTEM),
    _move("feed_back", pgettext_lazy("verb", "反馈"), HANDLE_STATES, {"verifying"}, needs=("note",), public=True),
    # Check and evaluate
    _move("verify", _("现场核查"), {"verifying"}, {"verifying", "evaluating", "in_progress"}, needs=("note",)),
    _move("call_back", _("电话回访"), {"verifying"}, {"verifying", "evaluating", "in_progress"}),
    _move("spare_call_back", _("免回访"), {"verifying"}, {"verifying", "evaluating"}, "events.call_back", lanes=SYSTEM),
    _move("rate", pgettext_lazy("verb", "评价"), {"evaluating", "closed"},
          {"evaluating", "closed", "in_progress"}, lanes=CITIZEN, public=True),
    _move("evaluate", _("考评"), {"evaluating"}, {"closed"}, public=True),
    _move("reopen", _("重办"), {"closed"}, {"in_progress"}, lanes=CITIZEN, needs=("note",), public=True),
    # Supervise
    _move("urge", _("督办"), LIVE, (), lanes=SYSTEM, needs=("note",)),
    _move("undo_urge", _("撤回督办"), LIVE, (), "events.urge"),
    _move("nudge", _("催办"), LIVE, (), "events.urge", lanes=CITIZEN, public=True),
    _move("answer_urge", _("答复督办"), LIVE | {"closed"}, (), needs=("note",)),
    _move("strike_off", _("销号"), ALL_STATES, (), "events.urge", lanes=SYSTEM),
    _move("mark_clue", _("标记线索"), ALL_STATES, (), "events.urge", lanes=SYSTEM),
    _move("propose_blacklist", _("拟列黑榜"), ALL_STATES, (), "events.urge", lanes=SYSTEM),
    # Bonds
    _move("merge", _("并案"), LIVE, {"merged"}, needs=("note",), public=True),
    _move("absorb", _("并入重复件"), LIVE, (), "events.merge"),
    _move("release", _("拆出重复件"), ALL_STATES, (), "events.split_off"),
    _move("split_off", _("拆案"), {"merged"}, {"reported", "awaiting_dispatch"}, needs=("note",), public=True),
    _move("repeat", _("再次反映"), LIVE, (), "events.comment", lanes=SYSTEM, needs=("note",), public=True),
    _move("follow", _("上级业务跟踪"), ALL_STATES, (), "events.report", lanes=SYSTEM),
    _move("transfer", _("流转"), LIVE, {"transferred"}, needs=("note",), public=True),
    _move("take_back", _("转回"), {"transferred"}, {"awaiting_dispatch"}, "events.transfer", SYSTEM, ("note",)),
    _move("note_number", _("登记去向编号"), {"transferred"}, (), "events.transfer", SYSTEM, public=True),
    _move("end_elsewhere", _("转出件办结"), {"transferred"}, (), "events.transfer", SYSTEM, ("note",), True),
    # No change of state: actions
    _move("comment", _("跟进"), ALL_STATES, (), lanes=("citizen", "system"), needs=("note",)),
    _move("attach", _("添加材料"), ALL_STATES, (), lanes=("citizen", "system", "platform")),
    _move("correct", _("更正内容"), LIVE, (), "events.triage", needs=("note",)),
    _move("reveal", _("查看明文"), ALL_STATES, ()),
)

MOVES: dict[str, Move] = {move.name: move for move in _TABLE}


class _Names:
    """``workflow.do.claim`` is the move named claim: a name that is not in the table fails at import."""

    def __getattr__(self, name: str) -> Move:
        try:
            return MOVES[name]
        except KeyError:
            raise AttributeError(name) from None


do = _Names()

ORDER_STATES = frozenset({"sent", "accepted", "done", "declined", "withdrawn"})
OPEN_ORDER = frozenset({"sent", "accepted"})


STEP_BY_STATE = {state: code for code, _label, states in reversed(STEPS) for state in states}


def step_of(state: str) -> str:
    """The step a state belongs to; empty for ``merged`` and ``transferred``."""
    return STEP_BY_STATE.get(state, "")
