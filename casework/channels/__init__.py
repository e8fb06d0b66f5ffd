"""Outside channels: one small adapter per kind, chosen by the channel's row."""

from __future__ import annotations

from casework.channels.base import Adapter, Payload, Refuse, Retry
from casework.channels.demo_file import FileAdapter
from casework.channels.mail import MailAdapter
from casework.channels.robots import DingTalkAdapter, WeComAdapter
from casework.channels.webhook import SmsGatewayAdapter, WebhookAdapter
from casework.models import Channel

ADAPTERS: dict[str, type[Adapter]] = {
    Channel.Kind.MAIL: MailAdapter,
    Channel.Kind.WEBHOOK: WebhookAdapter,
    Channel.Kind.WECOM: WeComAdapter,
    Channel.Kind.DINGTALK: DingTalkAdapter,
    Channel.Kind.SMS: SmsGatewayAdapter,
    Channel.Kind.FILE: FileAdapter,
}


def adapter_of(channel: Channel) -> Adapter:
    """The adapter for this channel."""
    return ADAPTERS[channel.kind](channel)


__all__ = ["ADAPTERS", "Adapter", "Payload", "Refuse", "Retry", "adapter_of"]
