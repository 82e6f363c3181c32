"""The lines that open areas, levels and groups: headings, and whatever else a document uses in their place. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from notes_site.importers import heads, values
from notes_site.importers.candidates import construct, marked_level, own_time
from notes_site.importers.conventions import Habits
from notes_site.importers.facts import facts_in
from notes_site.importers.words import is_contents, is_numbered, name_of
from notes_site.markdown.lines import Line

_WORDS = 8  # of a line that serves as a heading
_NO_HEADING = 7  # the depth of items that are no headings
_SPOKEN = 9.0  # the rank of lines that are no headings, until it is known what they stand under


class Marker(NamedTuple):
    """A line that opens a part of the document. Of lower `rank` is what holds more; a level has no `name`."""

    at: int
    rank: float
    name: str
    levels: tuple[str, ...]
    key: str


def find(lines: Sequence[Line], habits: Habits, skipped: set[int]) -> list[Marker]:
    """Return the markers of a document, in order."""
    return _ranked(list(_Finder(lines, habits, skipped).markers()))


def area_rank(markers: Sequence[Marker], habits: Habits, lines: Sequence[Line]) -> float:
    """Return the rank of the markers that are areas, 0 without any."""
    ends = {m: end_of(m, markers, len(lines)) for m in markers if m.name}
    holding = [m for m, end in ends.items() if any(m.at < at < end for at in habits.items)]
    numbered = [m for m in holding if is_numbered(lines[m.at].text)]
    return min((m.rank for m in numbered or holding), default=0)


def end_of(marker: Marker, markers: Sequence[Marker], count: int) -> int:
    """Return where the part that a marker opens ends; `count` is that of all lines."""
    return next((m.at for m in markers if m.at > marker.at and m.rank <= marker.rank), count)


class _Finder:
    def __init__(self, lines: Sequence[Line], habits: Habits, skipped: set[int]) -> None:
        facts = {c.at + n for c in habits.items.values() for n in range(1, c.below + 1)}
        self._lines, self._items = lines, habits.items
        self._others = [at for at in range(len(lines)) if at not in habits.items | dict.fromkeys(skipped | facts)]
        self._texts = Counter(line.text for line in lines)
        self._levels: dict[int, tuple[str, ...]] = {}
        self._emphasised = set[int]()
        self._enclosing = set(self._around_items())
        self._levels = self._level_markers()
        self._like_levels = {construct(lines[at]): at for at in reversed(self._levels)}  # construct -> the first
        self._item_depth = int(habits.key[1]) if habits.key[:1] == "h" else _NO_HEADING
        self._emphasised = self._emphasised_parts()
        self._whole, self._single = self._structure()

    def markers(self) -> Iterator[Marker]:
        """Yield the lines that say to which area or level the items below them belong."""
        for at in self._others:
            line, key = self._lines[at], construct(self._lines[at])
            rank = float(line.shape[1]) if line.is_heading else _SPOKEN
            if at in self._levels:
                yield Marker(at, rank, "", self._levels[at], key)
            elif at in self._enclosing or self._is_part(at) or self._is_spoken(at):
                head = heads.read(line)
                yield Marker(at, rank, name_of(head.title or line.text), head.levels, key)

    def _around_items(self) -> Iterator[int]:
        """Yield the list items in which the items' lists are nested."""
        others = set(self._others)
        for at in self._items:
            depth = self._lines[at].depth if self._lines[at].shape in ("ul", "ol") else 0
            for n in range(at - 1, -1, -1):
                line = self._lines[n]
                if depth < 2 or n in self._items or (line.is_heading and not line.depth):
                    break
                if line.depth < depth and n in others and (line.shape in ("ul", "ol") or line.is_heading):
                    depth = line.depth
                    yield n

    def _level_markers(self) -> dict[int, tuple[str, ...]]:
        """Return the lines that say a level and nothing else.

        Words such as `basic` need another level beside them.
        """
        found = {at: level for at in self._others if (level := self._level(at))}
        sure = {construct(self._lines[at]) for at, level in found.items() if not level.weak}
        kinds = {(construct(self._lines[at]), level.names) for at, level in found.items()}
        several = {key for key, _ in kinds if sum(key == other for other, _ in kinds) > 1}
        return {at: level.names for at, level in found.items() if construct(self._lines[at]) in sure | several}

    def _level(self, at: int) -> values.Levels | None:
        line, key = self._lines[at], construct(self._lines[at])
        level = marked_level(line) if key and key != "row" else None
        if level is None or line.is_heading:
            return level
        labelled = re.match(r"\W*level\s*[:=-]", line.text, re.IGNORECASE)
        must_lead = key[:2] in ("ul", "ol") or level.rest or labelled
        return level if line.first and (not must_lead or self._leads(at, int(not labelled))) else None

    def _leads(self, at: int, reach: int, *, above: bool = False) -> bool:
        """Tell whether an item follows below, at most `reach` remarks between them, or a level right below
        or in a deeper heading; below a heading that is `above` the notes remarks may stand before the level too.

        A heading below that leads to one does as well.
        """
        seen = 0
        for n in range(at + 1, len(self._lines)):
            line = self._lines[n]
            if n in self._items or n in self._levels or n in self._emphasised:
                deeper = line.is_heading and line.shape > self._lines[at].shape
                return n in self._items or not seen or deeper or (above and not line.is_heading)
            if line.is_heading and self._lines[at].is_heading and line.shape > self._lines[at].shape:
                return self._leads(n, reach)
            seen += line.first and line.shape not in ("html", "rule", "head")
            if line.is_heading or line.shape == "code" or seen > reach:
                return False
        return False

    def _structure(self) -> tuple[set[int], set[int]]:
        """Return the depths of which all headings structure the document, and the headings of other depths that do.

        The rest stands in items' notes. A depth belongs to the structure if levels have it, if nothing stands above it,
        or if items follow most of its headings right away.
        """
        headings = [at for at in self._others if self._lines[at].is_heading and not is_contents(self._lines[at].text)]
        depths = {
            at: int(self._lines[at].shape[1]) for at in headings if int(self._lines[at].shape[1]) < self._item_depth
        }
        whole = {depth for at, depth in depths.items() if at in self._levels}
        single = set[int]()
        second = max(sorted(self._items)[:2], default=0)  # the first may be a link above all, as one to the course
        for depth in sorted({*depths.values()}):
            here = [at for at in headings if depths.get(at) == depth and at not in self._levels]
            above = not any(d < depth for d in whole) and not single and min(here, default=0) < second
            leading = {at for at in here if self._leads(at, 1, above=above)}
            if len(leading) >= 0.5 * len(here) or (above and not leading):
                whole.add(depth)
            elif leading:
                single |= leading | {at for at in here if at > max(self._items)}  # what follows the last item's notes
        return whole, single

    def _is_part(self, at: int) -> bool:
        """Tell whether a heading without a level opens a part, rather than standing in an item's notes."""
        line = self._lines[at]
        if line.depth or not line.text.strip() or is_contents(line.text):
            return False
        if line.shape == "summary":
            return self._leads(at, 1)
        depth = int(line.shape[1]) if line.is_heading else _NO_HEADING
        if depth < self._item_depth:
            return depth in self._whole or at in self._single
        if depth > self._item_depth or not line.is_heading:
            return False
        return bool(heads.read(line).levels) or self._leads(at, int(is_numbered(line.text)))

    def _is_spoken(self, at: int) -> bool:
        """Tell whether a line that is no heading serves as one.

        It is made like the levels' markers and an item follows (`> Bring it together`), or it is emphasised, as are
        most lines above items, and counts areas or has a level or an item below it.
        """
        if at in self._emphasised:
            return True
        key = construct(self._lines[at])
        like_level = key != "p" and self._like_levels.get(key, at) < at and self._may_speak(at)
        return like_level and at + 1 not in self._levels and self._leads(at, 0)

    def _may_speak(self, at: int) -> bool:
        line, key = self._lines[at], construct(self._lines[at])
        if line.is_heading or not key or not (line.first and line.alone) or len(line.text.split()) > _WORDS:
            return False
        if self._texts[line.text] > 1 and self._lines[at - 1].is_heading:  # a hint, the same under each
            return False
        return not ((key == "p" and not line.strong) or own_time(line) or facts_in(line.text))

    def _emphasised_parts(self) -> set[int]:
        """Return the emphasised paragraphs that open parts, if most of them do: the others stand in notes."""
        here = [at for at in self._others if construct(self._lines[at]) == "p" and self._may_speak(at)]
        here = [at for at in here if at not in self._levels]
        leading = {at for at in here if self._leads(at, 1)}
        counting = {at for at in here if at + 1 in self._levels or is_numbered(self._lines[at].text)}
        return counting | (leading if len(leading) >= 0.5 * len(here) else set())


def _ranked(markers: list[Marker]) -> list[Marker]:
    """Rank the markers that are no headings: just below the headings under which they stand.

    One that follows a level right away is a group in it, one that a level follows is above it, and so are all that
    are made like it.
    """
    above, shift = dict[str, float](), dict[str, float]()
    heading = 0.0
    for marker in markers:
        if marker.rank == _SPOKEN:
            depth = int(marker.key[2:]) / 100 if marker.key[:2] in ("ul", "ol") else 0
            above[marker.key] = min(above.get(marker.key, _SPOKEN), heading + 0.5 + depth)
        else:
            heading = marker.rank
    for a, b in pairwise(markers):
        if b.at == a.at + 1 and b.rank == _SPOKEN and b.name and a.levels:
            shift[b.key] = 0.25
        elif b.at == a.at + 1 and a.rank == _SPOKEN and a.name and b.levels:
            shift[a.key] = -0.25
    return [
        m if m.rank != _SPOKEN else m._replace(rank=above[m.key] + (shift.get(m.key, 0) if m.name else 0))
        for m in markers
    ]
