"""Who calls, kept apart from every order; what an agent has typed so far; the calls themselves."""

from __future__ import annotations

import re
import unicodedata

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

_NOT_DIGITS = re.compile(r"\D")


def clean_phone(text: str) -> str:
    """The digits of a telephone number in one form: full-width digits plain, a leading +86 dropped."""
    digits = _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits[:20]


def phone_key(text: str) -> str:
    """Keyed hash by which a caller is found; empty for an empty number. The number itself is never searched."""
    digits = clean_phone(text)
    return salted_hmac("hotline.caller", digits, algorithm="sha256").hexdigest() if digits else ""


class Caller(models.Model):
    """A person who called: name and number (class P2), and what an agent should know before answering.

    Nothing that handles the matter joins this table; reading a value in the clear is ``actions.reveal``.
    """

    phone_hash = models.CharField(max_length=64, unique=True, editable=False)
    phone = models.CharField(_("电话"), max_length=20)
    name = models.CharField(_("姓名"), max_length=40, blank=True)
    is_elderly = models.BooleanField(_("老年"), default=False)
    is_disabled = models.BooleanField(_("残障"), default=False)
    has_threatened = models.BooleanField(_("曾威胁"), default=False)
    """Set by an agent with a reason on the order; the desk warns the next agent."""
    first_called_at = models.DateTimeField(_("首次来电"))
    last_called_at = models.DateTimeField(_("最近来电"))

    class Meta:
        verbose_name = verbose_name_plural = _("来电人")

    def __str__(self) -> str:
        return f"caller {self.pk}"


class Draft(models.Model):
    """What an agent has typed in one call, kept on the server until it is submitted or thrown away.

    ``body`` is the form as it stands; only its agent ever reads it. ``version`` counts the saves: an older copy
    arriving late does not overwrite a newer one.
    """

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    call_key = models.CharField(_("通话"), max_length=60)
    body = models.JSONField(_("内容"), default=dict)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("登记草稿")
        constraints = [models.UniqueConstraint(fields=["agent", "call_key"], name="one_draft_per_call")]


class PhoneCall(models.Model):
    """One call on the line, in or out: what the caller log shows, and how long the wrap-up 话后 took."""

    class Direction(models.TextChoices):
        IN = "in", _("呼入")
        OUT = "out", _("呼出")

    key = models.CharField(_("通话"), max_length=60, unique=True)
    """As the line names it; the draft of the call carries the same key."""
    direction = models.CharField(_("方向"), max_length=3, choices=Direction.choices, default=Direction.IN)
    caller = models.ForeignKey(Caller, models.SET_NULL, null=True, blank=True, related_name="calls")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    order = models.ForeignKey(
        "hotline.HotlineOrder", models.SET_NULL, null=True, blank=True, related_name="calls"
    )
    rang_at = models.DateTimeField(_("振铃"))
    answered_at = models.DateTimeField(_("接听"), null=True, blank=True)
    rings_at = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("振铃坐席")
    )
    """The one seat it rings at; at all free seats when empty."""
    held_at = models.DateTimeField(_("保持"), null=True, blank=True)
    ended_at = models.DateTimeField(_("挂断"), null=True, blank=True)
    wrapped_up_at = models.DateTimeField(_("话后完成"), null=True, blank=True)
    read_at = models.DateTimeField(_("已读"), null=True, blank=True)
    """Of a missed call: when somebody ticked it off."""

    class Meta:
        verbose_name = verbose_name_plural = _("通话")
        indexes = [
            models.Index(fields=["-rang_at"], name="call_log"),
            models.Index(fields=["agent", "-rang_at"], name="call_log_of_agent"),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"
