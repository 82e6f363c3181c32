"""Files made of boxes (ISO/IEC 14496-12): HEIC, AVIF, JPEG XL, JPEG 2000, MP4, MOV. Nothing moves: places in them are
named by their distance from the beginning, so a box that must go becomes an empty one of the same size.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from notes_site.base.errors import DamagedFile
from notes_site.metadata.edits import ByteSource, Edit, Part, erased, merged

_KEPT = frozenset({
    b"ftyp", b"meta", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"ssix", b"styp", b"prft", b"emsg", b"free",
    b"skip", b"wide", b"pdin", b"imda", b"JXL ", b"jxlc", b"jxlp", b"jxll", b"jxli", b"jP  ", b"jp2h", b"jp2c",
})  # fmt: skip
"""What a file needs. Others tell of it (`uuid`, `udta`, `Exif`, `xml `, `jumb`, `brob`), or hide a film (`mpvd`)."""
_CONTENT = frozenset({b"mdat", b"moov", b"imda", b"jxlc", b"jxlp", b"jp2c", b"meta"})
_OF_FILMS = frozenset({b"udta", b"meta", b"uuid"})
_OF_IMAGES = frozenset({b"iinf", b"iloc", b"iprp", b"pitm"})
_HOLDERS = frozenset({b"moov", b"trak", b"mdia"})
_TIMES = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_FREE = frozenset({b"free", b"skip", b"wide"})
_HANDLERS = frozenset({b"meta", b"camm", b"gpmd", b"fdsc"})  # of tracks that tell of the others: where, how fast
_MOST_BOXES = 100_000


def boxes(source: ByteSource, at: int, end: int) -> Iterator[Part[bytes]]:
    """Yield the boxes between two places. A last one that is cut short ends there.

    Raises:
        DamagedFile: what is there is no box.
    """
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            break
        size, kind, data = source.number(at, 4), source.exactly(at + 4, 4), at + 8
        if size == 1:
            size, data = source.number(data, 8), data + 8
        after = end if size == 0 else at + size
        if after < data:
            raise DamagedFile
        yield Part(kind, at, data, min(after, end))
        at = after
    else:
        raise DamagedFile


def clean(source: ByteSource) -> Iterator[Edit]:
    """Yield what takes the metadata out.

    Raises:
        DamagedFile: its boxes cannot be followed, or it is a camera's raw file.
    """
    if source.read(8, 4) == b"crx ":
        raise DamagedFile
    at, images, films, has_content = 0, list[Part[bytes]](), list[Part[bytes]](), False
    for box in boxes(source, 0, source.size):
        at, has_content = box.end, has_content or box.kind in _CONTENT
        if box.kind == b"meta":
            images.append(box)
        elif box.kind == b"moov":
            films.append(box)
        elif box.kind not in _KEPT:
            yield from (
                [Edit(box.start, box.end)] if box.end == source.size else _emptied(box)
            )  # the last holds no place
        elif box.kind in _FREE:
            yield from _zeros(box.data, box.end)
    if not has_content:
        raise DamagedFile
    if at < source.size:
        yield Edit(at, source.size)
    for box in images:
        of_image = any(child.kind in _OF_IMAGES for child in boxes(source, box.data + 4, box.end))
        yield from _items(source, box) if of_image else _emptied(box)
    for box in films:
        yield from _film(source, box)


def _emptied(box: Part[bytes]) -> Iterator[Edit]:
    yield Edit(box.start + 4, box.start + 8, b"free")
    yield from _zeros(box.data, box.end)


def _zeros(start: int, end: int) -> Iterator[Edit]:
    if start < end:
        yield Edit(start, end, zeros=end - start)


# --- films


def _film(source: ByteSource, holder: Part[bytes]) -> Iterator[Edit]:
    for box in boxes(source, holder.data, holder.end):
        if box.kind in _OF_FILMS:
            yield from _emptied(box)
        elif box.kind == b"trak" and _handler(source, box) in _HANDLERS:
            yield from _emptied(box)
            places = list(_samples(source, box))
            if not places:  # they are in fragments
                raise DamagedFile
            yield from erased(places, [])
        elif box.kind in _HOLDERS:
            yield from _film(source, box)
        elif box.kind in _TIMES:
            yield from _zeros(box.data + 4, box.data + 4 + (16 if source.number(box.data, 1) == 1 else 8))
        elif box.kind in _FREE:
            yield from _zeros(box.data, box.end)


def _inside(source: ByteSource, box: Part[bytes], *path: bytes) -> Part[bytes] | None:
    for kind in path:
        found = next((child for child in boxes(source, box.data, box.end) if child.kind == kind), None)
        if found is None:
            return None
        box = found
    return box


def _handler(source: ByteSource, track: Part[bytes]) -> bytes:
    box = _inside(source, track, b"mdia", b"hdlr")
    return source.read(box.data + 8, 4) if box else b""


def _samples(source: ByteSource, track: Part[bytes]) -> Iterator[tuple[int, int]]:
    """Where a track's samples are.

    Raises:
        DamagedFile: its tables do not say.
    """
    tables = _inside(source, track, b"mdia", b"minf", b"stbl")
    found = {box.kind: box for box in boxes(source, tables.data, tables.end)} if tables else {}
    places = found.get(b"stco") or found.get(b"co64")
    if not places or b"stsz" not in found or b"stsc" not in found:
        raise DamagedFile
    runs = _table(source, found[b"stsc"], (4, 4, 4))
    offsets = [row[0] for row in _table(source, places, (8 if places.kind == b"co64" else 4,))]
    fixed, count = source.number(found[b"stsz"].data + 4, 4), source.number(found[b"stsz"].data + 8, 4)
    sizes = [] if fixed else [row[0] for row in _table(source, found[b"stsz"], (4,), skip=4)]
    sample = run = 0
    for number, offset in enumerate(offsets, 1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        many = min(runs[run][1] if runs else 0, count - sample)
        size = fixed * many if fixed else sum(sizes[sample : sample + many])
        sample += many
        if offset + size > source.size:
            raise DamagedFile
        yield offset, offset + size


def _table(source: ByteSource, box: Part[bytes], widths: tuple[int, ...], skip: int = 0) -> list[tuple[int, ...]]:
    """The rows of a box that is a list: a version, what is to be skipped, their number, and the rows."""
    count, at, width = source.number(box.data + 4 + skip, 4), box.data + 8 + skip, sum(widths)
    if at + count * width > box.end:
        raise DamagedFile
    data = source.exactly(at, count * width)
    rows = []
    for start in range(0, len(data), width):
        row, place = [], start
        for size in widths:
            row.append(int.from_bytes(data[place : place + size], "big"))
            place += size
        rows.append(tuple(row))
    return rows


# --- images: items, of which some are metadata

_TOLD = {
    b"Exif": bytes(4) + b"MM\0*\0\0\0\x08" + bytes(6),
    b"mime": b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
    b"uri ": b"",
}
"""Types of items that are metadata, and one of each that says nothing."""


def _items(source: ByteSource, meta: Part[bytes]) -> Iterator[Edit]:
    children = {box.kind: box for box in boxes(source, meta.data + 4, meta.end)}
    if b"iinf" not in children:
        raise DamagedFile
    kinds = dict(_kinds(source, children[b"iinf"]))
    told = {item: kind for item, kind in kinds.items() if kind in _TOLD}
    for box in children.values():
        if box.kind in (b"uuid", b"xml ", b"bxml"):
            yield from _emptied(box)
    if not told:
        return
    if b"iloc" not in children:
        raise DamagedFile
    places = list(_places(source, children[b"iloc"], children.get(b"idat")))
    kept = merged((start, end) for item, start, end in places if item not in told)
    for item, start, end in places:
        if kind := told.get(item):
            yield from _overwritten(source, kind, start, end, kept)


def _overwritten(
    source: ByteSource, kind: bytes, start: int, end: int, kept: Sequence[tuple[int, int]]
) -> Iterator[Edit]:
    """An item's bytes become an empty item of its kind."""
    size = end - start
    before = bisect_left(kept, (end, 0)) - 1
    if end > source.size or (before >= 0 and kept[before][1] > start):
        raise DamagedFile
    new = _TOLD[kind] if size >= len(_TOLD[kind]) else b""
    yield Edit(start, end, new, size - len(new))


