"""Who may ask what in the room ``disputes`` (see ``declared``)."""

from __future__ import annotations

from tests.access.declared_rooms import ROOM_VERBS
from tests.access.declared_rooms import RULES as ROOMS
from tests.access.rules import Rule, act, api, form, page

SEE = "disputes.view|disputes.take_part|disputes.hand_over"
ONE = "disputes/<str:number>/"
API = "api/v1/disputes/"
ONE_API = f"{API}<dispute_number:number>/"
NOTE = {"note": "说明"}
VERBS: dict[str, tuple[str, dict]] = {
    # verb: permission on the dispute, a body that is well-formed
    "accept": ("disputes.screen", NOTE), "turn_away": ("disputes.screen", NOTE), "cancel": ("disputes.screen", NOTE),
    "confirm_proxy": ("disputes.mediate", {}), "deny_proxy": ("disputes.mediate", NOTE),
    "guide": ("disputes.guide", {"channel": "mediation"}), "route": ("disputes.route", {}),
    "decline": ("disputes.sign", NOTE), "sign": ("disputes.sign", {}),
    "assign": ("disputes.assign", {"mediator": 987654321}), "invite": ("disputes.mediate", {"units": ["zhujian"]}),
    "answer_invite": ("disputes.join", NOTE), "offer": ("disputes.mediate", {"text": "各付一半"}),
    "answer_offer": ("disputes.mediate", {"offer": "00000000-0000-4000-8000-000000000000", "answer": "accepted"}),
    "fail": ("disputes.mediate", NOTE), "rise": ("disputes.rise", {"summary": "未成", "next_step": "上报"}),
    "refuse": ("disputes.mediate", NOTE), "withdraw": ("disputes.mediate", NOTE),
    "extend": ("disputes.mediate", {"days": 3, "agreed": True}), "help": ("disputes.take_part", NOTE),
    "arbitrate": ("disputes.external", {"kind": "labour_arb"}), "litigate": ("disputes.external", {"kind": "court"}),
    "track": ("disputes.external", NOTE), "come_back": ("disputes.external", NOTE),
    "end_outside": ("disputes.external", {"result": "已判决"}), "close": ("disputes.mediate", NOTE),
    "transfer": ("disputes.external", {"text": "水表井盖缺失"}),
    "reopen": ("disputes.assign", NOTE), "rate_risk": ("disputes.mediate", {"flags": []}),
    "notify": ("disputes.notify", {"targets": ["street"]}), "urge": ("disputes.urge", NOTE),
    "seal": ("disputes.seal", NOTE), "unseal": ("disputes.seal", NOTE),
    "refer": ("disputes.mediate", {"kind": "legal_aid", "provider": "法援中心"}), "take_up": ("disputes.mediate", {}),
    "add_party": ("disputes.mediate", {"party": {"name": "张三"}}), "claim": ("disputes.mediate", {"text": "赔偿"}),
    "write": ("disputes.mediate", {"text": "补充陈述"}), "correct": ("disputes.mediate", {"type": "debt"}),
    **ROOM_VERBS,
}
LOOKED_UP = frozenset({"assign", "answer_offer"})
"""Name another row, which is looked up before the right to act is asked: whoever sees the dispute hears of that."""
RULES: dict[str, Rule] = {
    "disputes/": page(SEE, lists=True),
    "disputes/register/": form("disputes.register"),
    "disputes/register/suggest/": act("disputes.register", body={"text": "楼上漏水"}),
    "disputes/figures/": page("disputes.count", lists=True),
    ONE: page(SEE, "dispute"),
    f"{ONE}open/": act(SEE, "dispute", verb="disputes.narrative", body={"reason": "阅卷"}),
    f"{ONE}clock/": page(SEE, "dispute"),
    f"{ONE}advice/": page(SEE, "dispute"),
    f"{ONE}packet/<uuid:key>/": page(SEE, "dispute story"),
    f"{ONE}file/<int:key>/": page(SEE, "dispute story"),
    f"{ONE}do/<slug:name>/": form(SEE, "dispute verb"),
    API: Rule("api", {"GET": SEE, "POST": "disputes.register"}, lists=True),
    ONE_API: api(SEE, "dispute"),
    f"{ONE_API}trail/": api(SEE, "dispute", verb="casework.view_trail"),
    f"{ONE_API}clock/": api(SEE, "dispute"),
    f"{ONE_API}referrals/": api(SEE, "dispute", verb="disputes.narrative"),
    f"{API}services/": api("grids.view"),
    **{
        f"{ONE_API}{name}/": Rule(
            "api", {"POST": SEE}, "dispute", verb="" if name in LOOKED_UP else verb, body={"note": "说明", **body}
            if "note" in body else body,
        )
        for name, (verb, body) in VERBS.items()
    },
    f"{ONE_API}acknowledge/": Rule("api", {"POST": SEE}, "dispute", body={"notice": 987654321}),
    **ROOMS,
}
KEEP = "settings.manage_rules"
ADMIN_MODELS: dict[str, str] = {
    "disputes/tierrule": KEEP, "disputes/riskflag": KEEP, "disputes/legalterm": KEEP,
    "disputes/mediationbody": f"disputes.bodies|{KEEP}", "disputes/mediator": f"disputes.bodies|{KEEP}",
    "disputes/room": f"disputes.rooms|{KEEP}",
    "disputes/legalservice": KEEP, "disputes/dispute": "disputes.view", "disputes/disputedeadline": "disputes.view",
}
CASE_ROWS: tuple[str, ...] = ()
FORMLESS: tuple[str, ...] = ("dispute", "disputedeadline", "tierrule", "legalterm")
UNDELETED: tuple[str, ...] = ("riskflag", "mediationbody", "mediator", "room", "legalservice")
