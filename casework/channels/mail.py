"""Mail through a real relay (SMTP)."""

from __future__ import annotations

import hashlib
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import BadHeaderError

from casework.channels.base import Adapter, Payload, Refuse, Retry


class MailAdapter(Adapter):
    """``channel.target`` may name another relay than the settings: ``host:port``."""

    def send(self, target: str, payload: Payload, key: str) -> None:
        if not target:
            raise Refuse("no mail address")
        host, _, port = self.channel.target.partition(":")
        if not (host or settings.EMAIL_HOST):
            raise Refuse("no mail relay: set EMAIL_HOST")
        relay = get_connection(
            "django.core.mail.backends.smtp.EmailBackend",
            host=host or settings.EMAIL_HOST,
            port=int(port) if port else (25 if host else settings.EMAIL_PORT),
            timeout=settings.EMAIL_TIMEOUT,
        )
        # The same key gives the same Message-ID, so that a mailbox can drop a repeat.
        number = hashlib.sha256(key.encode()).hexdigest()[:32]
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
        message = EmailMessage(
            subject=" ".join(payload.title.split()),
            body=payload.text,
            to=[target],
            headers={"Message-ID": f"<{number}@{domain}>", "X-Idempotency-Key": number},
            connection=relay,
        )
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = min(code for code, _words in error.recipients.values())
            raise (Refuse if code >= 500 else Retry)(f"SMTP {code}") from error
        except smtplib.SMTPResponseException as error:
            raise (Refuse if error.smtp_code >= 550 else Retry)(f"SMTP {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Retry(f"SMTP: {type(error).__name__}") from error
        except (BadHeaderError, UnicodeError) as error:
            raise Refuse(f"bad mail address: {type(error).__name__}") from error
