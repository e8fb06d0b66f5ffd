"""The square code on a grid's plate."""

from __future__ import annotations

import segno


def qr_image(text: str) -> str:
    """A data URI (SVG) of the code for an ``<img>``; level Q, so that a scratched plate still reads."""
    return segno.make(text, error="q", micro=False).svg_data_uri(
        scale=1, border=4, svgclass=None, lineclass=None
    )
