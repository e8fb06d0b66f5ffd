"""The verbs of a hotline order and of a referral, one function per move; the only callers of the door in this room."""

from .answering import answer, answer_directly, pass_on, settle_elsewhere
from .calling import call_back, rate
from .discipline import conclude, give_back, hand_over, receive, reopen_referral, strike_off
from .excluding import ask_exclusion, grant_exclusion, refuse_exclusion
from .following import follow
from .forwarding import forward, join, supply_info
from .intake import Told, correct, register
from .supervising import classify, clear_flag, raise_flag, reopen, supervise, urge

__all__ = [
    "Told",
    "answer",
    "answer_directly",
    "ask_exclusion",
    "call_back",
    "classify",
    "clear_flag",
    "conclude",
    "correct",
    "follow",
    "forward",
    "give_back",
    "grant_exclusion",
    "hand_over",
    "join",
    "pass_on",
    "raise_flag",
    "rate",
    "receive",
    "refuse_exclusion",
    "register",
    "reopen",
    "reopen_referral",
    "settle_elsewhere",
    "strike_off",
    "supervise",
    "supply_info",
    "urge",
]
