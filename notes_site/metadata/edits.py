"""A file that is read where one likes, and what is to change in it. Nothing is held in memory but what is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import BinaryIO, Generic, Literal, NamedTuple, TypeVar

from notes_site.base.errors import DamagedFile

Kind = TypeVar("Kind", int, bytes)
_BLOCK = 1 << 20  # bytes read at a time


class Edit(NamedTuple):
    """The bytes from `start` to `end` become `new` and so many `zeros`."""

    start: int
    end: int
    new: bytes = b""
    zeros: int = 0


def growth(edits: Iterable[Edit]) -> int:
    """Return how many bytes a file gains by these edits."""
    return sum(len(edit.new) + edit.zeros - (edit.end - edit.start) for edit in edits)


class Part(NamedTuple, Generic[Kind]):
    """A box, chunk, element or segment: its kind, and where it, its content and what follows it begin."""

    kind: Kind
    start: int
    data: int
    end: int


class ByteSource:
    """A file open for reading, from any place. `size` is in bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)

    def read(self, at: int, count: int) -> bytes:
        """Return so many bytes, fewer at the end of the file and before its beginning."""
        if at < 0:
            return b""
        self._file.seek(at)
        return self._file.read(count)

    def exactly(self, at: int, count: int) -> bytes:
        """Return so many bytes.

        Raises:
            DamagedFile: the file ends before.
        """
        if at + count > self.size:
            raise DamagedFile
        data = self.read(at, count)
        if len(data) != count:
            raise DamagedFile
        return data

    def number(self, at: int, count: int, order: Literal["little", "big"] = "big") -> int:
        """Return the unsigned number in so many bytes.

        Raises:
            DamagedFile: the file ends before.
        """
        return int.from_bytes(self.exactly(at, count), order)

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes between two places, in blocks."""
        while start < end and (data := self.read(start, min(_BLOCK, end - start))):
            yield data
            start += len(data)


class Memory(ByteSource):
    """A file that is in memory."""

    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def read(self, at: int, count: int) -> bytes:
        """Return so many bytes, fewer at the end and before the beginning."""
        return self._data[at : at + count] if at >= 0 else b""


def in_order(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return the edits by place.

    Raises:
        DamagedFile: two change the same bytes.
    """
    found = sorted(edits)
    for before, after in pairwise(found):
        if before.end > after.start:
            raise DamagedFile
    return tuple(found)


def erased(ranges: Iterable[tuple[int, int]], kept: Iterable[tuple[int, int]]) -> Iterator[Edit]:
    """Yield what overwrites these ranges with zeros, save where one has bytes that are `kept` for something else."""
    keep = merged(kept)
    at = 0
    for start, end in merged(ranges):
        while at < len(keep) and keep[at][1] <= start:
            at += 1
        place = at
        while start < end:
            hole = keep[place] if place < len(keep) and keep[place][0] < end else (end, end)
            if start < hole[0]:
                yield Edit(start, hole[0], zeros=hole[0] - start)
            start, place = max(start, hole[1]), place + 1


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges in order, those that touch made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return found


def edited(source: ByteSource, edits: Iterable[Edit]) -> Iterator[bytes]:
    """Yield the file with these edits, in blocks."""
    at = 0
    for edit in edits:
        yield from source.blocks(at, edit.start)
        if edit.new:
            yield edit.new
        for start in range(0, edit.zeros, _BLOCK):
            yield bytes(min(_BLOCK, edit.zeros - start))
        at = edit.end
    yield from source.blocks(at, source.size)
