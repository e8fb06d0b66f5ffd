"""Uploads: looked at, made harmless, kept under the hash of their content (quality.md §4.5, I-01, I-02).

Pictures (JPEG, PNG, WEBP) are decoded and encoded anew in a limited child process. A PDF is kept as it is and only
ever served as a download. A row is written after the bytes lie safely on the disk, never before.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Field
from django.http import FileResponse, Http404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.models import User
from casework.models import StoredFile
from casework.refusals import MoveRefused

EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}
CHILD_SECONDS = 20
ORPHAN_HOURS = 24
LONGEST_NAME = 120
INCOMING = ".incoming"
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MARKUP = re.compile(rb"<(script|html|body|iframe)[\s>/]|<\?php\s|<!doctype\s+html", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z])")
_PDF_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")


def store_upload(file: UploadedFile, *, by: User | None, at: datetime, expected_sha256: str = "") -> StoredFile:
    """Check, clean and keep an uploaded file; the same bytes again give the same row.

    ``expected_sha256`` is what a phone says it sends. Raises MoveRefused: ``file_too_large`` (413 is the view's),
    ``file_type``, ``file_broken``, ``file_name``, ``file_active``, ``file_hash``; ``invalid`` when empty.
    """
    name = clean_name(file.name or "")
    data = _read(file)
    sha256 = hashlib.sha256(data).hexdigest()
    if expected_sha256 and expected_sha256.lower() != sha256:
        raise _refused("file_hash", _("文件在传输中损坏,请重新上传"))
    known = StoredFile.objects.filter(sha256=sha256).first()
    if known is not None and path_of(known).exists():
        return known
    mime, body, width, height = _made_safe(data)
    stored_sha256 = _keep(body)
    row = StoredFile(
        sha256=sha256,
        stored_sha256=stored_sha256,
        mime=mime,
        size=len(body),
        name=_with_extension(name, mime),
        width=width,
        height=height,
        uploaded_by=by,
        uploaded_at=at,
    )
    return _insert(row)


def _insert(row: StoredFile) -> StoredFile:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return StoredFile.objects.get(sha256=row.sha256)
    return row


def _refused(code: str, words: str) -> MoveRefused:
    return MoveRefused(code, words, fields={"file": [words]})


def _read(file: UploadedFile) -> bytes:
    largest = settings.ATTACHMENT_MAX_BYTES
    data = b"" if (file.size or 0) > largest else file.read(largest + 1)
    if (file.size or 0) > largest or len(data) > largest:
        raise _refused("file_too_large", _("文件超过 %(mb)s MB") % {"mb": largest // 1024 // 1024})
    if not data:
        raise _refused("invalid", _("文件是空的"))
    return data


def _made_safe(data: bytes) -> tuple[str, bytes, int | None, int | None]:
    if data.startswith(b"%PDF-"):
        _check_pdf(data)
        return "application/pdf", data, None, None
    if not is_picture(data):
        raise _refused("file_type", _("只接受 JPEG、PNG、WEBP 图片或 PDF"))
    if _MARKUP.search(data) or _ZIP_END in data[-66_000:] or b"%PDF-" in data:
        raise _refused("file_active", _("文件中夹带了其他内容,不能接受"))
    head, body = reencode(data)
    return head["mime"], body, head["width"], head["height"]


def is_picture(data: bytes) -> bool:
    """By the first bytes alone; name and declared type are never believed."""
    return (
        data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
    )


def _check_pdf(data: bytes) -> None:
    """Refuse what is cut off, active, or something else as well. Names inside compressed streams are not seen;
    that is why a PDF is never shown in the page, only downloaded."""
    if b"%%EOF" not in data[-2048:]:
        raise _refused("file_broken", _("文件不完整或已损坏"))
    plain = _PDF_HEX.sub(lambda found: bytes([int(found[1], 16)]), data)
    if _ACTIVE_PDF.search(plain) or _MARKUP.search(data) or _ZIP_END in data[-66_000:]:
        raise _refused("file_active", _("文件中夹带了脚本或附件,不能接受"))


def reencode(data: bytes) -> tuple[dict, bytes]:
    """The picture encoded anew by a child process with limits on memory and time."""
    script = Path(__file__).with_name("imaging.py")
    words = {
        "too_many_pixels": _("图片像素过多"),
        "animated": _("不接受动图"),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(script)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=CHILD_SECONDS,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise _refused("file_broken", _("文件不完整或已损坏")) from None
    line, _sep, body = done.stdout.partition(b"\n")
    try:
        head = json.loads(line)
    except ValueError:
        head = {"refused": "unreadable"}
    if "refused" in head or not body:
        raise _refused("file_broken", words.get(head.get("refused", ""), _("文件不完整或已损坏")))
    return head, body


def clean_name(name: str) -> str:
    """A display name: the last part of any path, composed (NFC), without reserved words; refuses control,
    invisible and direction-changing characters."""
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in name):
        raise _refused("file_name", _("文件名含有不允许的字符"))
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name.strip(" .")
    last = re.sub(r'[<>:"|?*]', "_", last)
    if _RESERVED.fullmatch(last):
        last = "_" + last
    return last or "file"


def _with_extension(name: str, mime: str) -> str:
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name) or "file"
    return stem[: LONGEST_NAME - 5] + EXTENSIONS[mime]


# On the disk ------------------------------------------------------------------------------------------


def path_of(stored: StoredFile) -> Path:
    """Where the kept bytes lie."""
    return Path(settings.MEDIA_ROOT) / stored.relative_path


def _keep(body: bytes) -> str:
    """Write under the content's hash: temporary file, fsync, rename, fsync of the folder. A kill leaves nothing
    or a whole file."""
    digest = hashlib.sha256(body).hexdigest()
    root = Path(settings.MEDIA_ROOT)
    folder = root / digest[:2] / digest[2:4]
    final = folder / digest
    if final.exists():
        os.utime(final)
        return digest
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    incoming = root / INCOMING
    incoming.mkdir(exist_ok=True, mode=0o750)
    handle, fresh = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).chmod(settings.FILE_UPLOAD_PERMISSIONS)
        Path(fresh).replace(final)
    except OSError:
        Path(fresh).unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return digest


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_orphans(*, at: datetime) -> int:
    """Remove rows that nothing refers to and files that no row names, both older than a day; how many."""
    before = at - timedelta(hours=ORPHAN_HOURS)
    rows = StoredFile.objects.filter(uploaded_at__lt=before)
    references = list(_references())
    for field in references:
        used = field.model._base_manager.filter(**{f"{field.name}__isnull": False})
        rows = rows.exclude(pk__in=used.values(field.name))
    gone = rows.delete()[0] if references else 0
    root = Path(settings.MEDIA_ROOT)
    for path in [*root.glob(f"{INCOMING}/*"), *root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")]:
        gone += _remove_if_orphan(path, before)
    return gone


def _references() -> Iterator[Field]:
    """Foreign keys of all rooms that point to a stored file, those without a name back included."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation.field


def _remove_if_orphan(path: Path, before: datetime) -> int:
    try:
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) >= before:
            return 0
        if path.parent.name != INCOMING and StoredFile.objects.filter(stored_sha256=path.name).exists():
            return 0
        path.unlink()
    except FileNotFoundError:
        return 0
    return 1


def serve(stored: StoredFile) -> FileResponse:
    """The file as a response that cannot run in our origin. The view has asked the rights and logged the
    reading before."""
    try:
        file = path_of(stored).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type=stored.mime)
    is_inline = stored.mime.startswith("image/")
    response["Content-Disposition"] = content_disposition_header(not is_inline, stored.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    response["Content-Length"] = str(stored.size)
    return response
