"""Files onto an event: as a form, or by a phone under the hash of their content."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import exceptions, serializers

from accounts import bodies
from accounts.bodies import TooLarge
from accounts.lean import Answer
from casework.files import store_upload
from casework.refusals import forbidden, missing
from events import actions
from events.api import described
from events.api.shapes import attachment_row
from events.api.views import KEY, OneEventView
from events.models import EventAttachment

FORM_OVERHEAD = 64 * 1024
PURPOSES = EventAttachment.Purpose.values
FORM = inline_serializer(
    "AttachmentForm",
    {"file": serializers.FileField(), "purpose": serializers.ChoiceField(choices=PURPOSES, required=False)},
)


class _Attaching(OneEventView):
    """Asks the right before a byte is kept."""

    def check_right(self) -> None:
        event, rights = self.case, self.actor.rights
        if not rights.covers("events.attach", area_path=event.area_path, unit_ids=event.unit_ids):
            raise forbidden()

    def keep(self, file: UploadedFile, purpose: str, sha256: str = "") -> tuple[int, dict]:
        """(201, row) for a new file, (200, row) for one that is there."""
        if purpose not in PURPOSES:
            raise missing(purpose=_("请选择材料用途"))
        at = self.request.at
        stored = store_upload(file, by=self.actor.user, at=at, expected_sha256=sha256)
        known = EventAttachment.objects.select_related("file").filter(event=self.case, file=stored).first()
        if known is not None:
            return 200, attachment_row(known)
        return 201, attachment_row(
            actions.attach(self.case, file=stored, actor=self.actor, at=at, purpose=purpose)
        )


class AttachmentsView(_Attaching):
    """JPEG, PNG, WEBP or PDF as multipart; pictures are encoded anew and lose their metadata."""

    @extend_schema(
        operation_id="events_attach", tags=["events"], parameters=[KEY], request={"multipart/form-data": FORM},
        responses={201: described.AttachmentShape, 200: described.AttachmentShape, **described.MOVE},
    )
    def post(self, request: HttpRequest, number: str) -> Answer:
        self.check_right()
        check_form(request)
        unknown = (set(request.POST) - {"purpose"}) | (set(request.FILES) - {"file"})
        if unknown:
            raise exceptions.ValidationError({name[:60]: [_("没有这个字段")] for name in unknown})
        files = request.FILES.getlist("file")
        if len(files) != 1:
            raise missing(file=_("请选择一个文件"))
        return self.keep(files[0], request.POST.get("purpose") or "report")

    def answer(self, request: HttpRequest, handler: object, kwargs: dict) -> Answer:
        if request.method == "POST":
            check_form(request)
        return super().answer(request, handler, kwargs)


class AttachmentView(_Attaching):
    """The bytes themselves as body under their SHA-256; sent again they are there already (200)."""

    takes = frozenset({"purpose"})

    @extend_schema(
        operation_id="events_attach_by_hash", tags=["events"],
        parameters=[OpenApiParameter("purpose", {"type": "string", "enum": PURPOSES})],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: described.AttachmentShape, 200: described.AttachmentShape, **described.MOVE},
    )
    def put(self, request: HttpRequest, number: str, sha256: str) -> Answer:
        self.check_query(request)
        self.check_right()
        data = bodies.read_body(request, largest=settings.ATTACHMENT_MAX_BYTES)
        file = SimpleUploadedFile(sha256[:16], data, "application/octet-stream")
        return self.keep(file, request.GET.get("purpose") or "report", sha256)


def check_form(request: HttpRequest) -> None:
    """A form with a file: type and length before anything is read. Raises 413 and 415."""
    if not (request.content_type or "").startswith("multipart/form-data"):
        raise exceptions.UnsupportedMediaType(request.content_type or "")
    if _length(request) > settings.ATTACHMENT_MAX_BYTES + FORM_OVERHEAD:
        raise TooLarge


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else 0
