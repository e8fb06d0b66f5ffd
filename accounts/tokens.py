"""API tokens: how a request that carries one is recognised.

django-rest-knox makes and stores them (only their hash); the reading here takes one query whatever number of
tokens a person has, and refuses odd bytes instead of tripping over them.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication

from accounts import prepared
from accounts.models import User

KEYWORD = "Token"
_TOKEN = re.compile(r"[0-9a-f]{64}")


def user_of(token: str, *, at: datetime) -> User | None:
    """Whose token it is; None for an unknown or expired one, for a disabled account, and for one
    of the demo under a production profile."""
    if not _TOKEN.fullmatch(token):
        return None
    statement, names = _reading()
    with connection.cursor() as cursor:
        prepared.execute(cursor, statement, [hash_token(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    expiry, *values = row
    user = User.from_db("default", names, values)
    if (expiry is not None and expiry <= at) or not user.is_active:
        return None
    if settings.PRODUCTION and user.is_demo:
        return None
    return user


@cache
def _reading() -> tuple[str, tuple[str, ...]]:
    """The statement that finds a token's person, and the names of the person's columns; compiled once, for every
    request of the API begins with it."""
    quote = connection.ops.quote_name
    fields = User._meta.concrete_fields
    columns = ", ".join(f"u.{quote(field.column)}" for field in fields)
    tokens, people = quote(AuthToken._meta.db_table), quote(User._meta.db_table)
    source = f"{tokens} t JOIN {people} u ON u.id = t.user_id"
    statement = f"SELECT t.expiry, {columns} FROM {source} WHERE t.digest = %s"  # noqa: S608 (names of our own)
    return statement, tuple(field.attname for field in fields)


def sent_token(request: HttpRequest) -> str | None:
    """The token in the ``Authorization`` header; None without one, empty when it is malformed."""
    keyword, _sep, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if keyword.lower() != KEYWORD.lower():
        return None
    return token.strip()


def user_by_header(request: HttpRequest) -> User | None:
    """The person of the ``Authorization`` header, None without one. Raises AuthenticationFailed for a bad one."""
    token = sent_token(request)
    if token is None:
        return None
    user = user_of(token, at=getattr(request, "at", None) or timezone.now())
    if user is None:
        raise exceptions.AuthenticationFailed(_("令牌无效或已过期"), code="bad_token")
    return user


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Token …`` for the framework's own views."""

    def authenticate(self, request: HttpRequest) -> tuple[User, str] | None:
        user = user_by_header(request)
        return None if user is None else (user, sent_token(request) or "")

    def authenticate_header(self, request: HttpRequest) -> str:
        return KEYWORD


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document calls it."""

    target_class = "accounts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict:
        return {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "`Authorization: Token …`, from POST /api/v1/token/",
        }
