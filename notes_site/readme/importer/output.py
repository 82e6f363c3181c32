"""The files of an import as text: front matter, what became of it as comments, the README's lines. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from notes_site.content import frontmatter
from notes_site.content.markdown.lines import Line
from notes_site.content.markdown.raw_html import is_active
from notes_site.readme.importer.rewrite import Rewritten

_ROOM = 32_000  # characters of comments in front matter; what is more stays in the text


class Writer:
    """Writes the files of a README called `name`: its `source` lines, whether each is `shown`, and where each goes."""

    def __init__(self, name: str, source: Sequence[str], shown: Sequence[bool], moved: Rewritten) -> None:
        self._name, self._source, self._shown, self._moved = name, source, shown, moved
        self._mine: dict[str, list[int]] = defaultdict(list)
        for at, path in enumerate(moved.owner):
            self._mine[path].append(at)

    def says_something(self, path: str) -> bool:
        """Tell whether any line goes to the file."""
        return any(self._source[at].strip() for at in self._mine[path])

    def text(self, path: str, fields: Mapping[str, Any], *, head: int | None = None, cells: Sequence[str] = ()) -> str:
        """Return a file. `head`: the line of the list item whose text it is, indented below it; `cells`: the parts of a
        table's row that are its text.
        """
        mine, shown = self._mine[path], self._shown
        hidden = [at for at in mine if not shown[at] and self._source[at].strip()]
        if sum(len(self._source[at]) for at in hidden) > _ROOM:
            hidden, shown = [], [True] * len(shown)
        body = _trimmed([self._moved.lines[at] for at in mine if shown[at] and at not in self._moved.apart])
        body = body if head is None else _outdented(body, self._source[head])
        parts = ("\n".join(body) or "\n\n".join(cells), "\n".join(self._moved.endings.get(path, ())))
        text = "\n\n".join(filter(None, parts))
        active = {"html": "safe"} if is_active(text) else {}
        comments = [f"# {self._name}:{at + 1}: {self._comment(at, cells)}" for at in hidden]
        block = frontmatter.dump({**fields, **active}).removesuffix("---\n")
        return "\n".join([block + "\n".join([*comments, "---"]), *([text] if text else []), ""])

    def _comment(self, at: int, cells: Sequence[str]) -> str:
        """Return a line as its comment; of a table's row without the cells that are the note's text."""
        line = self._source[at]
        for cell in cells:
            line = line.replace(cell, "…", 1)
        return frontmatter.clean(line)


_RULE_OR_BLANK = re.compile(r"\s*(?:([-*_])\s*(?:\1\s*){2,})?")
_MARKER = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])\s{1,4}")


def _trimmed(body: list[str]) -> list[str]:
    """Drop what only separates notes: blank lines and rules at both ends."""
    said = [at for at, line in enumerate(body) if not _RULE_OR_BLANK.fullmatch(line)]
    return body[said[0] : said[-1] + 1] if said else []


def _outdented(body: list[str], head: str) -> list[str]:
    """Take the indentation of a list item's text away, which would make code of it; what is code below the item's
    `head` stays so.
    """
    marker = _MARKER.match(head.expandtabs(4))
    inner = marker.end() if marker else 0
    width = next((_indent(line) for line in body if line.strip()), 0)
    width = inner if inner and width >= inner + 4 else width
    return [_without(line, min(width, _indent(line))) for line in body]


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())


def _without(line: str, width: int) -> str:
    lead = line[: len(line) - len(line.lstrip())].expandtabs(4)
    return lead[width:] + line.lstrip() if width else line


def empty_boxes(lines: Sequence[Line], owner: Sequence[str], shown: Sequence[bool]) -> set[int]:
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
