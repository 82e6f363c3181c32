"""The document's outline: every line's part in it, by the habits that it has itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from notes_site.importers import conventions, heads, topics, values
from notes_site.importers.conventions import Candidate, Habits
from notes_site.importers.heads import Head
from notes_site.importers.words import is_contents, is_numbered, name_of
from notes_site.markdown.lines import Line

_MARKER_WORDS = 8
_NEAR = 8  # lines below a head in which its link may stand


class Marker(NamedTuple):
    """A line that opens a part of the document. Of lower `rank` is what holds more; a level has no `name`."""

    at: int
    rank: float
    name: str
    levels: tuple[str, ...]
    key: str


class Entry(NamedTuple):
    """An item with its place: the lines from `start` to `after` are its own, those from `body` to `end` its text."""

    at: int
    start: int
    body: int
    end: int
    after: int
    area: str | None
    level: str | None
    group: str | None
    head: Head


class Outline(NamedTuple):
    """All that was found. `markers` are the lines that open areas, levels and groups; `title` the course's, -1 without.

    Lines that are in no entry and no marker are texts of the area in which they stand; `areas` has its name for each
    marker of one. `contents` are the lines of tables of contents.
    """

    lines: tuple[Line, ...]
    entries: tuple[Entry, ...]
    markers: tuple[Marker, ...]
    areas: dict[int, str]
    area_rank: float
    title: int
    contents: frozenset[int]


def outline(lines: tuple[Line, ...]) -> Outline:
    """Return the outline of a document."""
    contents = conventions.contents(lines)
    habits = conventions.learn(lines, contents)
    title = _title(lines, habits.items)
    if not habits.items:
        habits = topics.learn(lines, contents, title)
    markers = _markers(lines, habits, contents, title)
    area_rank = _area_rank(markers, habits.items, lines)
    items, markers = _by_topic(lines, dict(habits.items), markers, area_rank, title)
    entries = tuple(_entries(lines, items, markers, area_rank, habits))
    areas = {m.at: m.name for m in markers if m.name and m.rank == area_rank}
    return Outline(lines, entries, tuple(markers), areas, area_rank, title, _with_headings(lines, contents))


def _with_headings(lines: Sequence[Line], contents: set[int]) -> frozenset[int]:
    """Return the lines of tables of contents with the lines above that announce them."""
    above = {at - 1 for at in contents if at and at - 1 not in contents and is_contents(lines[at - 1].text)}
    return frozenset(contents | above)


def title_of(found: Outline) -> str | None:
    """Return the course's title, if the document has one."""
    text = found.lines[found.title].text if found.title >= 0 else ""
    return " ".join(text.split()) or None if not is_contents(text) else None


def _title(lines: Sequence[Line], items: dict[int, Candidate]) -> int:
    """Return the line of the course's title: the first heading, if it stands above all others or holds no items."""
    headings = [at for at, line in enumerate(lines) if line.is_heading]
    if not headings or headings[0] in items or any(at < headings[0] for at in items):
        return -1
    first = headings[0]
    if is_numbered(lines[first].text) or _level_of(lines[first]):
        return -1
    same = [at for at in headings[1:] if lines[at].shape <= lines[first].shape]
    alone = not same and len(headings) > 1
    empty = bool(same) and lines[first].shape == "h1" and not any(first < at < same[0] for at in items)
    return first if alone or empty or not headings[1:] and lines[first].shape == "h1" else -1


def _level_of(line: Line) -> values.Levels | None:
    return values.levels_in(line.text)


