"""``POST /api/v1/token/``: a password becomes a token; ``DELETE`` gives it back."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework import exceptions, serializers

from accounts.bodies import StrictSerializer, Text
from accounts.lean import Answer, LeanView
from accounts.tokens import sent_token

LOCKED_SECONDS = 15 * 60


class SignInForm(StrictSerializer):
    username = Text(required=True, max_length=60)
    password = Text(required=True, max_length=200, trim_whitespace=False)


class TokenMade(serializers.Serializer):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class LockedOut(exceptions.Throttled):
    """429 after too many wrong passwords."""


class TokenView(LeanView):
    """A new token each time: none is stored in clear, so none can be given again and an ``Idempotency-Key`` is
    taken without effect here."""

    is_public = True
    largest_body = 10_000

    @extend_schema(
        operation_id="token_make", request=SignInForm, tags=["token"], auth=[],
        responses={200: TokenMade, 400: OpenApiResponse(), 401: OpenApiResponse(), 429: OpenApiResponse()},
    )
    def post(self, request: HttpRequest) -> Answer:
        sent = self.sent(request, SignInForm)
        user = authenticate(request, **sent)
        if getattr(request, "axes_locked_out", False):
            request.axes_locked_out = False  # the answer is ours; the middleware's is a page
            raise LockedOut(wait=LOCKED_SECONDS)
        if user is None:
            raise exceptions.AuthenticationFailed(_("账号或密码不正确"), code="wrong_password")
        if user.must_change_password:
            raise exceptions.PermissionDenied(_("请先登录页面修改初始密码"), code="password_change_needed")
        row, token = AuthToken.objects.create(user)
        return 200, {"token": token, "expires_at": row.expiry}

    @extend_schema(operation_id="token_give_back", tags=["token"], responses={204: None, 401: OpenApiResponse()})
    def delete(self, request: HttpRequest) -> Answer:
        self.sign_in(request)
        token = sent_token(request)
        if token:
            AuthToken.objects.filter(digest=hash_token(token), user=request.user).delete()
        return self.nothing()
