"""The lines that open areas, levels and groups: headings, and whatever else a document uses in their place. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from notes_site.content.markdown.lines import Line
from notes_site.readme.importer import heads
from notes_site.readme.importer.candidates import construct, marked_level
from notes_site.readme.importer.conventions import Habits, any_between
from notes_site.readme.importer.facts import facts_in, is_contents, is_numbered, name_of

_WORDS = 8  # of a line that serves as a heading
_NO_HEADING = 7  # the depth of what is no heading
_SPOKEN = 9.0  # the rank of lines that are no headings, until it is known what they stand under


class Marker(NamedTuple):
    """A line that opens a part of the document, anchors before it from `start`. Of lower `rank` is what holds more; a
    level has no `name`.
    """

    at: int
    start: int
    rank: float
    name: str
    levels: tuple[str, ...]
    key: str


def find(lines: Sequence[Line], habits: Habits, skipped: set[int]) -> list[Marker]:
    """Return the markers of a document, in order."""
    return _ranked(list(_Finder(lines, habits, skipped).markers()))


def area_rank(markers: Sequence[Marker], habits: Habits, lines: Sequence[Line]) -> float:
    """Return the rank of the markers that are areas, 0 without any."""
    items = sorted(habits.items)
    ends = zip(markers, ends_of(markers, len(lines)), strict=True)
    holding = [m for m, end in ends if m.name and any_between(items, m.at, end)]
    numbered = [m for m in holding if is_numbered(lines[m.at].text)]
    return min((m.rank for m in numbered or holding), default=0)


def ends_of(markers: Sequence[Marker], count: int) -> list[int]:
    """Return where the parts that markers open end, each at the next one that is not below it; `count` is that of all
    lines.
    """
    ends, opened = [count] * len(markers), list[int]()
    for n, marker in enumerate(markers):
        while opened and markers[opened[-1]].rank >= marker.rank:
            ends[opened.pop()] = marker.at
        opened.append(n)
    return ends


class _Finder:
    """What opens parts is told by what follows: an item, a level, or another line that opens one.

    Lines that are made alike are judged together.
    """

    def __init__(self, lines: Sequence[Line], habits: Habits, skipped: set[int]) -> None:
        facts = {c.at + n for c in habits.items.values() for n in range(1, c.below + 1)}
        self._lines, self._items = lines, habits.items
        taken = {*habits.items, *skipped, *facts}
        self._others = [at for at in range(len(lines)) if at not in taken]
        self._item_depth = int(habits.key[1]) if habits.key[:1] == "h" else _NO_HEADING
        self._parts = set[int]()
        self._levels = self._level_markers()
        for key, members in self._alike(self._may_speak).items():
            self._parts |= self._spoken(key, members)
        self._parts |= self._headings()

    def markers(self) -> Iterator[Marker]:
        """Yield the lines that say to which area or level the items below them belong."""
        for at in self._others:
            line, key, start = self._lines[at], construct(self._lines[at]), at
            while start and (above := self._lines[start - 1]).anchors and above.shape == "html" and not above.text:
                start -= 1
            rank = float(line.shape[1]) if line.is_heading else _SPOKEN
            if at in self._levels:
                yield Marker(at, start, rank, "", self._levels[at], key)
            elif at in self._parts:
                head = heads.read(line)
                yield Marker(at, start, rank, name_of(head.title or line.text), head.facts.levels, key)

    def _alike(self, chosen: Callable[[int], bool]) -> dict[str, list[int]]:
        """Return the lines that are no levels by what they are made with."""
        found: dict[str, list[int]] = defaultdict(list)
        for at in self._others:
            if at not in self._levels and chosen(at):
                found[construct(self._lines[at])].append(at)
        return dict(sorted(found.items()))

    def _level_markers(self) -> dict[int, tuple[str, ...]]:
        """Return the lines that say a level and nothing else; a word such as `basic` needs another level beside it."""
        made = {at: construct(self._lines[at]) for at in self._others}
        found = {at: level for at, key in made.items() if key and (level := marked_level(self._lines[at]))}
        if all(level.weak for level in found.values()) and len({level.names for level in found.values()}) < 2:
            return {}
        return {at: level.names for at, level in found.items()}

    def _may_speak(self, at: int) -> bool:
        """Tell whether a line that is no heading may serve as one."""
        line, key = self._lines[at], construct(self._lines[at])
        if line.is_heading or key in ("", "row") or not (line.first and line.alone) or len(line.text.split()) > _WORDS:
            return False
        counted = is_numbered(line.text) and not line.text.rstrip().endswith((".", "!", "?"))
        return key == "summary" or ((key != "p" or line.strong or counted) and not facts_in(line.text))

    def _spoken(self, key: str, members: Sequence[int]) -> set[int]:
        """Return the lines of one making, no headings, that open parts.

        Most of them must, or levels be made so too; quotes only in the latter case, and below a level or where they
        say that there is none.
        """
        leading = {at for at in members if self._leads(at, int(key in ("p", "summary")))}
        like = [at for at in self._levels if construct(self._lines[at]) == key]
        if key.startswith("quote"):
            other = {at for at in leading if self._lines[at].text == "Other"}
            leading = {at for at in leading if like and (at > like[0] or at in other) and at + 1 not in self._levels}
        elif not like and len(leading) < 0.5 * len(members):
            leading = set()
        numbered = {at for at in members if is_numbered(self._lines[at].text)}
        return leading | {at for at in numbered if at + 1 in self._items or self._lines[at].strong}

    def _headings(self) -> set[int]:
        """Return the headings that open parts; the rest stands in items' notes.

        All of a depth do if levels have it, or if nothing stands above it.
        """
        found = set[int]()
        whole = {self._lines[at].shape for at in self._levels}
        for key, here in self._alike(self._is_heading).items():
            if int(key[1]) >= self._item_depth:
                reach = {at: int(is_numbered(self._lines[at].text)) for at in here if int(key[1]) == self._item_depth}
                found |= {
                    at for at, n in reach.items() if self._leads(at, n) or heads.read(self._lines[at]).facts.levels
                }
            elif key in whole or not found:
                found |= set(here)
            else:
                found |= {at for at in here if self._leads(at, 1)}
        return found

    def _is_heading(self, at: int) -> bool:
        line = self._lines[at]
        return line.is_heading and not line.depth and bool(line.text.strip()) and not is_contents(line.text)

    def _leads(self, at: int, reach: int) -> bool:
        """Tell whether an item or a part stands below a line, at most `reach` remarks between them.

        Below the item of a list must be a list in it.
        """
        here, seen = self._lines[at], 0
        listed = here.shape in ("ul", "ol")
        for n in range(at + 1, len(self._lines)):
            line = self._lines[n]
            deeper = line.is_heading and line.shape > here.shape
            if n in self._items or n in self._levels or n in self._parts:
                if listed:
                    return line.depth > here.depth
                return not seen or deeper or not (line.is_heading or here.is_heading)
            seen += line.first and line.shape not in ("html", "rule", "head")
            if line.is_heading or line.shape == "code" or seen > reach:
                return False
        return False


def _ranked(markers: list[Marker]) -> list[Marker]:
    """Rank the markers that are no headings: below the headings under which they stand, in the order of appearance.

    Names that follow a level right away are inside it, and names that a level follows are above it.
    """
    above, order, heading = dict[str, float](), dict[str, int](), 0.0
    for marker in markers:
        if marker.rank == _SPOKEN:
            order.setdefault(marker.key, len(order))
            above[marker.key] = min(above.get(marker.key, _SPOKEN), heading + 0.5)
        else:
            heading = marker.rank
    pairs = [(a, b) for a, b in pairwise(markers) if b.at == a.at + 1]
    shift = {b.key: 0.25 for a, b in pairs if a.levels and b.name} | {
        a.key: -0.25 for a, b in pairs if a.name and b.levels
    }
    return [
        m
        if m.rank != _SPOKEN
        else m._replace(rank=above[m.key] + order[m.key] / 100 + (shift.get(m.key, 0) if m.name else 0))
        for m in markers
    ]
