"""Re-encodes one picture, in a process of its own with limits: ``python -I imaging.py < upload > answer``.

Stand-alone: imports nothing of the product. The answer is one line of JSON, then the bytes of the new picture:
``{"mime", "width", "height"}`` or ``{"refused": code}``. Pixels only are carried over: no EXIF, no XMP, no
comments, no colour profile, nothing behind the end of the picture; the orientation is applied first.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 15
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 20_000
FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def limit() -> None:
    """Bound memory and time, and forbid writing files and core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Refused(Exception):
    """The picture is not taken; the argument is the code."""


def convert(data: bytes) -> tuple[dict, bytes]:
    """Decode, turn upright, encode anew."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        picture = Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_many_pixels") from error
    width, height = picture.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise Refused("too_many_pixels")
    kind = picture.format
    if kind not in FORMATS:
        raise Refused("unreadable")
    # A phone's JPEG may carry a second frame (MPO: depth, gain map); the first is the photo.
    if kind != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise Refused("animated")
    picture.load()
    picture = ImageOps.exif_transpose(picture)
    picture = _flat(picture, kind)
    # A fresh picture of the same pixels: nothing that hung on the old one comes along.
    clean = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = io.BytesIO()
    if kind == "PNG":
        clean.save(out, "PNG", compress_level=4)
    elif kind == "WEBP":
        clean.save(out, "WEBP", quality=85, method=2)
    else:
        clean.save(out, "JPEG", quality=88)
    return {"mime": FORMATS[kind], "width": clean.width, "height": clean.height}, out.getvalue()


def _flat(picture: object, kind: str) -> object:
    """Eight bits per channel, in a mode that the format can hold."""
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if kind in ("JPEG", "MPO"):
        return picture if picture.mode in ("RGB", "L") else picture.convert("RGB")
    has_alpha = "A" in picture.mode or "transparency" in picture.info
    return picture.convert("RGBA" if has_alpha else "RGB")


def main() -> None:
    limit()
    data = sys.stdin.buffer.read()
    try:
        head, body = convert(data)
    except Refused as error:
        head, body = {"refused": str(error)}, b""
    except MemoryError:
        head, body = {"refused": "too_many_pixels"}, b""
    except Exception:  # a decoder may raise anything on hostile bytes
        head, body = {"refused": "unreadable"}, b""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
