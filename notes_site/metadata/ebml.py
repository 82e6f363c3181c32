"""Matroska and WebM (RFC 9559): elements. Nothing moves: what must go becomes an empty element of the same size."""

from __future__ import annotations

from collections.abc import Iterator

from notes_site.base.errors import DamagedFile
from notes_site.metadata.edits import ByteSource, Edit, Part

_SEGMENT, _INFO, _TAGS = 0x18538067, 0x1549A966, 0x1254C367
_TOLD = frozenset({0x4461, 0x7BA9, 0x7384, 0x73A4, 0xBF})  # date, title, file name, its identifier; a checksum
_VOID = b"\xec"


def clean(source: ByteSource) -> Iterator[Edit]:
    """Yield what takes the metadata out.

    Raises:
        DamagedFile: its elements cannot be followed.
    """
    for top in _elements(source, 0, source.size):
        if top.kind != _SEGMENT:
            continue
        for element in _elements(source, top.data, top.end):
            if element.kind == _TAGS:
                yield _void(element)
            elif element.kind == _INFO:
                inside = _elements(source, element.data, element.end)
                yield from (_void(child) for child in inside if child.kind in _TOLD)


def _elements(source: ByteSource, at: int, end: int) -> Iterator[Part[int]]:
    """The elements between two places. One of unknown size, as streams have, goes on to the end."""
    while at < end:
        first = source.number(at, 1)
        width = 9 - first.bit_length()
        size_at = at + width
        bits = 9 - source.number(size_at, 1).bit_length()
        if width > 4 or bits > 8:
            raise DamagedFile
        size, data = source.number(size_at, bits) & (1 << 7 * bits) - 1, size_at + bits
        after = end if size == (1 << 7 * bits) - 1 else data + size
        yield Part(source.number(at, width), at, data, min(after, end))
        at = after


def _void(element: Part[int]) -> Edit:
    size = element.end - element.start
    width = 1 if size - 2 < 127 else 8
    inside = size - 1 - width
    head = _VOID + (inside | 1 << 7 * width).to_bytes(width, "big")
    return Edit(element.start, element.end, head, inside)
