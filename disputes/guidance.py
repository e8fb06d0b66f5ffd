"""导: which channel suits a dispute and why; the advice that is printed when mediation ends (rules.md §5)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from disputes.models import Dispute

REASONS = {
    "willing": _("双方愿意协商,适宜调解"),
    "neighbourly": _("双方还要长期相处,调解有利于关系修复"),
    "quick": _("事实清楚、金额不大,调解最快"),
    "free": _("人民调解自愿、不收费、保密"),
    "arbitration_first": _("劳动争议须先申请劳动仲裁,才能起诉"),
    "contract_clause": _("合同约定了仲裁"),
    "administrative_power": _("属行政机关裁决或处理的职权"),
    "against_decision": _("不服行政行为,可申请复议或起诉"),
    "limitation": _("时效将届满,应当先保住权利"),
    "evidence": _("争议大、需鉴定或保全,适宜诉讼"),
    "petition_matter": _("属信访事项,应依法分类办理"),
    "criminal": _("涉嫌违法犯罪,应由公安机关处理"),
}
SUGGESTED = {
    "mediation": {
        "neighbour": ("willing", "neighbourly", "free"), "family": ("willing", "neighbourly", "free"),
        "debt": ("quick", "free"), "consumer": ("quick", "free"),
    },
    "arbitration": {"labour": ("arbitration_first",)},
}
DEFAULTS = {
    "mediation": ("willing", "free"), "arbitration": ("contract_clause",), "administrative": ("administrative_power",),
    "court": ("evidence",), "petition": ("petition_matter",),
}
WAYS = {
    "arbitration": (
        _("申请仲裁"),
        _("劳动争议:向劳动合同履行地或用人单位所在地的劳动人事争议仲裁委员会申请,时效一年,不收费;其他合同按约定的仲裁条款办理。"),
    ),
    "administrative": (
        _("申请行政裁决或复议"),
        _("依法由行政机关裁决的事项向该机关申请;不服行政行为的,自知道之日起60日内可申请行政复议。"),
    ),
    "court": (
        _("向人民法院起诉"),
        _("向有管辖权的人民法院递交起诉状和证据;经济困难的可申请缓交、减交诉讼费和法律援助。注意诉讼时效一般为三年。"),
    ),
    "petition": (_("依法信访"), _("属信访事项的,向有权处理的机关提出,15日内会告知是否受理。")),
    "again": (_("重新申请调解"), _("双方都愿意时,可以随时再来调解,不收费。")),
}
"""What the parties are told when mediation ends without an agreement: never a dead end."""
FITTING = {
    "labour": ("arbitration", "court", "again"),
    "demolition": ("administrative", "court", "again"),
    "land": ("administrative", "court", "again"),
    "environment": ("administrative", "court", "again"),
    "medical": ("administrative", "court", "again"),
    "traffic": ("court", "again"),
    "consumer": ("administrative", "court", "again"),
}


def reasons_for(dispute: Dispute, channel: str) -> list[str]:
    """Codes of the reasons that the type suggests for a channel."""
    return list(SUGGESTED.get(channel, {}).get(dispute.type, DEFAULTS[channel]))


def ways_for(dispute: Dispute) -> list[dict]:
    """The ways that stand open now, ``{"code", "title", "text"}``, the most fitting first."""
    codes = FITTING.get(dispute.type, ("court", "again"))
    return [{"code": code, "title": WAYS[code][0], "text": WAYS[code][1]} for code in codes]