def _markers(lines: Sequence[Line], habits: Habits, contents: set[int], title: int) -> list[Marker]:
    """Return the lines that open areas, levels and groups."""
    levels = _level_markers(lines, habits, contents)
    deepest = _deepest(lines, habits, levels, contents)
    facts = {c.at + n for c in habits.items.values() for n in range(1, c.below + 1)}
    found: list[Marker] = []
    for at, line in enumerate(lines):
        if at in habits.items or at in contents or at in facts or at == title:
            continue
        if at in levels:
            found.append(Marker(at, _rank(line), "", levels[at], conventions.construct(line)))
        elif (line.is_heading or line.shape == "summary") and not is_contents(line.text):
            if line.depth == 0 and line.text.strip() and _opens(lines, at, habits, levels, deepest):
                head = heads.read(line)
                found.append(Marker(at, _rank(line), name_of(head.title or line.text), head.levels, line.shape))
        elif _is_sibling(lines, at, habits, levels) or _is_spoken(lines, at, levels):
            found.append(
                Marker(at, _rank(line), name_of(heads.read(line).title or line.text), (), conventions.construct(line))
            )
    return _with_ranks(found)


def _rank(line: Line) -> float:
    return float(line.shape[1]) if line.is_heading else 9.0


def _level_markers(lines: Sequence[Line], habits: Habits, contents: set[int]) -> dict[int, tuple[str, ...]]:
    """Return the lines that say a level and nothing else."""
    found: dict[int, tuple[str, ...]] = {}
    weak: dict[int, str] = {}
    for at, line in enumerate(lines):
        key = conventions.construct(line)
        if (
            at in habits.items
            or at in contents
            or not key
            or key == "row"
            or len(line.text.split()) > 2 * _MARKER_WORDS
        ):
            continue
        level = _level_of(line)
        if level is None or len(level.names) > 1 or not _says_only(line, level):
            continue
        if not line.is_heading and (not line.first or re.match(r"\W*level\s*[:=-]", line.text, re.I)):
            continue
        if (key[:2] in ("ul", "ol") or (level.rest and not line.is_heading)) and not _leads(lines, at, habits.items, 1):
            continue
        found[at] = level.names
        if level.weak:
            weak[at] = key
    sure = {conventions.construct(lines[at]) for at in found if at not in weak}
    named = {key: {found[at] for at in weak if weak[at] == key} for key in weak.values()}
    return {at: names for at, names in found.items() if at not in weak or weak[at] in sure or len(named[weak[at]]) > 1}


def _says_only(line: Line, level: values.Levels) -> bool:
    """Tell whether a line is a level's marker: `Beginner Level mastery of Docker` is one, `Docker (Beginner)` an area."""
    if not level.rest:
        return True
    words = re.findall(r"[^\W_]+", line.text.casefold())
    if line.text.rstrip().endswith(":") and "level" in words and not level.weak:
        return True  # `To achieve Beginner Level, complete:`
    return line.is_heading and (words[1:2] == ["level"] or words[:1] == ["level"]) and not heads.read(line).levels


def _leads(
    lines: Sequence[Line], at: int, items: Container[int], reach: int, levels: Container[int] = frozenset()
) -> bool:
    """Tell whether an item follows below, at most `reach` remarks between them, or a level right below."""
    seen = 0
    for n in range(at + 1, len(lines)):
        if n in items or n in levels:
            return n in items or not seen
        line = lines[n]
        if line.is_heading or line.shape == "code":
            return False
        seen += line.first and line.shape not in ("html", "rule", "head")
        if seen > reach:
            return False
    return False


def _deepest(lines: Sequence[Line], habits: Habits, levels: dict[int, tuple[str, ...]], contents: set[int]) -> int:
    """Return the depth of headings to which they structure the document; deeper ones belong to the notes of items."""
    at_level = [int(lines[at].shape[1]) for at in levels if lines[at].is_heading]
    deepest = max(at_level, default=0)
    for depth in range(1, 7):
        here = [at for at, line in enumerate(lines) if line.shape == f"h{depth}" and at not in habits.items]
        here = [at for at in here if at not in levels and at not in contents and not is_contents(lines[at].text)]
        leading = sum(_leads(lines, at, habits.items, 2, levels) for at in here)
        if here and leading >= 0.5 * len(here):
            deepest = max(deepest, depth)
    return deepest


