"""MP3 and FLAC: what tags say of the recording stands before and behind it."""

from __future__ import annotations

from collections.abc import Iterator

from notes_site.base.errors import DamagedFile
from notes_site.metadata.edits import ByteSource, Edit

_KEPT_OF_FLAC = frozenset({0, 3, 5})  # STREAMINFO, SEEKTABLE, CUESHEET


def clean_mp3(source: ByteSource) -> Iterator[Edit]:
    """Yield what takes ID3 (2 and 1) and APE tags out.

    Raises:
        DamagedFile: nothing but tags.
    """
    start = _behind_id3(source, 0)
    end = source.size
    if source.read(end - 128, 3) == b"TAG" and end - 128 >= start:
        end -= 128
        if source.read(end - 227, 4) == b"TAG+" and end - 227 >= start:
            end -= 227
    if end - 32 >= start and source.read(end - 32, 8) == b"APETAGEX":
        size = source.number(end - 20, 4, "little") + (32 if source.number(end - 9, 1) & 0x80 else 0)
        end -= size if 32 <= size <= end - start else 32
    if start >= end:
        raise DamagedFile
    if start:
        yield Edit(0, start)
    if end < source.size:
        yield Edit(end, source.size)


def _behind_id3(source: ByteSource, at: int) -> int:
    while source.read(at, 3) == b"ID3":
        head = source.exactly(at, 10)
        size = 0
        for byte in head[6:]:
            size = size << 7 | byte & 0x7F
        at += 10 + size + (10 if head[5] & 0x10 else 0)
    for block in source.blocks(at, source.size):
        rest = block.lstrip(b"\0")
        at += len(block) - len(rest)
        if rest:
            break
    return at


def clean_flac(source: ByteSource) -> Iterator[Edit]:
    """Yield what takes all blocks out by which it is not played.

    Raises:
        DamagedFile: the file ends within one.
    """
    at, last_kept, ended = 4, -1, False
    edits = []
    while not ended:
        flags = source.number(at, 1)
        kind, ended = flags & 0x7F, flags & 0x80 != 0
        end = at + 4 + source.number(at + 1, 3)
        if end > source.size:
            raise DamagedFile
        if kind in _KEPT_OF_FLAC:
            last_kept = at
        else:
            edits.append(Edit(at, end))
        at = end
    if edits and last_kept >= 0:
        flags = source.number(last_kept, 1) | 0x80
        yield Edit(last_kept, last_kept + 1, bytes([flags]))
        yield from edits
