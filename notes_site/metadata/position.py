"""Places on earth in files whose format is not known, or from which they could not be taken."""

from __future__ import annotations

import re

from notes_site.metadata import tiff
from notes_site.metadata.edits import ByteSource

_OVERLAP = 256  # bytes: more than any sign takes
_MOST_ENTRIES = 300_000  # that are looked at in what begins like a TIFF: some seconds
_SIGN = re.compile(
    rb"(?P<tiff>II\*\0|MM\0\*|II\+\0|MM\0\+)"
    rb"|exif:GPSL(?:atitude|ongitude)(?:>|\s*=\s*[\"'])\s*[0-9]"  # XMP
    rb"|\xa9xyz[\s\S]{4}[+-][0-9.]+[+-][0-9]"  # QuickTime, with ISO 6709
    rb"|location\.ISO6709[\s\S]{1,200}[+-][0-9]{2,3}\.[0-9]+[+-][0-9]"
)


def names_a_place(source: ByteSource) -> bool:
    """Return whether there is a position anywhere in a file: in Exif, in XMP, or as films have it."""
    at, before, left = 0, b"", _MOST_ENTRIES
    for block in source.blocks(0, source.size):
        data = before + block
        start = at - len(before)
        for found in _SIGN.finditer(data):
            if not found["tiff"]:
                return True
            if left > 0:
                is_place, left = tiff.has_position(source, start + found.start(), left)
                if is_place:
                    return True
        at += len(block)
        before = data[-_OVERLAP:]
    return False
