"""Identity numbers at rest: encrypted with a key that is not in the database, found again by a keyed hash.

AES-256-GCM behind two functions, so that an assessment which asks for SM4 changes this file only (quality.md §5.3).
The key comes from ``SEALING_KEY`` (production, from a file) or is derived from ``SECRET_KEY`` elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = "1:"
NONCE_BYTES = 12


@cache
def _key(purpose: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), f"governance.sealing.{purpose}".encode(), hashlib.sha256).digest()


def _secret() -> str:
    return settings.SEALING_KEY or settings.SECRET_KEY


def seal(text: str) -> str:
    """Ciphertext of a short text; empty stays empty. Sealing twice gives two ciphertexts."""
    if not text:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    box = AESGCM(_key("text", _secret())).encrypt(nonce, text.encode(), None)
    return VERSION + base64.b64encode(nonce + box).decode()


def unseal(sealed: str) -> str:
    """The text again. Raises ValueError for what this key has not sealed."""
    if not sealed:
        return ""
    try:
        raw = base64.b64decode(sealed.removeprefix(VERSION), validate=True)
        return AESGCM(_key("text", _secret())).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
    except (ValueError, InvalidTag):
        raise ValueError("not sealed with this key") from None


def fingerprint(text: str) -> str:
    """HMAC-SHA-256 of a normalised number: equality search without the number; empty stays empty."""
    plain = "".join(text.split()).upper()
    return hmac.new(_key("hash", _secret()), plain.encode(), hashlib.sha256).hexdigest() if plain else ""