def _kinds(source: ByteSource, box: Part[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number and type of each item (ItemInfoBox)."""
    head = 6 if source.number(box.data, 1) == 0 else 8
    for entry in boxes(source, box.data + head, box.end):
        version = source.number(entry.data, 1)
        if entry.kind != b"infe" or version < 2:
            raise DamagedFile
        width = 2 if version == 2 else 4
        yield source.number(entry.data + 4, width), source.exactly(entry.data + 4 + width + 2, 4)


def _places(source: ByteSource, box: Part[bytes], idat: Part[bytes] | None) -> Iterator[tuple[int, int, int]]:
    """Number, beginning and end of each piece of an item (ItemLocationBox)."""
    version, sizes, more = (source.number(box.data + n, 1) for n in (0, 4, 5))
    wide_offset, wide_length, wide_base = sizes >> 4, sizes & 15, more >> 4
    wide_index = more & 15 if version else 0
    wide_id = 4 if version == 2 else 2
    at = box.data + 6

    def take(count: int) -> int:
        nonlocal at
        at += count
        if at > box.end:
            raise DamagedFile
        return source.number(at - count, count) if count else 0

    for _ in range(take(wide_id)):
        item, method = take(wide_id), take(2) & 15 if version else 0
        take(2)
        base = take(wide_base)
        for _ in range(take(2)):
            take(wide_index)
            start, length = base + take(wide_offset), take(wide_length)
            if method == 1 and idat:
                start += idat.data
            elif method:
                raise DamagedFile
            yield item, start, start + length if length else source.size
