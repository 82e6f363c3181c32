"""Files as they are published: without what tells who made them, where and when. The originals are only read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from notes_site.base.digest import hasher


class Cleaned(NamedTuple):
    """What is published of a file: the digest of its bytes, and why a position is left in them (`metadata.Found`)."""

    digest: str
    left: str = ""


def look(path: Path) -> tuple[str, Cleaned]:
    """Return the digest of a file as it is, and what is published of it.

    Raises:
        OSError: it cannot be read.
    """
    from notes_site import metadata

    with path.open("rb") as file:
        source = metadata.Source(file)
        edits, left = metadata.examine(source)
        digests = [_digest(metadata.edited(source, version)) for version in ([(), edits] if edits else [()])]
    return digests[0], Cleaned(digests[-1], left)


def _digest(blocks: Iterable[bytes]) -> str:
    found = hasher()
    for block in blocks:
        found.update(block)
    return found.hexdigest()


def write_cleaned(file: BinaryIO, target: Path) -> None:
    """Write an open file as it is published.

    Raises:
        OSError: the one cannot be read, or the other not be written.
    """
    from notes_site import metadata

    source = metadata.Source(file)
    with target.open("wb") as copy:
        for block in metadata.edited(source, metadata.examine(source).edits):
            copy.write(block)
