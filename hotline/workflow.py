"""The hotline order and the referral to discipline as tables: states, moves, who may. Data only (workflows.md §2).

Eight operations: 受理 register, 派单 forward, 办理 (the event's own loop), 答复 answer, 督办 supervise, 办结 (follows from
the others), 回访 call_back, 评价 rate.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.door import Move

WITH_EVENT = frozenset({"dispatching", "needs_info", "handling"})
"""The event is on its way; the order waits for it."""
AFTER_WORK = frozenset({"answering", "calling_back", "called_back"})
LIVE = frozenset({"registered"}) | WITH_EVENT | AFTER_WORK
ENDED = frozenset({"closed"})
ALL_STATES = LIVE | ENDED
FOLLOWED = WITH_EVENT | AFTER_WORK | ENDED
"""Where an order that follows an event can stand."""

STEPS = (
    # code, label, states shown as this step
    ("register", _("受理"), frozenset({"registered"})),
    ("forward", _("派单"), frozenset({"dispatching", "needs_info"})),
    ("handle", _("办理"), frozenset({"handling"})),
    ("answer", _("答复"), frozenset({"answering"})),
    ("call_back", _("回访"), frozenset({"calling_back"})),
    ("close", _("办结"), frozenset({"called_back", "closed"})),
)
"""The operations that are steps; 督办 and 评价 are marks on the way."""
SYSTEM, CITIZEN = ("system",), ("citizen",)


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
        name, label, frozenset(sources), frozenset(targets), permission or f"hotline.{name}", frozenset(lanes),
        needs, public,
    )


_TABLE = (
    _move("register", _("受理"), (), {"registered"}, lanes=("system", "platform"), public=True),
    _move("answer_directly", _("直接答复"), {"registered"}, {"closed"}, "hotline.answer", lanes=SYSTEM,
          needs=("note",), public=True),
    _move("forward", _("转派"), {"registered"}, FOLLOWED, lanes=SYSTEM, public=True),
    _move("join", _("并入在办"), {"registered"}, FOLLOWED, "hotline.forward", lanes=SYSTEM, public=True),
    _move("pass_on", _("转办"), {"registered"}, (), "hotline.forward", lanes=SYSTEM, public=True),
    _move("settle_elsewhere", _("外部办结"), {"registered"}, {"closed"}, "hotline.answer", lanes=SYSTEM,
          needs=("note",), public=True),
    _move("follow", _("随办"), FOLLOWED, FOLLOWED, "hotline.supervise", lanes=SYSTEM),
    _move("supply_info", _("补充材料"), {"needs_info"}, FOLLOWED, "hotline.urge", needs=("note",), public=True),
    _move("answer", pgettext_lazy("verb", "答复"), {"answering"}, {"calling_back", "called_back", "closed"},
          lanes=SYSTEM, needs=("note",), public=True),
    _move("call_back", pgettext_lazy("verb", "回访"), {"calling_back"} | ENDED, {"registered"} | FOLLOWED),
    _move("rate", pgettext_lazy("verb", "评价"), {"calling_back", "called_back", "closed"}, (), "hotline.call_back",
          lanes=CITIZEN, public=True),
    _move("reopen", _("重办"), {"closed"}, {"registered"} | FOLLOWED, lanes=CITIZEN, needs=("note",), public=True),
    _move("urge", _("催办并追加"), LIVE, (), needs=("note",), lanes=SYSTEM, public=True),
    _move("classify", _("定级"), LIVE, (), needs=("note",)),
    _move("correct", _("更正登记"), {"registered"}, (), "hotline.register", needs=("note",)),
    _move("supervise", _("督办"), WITH_EVENT | AFTER_WORK, (), lanes=SYSTEM, needs=("note",)),
    _move("ask_exclusion", _("不合理诉求送审"), ALL_STATES, (), needs=("note",)),
    _move("grant_exclusion", _("认定不合理"), ALL_STATES, ALL_STATES, "hotline.decide_exclusion", needs=("note",),
          public=True),
    _move("refuse_exclusion", _("不予认定"), ALL_STATES, (), "hotline.decide_exclusion", needs=("note",)),
    _move("hand_over", _("移送纪检"), ALL_STATES, (), lanes=SYSTEM, needs=("note",)),
    _move("raise_flag", _("无响应提示"), LIVE | ENDED, (), "hotline.supervise", lanes=SYSTEM),
    _move("clear_flag", _("解除提示"), ALL_STATES, (), "hotline.supervise", lanes=SYSTEM),
    _move("note_caller", _("标注来电人"), ALL_STATES, (), "hotline.register", needs=("note",)),
    _move("comment", _("跟进"), ALL_STATES, (), lanes=SYSTEM, needs=("note",)),
    _move("reveal", _("查看明文"), ALL_STATES, ()),
)
MOVES: dict[str, Move] = {move.name: move for move in _TABLE}

REFERRAL_STATES = frozenset({"handed_over", "received", "concluded", "returned", "struck_off"})
_REFERRAL_TABLE = (
    _move("refer", _("移送"), (), {"handed_over"}, "hotline.hand_over", lanes=SYSTEM),
    _move("receive", _("接收"), {"handed_over"}, {"received"}, "hotline.inspect"),
    _move("give_back", _("退回"), {"handed_over", "received"}, {"returned"}, "hotline.inspect", needs=("note",)),
    _move("conclude", _("登记结果"), {"received"}, {"concluded"}, "hotline.inspect", needs=("note",)),
    _move("strike_off", _("销号"), {"concluded"}, {"struck_off"}, "hotline.inspect", needs=("note",)),
    _move("reopen_referral", _("重启"), {"struck_off", "returned"}, {"received"}, "hotline.inspect", needs=("note",)),
    _move("comment", _("记录"), REFERRAL_STATES, (), "hotline.inspect", needs=("note",)),
)
REFERRAL_MOVES: dict[str, Move] = {move.name: move for move in _REFERRAL_TABLE}


class _Names:
    """``do.forward`` is the move named forward: a name that is not in the table fails at import."""

    def __init__(self, table: dict[str, Move]) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Move:
        try:
            return self._table[name]
        except KeyError:
            raise AttributeError(name) from None


do = _Names(MOVES)
on_referral = _Names(REFERRAL_MOVES)


def step_of(state: str) -> str:
    """The step a state belongs to; empty for none."""
    return next((code for code, _label, states in STEPS if state in states), "")
