"""Password rules beyond Django's own (quality.md §2.6): local words refused; composition only where asked for."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LOCAL_WORDS = ("haibowan", "wuhai", "zhzx", "zhihui", "wangge", "12345", "governance", "shequ", "jiedao")


class LocalWordsValidator:
    """Refuses what a colleague would guess first: the district, the product, the hotline."""

    def validate(self, password: str, user: object = None) -> None:
        lowered = password.lower()
        for word in LOCAL_WORDS:
            if word in lowered and len(password) - len(word) < 8:
                raise ValidationError(_("密码含有本地常用词“%(word)s”,容易被猜到"), "local_word", {"word": word})

    def get_help_text(self) -> str:
        return _("不要用地名、单位名或热线号码。")


class CompositionValidator:
    """Three of four kinds of character, only while PASSWORD_COMPOSITION is on (等保测评)."""

    KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")

    def validate(self, password: str, user: object = None) -> None:
        if not settings.PASSWORD_COMPOSITION:
            return
        if sum(bool(re.search(kind, password)) for kind in self.KINDS) < 3:
            raise ValidationError(_("密码须含大写、小写、数字、符号中的三种"), "composition")

    def get_help_text(self) -> str:
        return _("须含大写、小写、数字、符号中的三种。") if settings.PASSWORD_COMPOSITION else ""
