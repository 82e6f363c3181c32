"""PNG and APNG (W3C, third edition): a list of chunks."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from notes_site.base.errors import DamagedFile
from notes_site.metadata.edits import ByteSource, Edit
from notes_site.metadata.tiff import essentials, minimal

_KEPT = frozenset({
    b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"mDCv", b"cLLI", b"cLLi", b"bKGD",
    b"hIST", b"pHYs", b"sPLT", b"oFFs", b"sTER", b"acTL", b"fcTL", b"fdAT",
})  # fmt: skip
"""Chunks that decide how the image is shown, beside those without which there is none."""


def clean(source: ByteSource) -> Iterator[Edit]:
    """Yield what takes the metadata out.

    Raises:
        DamagedFile: the file ends within the image's description.
    """
    at = 8
    while at < source.size:
        kind = source.exactly(at + 4, 4)
        end = at + 12 + source.number(at, 4)
        if end > source.size:
            if kind not in (b"IDAT", b"fdAT"):
                raise DamagedFile
            return  # cut short: what there is of it is shown
        if kind == b"eXIf":
            yield Edit(at, end, _chunk(kind, minimal(essentials(source, at + 8))))
        elif kind[0] & 0x20 and kind not in _KEPT:
            yield Edit(at, end)
        at = end
        if kind == b"IEND":
            break
    if at < source.size:
        yield Edit(at, source.size)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + crc32(kind + data).to_bytes(4, "big") if data else b""
