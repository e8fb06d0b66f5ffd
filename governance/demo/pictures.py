"""A handful of drawn pictures that stand for photographs of the spot. No photograph, no person, no real place."""

from __future__ import annotations

import io
import random
from datetime import datetime

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from casework.clock.authority import database_time
from casework.files import store_upload
from casework.models import StoredFile

COUNT = 4
SIZE = (480, 360)


def keep_pictures(at: datetime | None = None) -> list[StoredFile]:
    """The pictures as stored files, drawn and kept the first time."""
    names = [f"demo-{n}.jpg" for n in range(1, COUNT + 1)]
    known = list(StoredFile.objects.filter(name__in=names, uploaded_by__isnull=True).order_by("name"))
    if len(known) >= COUNT:
        return known
    moment = at or database_time()
    return [store_upload(ContentFile(_draw(n), name=name), by=None, at=moment) for n, name in enumerate(names, 1)]


def _draw(number: int) -> bytes:
    """A street under a sky: kerb, houses, and something that was put right."""
    rng = random.Random(number)
    wide, high = SIZE
    picture = Image.new("RGB", SIZE, (176 + 12 * number, 200, 222))
    pen = ImageDraw.Draw(picture)
    left = 0
    while left < wide:
        right = left + rng.randint(50, 110)
        top = rng.randint(60, 150)
        shade = rng.randint(120, 190)
        pen.rectangle((left, top, right, 230), fill=(shade, shade - 8, shade - 20))
        for x in range(left + 10, right - 14, 22):
            for y in range(top + 12, 215, 26):
                pen.rectangle((x, y, x + 10, y + 13), fill=(220, 226, 205))
        left = right + rng.randint(0, 18)
    pen.rectangle((0, 230, wide, high), fill=(132, 130, 126))
    pen.rectangle((0, 230, wide, 244), fill=(178, 174, 166))
    for x in range(0, wide, 80):
        pen.rectangle((x, 300, x + 44, 306), fill=(232, 232, 224))
    x = rng.randint(150, 300)
    pen.ellipse((x, 262, x + 86, 292), fill=(92, 92, 92), outline=(60, 60, 60), width=4)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=78)
    return out.getvalue()
