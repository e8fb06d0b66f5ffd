"""What API views of cases share: the actor, and a keyed POST that runs once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts import bodies
from accounts.lean import Answer, LeanView, dumps, respond
from casework import idempotency
from casework.actor import Actor
from casework.refusals import forbidden


class CaseView(LeanView):
    """A view with an actor. Every POST with an ``Idempotency-Key`` runs once per account (api.md)."""

    @cached_property
    def actor(self) -> Actor:
        return Actor.person(self.request.user, at=self.request.at)

    def need(self, *permissions: str) -> None:
        """Raises ``forbidden`` unless one of these codes is held somewhere."""
        if not any(self.actor.rights.may(code) for code in permissions):
            raise forbidden()

    def answer(self, request: HttpRequest, handler: Callable[..., Answer], kwargs: dict) -> Answer:
        key = request.META.get(idempotency.HEADER)
        if request.method != "POST" or key is None:
            return handler(request, **kwargs)

        made: list[HttpResponseBase] = []

        def act() -> tuple[int, Any]:
            try:
                answer = handler(request, **kwargs)
            except Exception as error:
                answer = self.refuse(error)
            response = answer if isinstance(answer, HttpResponseBase) else respond(*answer)
            made.append(response)
            # as text: a JSON value would come back with its names in another order
            return response.status_code, {"type": response["Content-Type"], "text": response.content.decode()}

        answer = idempotency.once(
            f"user:{request.user.pk}", key, self._request_hash(request), at=request.at, act=act
        )
        if not answer.is_repeat:
            return made[0]
        kept = answer.body
        response = HttpResponse(kept["text"], content_type=kept["type"], status=answer.status)
        response["Idempotent-Replay"] = "true"
        return response

    def _request_hash(self, request: HttpRequest) -> str:
        """Of method, address and body; of a form the fields and the files' bytes, as boundaries differ."""
        digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
        if (request.content_type or "").startswith("multipart/"):
            for name in sorted(request.POST):
                digest.update(dumps([name, request.POST.getlist(name)]).encode())
            for name in sorted(request.FILES):
                for file in request.FILES.getlist(name):
                    digest.update(dumps([name, file.name]).encode())
                    for chunk in file.chunks():
                        digest.update(chunk)
                    file.seek(0)
        else:
            digest.update(self.raw_body)
        return digest.hexdigest()

    @cached_property
    def raw_body(self) -> bytes:
        """The body's bytes, read once."""
        return bodies.read_body(self.request, largest=self.largest_body)

    def body(self, request: HttpRequest) -> Any:
        if not self.raw_body:
            return {}
        bodies.check_type(request)
        return bodies.parse_json(self.raw_body)

