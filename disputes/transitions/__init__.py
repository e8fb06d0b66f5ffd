"""The verbs of a dispute, one function per move; the only callers of the door in this room."""

from .care import refer, seal, take_up, unseal, urge
from .court import court_confirm, court_deny, court_end, court_file, court_serve
from .following import apply_confirm, call_back, confirm, deny_confirm, judge
from .guiding import answer_invite, assign, decline, guide, invite, route, sign
from .intake import accept, archive, book, cancel, register, turn_away
from .leaving import arbitrate, close, come_back, end_outside, litigate, refuse, reopen, track, withdraw
from .mediating import answer_offer, extend, fail, help, offer, rise
from .papers import issue, keep_signed
from .passing import transfer
from .proxies import confirm_proxy, deny_proxy
from .risk import acknowledge, notify, rate_risk
from .sessions import begin, call_off, check_in, conclude, reschedule, schedule
from .settling import agree, breach, fulfil, perform, plan, remind, settle_orally

__all__ = [
    "accept",
    "acknowledge",
    "agree",
    "answer_invite",
    "answer_offer",
    "apply_confirm",
    "arbitrate",
    "archive",
    "assign",
    "begin",
    "book",
    "breach",
    "call_back",
    "call_off",
    "cancel",
    "check_in",
    "close",
    "come_back",
    "conclude",
    "confirm",
    "confirm_proxy",
    "court_confirm",
    "court_deny",
    "court_end",
    "court_file",
    "court_serve",
    "decline",
    "deny_confirm",
    "deny_proxy",
    "end_outside",
    "extend",
    "fail",
    "fulfil",
    "guide",
    "help",
    "invite",
    "issue",
    "judge",
    "keep_signed",
    "litigate",
    "notify",
    "offer",
    "perform",
    "plan",
    "rate_risk",
    "refer",
    "refuse",
    "register",
    "remind",
    "reopen",
    "reschedule",
    "rise",
    "route",
    "schedule",
    "seal",
    "settle_orally",
    "sign",
    "take_up",
    "track",
    "transfer",
    "turn_away",
    "unseal",
    "urge",
    "withdraw",
]
