"""TIFF 6.0, BigTIFF, and Exif, which is a TIFF without an image. What is removed is overwritten: nothing moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from notes_site.base.errors import DamagedFile
from notes_site.metadata.edits import ByteSource, Edit, erased

_MOST_ENTRIES = 1_000_000  # in one file
_MOST_VALUES = 4_000_000  # of one entry
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of one value, by type."""

ORIENTATION, _X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 274, 282, 283, 296
_SUB_IMAGES, _GPS = 330, 34853
_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES, _JPEG = 273, 279, 324, 325, 513
_PHOTOMETRIC, _DNG_VERSION, _OF_SENSORS = 262, 50706, frozenset({32803, 34892})
_WIDTH, _HEIGHT, _BITS, _COMPRESSION = 256, 257, 258, 259
_TELLING = frozenset({
    _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES, _JPEG, _PHOTOMETRIC, _DNG_VERSION,
})  # fmt: skip
_KEPT = frozenset({
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 286, 287,
    290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 326, 327, 328, 330, 332, 333, 334,
    336, 338, 339, 340, 341, 342, 343, 344, 345, 346, 347, 351, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530,
    531, 532, 559, 32995, 32996, 32997, 32998, 34675, 37439,  # 34675: the colour profile; 37439: the unit of brightness
    33550, 33922, 34264, 34735, 34736, 34737, 42113,  # GeoTIFF: a map's own scale and place, without which it is none
})  # fmt: skip
"""Tags by which an image is read; all others only tell of it."""


class TiffEntry(NamedTuple):
    """A field: its tag and type, how many values, and where they are; `at` is where the entry itself stands."""

    at: int
    tag: int
    kind: int
    many: int
    where: int

    @property
    def size(self) -> int:
        """Bytes of all values."""
        return _SIZES.get(self.kind, 1) * self.many


class Directory(NamedTuple):
    """An image file directory from `start` to `end`, which is behind the pointer to the next one."""

    start: int
    end: int
    entries: tuple[TiffEntry, ...]
    after: int


class Tiff:
    """A TIFF that begins at `base` of a file."""

    def __init__(self, source: ByteSource, base: int = 0, most: int = _MOST_ENTRIES) -> None:
        """Read the header.

        Raises:
            DamagedFile: it is none.
        """
        self.source, self.base = source, base
        head = source.exactly(base, 8)
        self.order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
        self._big = self.number(base + 2, 2) == 43
        if head[:2] not in (b"II", b"MM") or self.number(base + 2, 2) not in (42, 43):
            raise DamagedFile
        self._wide = 8 if self._big else 4
        self.head = 16 if self._big else 8
        self.first = self.number(base + (8 if self._big else 4), self._wide)
        self.left = most

    def number(self, at: int, count: int) -> int:
        """Return a number in the file's byte order."""
        return self.source.number(at, count, self.order)

    def directory(self, offset: int) -> Directory:
        """Return the directory at an offset.

        Raises:
            DamagedFile: there is none.
        """
        start = self.base + offset
        head, size = (8, 20) if self._big else (2, 12)
        count = self.number(start, head)
        if start + head + count * size > self.source.size:
            raise DamagedFile
        self.spend(count + 1)
        after = start + head + count * size
        table = self.source.exactly(start + head, count * size)
        entries = tuple(self._entry(start + head + at, table[at : at + size]) for at in range(0, len(table), size))
        return Directory(start, after + self._wide, entries, self.number(after, self._wide))

    def spend(self, entries: int) -> None:
        """Count what is looked at.

        Raises:
            DamagedFile: it is far too much.
        """
        self.left -= entries
        if self.left < 0:
            raise DamagedFile

    def _entry(self, at: int, data: bytes) -> TiffEntry:
        parts = (data[:2], data[2:4], data[4 : 4 + self._wide], data[4 + self._wide :])
        tag, kind, count, value = (int.from_bytes(part, self.order) for part in parts)
        inside = _SIZES.get(kind, 1) * count <= self._wide
        return TiffEntry(at, tag, kind, count, at + 4 + self._wide if inside else self.base + value)

    def values(self, entry: TiffEntry) -> list[int]:
        """Return the whole numbers of an entry.

        Raises:
            DamagedFile: the file ends before, they are far too many, or not numbers.
        """
        width = _SIZES.get(entry.kind, 1)
        if entry.many > _MOST_VALUES or width < 2:
            raise DamagedFile
        data = self.source.exactly(entry.where, entry.size)
        return [int.from_bytes(data[n : n + width], self.order) for n in range(0, len(data), width)]

    def without(self, found: Directory) -> Edit:
        """Return what takes out of a directory all that is not kept; it begins where it began."""
        kept = [entry for entry in found.entries if entry.tag in _KEPT]
        head, size = (8, 20) if self._big else (2, 12)
        table = b"".join(self.source.exactly(entry.at, size) for entry in kept)
        count, after = len(kept).to_bytes(head, self.order), found.after.to_bytes(self._wide, self.order)
        new = count + table + after
        return Edit(found.start, found.end, new, found.end - found.start - len(new))


