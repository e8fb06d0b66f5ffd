"""Words the whole room shares: the sixteen types of dispute and the four kinds of mediation (rules.md §5)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DisputeType(models.TextChoices):
    """The sixteen types; the codes are also the specialities of bodies and mediators."""

    NEIGHBOUR = "neighbour", _("邻里")
    FAMILY = "family", _("婚姻家庭")
    PROPERTY = "property", _("物业")
    LABOUR = "labour", _("劳动争议(含欠薪)")
    MEDICAL = "medical", _("医疗")
    TRAFFIC = "traffic", _("道路交通")
    CONSUMER = "consumer", _("消费")
    HOUSING = "housing", _("房屋宅基地")
    LAND = "land", _("山林土地")
    DEMOLITION = "demolition", _("征地拆迁")
    ENVIRONMENT = "environment", _("环境保护")
    DEBT = "debt", _("债务合同")
    ENTERPRISE = "enterprise", _("涉企")
    YOUTH = "youth", _("校园/青少年")
    MASS_FINANCE = "mass_finance", _("涉众金融与房地产")
    OTHER = "other", _("其他")


class Nature(models.TextChoices):
    """Whose mediation it is: 人民、行政、司法、行业专业 (grand mediation)."""

    PEOPLE = "people", _("人民调解")
    ADMINISTRATIVE = "administrative", _("行政调解")
    JUDICIAL = "judicial", _("司法调解")
    INDUSTRY = "industry", _("行业专业调解")


class Tier(models.TextChoices):
    """首调 → 会调 → 联调."""

    FIRST = "first", _("首调")
    JOINT = "joint", _("会调")
    DISTRICT = "district", _("联调")


COUNSELLING = "counselling"
"""A speciality that is no type of dispute: psychological help."""
SPECIALITIES = [*DisputeType.choices, (COUNSELLING, _("心理干预"))]
SPECIALITY_NAMES = dict(SPECIALITIES)
