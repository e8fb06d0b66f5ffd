"""One key, one effect, one answer (api.md, quality.md C-06).

The key's row is inserted first, in the very transaction of the effect, and the answer is written into it before the
commit: a crash leaves neither key nor effect, a commit leaves both. A second request with the same key waits on
the unique index until the first has committed and then gives the first's answer again; after the lock time-out it
is refused with 409 ``in_progress`` and may ask again.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from accounts.clients import client_address
from casework.refusals import MoveRefused, missing

HEADER = "HTTP_IDEMPOTENCY_KEY"
LONGEST_KEY = 128
LOCK_NOT_AVAILABLE = "55P03"
NOT_KEPT = frozenset({401, 403, 413, 415, 429})
"""Answers that say nothing about the effect: the same request may fare better later. 5xx are not kept either."""

_RESERVE = """
    INSERT INTO casework_idempotencykey (owner, key, request_hash, created_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (owner, key) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; ``is_repeat`` when it is the first answer given again."""

    status: int
    body: object
    is_repeat: bool = False


class _NotKept(Exception):
    """Carries an answer out of the transaction, rolling it back."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def once(
    owner: str, key: str, request_hash: str, *, at: datetime, act: Callable[[], tuple[int, object]]
) -> Answer:
    """Run ``act`` (giving status and JSON-able body) once per owner and key.

    Refusals (4xx) are kept like successes, without any effect of theirs; what ``act`` raises rolls back the key
    as well. Raises MoveRefused: ``key_reused`` (422) for another body, ``in_progress`` (409), ``invalid``.
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise missing(idempotency_key=_("幂等键须为 1 至 128 个可见字符"))
    try:
        with transaction.atomic():
            row_id = _reserve(owner, key, request_hash, at)
            if row_id is None:
                return _first_answer(owner, key, request_hash)
            status, body = _without_effect_when_refused(act)
            if status >= 500 or status in NOT_KEPT:
                raise _NotKept(Answer(status, body))
            _keep(row_id, status, body)
            return Answer(status, body)
    except _NotKept as refused:
        return refused.answer


def _reserve(owner: str, key: str, request_hash: str, at: datetime) -> int | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_RESERVE, [owner[:60], key, request_hash, at])
            row = cursor.fetchone()
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == LOCK_NOT_AVAILABLE:
            raise MoveRefused("in_progress", _("相同的请求正在处理,请稍候")) from error
        raise
    return row[0] if row else None


def _without_effect_when_refused(act: Callable[[], tuple[int, object]]) -> tuple[int, object]:
    """A refusal that was turned into an answer must not leave what was written before it."""
    mark = transaction.savepoint()
    status, body = act()
    if status >= 400:
        transaction.savepoint_rollback(mark)
    else:
        transaction.savepoint_commit(mark)
    return status, body


def _first_answer(owner: str, key: str, request_hash: str) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT request_hash, status, answer FROM casework_idempotencykey WHERE owner = %s AND key = %s",
            [owner[:60], key],
        )
        known, status, body = cursor.fetchone()
    if known != request_hash:
        raise MoveRefused("key_reused", _("这个幂等键已用于另一个请求"))
    return Answer(status, json.loads(body) if isinstance(body, str) else body, is_repeat=True)


def _keep(row_id: int, status: int, body: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE casework_idempotencykey SET status = %s, answer = %s::jsonb WHERE id = %s",
            [status, json.dumps(body, cls=JSONEncoder, ensure_ascii=False), row_id],
        )


class IdempotentMixin:
    """For DRF views and view sets: a POST with an ``Idempotency-Key`` runs once per account. Put it first.

    ``idempotent_body_bytes`` is the largest body read for the comparison (413 beyond).
    """

    idempotent_body_bytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def initial(self: APIView, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        key = request.META.get(HEADER)
        if request.method == "POST" and key is not None and hasattr(self, "post"):
            self.post = functools.partial(self._post_once, self.post, key)

    def _post_once(
        self: APIView, handler: Callable, key: str, request: Request, *args: object, **kwargs: object
    ) -> Response:
        def act() -> tuple[int, object]:
            try:
                response = handler(request, *args, **kwargs)
            except (MoveRefused, APIException) as error:
                response = self.handle_exception(error)
            return response.status_code, response.data

        owner = f"user:{request.user.pk}" if request.user.is_authenticated else f"at:{client_address(request)}"
        answer = once(owner, key, self._request_hash(request), at=request.at, act=act)
        headers = {"Idempotent-Replay": "true"} if answer.is_repeat else None
        return Response(answer.body, status=answer.status, headers=headers)

    def _request_hash(self, request: Request) -> str:
        digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
        plain = request._request
        if (plain.content_type or "").startswith("multipart/"):
            # The boundary differs from try to try: what counts are the fields and the files' bytes.
            for name in sorted(request.data):
                for value in request.data.getlist(name):
                    digest.update(f"\n{name}=".encode() + _bytes_of(value))
        else:
            digest.update(self._body(plain))
        return digest.hexdigest()

    def _body(self, plain: object) -> bytes:
        """The raw body, kept for the parser; Django's own ``body`` would refuse what a batch may send."""
        if not hasattr(plain, "_body"):
            body = plain.read(self.idempotent_body_bytes + 1)
            if len(body) > self.idempotent_body_bytes:
                raise TooLarge
            plain._body = body
            plain._stream = io.BytesIO(body)
        return plain._body


class TooLarge(APIException):
    """413."""

    status_code = 413
    default_detail = "too large"


def _bytes_of(value: object) -> bytes:
    if not hasattr(value, "chunks"):
        return str(value).encode()
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.digest()
