"""Upload corpus, made by script: hostile and good files as (name, bytes)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image

HTML = b"<html><script>alert(1)</script></html>"
PHP = b"<?php system($_GET['c']); ?>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), mode: str = "RGB", **save: object) -> bytes:
    """A picture with some content: left half dark, right half light."""
    image = Image.new("L", size, 40)
    image.paste(220, (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **save)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        box.writestr("a.html", HTML)
    return out.getvalue()


def located_exif(orientation: int = 6) -> Image.Exif:
    """A phone's EXIF: orientation, maker, position."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "CANARY-MAKER"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 40.0, 12.0), 3: "E", 4: (106.0, 48.0, 33.0)})
    return exif


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that claims a size and has next to no data: a pixel flood."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    flood = packer.compress(b"\0" * min(30_000_000, (width * 3 + 1) * height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", flood) + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose frame header was made to claim another size."""
    data = bytearray(picture())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (32, 32), (n * 60, 0, 0)) for n in range(3)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def pdf(extra: bytes = b"", tail: bytes = b"%%EOF\n") -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog" + extra + b">>endobj\ntrailer<</Root 1 0 R>>\n" + tail


def bad_files() -> Iterator[tuple[str, bytes]]:
    """Must be refused."""
    yield from _bad_pictures()
    yield from _not_pictures()
    yield from _floods()
    yield from _bad_papers()
    for name in ("nul\0.jpg", "rtl\u202egpj.exe", "zero\u200bwidth.jpg", "line\nbreak.jpg", "mark\u2066x.jpg", "d\x7f.jpg"):
        yield name, picture()


def _bad_pictures() -> Iterator[tuple[str, bytes]]:
    payloads = {"html": HTML, "php": PHP, "pdf": pdf(), "zip": archive(), "script": b"<SCRIPT src=x></SCRIPT>",
                "doctype": b"<!DOCTYPE html><p>"}  # fmt: skip
    for end, data in {"jpg": picture("JPEG"), "png": picture("PNG"), "webp": picture("WEBP")}.items():
        for label, payload in payloads.items():
            yield f"{end}+{label}.{end}", data + payload
        yield f"cut-{end}.{end}", data[: len(data) // 2]
        yield f"head-{end}.{end}", data[:12]
        yield f"noise-{end}.{end}", data[:24] + bytes(range(256)) * 8
    yield "comment.jpg", picture("JPEG", comment=HTML)
    yield "animated.png", animated("PNG")
    yield "animated.webp", animated("WEBP")


def _not_pictures() -> Iterator[tuple[str, bytes]]:
    yield from {
        "x.svg": SVG, "svg.jpg": SVG, "page.jpg": HTML, "page.pdf": HTML, "xml.png": b"<?xml version='1.0'?><a/>",
        "zip.jpg": archive(), "exe.jpg": b"MZ" + b"\0" * 200, "elf.png": b"\x7fELF" + b"\0" * 200,
        "text.jpg": b"hello", "sh.pdf": b"#!/bin/sh\nid\n", "empty.jpg": b"", "nul.jpg": b"\0" * 100,
        "js.webp": b"RIFF\x10\0\0\0WAVEalert(1)", "heic.heic": b"\0\0\0\x18ftypheic" + b"\0" * 100,
        "eps.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n", "psd.jpg": b"8BPS\0\x01" + b"\0" * 40,
        "fits.png": b"SIMPLE  =                    T", "mp4.jpg": b"\0\0\0\x18ftypmp42",
    }.items()  # fmt: skip
    for kind in ("GIF", "BMP", "TIFF", "PPM", "ICO"):
        yield f"{kind.lower()}.jpg", picture(kind)
    yield "gif+zip.gif", picture("GIF") + archive()


def _floods() -> Iterator[tuple[str, bytes]]:
    for width, height in ((50_000, 50_000), (65_500, 1), (1, 65_500), (10_000, 10_000), (7_500, 7_500)):
        yield f"flood-{width}x{height}.png", png_of_size(width, height)
    for width, height in ((65_500, 65_500), (20_001, 3), (9_000, 9_000)):
        yield f"claim-{width}x{height}.jpg", jpeg_of_size(width, height)


def _bad_papers() -> Iterator[tuple[str, bytes]]:
    active = {
        "js": b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>", "hex": b"/OpenAction<</S/J#61vaScript>>",
        "launch": b"/AA<</O<</S/Launch/F(cmd.exe)>>>>", "embed": b"/Names<</EmbeddedFiles 3 0 R>>",
        "xfa": b"/AcroForm<</XFA 4 0 R>>", "media": b"/RichMedia 1 0 R",
    }  # fmt: skip
    for label, extra in active.items():
        yield f"{label}.pdf", pdf(extra)
    yield "cut.pdf", pdf(tail=b"")
    yield "pdf+html.pdf", pdf() + HTML
    yield "pdf+zip.pdf", pdf() + archive()


def good_files() -> Iterator[tuple[str, bytes]]:
    """Must be taken."""
    yield "plain.jpg", picture()
    yield "progressive.jpg", picture(progressive=True)
    yield "cmyk.jpg", picture(mode="CMYK")
    yield "grey.jpg", picture(mode="L")
    yield "phone.jpg", picture(exif=located_exif())
    yield "motion.jpg", picture(exif=located_exif(1)) + b"\0\0\0\x18ftypmp42" + b"\0" * 5000
    yield "large.jpg", picture(size=(4000, 3000))
    yield "plain.png", picture("PNG")
    yield "alpha.png", picture("PNG", mode="LA")
    yield "palette.png", picture("PNG", mode="P")
    yield "deep.png", _sixteen_bits()
    yield "plain.webp", picture("WEBP")
    yield "paper.pdf", pdf()
    yield "../../etc/passwd.jpg", picture(size=(60, 40))
    yield "..\\..\\boot.jpg", picture(size=(60, 41))
    yield "con.jpg", picture(size=(60, 42))
    yield "长" * 300 + ".jpg", picture(size=(60, 43))
    yield "现场照片 (1).jpg", picture(size=(60, 44))


def _sixteen_bits() -> bytes:
    out = io.BytesIO()
    Image.new("I;16", (32, 32), 40_000).save(out, "PNG")
    return out.getvalue()
