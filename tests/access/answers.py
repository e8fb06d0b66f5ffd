"""What every answer must carry, and what none may (quality.md W-02, W-03, P-01)."""

from __future__ import annotations

import io
import re
import zipfile

CANARY = re.compile("金丝雀\\d+号|1990000\\d{4}")
"""Names and telephones of the scene's reporters."""


def faults_of(answer: object, *, is_signed_in: bool) -> list[str]:
    """Headers missing, or wider than they may be."""
    found = []
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        found.append("no nosniff")
    if not answer.headers.get("Referrer-Policy"):
        found.append("no referrer policy")
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        found += _policy_faults(answer.headers.get("Content-Security-Policy", ""))
    if is_signed_in and "no-store" not in answer.headers.get("Cache-Control", ""):
        found += [] if "private" in answer.headers.get("Cache-Control", "") and answer.headers.get("ETag") else ["may be stored"]
    return found


def _policy_faults(policy: str) -> list[str]:
    parts = {words.split()[0]: words.split()[1:] for words in policy.split(";") if words.strip()}
    found = []
    if parts.get("default-src") != ["'none'"]:
        found.append("default-src is not none")
    for part in ("script-src", "style-src"):
        if {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:", "data:"} & set(parts.get(part, ["*"])):
            found.append(f"{part} {parts.get(part)}")
    for part in ("frame-ancestors", "base-uri", "object-src"):
        if parts.get(part) != ["'none'"]:
            found.append(f"{part} {parts.get(part)}")
    return found


def canaries_in(answer: object) -> list[str]:
    """Canaries in the body (a workbook is unpacked) and in the headers."""
    body = answer.bytes
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    text = body.decode("utf-8", errors="ignore") + repr(dict(answer.items()))
    return sorted(set(CANARY.findall(text)))
