"""Boxes of HTML (`<details>`, `<div>`) around what an import takes elsewhere. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from notes_site.content.markdown.lines import Line


def undone(lines: Sequence[Line], owner: Sequence[str], shown: Sequence[bool]) -> set[int]:
    """Return the source lines of tags that no longer hold anything: they are in two files, nothing of what stood
    between them is `shown` in theirs, or one of the two is not.
    """
    gone = set[int]()
    numbers = [line.number for line in lines]
    for opening, closing in _pairs(lines):
        ends = {opening.number, closing.number}
        file = owner[opening.number]
        inside = numbers[bisect_right(numbers, opening.number) : bisect_left(numbers, closing.number)]
        holds = any(shown[at] and at not in gone and owner[at] == file for at in inside)
        bare = all(not line.text or not shown[line.number] for line in (opening, closing))
        halved = shown[opening.number] != shown[closing.number]
        if bare and (halved or (inside and (not holds or owner[closing.number] != file))):
            gone |= ends
    return gone


def _pairs(lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """Yield the lines that open and close a box and no other one, inner boxes first."""
    opened, counts = list[Line](), Counter[str]()
    for line in (line for line in lines if len(line.tags) == 1):
        (tag,) = line.tags
        if not tag.startswith("/"):
            opened.append(line)
            counts[tag] += 1
        elif counts[tag[1:]]:
            inner = ""
            while inner != tag[1:]:
                opening = opened.pop()
                (inner,) = opening.tags
                counts[inner] -= 1
            yield opening, line
