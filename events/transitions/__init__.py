"""The verbs of an event, one function per move; the only callers of the door in this room."""

from .checking import call_back, evaluate, rate, reopen, verify
from .dispatching import claim, close_window, dispatch, triage, undo_dispatch
from .handling import accept, contact, feed_back
from .intake import Report, handle_on_spot, report

__all__ = [
    "Report",
    "accept",
    "call_back",
    "claim",
    "close_window",
    "contact",
    "dispatch",
    "evaluate",
    "feed_back",
    "handle_on_spot",
    "rate",
    "reopen",
    "report",
    "triage",
    "undo_dispatch",
    "verify",
]
