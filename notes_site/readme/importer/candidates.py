"""The lines of a document that may be heads of items, each with what it and the lines below it say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from notes_site.base.paths import is_web
from notes_site.content.markdown.lines import Line
from notes_site.readme.importer import heads
from notes_site.readme.importer.facts import LEVEL, Facts, Levels, facts_in, is_label, levels_in, spelled
from notes_site.readme.importer.heads import Head
from notes_site.readme.importer.times import Time, time_in

_GOOD = 2.0  # the strength from which a line is taken for an item of its construct
_LONGEST = 100  # characters of a title in a paragraph
_LEVEL_LABEL = re.compile(rf"\W*(?:{LEVEL}|difficulty)\s*[:=-]", re.IGNORECASE)
_SENTENCES = re.compile(r"(?:[^\W\d_]{4}|\d)[.!?] +[^\W\d_]")
_AREA_COLUMN = re.compile(r"area|category|module|subject|unit|section", re.IGNORECASE)


class Candidate(NamedTuple):
    """A line that may be the head of an item: what it says, and together with the `below` lines of facts under it."""

    at: int
    key: str
    own: Head
    head: Head
    below: int
    timed: bool  # a line of its own states a time, before the next heading

    @property
    def good(self) -> bool:
        """Whether there is enough evidence in the line and the facts below it."""
        return self.head.strength >= _GOOD


def construct(line: Line) -> str:
    """Return the name of what a line is made with, as far as it matters for its part; '' for mere text."""
    if line.shape in ("ul", "ol", "quote"):
        return f"{line.shape}{line.depth}"
    return line.shape if line.is_heading or line.shape in ("dash", "row", "p", "summary") else ""


def candidates(lines: Sequence[Line], skipped: set[int]) -> Iterator[Candidate]:
    """Yield the candidates of a document, but for the skipped lines, in order."""
    table = _Table((), -1)
    for at, line in enumerate(lines):
        if line.shape == "head":
            rows = takewhile(lambda other: other.shape == "row", lines[at + 2 :])
            table = _Table.of(line, list(rows))
        key = construct(line)
        if not key or at in skipped or not line.text.strip():
            continue
        head = _row(line, table) if key == "row" else heads.read(line)
        if not head.title or ((level := marked_level(line)) and not level.weak):
            continue
        whole, below = _facts_below(lines, at, head)
        if key == "p" and not _may_be_head(line, head):
            continue
        timed = key != "p" and _timed_below(lines, at)
        yield Candidate(at, key, head, whole, below, timed)


def is_link(line: Line) -> bool:
    """Tell whether a line is a link and nothing else but signs."""
    return len(line.links) == 1 and not re.search(
        r"\w", line.text[: line.links[0].start] + line.text[line.links[0].end :]
    )


def _timed_below(lines: Sequence[Line], at: int) -> bool:
    key = construct(lines[at])
    section = takewhile(lambda line: not line.is_heading and construct(line) != key, lines[at + 1 :])
    return any((time := own_time(line)) and time.said for line in section)


def marked_level(line: Line) -> Levels | None:
    """Return the level that a line names if it says nothing else: `Beginner Level mastery of X` is a level's marker,
    and `To achieve Beginner Level, complete:`, but `X (Beginner)` is an area.
    """
    head = heads.read(line)
    level = levels_in(head.title or line.text)
    if level is None or len(level.names) > 1 or not level.rest:
        return level if level and len(level.names) == 1 else None
    words = re.findall(r"[^\W_]+", line.text.casefold())
    announces = line.text.rstrip().endswith(":") and "level" in words
    begins = construct(line) != "p" and "level" in words[:2] and not head.facts.levels
    return level if announces or begins else None


def _may_be_head(line: Line, head: Head) -> bool:
    """Tell whether a line of a paragraph may be one: it is a link, or no sentence and states a time or its kind."""
    facts, own = head.facts, head.title
    for link in line.links:
        own = own.replace(line.text[link.start : link.end], "")
    if len(head.title) > _LONGEST or _SENTENCES.search(own):
        return False
    if head.whole_link and (line.first or facts.time):
        return True
    if line.text.rstrip().endswith((".", "?!")) and not (facts.time and facts.kind):
        return False
    return bool((facts.time and not head.more) or (line.first and (line.strong or facts.kind)))


class _Table(NamedTuple):
    """What is known about a table before its rows are read: its columns' names, and which of them sorts the rows."""

    columns: tuple[str, ...]
    sorting: int

    @classmethod
    def of(cls, head: Line, rows: Sequence[Line]) -> _Table:
        """Look at a table: a column sorts the rows by its name, or by texts that come again, left of the links."""
        columns = tuple(cell.text.strip() for cell in head.cells)
        named = [n for n, column in enumerate(columns) if _AREA_COLUMN.fullmatch(column)]
        linked = (n for row in rows for n, cell in enumerate(row.cells[: len(columns)]) if cell.links)
        for n in range(min(linked, default=0)):
            texts = [row.cells[n].text.strip() for row in rows if re.search(r"\w", row.cells[n].text)]
            if len(set(texts)) < len(texts) and not any(_states(text, columns[n]) for text in texts):
                named.append(n)
        return cls(columns, named[0] if named else -1)


def _states(text: str, column: str) -> Facts | None:
    return facts_in(text, words=True) or facts_in(f"{column}: {text}")


def _row(line: Line, table: _Table) -> Head:
    """Read a row of a table: one cell is the title, the others state facts; a column's name helps a bare number."""
    texts, facts, link, part = list[Line](), Facts(), None, None
    for n, (cell, column) in enumerate(zip(line.cells, (*table.columns, *[""] * len(line.cells)), strict=False)):
        address = next((a.target for a in cell.links if is_web(a.target)), None)
        if n == table.sorting and not address:
            part = cell.text.strip() or None
        elif found := _states(cell.text, column):
            facts |= found
        elif texts and heads.read(cell).whole_link and not (heads.read(texts[0]).whole_link or is_label(cell.text)):
            texts.insert(0, cell)
        elif cell.text.strip():
            texts.append(cell)
        if address and (is_label(cell.text) or texts[:1] == [cell]):
            link = link or address
    if not texts:
        return Head("")
    head = heads.read(texts[0]).completed(facts | Facts(link=link))
    return head._replace(part=part, texts=tuple(cell.source for cell in texts[1:]))


def _facts_below(lines: Sequence[Line], at: int, head: Head) -> tuple[Head, int]:
    """Add what the lines right below a head state about it, and nothing else: its time, link, date, level."""
    count = 0
    for line in lines[at + 1 : at + 7]:
        facts = facts_in(spelled(line), words=True)
        if facts is None or line.is_heading or (line.depth < lines[at].depth and line.shape in ("ul", "ol")):
            break
        levels = facts == Facts(levels=facts.levels)
        if facts == Facts(kind=facts.kind) or (levels and not _LEVEL_LABEL.match(line.text)):
            break  # a marker of what follows
        head = head.completed(facts)
        count += 1
    return head, count


def own_time(line: Line) -> Time | None:
    """Return the time that a line of its own states: `**Time: 15 min**`, `spent 1 hour`."""
    return None if line.shape == "code" or line.is_heading else time_in(line.text, line=True)