def _opens(lines: Sequence[Line], at: int, habits: Habits, levels: dict[int, tuple[str, ...]], deepest: int) -> bool:
    """Tell whether a heading without a level opens a part, rather than standing in an item's notes."""
    line = lines[at]
    if line.shape == "summary":
        return _leads(lines, at, habits.items, 1)
    depth = int(line.shape[1])
    item_depths = [int(lines[n].shape[1]) for n in habits.items if lines[n].is_heading]
    if item_depths and habits.key[:1] == "h":
        usual = int(habits.key[1])
        if depth < usual:
            return True
        if depth > usual:
            return False
        numbered = is_numbered(line.text) and not line.text.casefold().startswith("part")
        return numbered or bool(heads.read(line).levels) or _leads(lines, at, habits.items, 0, levels)
    return depth <= deepest or not habits.items


def _is_sibling(lines: Sequence[Line], at: int, habits: Habits, levels: dict[int, tuple[str, ...]]) -> bool:
    """Tell whether a line made like the levels' markers closes a level: `> Bring it together`."""
    line, key = lines[at], conventions.construct(lines[at])
    if line.is_heading or not line.first or not line.alone or not key or len(line.text.split()) > _MARKER_WORDS:
        return False
    if key == "p" and not line.strong:
        return False
    before = [n for n in levels if n < at and conventions.construct(lines[n]) == key]
    return bool(before) and _leads(lines, at, habits.items, 0)


def _is_spoken(lines: Sequence[Line], at: int, levels: Container[int]) -> bool:
    """Tell whether an emphasised line serves as the heading of an area: it counts areas, or a level follows."""
    line = lines[at]
    if line.shape != "p" or not (line.first and line.alone and line.strong) or len(line.text.split()) > _MARKER_WORDS:
        return False
    if conventions.own_time(line) or heads.facts_in(line.text):
        return False
    return at + 1 in levels or is_numbered(line.text)


def _with_ranks(markers: list[Marker]) -> list[Marker]:
    """Rank the markers that are no headings: just below the headings under which they stand.

    One that follows a level right away is a group in it, one that a level follows is above it, and so are all that
    are made like it.
    """
    above = dict[str, float]()
    heading = 0.0
    for marker in markers:
        if marker.rank < 9:
            heading = marker.rank
        else:
            above[marker.key] = min(above.get(marker.key, 9.0), heading + 0.5)
    shift = dict[str, float]()
    for a, b in zip(markers, markers[1:], strict=False):
        if b.at == a.at + 1 and 9 in (a.rank, b.rank):
            if b.name and a.levels and b.rank == 9:
                shift[b.key] = 0.25
            elif a.name and b.levels and a.rank == 9:
                shift[a.key] = -0.25
    return [
        m._replace(rank=above[m.key] + (shift.get(m.key, 0.0) if m.name else 0.0)) if m.rank == 9 else m
        for m in markers
    ]


def _area_rank(markers: Sequence[Marker], items: dict[int, Candidate], lines: Sequence[Line]) -> float:
    """Return the rank of the markers that are areas, 0 without any."""
    named = [m for m in markers if m.name]
    numbered = [m.rank for m in named if is_numbered(lines[m.at].text)]
    if numbered:
        return min(numbered)
    holding = [m.rank for m in named if not items or any(m.at < at < _end_of(m, markers, lines) for at in items)]
    return min(holding, default=0)


def _end_of(marker: Marker, markers: Sequence[Marker], lines: Sequence[Line]) -> int:
    return next((m.at for m in markers if m.at > marker.at and m.rank <= marker.rank), len(lines))