def images(tiff: Tiff) -> Iterator[Directory]:
    """Yield the directories of all images, those within others too.

    Raises:
        DamagedFile: one is not where it should be.
    """
    pending, seen = [tiff.first], set[int]()
    while pending:
        offset = pending.pop()
        if not offset or offset in seen:
            continue
        seen.add(offset)
        found = tiff.directory(offset)
        yield found
        pending.append(found.after)
        for entry in found.entries:
            if entry.tag == _SUB_IMAGES:
                tiff.spend(entry.many)
                pending += tiff.values(entry)


def clean(source: ByteSource) -> tuple[Edit, ...]:
    """Return what takes the metadata out of a TIFF: all that no image in it needs becomes zeros.

    Raises:
        DamagedFile: it does not say what an image needs, or is a camera's raw file, which is nothing without the rest.
    """
    tiff = Tiff(source)
    if source.read(8, 2) == b"CR":
        raise DamagedFile
    found = [*images(tiff)]
    tables = [tiff.without(each) for each in found if any(entry.tag not in _KEPT for entry in each.entries)]
    if not tables:
        return ()
    kept = [(0, tiff.head), *((directory.start, directory.end) for directory in found)]
    for directory in found:
        kept += _pixels(tiff, directory)
        kept += [(entry.where, entry.where + entry.size) for entry in directory.entries if entry.tag in _KEPT]
    return (*tables, *erased([(0, source.size)], kept))


