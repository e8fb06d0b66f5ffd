"""The verbs of a dispute, one function per move; the only callers of the door in this room."""

from .care import refer, seal, unseal, urge
from .guiding import answer_invite, assign, decline, guide, invite, route, sign
from .intake import accept, book, cancel, register, turn_away
from .leaving import arbitrate, close, come_back, end_outside, litigate, refuse, reopen, track, withdraw
from .mediating import answer_offer, extend, fail, help, offer, rise
from .risk import acknowledge, notify, rate_risk

__all__ = [
    "accept",
    "acknowledge",
    "answer_invite",
    "answer_offer",
    "arbitrate",
    "assign",
    "book",
    "cancel",
    "close",
    "come_back",
    "decline",
    "end_outside",
    "extend",
    "fail",
    "guide",
    "help",
    "invite",
    "litigate",
    "notify",
    "offer",
    "rate_risk",
    "refer",
    "refuse",
    "register",
    "reopen",
    "rise",
    "route",
    "seal",
    "sign",
    "track",
    "turn_away",
    "unseal",
    "urge",
    "withdraw",
]
