"""GIF89a: blocks. Comments go, and what applications keep, save how often it is repeated and its colour profile."""

from __future__ import annotations

from collections.abc import Iterator

from notes_site.base.errors import DamagedFile
from notes_site.metadata.edits import ByteSource, Edit

_EXTENSION, _IMAGE, _END = 0x21, 0x2C, 0x3B
_COMMENT, _APPLICATION = 0xFE, 0xFF
_KEPT = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"})


def clean(source: ByteSource) -> Iterator[Edit]:
    """Yield what takes the metadata out.

    Raises:
        DamagedFile: there is no image in it, or a block of no known kind.
    """
    at = 13 + _table(source.number(10, 1))
    has_image = False
    while at < source.size:
        kind = source.number(at, 1)
        if kind == _IMAGE:
            has_image = True
            data = at + 10 + _table(source.number(at + 9, 1)) if at + 10 <= source.size else source.size
            at = _behind(source, data + 1)
        elif kind == _EXTENSION:
            label, end = source.number(at + 1, 1), _behind(source, at + 2)
            named = label == _APPLICATION and source.read(at + 3, 11) in _KEPT
            if label == _COMMENT or (label == _APPLICATION and not named):
                yield Edit(at, end)
            at = end
        elif kind in (_END, 0):
            at += 1
            if kind == _END:
                break
        else:
            raise DamagedFile
    if not has_image:
        raise DamagedFile
    if at < source.size:
        yield Edit(at, source.size)


def _table(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _behind(source: ByteSource, at: int) -> int:
    """Where a list of blocks that begins there ends; that of a file cut short ends with it."""
    while at < source.size:
        size = source.number(at, 1)
        at += 1 + size
        if not size:
            return at
    return source.size
