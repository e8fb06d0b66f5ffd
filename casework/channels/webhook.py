"""Signed JSON to a webhook, and text messages through a gateway that is one."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

from django.conf import settings

from casework.channels import http
from casework.channels.base import Adapter, Payload, Refuse, Retry

SMS_CHARACTERS = 70


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """``sha256=`` and the hex HMAC of ``timestamp.body``: the receiver recomputes it and refuses old stamps."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def check_answer(answer: http.Answer) -> None:
    """2xx is delivered; 408, 425, 429 and 5xx may be tried again; all else, redirects too, is refused."""
    if 200 <= answer.status < 300:
        return
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise Retry(f"HTTP {answer.status}", after_seconds=answer.retry_after)
    raise Refuse(f"HTTP {answer.status}")


class WebhookAdapter(Adapter):
    """POSTs ``{"key", "title", "text", "target"}`` with timestamp, signature and idempotency key in headers."""

    def body(self, target: str, payload: Payload, key: str) -> dict:
        return {"key": key, "target": target, "title": payload.title, "text": payload.text}

    def send(self, target: str, payload: Payload, key: str) -> None:
        body = json.dumps(self.body(target, payload, key), ensure_ascii=False).encode()
        secret = self.channel.secret or settings.WEBHOOK_SECRET
        if not secret:
            raise Refuse("no secret: set the channel's or WEBHOOK_SECRET")
        timestamp = str(int(time.time()))
        headers = {
            "Idempotency-Key": hashlib.sha256(key.encode()).hexdigest(),
            "X-Governance-Timestamp": timestamp,
            "X-Governance-Signature": sign(secret, timestamp, body),
        }
        check_answer(http.post_json(self.channel.target, body, headers=headers))


class SmsGatewayAdapter(WebhookAdapter):
    """A short text for one phone, handed to the operator's gateway."""

    def body(self, target: str, payload: Payload, key: str) -> dict:
        if not target:
            raise Refuse("no phone number")
        text = f"{payload.title} {payload.text}".strip()
        short = text if len(text) <= SMS_CHARACTERS else text[: SMS_CHARACTERS - 1] + "…"
        return {"key": key, "phone": target, "text": short}
