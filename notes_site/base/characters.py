"""Characters that no page may hold, and those that turn the direction of the text around them; and texts
from which pieces are cut. Pure.

HTML has no control characters but tab and line ends, and no noncharacters (WHATWG HTML, 13.2.3.5); XML refuses most of
them, so that one in a title makes a feed unreadable. Pasted terminal output is where they come from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from notes_site.base.decoding import line_at
from notes_site.base.diagnostics import Diagnostic, warning

_PLANES = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_BEYOND_ASCII = f"\x80-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}"

FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f{_BEYOND_ASCII}]")
"""Any character that no page may hold; those that are white space stand for a space."""

SPACE = re.compile("[\x0b\x0c\x1c-\x1f\x85]")

_ASCII = tuple(c for c in map(chr, range(1, 128)) if FORBIDDEN.match(c))  # NUL never gets this far
# What may hold anything to look for: above U+1FFFD, beyond emoji, nearly nothing is written.
_BEYOND = re.compile("[\x80-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff]")

# Escape sequences (ECMA-48, and what xterm adds): of a control string only what has its end, so that no text is lost.
_ESCAPE = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]+[0-~]|\x1b(?:[78=>\\]|[cDEHMNOZ](?![a-z]))"
    r"|_\x08(?=\S)|(?P<twice>\S)\x08(?=(?P=twice))"  # underlined and bold in a page of `man`
)
_PIECE = re.compile(f"(?P<escape>(?:{_ESCAPE})+)|(?P<space>{SPACE.pattern})|{FORBIDDEN.pattern}")

_MOST_LINES = 20  # told of

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ENDS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}


class Bad(NamedTuple):
    """Forbidden characters: where they are cut, what they are, and what becomes of them."""

    cut: Cut
    what: str
    fate: str


def suspicious(text: str) -> bool:
    """Tell, soon, whether there may be anything to look for in a text."""
    return any(c in text for c in _ASCII) or (not text.isascii() and _BEYOND.search(text) is not None)


def forbidden(text: str) -> tuple[Bad, ...]:
    """Return the pieces of a text that no page may hold, in order: control characters, and whole escape sequences."""
    return tuple(map(_bad, _PIECE.finditer(text)))


def _bad(found: re.Match[str]) -> Bad:
    if found["escape"]:
        return Bad(Cut(*found.span()), "terminal escape codes", "left out")
    name = f"the character U+{ord(found[0]):04X}"
    if found["space"]:
        return Bad(Cut(*found.span(), " "), name, "shown as a space")
    return Bad(Cut(*found.span()), name, "left out")


def without(text: str) -> str:
    """Return a text of many lines without what no page may hold."""
    return Shortened(text, (bad.cut for bad in forbidden(text))).text if suspicious(text) else text


def cleaned(text: str) -> str:
    """Return a name or the like without characters that no page may hold."""
    return text if text.isprintable() else FORBIDDEN.sub("", SPACE.sub(" ", text))


def problems(path: str, text: str, first_line: int = 1) -> Iterator[Diagnostic]:
    """Yield what is wrong with the characters of a text that begins on a line of its file, one problem a line."""
    if not suspicious(text):
        return
    told: dict[int, Diagnostic] = {}
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def tell(start: int, end: int, problem: Diagnostic) -> None:
        line = bisect_right(starts, start)
        if line not in told:
            column, shown = start - starts[line - 1] + 1, line_at(text, start)
            told[line] = problem._replace(line=line + first_line - 1, column=column, length=end - start, text=shown)

    for bad in forbidden(text):
        message = f"{bad.what} cannot stand in a page: {bad.fate}"
        tell(bad.cut.start, bad.cut.end, warning(path, "bad-character", message, hint="remove it"))
    for at, turn in turned(text):
        message = f"U+{ord(turn):04X} turns the text after it: readers see another order than they copy"
        hint = "remove it, unless the text is written from right to left"
        tell(at, at + 1, warning(path, "turned-text", message, hint=hint))
    shown = [*told.values()]
    if (more := len(shown) - _MOST_LINES) > 0:
        last = shown[_MOST_LINES - 1]
        shown[_MOST_LINES - 1] = last._replace(message=f"{last.message}; {more} more lines have such characters")
    yield from shown[:_MOST_LINES]


def turned(text: str) -> Iterator[tuple[int, str]]:
    """Yield where, and with which character, a line of the text is made to read otherwise than it is stored.

    Overrides always do; embeddings and isolates where their line does not end them ("Trojan Source", CVE-2021-42574).
    """
    at = 0
    for line in text.split("\n"):
        opened: list[tuple[int, str]] = []
        for found in _TURNS.finditer(line):
            if found[0] in "\u202d\u202e":
                yield at + found.start(), found[0]
                break
            if found[0] in _ENDS:
                opened.append((at + found.start(), found[0]))
            elif opened and _ENDS[opened[-1][1]] == found[0]:
                opened.pop()
        else:
            yield from opened[:1]
        at += len(line) + 1


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
