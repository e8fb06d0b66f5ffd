"""What people of the demo district quarrel about, by type: made-up facts, claims and sums."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Matter:
    """A kind of quarrel: what happened, what is asked for, money from … to (0: none), how its parties stand."""

    facts: tuple[str, ...]
    claims: tuple[str, ...]
    money: tuple[int, int] = (0, 0)
    against: str = ""
    """What the respondent is, when it is a firm or an office; empty: a person."""
    weight: float = 1.0
    """Share of the type among all, relative."""


MATTERS: dict[str, Matter] = {
    "neighbour": Matter(
        ("楼上水管漏水,楼下顶棚和衣柜受潮,双方对维修费说法不一。", "夜里孩子跑跳和搬动家具声音大,楼下多次上门,发生口角。",
         "楼道里堆放杂物和电动车,影响通行,劝说无效。", "空调外机滴水、热风吹向邻户窗口,邻户要求移位。"),
        ("修好漏点并赔偿粉刷费", "夜间不再制造噪声", "清走杂物,保证通行", "移走外机"), (400, 6000), weight=25),
    "family": Matter(
        ("夫妻感情不和,对子女抚养和财产分割意见不一。", "老人轮流由三个子女照料,其中一人长期不出赡养费。",
         "兄妹对父母留下的房屋如何分配争执多年。", "彩礼返还数额谈不拢,两家人在院里争吵。"),
        ("明确抚养费和探望时间", "按月支付赡养费", "按份分配房屋", "返还部分彩礼"), (2000, 60000), weight=17),
    "property": Matter(
        ("物业费上涨后保洁变少,多户业主拒交物业费。", "装修押金到期未退,物业称有违规改动。",
         "小区停车位重新划线,业主和物业对收费不一致。"),
        ("恢复保洁频次并减免物业费", "退还装修押金", "按原约定收取停车费"), (300, 9000), "物业服务公司", 11),
    "labour": Matter(
        ("餐馆停业,员工两个月工资没有结清。", "工地收工后劳务费一直拖欠,班组长多次催要。", "被口头辞退,员工要求补偿和补缴社保。",
         "送货时摔伤,单位对是否算工伤有不同意见。"),
        ("付清拖欠的工资", "付清劳务费", "支付经济补偿", "承担医疗费和误工费"), (3000, 60000), "劳务公司", 10),
    "traffic": Matter(
        ("电动车与小客车在路口剐蹭,双方对修车费分担意见不一。", "倒车时撞坏院墙和三轮车,赔偿数额谈不拢。",
         "行人过街被电动车碰倒,医药费先由谁垫付有争议。"),
        ("赔偿修车费和误工费", "修复院墙并赔偿三轮车", "承担医药费"), (800, 30000), weight=9),
    "debt": Matter(
        ("熟人借款到期不还,多次答应又拖延。", "合伙开店散伙,剩余货款和设备折价谈不拢。", "房屋租约提前终止,押金和剩余租金不退。"),
        ("归还借款本金", "按约定结算合伙账目", "退还押金和剩余租金"), (2000, 90000), weight=8),
    "consumer": Matter(
        ("健身房关门,预付卡余额不退。", "新买的家电多次维修仍不能用,商家不肯换货。", "婚纱照成片与样片不符,要求退款被拒。"),
        ("退还卡内余额", "换货或退款", "退还部分费用"), (200, 6000), "商贸公司", 6.5),
    "housing": Matter(
        ("翻建围墙占用通道,邻户出行不便。", "加盖的小房挡住后院采光。", "老院子滴水檐排水流进邻家院里。"),
        ("退出占用的通道", "拆除加盖部分", "改道排水"), weight=3.5),
    "land": Matter(
        ("承包地边界标石移动,两户对面积说法不一。", "浇地轮水次序起争执,渠口被堵。", "羊群进地啃了玉米,损失怎么算谈不拢。"),
        ("按原图恢复边界", "按轮次浇水", "赔偿青苗损失"), (300, 8000), weight=3),
    "medical": Matter(
        ("术后恢复不好,家属认为告知不充分。", "镶牙后反复疼痛,要求重做并退费。"),
        ("说明经过并适当补偿", "重做并退还费用"), (2000, 60000), "医院", 2),
    "environment": Matter(
        ("餐饮油烟直排居民窗口,夜间风机噪声大。", "院里养鸡养狗,气味和叫声影响邻居。"),
        ("改道排烟,夜间停机", "限期清理"), weight=2.5),
    "enterprise": Matter(
        ("供货方称货款拖欠,商户称货有质量问题。", "厂房租赁到期,设备搬迁和押金退还有争议。"),
        ("结清货款", "退还押金"), (8000, 180000), "商贸公司", 2),
    "demolition": Matter(
        ("院内附属房是否计入补偿面积,双方说法不一。",), ("按实际面积补偿",), (5000, 90000), "征收办公室", 1),
    "youth": Matter(
        ("放学路上两名学生争执受伤,家长对医药费意见不一。", "课间打闹摔坏眼镜,两家家长互不相让。"),
        ("承担医药费", "赔偿眼镜"), (200, 3000), weight=1.3),
    "mass_finance": Matter(
        ("预售房延期交付,多户业主要求按合同支付违约金。",), ("支付延期交付违约金",), (4000, 30000), "置业公司", 0.5),
    "other": Matter(("遛狗时狗咬伤路人,双方对赔偿数额意见不一。", "广场舞占地起争执,两支队伍互不相让。"),
                    ("赔偿医药费", "错开时间使用场地"), (200, 3000), weight=2.5),
}
TERMS = (
    "双方按责任大小分担,约定期限内付清,今后互不追究。", "被申请人限期履行,申请人自愿放弃其余请求。",
    "双方各让一步,互相道歉,按约定履行。",
)
ON_THE_SPOT = ("双方当场握手言和,互不追究。", "当场履行完毕,双方没有其他争议。", "说明情况后互相谅解,保证不再发生。")
OFFERS = ("各承担一半", "先付一部分,余款分期付清", "由双方共同找人修好再分摊", "减免一部分,其余限期付清")
ENDS = {
    "arbitration": ("裁决支持部分请求", "双方在仲裁庭达成和解", "裁决驳回请求"),
    "court": ("判决支持主要请求", "经法院调解达成协议", "原告撤诉", "判决驳回请求"),
}


def draw_type(rng: random.Random) -> str:
    """A type of dispute, by its share."""
    return rng.choices(tuple(MATTERS), [matter.weight for matter in MATTERS.values()])[0]


def sum_of(matter: Matter, rng: random.Random) -> Decimal | None:
    """A round sum of this kind of quarrel; None where it is not about money."""
    low, high = matter.money
    if not high or rng.random() < 0.2:
        return None
    return Decimal(round(low * (high / low) ** rng.random() / 100) * 100 or 100)
