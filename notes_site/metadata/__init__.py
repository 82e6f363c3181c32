"""What files tell of who made them, where, when and with what: found, and taken out without a pixel lost.

`examine` tells what is to change in a file, `edited` yields it so. Pixels, colour profiles, transparency, animation and
resolution stay as they are to the bit, and so does the orientation, in Exif that says nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from notes_site.base.errors import DamagedFile
from notes_site.metadata import audio, boxes, ebml, gif, jpeg, png, riff, svg, tiff
from notes_site.metadata.edits import ByteSource, Edit, Memory, edited, in_order
from notes_site.metadata.position import names_a_place

__all__ = ["ByteSource", "Edit", "Found", "edited", "examine"]


class Found(NamedTuple):
    """`edits` take the metadata out. `left` is why a position stays in the file: '' when there is none, `damaged` when
    the file is, `format` when it is of none that we know.
    """

    edits: tuple[Edit, ...] = ()
    left: str = ""


_HEAD = 1 << 16  # bytes in which a drawing must begin: declarations and a licence may come first
_Cleaner = Callable[[ByteSource], Iterable[Edit]]
_BOXES = frozenset({b"ftyp", b"JXL ", b"jP  ", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_SIGNATURES: tuple[tuple[tuple[bytes, ...], _Cleaner], ...] = (
    ((b"\xff\xd8\xff",), jpeg.clean),
    ((b"\x89PNG\r\n\x1a\n",), png.clean),
    ((b"GIF87a", b"GIF89a"), gif.clean),
    ((b"RIFF",), riff.clean),
    ((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), tiff.clean),
    ((b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2"), audio.clean_mp3),
    ((b"fLaC",), audio.clean_flac),
    ((b"\x1aE\xdf\xa3",), ebml.clean),
)


def examine(source: ByteSource) -> Found:
    """Return what is to change in a file so that it tells nothing of its making. The format is that of its bytes,
    whatever it is called.
    """
    clean = _cleaner(source.read(0, _HEAD))
    if clean:
        try:
            edits = in_order(clean(source))
        except (DamagedFile, RecursionError):
            return Found(left="damaged" if names_a_place(source) else "")
        return Found(tuple(edit for edit in edits if _changes(source, edit)))
    return Found(left="format" if names_a_place(source) else "")


def _cleaner(head: bytes) -> _Cleaner | None:
    for signatures, clean in _SIGNATURES:
        if head.startswith(signatures):
            return clean
    if head[4:8] in _BOXES:
        return boxes.clean
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return _clean_svg if text.startswith(b"<") and b"<svg" in text else None


def _clean_svg(source: ByteSource) -> Iterable[Edit]:
    return svg.clean(source, _clean_image)


def _clean_image(data: bytes) -> bytes:
    source = Memory(data)
    return b"".join(edited(source, examine(source).edits))


def _changes(source: ByteSource, edit: Edit) -> bool:
    """Return whether an edit changes anything: what is clean stays as it is, byte for byte."""
    if edit.end - edit.start != len(edit.new) + edit.zeros:
        return True
    if source.read(edit.start, len(edit.new)) != edit.new:
        return True
    return any(block.count(0) != len(block) for block in source.blocks(edit.start + len(edit.new), edit.end))