def _by_topic(
    lines: Sequence[Line], items: dict[int, Candidate], markers: list[Marker], area_rank: float, title: int
) -> tuple[dict[int, Candidate], list[Marker]]:
    """Make items of the parts that have a text and no item in them."""
    kept: list[Marker] = []
    for marker in markers:
        end = _end_of(marker, markers, lines)
        inner = [m for m in markers if marker.at < m.at < end]
        if any(marker.at < at < end for at in items) or inner:
            kept.append(marker)
            continue
        is_area = bool(marker.name) and marker.rank == area_rank
        below = _subheadings(lines, marker.at, end) if is_area else []
        if is_area and (below or items):
            items |= {at: topics.topic(lines, at) for at in below}
            kept.append(marker)
        elif _has_text(lines, marker.at + 1, end):
            items[marker.at] = topics.topic(lines, marker.at)
            kept += [marker] if not is_area else []
        else:
            kept.append(marker)
    return dict(sorted(items.items())), kept


def _subheadings(lines: Sequence[Line], at: int, end: int) -> list[int]:
    inner = [n for n in range(at + 1, end) if lines[n].is_heading and lines[n].text.strip()]
    top = min((lines[n].shape for n in inner), default="")
    return [n for n in inner if lines[n].shape == top]


def _has_text(lines: Sequence[Line], start: int, end: int) -> bool:
    """Tell whether there is more than a remark in quotes."""
    return any(line.shape not in ("quote", "rule", "html") for line in lines[start:end])


def _entries(
    lines: tuple[Line, ...], items: dict[int, Candidate], markers: Sequence[Marker], area_rank: float, habits: Habits
) -> Iterator[Entry]:
    opening = {m.at: m for m in markers}
    starts = sorted({_with_anchor(lines, at) for at in [*items, *opening]})
    opened: list[Marker] = []
    for at in sorted({*items, *opening}):
        if marker := opening.get(at):
            closed = [m for m in opened if m.rank >= marker.rank]
            opened = [m for m in opened if m.rank < marker.rank]
            if at not in items or any(
                m.levels for m in closed
            ):  # a part that is an item is its own group beside levels
                opened.append(marker)
        if at not in items:
            continue
        start = _with_anchor(lines, at)
        end = next((n for n in starts if n > start and n > at), len(lines))
        item = items[at]
        end = at + 1 if item.key == "row" else end
        head = _completed(lines, item, at, end, habits)
        area = head.area or next((m.name for m in opened if m.name and m.rank == area_rank), None)
        group = next((m.name for m in reversed(opened) if m.name and m.rank > area_rank), None)
        levels = head.levels or next((m.levels for m in reversed(opened) if m.levels), ())
        level = levels[0] if len(levels) == 1 else None
        yield Entry(
            at,
            start,
            at if head.more else at + 1 + item.below,
            end - _loose(lines, at + 1, end),
            end,
            area,
            level,
            group,
            head,
        )


def _with_anchor(lines: Sequence[Line], at: int) -> int:
    """Return where an item begins that has anchors of its own in the lines before it."""
    while at and lines[at - 1].shape == "html" and lines[at - 1].anchors and not lines[at - 1].text:
        at -= 1
    return at


def _loose(lines: Sequence[Line], start: int, end: int) -> int:
    """Return how many lines at a note's end only open or close boxes that hold more than this note."""
    tags = [tag for line in lines[start:end] if line.shape == "html" for tag in line.tags]
    count = 0
    while end - count > start and (own := lines[end - count - 1].tags) and not lines[end - count - 1].text:
        if all(tags.count(tag.lstrip("/")) == tags.count("/" + tag.lstrip("/")) for tag in own):
            break
        tags = tags[: -len(own)]
        count += 1
    return count


def _completed(lines: Sequence[Line], item: Candidate, at: int, end: int, habits: Habits) -> Head:
    """Return the item's head with what lines further below state about it: a link with its label, and a time of its
    own, if that is the document's habit.
    """
    head = item.head
    if not head.link:
        found = (conventions.link_line(line, head) for line in lines[at + 1 : min(end, at + _NEAR)])
        head = heads.merge(head, next(filter(None, found), {}))
    if head.time or not habits.times_below:
        return head
    times = (conventions.own_time(line) for line in lines[at + 1 : end])
    return head._replace(time=next((time for time in times if time and time.said), None))
