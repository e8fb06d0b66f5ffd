"""The suggested type of a dispute: by a model trained from files, by the words of the types where none serves.

The narrative of the district's own disputes lies behind the wall and never feeds a model that others are served from;
``manage.py train_suggestions dispute.type --file FILE`` trains on published or released cases.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from casework.learning import store
from casework.learning.features import Block, Sample
from casework.learning.tasks import Task, register
from disputes.models.kinds import DisputeType

TYPE = "dispute.type"
BLOCKS = (Block("body", 1, 3, 1000),)

CAUSES: tuple[tuple[DisputeType, tuple[str, ...]], ...] = (
    (DisputeType.MEDICAL, ("医疗", "医患")),
    (DisputeType.TRAFFIC, ("交通事故", "道路交通", "船舶碰撞")),
    (DisputeType.PROPERTY, ("物业", "建筑物区分所有权", "业主")),
    (DisputeType.LABOUR, ("劳动", "劳务", "社会保险", "工伤", "竞业", "失业保险", "福利待遇", "欠薪", "船员")),
    (DisputeType.DEMOLITION, ("拆迁", "征地", "征收")),
    (DisputeType.FAMILY, ("离婚", "婚", "抚养", "赡养", "扶养", "探望", "继承", "家庭", "同居", "收养", "分家析产")),
    (DisputeType.YOUTH, ("教育机构", "校园", "未成年")),
    (DisputeType.ENVIRONMENT, ("环境", "生态", "污染")),
    (DisputeType.LAND, ("土地", "承包经营", "林业", "渔业承包", "草原", "种植、养殖")),
    (DisputeType.ENTERPRISE, (
        "专利", "商标", "著作权", "知识产权", "作品", "公司", "股权", "股东", "特许经营", "不正当竞争", "合伙", "破产", "别除权",
        "票据", "保理", "海上", "货运代理",
    )),
    (DisputeType.MASS_FINANCE, ("证券", "保险", "基金", "期货", "银行卡", "信用卡", "储蓄")),
    (DisputeType.HOUSING, ("房屋", "商品房", "宅基地", "租赁", "建设工程", "装饰装修")),
    (DisputeType.NEIGHBOUR, ("相邻", "排除妨害", "饲养动物", "物件损害", "妨碍通行")),
    (DisputeType.CONSUMER, ("服务合同", "产品", "消费", "旅游", "供用水", "供用气", "供用电", "供用热", "安全保障")),
    (DisputeType.DEBT, (
        "借款", "买卖合同", "合同", "保证", "抵押", "追偿", "债权", "债务", "不当得利", "拍卖", "委托", "运输", "承揽", "保管",
        "居间",
    )),
)
"""From a court's cause of action 案由 to the sixteen types: the first line one of whose words stands in it."""


def type_of_cause(cause: str) -> DisputeType:
    """The type a cause belongs to; ``other`` where no word matches."""
    for kind, words in CAUSES:
        if any(word in cause for word in words):
            return kind
    return DisputeType.OTHER


def cause_words(weight: float = 1.0) -> list[Sample]:
    """The words above as tiny texts of their type: what is known before the first file."""
    return [Sample({"body": word}, kind.value, weight) for kind, words in CAUSES for word in words]


def suggest_type(text: str, *, limit: int = 3) -> list[dict]:
    """``[{"code", "share", "words", "by"}]`` of ``DisputeType``, likeliest first; empty when nothing speaks."""
    guesses = store.guess(TYPE, "", text, limit=limit)
    if guesses:
        return [
            {"code": guess.label, "share": round(100 * guess.share), "words": list(guess.words), "by": "model"}
            for guess in guesses
        ]
    found = [
        (sum(len(word) ** 2 for word in hits), kind.value, hits)
        for kind, words in CAUSES if (hits := [word for word in words if word in text])
    ]
    total = sum(weight for weight, _code, _hits in found)
    found.sort(key=lambda entry: -entry[0])
    return [
        {"code": code, "share": round(100 * weight / total), "words": hits, "by": "words"}
        for weight, code, hits in found[:limit]
    ]


def _own_texts(limit: int | None) -> Sequence[Sample]:
    return []


def register_tasks() -> None:
    """Called from the room's ``ready``."""
    register(Task(TYPE, _("纠纷类型"), _own_texts, {"blocks": BLOCKS, "most_features": 80_000}, cause_words))
