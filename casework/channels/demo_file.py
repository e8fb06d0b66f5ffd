"""A channel for the demo: one JSON line per message in a file of the state folder."""

from __future__ import annotations

import json
import re

from django.conf import settings

from casework.channels.base import Adapter, Payload, Refuse


class FileAdapter(Adapter):
    """Appends to ``<state folder>/messages/<code>.jsonl``."""

    def send(self, target: str, payload: Payload, key: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,20}", self.channel.code):
            raise Refuse("the channel's code is no file name")
        folder = settings.VAR_DIR / "messages"
        folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps(
            {"key": key, "target": target, "title": payload.title, "text": payload.text}, ensure_ascii=False
        )
        with (folder / f"{self.channel.code}.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
