"""Numbers of orders and referrals in addresses."""

from __future__ import annotations

from django.urls import register_converter


class OrderNumber:
    """A number as the rule of rules.md §4 writes it; anything else is no order's address at all."""

    regex = "[0-9][0-9-]{0,31}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ReferralNumber(OrderNumber):
    """``JJ20260305-0001``."""

    regex = "JJ[0-9-]{1,30}"


register_converter(OrderNumber, "order_number")
register_converter(ReferralNumber, "referral_number")
