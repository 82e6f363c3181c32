"""JPEG (ITU-T T.81): a list of segments. What follows the image (a second one, a film, a maker's trailer) goes too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notes_site.base.errors import DamagedFile
from notes_site.metadata.edits import ByteSource, Edit, Part
from notes_site.metadata.tiff import Essentials, essentials, minimal

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_JFIF, _EXIF, _APP2, _ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
_LOSSLESS = 0xF7  # JPEG-LS, which marks its segments in another way
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # without length and content
_MARKER = re.compile(rb"(?<!\xff)\xff++[^\x00\xff]")
_MARKER_IN_SCAN = re.compile(rb"(?<!\xff)\xff++[^\x00\x01\xff\xd0-\xd7]")
_FIRST_BLOCK, _BLOCK = 1 << 9, 1 << 16  # bytes: most segments follow each other at once


def clean(source: ByteSource) -> Iterator[Edit]:
    """Yield what takes the metadata out. Orientation and resolution stay, and all that decides colours.

    Raises:
        DamagedFile: there is no image in it, or one that is no JPEG of T.81.
    """
    at = 2
    in_scan = has_image = has_density = has_exif = False
    while segment := _next(source, at, in_scan):
        if not in_scan and segment.start > at:
            yield Edit(at, segment.start)  # what decoders skip
        at, in_scan = segment.end, segment.kind == _SOS
        has_image = has_image or segment.kind == _SOS
        if segment.kind == _EOI:
            break
        if segment.kind == _LOSSLESS:
            raise DamagedFile
        if segment.kind == _JFIF and source.read(segment.data, 5) == b"JFIF\0" and segment.end - segment.data >= 14:
            has_density = has_density or source.number(segment.data + 7, 1) != 0
            yield from _without_thumbnail(source, segment)
        elif segment.kind == _EXIF and source.read(segment.data, 5) == b"Exif\0" and not has_exif:
            kept = minimal(_of_exif(source, segment, has_density))
            has_exif = kept != b""
            yield Edit(segment.start, segment.end, _exif_segment(kept))
        elif not _is_kept(source, segment):
            yield Edit(segment.start, segment.end)
    if not has_image:
        raise DamagedFile
    if segment and source.size > at:
        yield Edit(at, source.size)


def _next(source: ByteSource, at: int, in_scan: bool) -> Part[int] | None:
    """The next segment, None when the file ends first.

    Raises:
        DamagedFile: the file ends within it.
    """
    form, size = _MARKER_IN_SCAN if in_scan else _MARKER, _FIRST_BLOCK
    while at < source.size:
        block = source.read(at, size)
        found = form.search(block)
        if found:
            kind, data = block[found.end() - 1], at + found.end()
            start = at + found.start()
            if kind in _ALONE or kind in (_EOI, _SOI):
                return Part(kind, start, data, data)
            length = source.number(data, 2)
            if length < 2 or data + length > source.size:
                raise DamagedFile
            return Part(kind, start, data + 2, data + length)
        if at + len(block) >= source.size:
            return None
        at, size = at + (len(block.rstrip(b"\xff")) or len(block) - 1), min(4 * size, _BLOCK)
    return None


def _is_kept(source: ByteSource, segment: Part[int]) -> bool:
    if segment.kind == _APP2:
        return source.read(segment.data, 12) == b"ICC_PROFILE\0"
    if segment.kind == _ADOBE:
        return source.read(segment.data, 5) == b"Adobe"  # how colours are coded
    return segment.kind != _COM and not 0xE0 <= segment.kind <= 0xEF


def _without_thumbnail(source: ByteSource, segment: Part[int]) -> Iterator[Edit]:
    if segment.end - segment.data > 14:
        head = source.exactly(segment.data, 12)
        yield Edit(segment.start, segment.end, b"\xff\xe0\0\x10" + head + b"\0\0")


def _of_exif(source: ByteSource, segment: Part[int], has_density: bool) -> Essentials:
    found = essentials(source, segment.data + 6)
    return found._replace(resolution=None) if has_density else found


def _exif_segment(data: bytes) -> bytes:
    return b"\xff\xe1" + (len(data) + 8).to_bytes(2, "big") + b"Exif\0\0" + data if data else b""
