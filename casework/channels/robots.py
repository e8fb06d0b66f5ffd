"""Group robots of WeCom 企业微信 and DingTalk 钉钉: thin renderers over the same HTTP client.

Both answer 200 with an error number in the body. Both allow 20 messages a minute per robot.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import quote_plus

from casework.channels import http
from casework.channels.base import Adapter, Payload, Refuse, Retry, cut_bytes
from casework.channels.webhook import check_answer

WECOM_BYTES = 4096
DINGTALK_BYTES = 20_000
WECOM_BUSY = {-1, 45009, 45033}
DINGTALK_BUSY = {-1, 130101, 410100, 660026}


def _check_number(answer: http.Answer, busy: set[int]) -> None:
    check_answer(answer)
    try:
        number = int(json.loads(answer.body).get("errcode", 0))
    except (ValueError, AttributeError, TypeError) as error:
        raise Retry("the robot's answer is no JSON") from error
    if number in busy:
        raise Retry(f"robot {number}", after_seconds=60)
    if number:
        raise Refuse(f"robot {number}")


def _markdown(payload: Payload) -> str:
    return f"**{payload.title}**\n{payload.text}".strip()


class WeComAdapter(Adapter):
    """``channel.target`` is the robot's address with its key."""

    def send(self, target: str, payload: Payload, key: str) -> None:
        content = cut_bytes(_markdown(payload), WECOM_BYTES)
        body = json.dumps({"msgtype": "markdown", "markdown": {"content": content}}, ensure_ascii=False)
        _check_number(http.post_json(self.channel.target, body.encode()), WECOM_BUSY)


class DingTalkAdapter(Adapter):
    """``channel.secret`` signs the address with the moment in milliseconds, as the robot's settings ask."""

    def send(self, target: str, payload: Payload, key: str) -> None:
        content = cut_bytes(_markdown(payload), DINGTALK_BYTES)
        body = json.dumps(
            {"msgtype": "markdown", "markdown": {"title": payload.title, "text": content}}, ensure_ascii=False
        )
        _check_number(http.post_json(self._address(), body.encode()), DINGTALK_BUSY)

    def _address(self) -> str:
        if not self.channel.secret:
            return self.channel.target
        stamp = str(int(time.time() * 1000))
        text = f"{stamp}\n{self.channel.secret}".encode()
        digest = hmac.new(self.channel.secret.encode(), text, hashlib.sha256).digest()
        joint = "&" if "?" in self.channel.target else "?"
        return f"{self.channel.target}{joint}timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}"
