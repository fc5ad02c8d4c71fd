"""What the beginning of a file says that it is. Pure; nothing is decoded but text."""

from __future__ import annotations

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
PARQUET = b"PAR1"
SVG = "image/svg+xml"
_GARBLED = 0.02


def image_type(head: bytes) -> str | None:
    """Return the media type of an image, or None."""
    for magic, media_type in _IMAGES:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return None


def text_of(head: bytes, *, complete: bool) -> str | None:
    """Return the text that the bytes are, or None when they are none.

    Args:
        complete: These are all bytes; else the last character may be cut in two.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if b"\0" in head:
        return None
    if not complete:
        head = head[: _last_whole(head)]
    text = head.decode("utf-8-sig", "replace")
    if text.count("\ufffd") > _GARBLED * len(text):
        return None
    return text


def is_svg(text: str) -> bool:
    """Say whether a text is an SVG image."""
    start = text[:1000].lstrip().lower()
    return start.startswith("<svg") or (start.startswith(("<?xml", "<!--")) and "<svg" in start)


def is_html(text: str) -> bool:
    """Say whether a text is an HTML document."""
    return text[:1000].lstrip().lower().startswith(("<!doctype html", "<html"))


def _last_whole(head: bytes) -> int:
    """Return where the last whole character ends in UTF-8."""
    for back in range(1, min(4, len(head)) + 1):
        byte = head[-back]
        if byte < 0x80:  # noqa: PLR2004 - ASCII
            return len(head)
        if byte >= 0xC0:  # noqa: PLR2004 - the first byte of a character
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4  # noqa: PLR2004
            return len(head) if back >= needed else len(head) - back
    return len(head)