def _pixels(tiff: Tiff, directory: Directory) -> Iterator[tuple[int, int]]:
    """Where the image of a directory is.

    Raises:
        DamagedFile: nobody but its maker can tell.
    """
    by_tag = {entry.tag: tiff.values(entry) for entry in directory.entries if entry.tag in _TELLING}
    if _DNG_VERSION in by_tag or _OF_SENSORS.intersection(by_tag.get(_PHOTOMETRIC, ())) or _JPEG in by_tag:
        raise DamagedFile
    if not by_tag.get(_WIDTH) or not by_tag.get(_HEIGHT):
        raise DamagedFile
    size = -(-by_tag[_WIDTH][0] * sum(by_tag.get(_BITS, [1])) // 8) * by_tag[_HEIGHT][0]
    said = sum(by_tag.get(_STRIP_SIZES, [])) + sum(by_tag.get(_TILE_SIZES, []))
    if by_tag.get(_COMPRESSION, [1]) == [1] and said < size:
        raise DamagedFile  # decoders do not believe it either
    for places, sizes in ((_STRIPS, _STRIP_SIZES), (_TILES, _TILE_SIZES)):
        starts, counts = by_tag.get(places, []), by_tag.get(sizes, [])
        if len(starts) != len(counts) or not all(counts):
            raise DamagedFile
        yield from ((tiff.base + start, tiff.base + start + size) for start, size in zip(starts, counts, strict=True))


class Essentials(NamedTuple):
    """What of Exif decides how an image is shown: its orientation (1 to 8), and its resolution: two rationals of eight
    bytes and a unit, of big byte order.
    """

    orientation: int = 1
    resolution: tuple[bytes, bytes, int] | None = None


def essentials(source: ByteSource, base: int) -> Essentials:
    """Return what is kept of Exif; of what cannot be read, nothing."""
    try:
        tiff = Tiff(source, base)
        by_tag = {entry.tag: entry for entry in tiff.directory(tiff.first).entries}
        orientation = tiff.values(by_tag[ORIENTATION])[:1] if ORIENTATION in by_tag else []
    except DamagedFile:
        return Essentials()
    return Essentials(orientation[0] if orientation and 1 <= orientation[0] <= 8 else 1, _resolution(tiff, by_tag))


def _resolution(tiff: Tiff, by_tag: dict[int, TiffEntry]) -> tuple[bytes, bytes, int] | None:
    """The resolution, None when it is the one that is taken for granted."""
    try:
        unit = tiff.values(by_tag[_RESOLUTION_UNIT])[0] if _RESOLUTION_UNIT in by_tag else 2
        both = [_rational(tiff, by_tag[tag]) for tag in (_X_RESOLUTION, _Y_RESOLUTION)]
    except (DamagedFile, KeyError, IndexError):
        return None
    if not all(denominator and numerator for numerator, denominator in both) or unit not in (1, 2, 3):
        return None
    if unit == 2 and all(numerator == 72 * denominator for numerator, denominator in both):
        return None
    x, y = (n.to_bytes(4, "big") + d.to_bytes(4, "big") for n, d in both)
    return x, y, unit


def _rational(tiff: Tiff, entry: TiffEntry) -> tuple[int, int]:
    if entry.kind != 5:
        raise DamagedFile
    return tiff.number(entry.where, 4), tiff.number(entry.where + 4, 4)


def minimal(wanted: Essentials) -> bytes:
    """Return Exif that says nothing else, '' when there is nothing to say."""
    fields = []
    if wanted.orientation != 1:
        fields.append((ORIENTATION, 3, wanted.orientation.to_bytes(2, "big") + b"\0\0"))
    if wanted.resolution:
        data = 8 + 2 + 12 * (len(fields) + 3) + 4
        fields += [
            (_X_RESOLUTION, 5, data.to_bytes(4, "big")),
            (_Y_RESOLUTION, 5, (data + 8).to_bytes(4, "big")),
            (_RESOLUTION_UNIT, 3, wanted.resolution[2].to_bytes(2, "big") + b"\0\0"),
        ]
    if not fields:
        return b""
    entries = (t.to_bytes(2, "big") + k.to_bytes(2, "big") + b"\0\0\0\1" + value for t, k, value in fields)
    rest = b"".join(wanted.resolution[:2]) if wanted.resolution else b""
    return b"MM\0*\0\0\0\x08" + len(fields).to_bytes(2, "big") + b"".join(entries) + bytes(4) + rest


def has_position(source: ByteSource, base: int, most: int) -> tuple[bool, int]:
    """Return whether a TIFF that begins there names a place on earth: a GPS directory with a latitude or longitude; and
    how many of `most` entries are left to be looked at.
    """
    try:
        tiff = Tiff(source, base, most)
    except DamagedFile:
        return False, most - 1
    try:
        for directory in images(tiff):
            for entry in directory.entries:
                if entry.tag == _GPS and entry.kind in (3, 4, 13) and entry.many == 1:
                    inner = tiff.directory(tiff.values(entry)[0])
                    if any(each.tag in (2, 4) and any(source.read(each.where, 24)) for each in inner.entries):
                        return True, tiff.left
    except DamagedFile:
        pass
    return False, tiff.left - 1
