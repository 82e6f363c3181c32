"""RIFF: WebP and WAVE, a list of chunks."""

from __future__ import annotations

from collections.abc import Iterator

from notes_site.base.errors import DamagedFile
from notes_site.metadata.edits import ByteSource, Edit, growth
from notes_site.metadata.tiff import essentials, minimal

_KEPT = {
    b"WEBP": frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}),
    b"WAVE": frozenset({b"fmt ", b"data", b"fact", b"cue ", b"plst", b"smpl", b"inst", b"JUNK", b"PAD ", b"ds64"}),
}
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
_FRAME = 16  # bytes of an ANMF before its chunks


def clean(source: ByteSource) -> Iterator[Edit]:
    """Yield what takes the metadata out.

    Raises:
        DamagedFile: it ends within a chunk, or is another kind of RIFF.
    """
    form = source.exactly(8, 4)
    if form not in _KEPT:
        raise DamagedFile
    end = min(8 + source.number(4, 4, "little"), source.size)
    if source.number(4, 4, "little") in (0, 0xFFFFFFFF):  # a recording that was cut off
        end = source.size
    edits = list(_chunks(source, form, 12, end))
    if end < source.size:
        yield Edit(end, source.size)
    if edits:
        size = end - 8 + growth(edits)
        yield Edit(4, 8, size.to_bytes(4, "little"))
        yield from edits


def _chunks(source: ByteSource, form: bytes, at: int, end: int) -> Iterator[Edit]:
    features, exif = 0, b""
    while at < end:
        kind, size = source.exactly(at, 4), source.number(at + 4, 4, "little")
        after = at + 8 + size + size % 2
        if at + 8 + size > end:
            if kind not in _KEPT[form]:
                raise DamagedFile
            after = end  # cut short: what there is of it is shown
        after = min(after, end)
        if kind == b"VP8X":
            features = at + 8
        elif kind == b"ANMF":
            yield from _frame(source, at, after)
        elif kind == b"EXIF" and not exif:
            skip = 6 if source.read(at + 8, 6) == b"Exif\0\0" else 0
            exif = minimal(essentials(source, at + 8 + skip))
            yield Edit(at, after, _chunk(b"EXIF", exif))
        elif kind not in _KEPT[form] and not (kind == b"LIST" and source.read(at + 8, 4) == b"adtl"):
            yield Edit(at, after)
        at = after
    if features:
        flags = source.number(features, 1)
        said = flags & ~(_HAS_XMP | _HAS_EXIF) | (_HAS_EXIF if exif else 0)
        if said != flags:
            yield Edit(features, features + 1, bytes([said]))


def _frame(source: ByteSource, at: int, end: int) -> Iterator[Edit]:
    """A frame of an animation has chunks of its own."""
    edits = list(_chunks(source, b"WEBP", at + 8 + _FRAME, end))
    if edits:
        size = end - at - 8 + growth(edits)
        yield Edit(at + 4, at + 8, size.to_bytes(4, "little"))
        yield from edits


def _chunk(kind: bytes, data: bytes) -> bytes:
    padded = data + bytes(len(data) % 2)
    return kind + len(data).to_bytes(4, "little") + padded if data else b""
