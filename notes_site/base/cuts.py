"""A text from which pieces are cut, and where what is left stood before. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Cut(NamedTuple):
    """The piece between two offsets, and what stands in its place: as many line ends as it had."""

    start: int
    end: int
    left: str = ""


class Shortened:
    """A text without some pieces of another one, in `text`; each line keeps its number."""

    def __init__(self, text: str, cuts: Iterable[Cut]) -> None:
        """`cuts` are in order and do not overlap."""
        parts: list[str] = []
        self._shifts: dict[int, list[tuple[int, int]]] = defaultdict(list)  # by line: from which column, by how much
        at = line = column = begin = 0
        for cut in cuts:
            for piece in (text[at : cut.start], cut.left):
                parts.append(piece)
                if ends := piece.count("\n"):
                    line += ends
                    column = len(piece) - piece.rfind("\n") - 1
                else:
                    column += len(piece)
            begin = text.rfind("\n", begin, cut.end) + 1 or begin
            self._shifts[line].append((column, cut.end - begin - column))
            at = cut.end
        self.text = "".join((*parts, text[at:]))

    def place(self, line: int, column: int, length: int) -> tuple[int, int]:
        """Return where a piece of a line of `text` stands in that line of the other text: column and length.

        Lines count from 0, columns from 1; a column of 0 means the whole line.
        """
        if not column or line not in self._shifts:
            return column, length
        first, last = (self._before(line, c) for c in (column - 1, column - 1 + max(length - 1, 0)))
        return first + 1, last - first + 1 if length else 0

    def _before(self, line: int, column: int) -> int:
        return column + next((by for start, by in reversed(self._shifts[line]) if start <= column), 0)
