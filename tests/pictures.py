"""Small real pictures for uploads."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def jpeg(name: str = "photo.jpg", colour: tuple[int, int, int] = (120, 140, 90)) -> SimpleUploadedFile:
    """A JPEG of 64 × 48 pixels in one colour; another colour is another file."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")
