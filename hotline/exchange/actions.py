"""What a person does with the exchange: keep a platform's settings, replay or drop a dead letter."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casework.door import MoveRefused, missing
from hotline.exchange import line
from hotline.exchange.models import ExchangeMessage


def replay(message: ExchangeMessage, *, at: datetime) -> ExchangeMessage:
    """Put a dead letter on its way again, under the mapping as it is now. Raises ``wrong_state``."""
    with transaction.atomic():
        row = _dead(message)
        row.state, row.tries, row.reason = ExchangeMessage.State.WAITING, 0, ""
        row.round += 1
        row.save(update_fields=["state", "tries", "reason", "round"])
        line.owe(row, at=at)
    return row


def drop(message: ExchangeMessage, *, at: datetime, reason: str) -> ExchangeMessage:
    """Leave a dead letter for good; its content is deleted, the row with the reason stays. Raises ``invalid``."""
    if not reason.strip():
        raise missing(reason=_("请写明不再处理的理由"))
    with transaction.atomic():
        row = _dead(message)
        row.state, row.reason, row.body, row.done_at = ExchangeMessage.State.DROPPED, reason[:300], {}, at
        row.save(update_fields=["state", "reason", "body", "done_at"])
    return row


def _dead(message: ExchangeMessage) -> ExchangeMessage:
    row = ExchangeMessage.objects.select_for_update(of=("self",)).select_related("partner").get(pk=message.pk)
    if row.state != ExchangeMessage.State.DEAD:
        raise MoveRefused("wrong_state", _("这条记录不在失败列表中"), state=row.state)
    return row
