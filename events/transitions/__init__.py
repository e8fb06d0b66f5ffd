"""The verbs of an event, one function per move; the only callers of the door in this room."""

from .bonds import end_elsewhere, follow, merge, note_number, repeat, split_off, take_back, transfer
from .bouncing import decline, rule_decline
from .checking import call_back, evaluate, rate, reopen, spare_call_back, verify
from .conferring import Decision, confer, convene, return_up, summon
from .covering import cover
from .dispatching import claim, close_window, dispatch, triage, undo_dispatch
from .handling import accept, contact, feed_back
from .information import appeal, ask_info, reject, supply_info
from .intake import Report, handle_on_spot, report, take_in_with
from .joint import (
    Called,
    Share,
    approve_whistle,
    confirm_arrival,
    delegate,
    rate_whistle,
    rebut,
    refuse_whistle,
    report_in,
    whistle,
)
from .supervision import answer_urge, mark_clue, nudge, propose_blacklist, strike_off, urge
from .time import extend, grant_extension, refuse_extension, resume, retarget, suspend
from .undoing import undo_delegate, undo_urge, undo_whistle

__all__ = [
    "Called",
    "Decision",
    "Report",
    "Share",
    "accept",
    "answer_urge",
    "appeal",
    "approve_whistle",
    "ask_info",
    "call_back",
    "claim",
    "close_window",
    "confer",
    "confirm_arrival",
    "contact",
    "convene",
    "cover",
    "decline",
    "delegate",
    "dispatch",
    "end_elsewhere",
    "evaluate",
    "extend",
    "feed_back",
    "follow",
    "grant_extension",
    "handle_on_spot",
    "mark_clue",
    "merge",
    "note_number",
    "nudge",
    "propose_blacklist",
    "rate",
    "rate_whistle",
    "rebut",
    "refuse_extension",
    "refuse_whistle",
    "reject",
    "reopen",
    "repeat",
    "report",
    "report_in",
    "resume",
    "retarget",
    "return_up",
    "rule_decline",
    "spare_call_back",
    "split_off",
    "strike_off",
    "summon",
    "supply_info",
    "suspend",
    "take_back",
    "take_in_with",
    "transfer",
    "triage",
    "undo_delegate",
    "undo_dispatch",
    "undo_urge",
    "undo_whistle",
    "urge",
    "verify",
    "whistle",
]
