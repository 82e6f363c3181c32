"""The document's outline: every line's part in it, by the habits that it has itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from notes_site.content.markdown.lines import Line
from notes_site.readme.importer import conventions, markers
from notes_site.readme.importer.candidates import Candidate, own_time
from notes_site.readme.importer.conventions import Habits
from notes_site.readme.importer.facts import Facts, facts_in, is_contents, is_numbered, levels_in, spelled
from notes_site.readme.importer.heads import Head
from notes_site.readme.importer.markers import Marker

_NEAR = 8  # lines below a head in which its link may stand


class OutlineEntry(NamedTuple):
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


class ReadmeOutline(NamedTuple):
    """All that was found. `markers` are the lines that open areas, levels and groups; `title` the course's, -1 without.

    Lines that are in no entry and no marker are texts of the area in which they stand; `areas` has its name for each
    marker of one. `contents` are the lines of tables of contents.
    """

    lines: tuple[Line, ...]
    entries: tuple[OutlineEntry, ...]
    markers: tuple[Marker, ...]
    areas: dict[int, str]
    area_rank: float
    title: int
    contents: frozenset[int]


def outline(lines: tuple[Line, ...]) -> ReadmeOutline:
    """Return the outline of a document."""
    contents = conventions.contents(lines)
    habits = conventions.learn(lines, contents)
    title = _title(lines, habits)
    if not habits.items:
        habits = conventions.learn_topics(lines, contents, title)
    parts = markers.find(lines, habits, contents | {title})
    area_rank = markers.area_rank(parts, habits, lines)
    habits = habits._replace(items=_by_topic(lines, habits.items, parts, area_rank))
    entries = tuple(_entries(lines, habits, parts, area_rank))
    areas = {m.at: m.name for m in parts if m.name and m.rank == area_rank}
    announced = {at - 1 for at in contents if at and is_contents(lines[at - 1].text)}
    return ReadmeOutline(lines, entries, tuple(parts), areas, area_rank, title, frozenset(contents | announced))


def title_of(found: ReadmeOutline) -> str | None:
    """Return the course's title, if the document has one."""
    text = found.lines[found.title].text if found.title >= 0 else ""
    return " ".join(text.split()) or None


def _title(lines: Sequence[Line], habits: Habits) -> int:
    """Return the line of the course's title: the first heading, if it stands above all others or holds no items."""
    headings = [at for at, line in enumerate(lines) if line.is_heading and not is_contents(line.text)]
    first = min(headings, default=-1)
    if first < 0 or any(at <= first for at in habits.items):
        return -1
    line = lines[first]
    if is_numbered(line.text) or levels_in(line.text):
        return -1
    others = [at for at in headings[1:] if lines[at].shape <= line.shape]
    top = line.shape == "h1" and not any(first < at < min(others, default=len(lines)) for at in habits.items)
    return first if top or not others else -1


def _by_topic(
    lines: Sequence[Line], items: dict[int, Candidate], parts: Sequence[Marker], area_rank: float
) -> dict[int, Candidate]:
    """Make items of the parts that have a text and no item in them: of an area's headings, of any other part itself."""
    found = dict(items)
    taken = sorted({*items, *(m.at for m in parts)})
    for marker, end in zip(parts, markers.ends_of(parts, len(lines)), strict=True):
        if conventions.any_between(taken, marker.at, end):
            continue
        if marker.name and marker.rank == area_rank:
            found |= {at: conventions.topic(lines, at) for at in _subheadings(lines, marker.at, end)}
        elif any(line.shape not in ("quote", "rule", "html") for line in lines[marker.at + 1 : end]):
            found[marker.at] = conventions.topic(lines, marker.at)
    return dict(sorted(found.items()))


def _subheadings(lines: Sequence[Line], at: int, end: int) -> list[int]:
    inner = [n for n in range(at + 1, end) if lines[n].is_heading and lines[n].text.strip()]
    top = min((lines[n].shape for n in inner), default="")
    return [n for n in inner if lines[n].shape == top]


def _entries(
    lines: Sequence[Line], habits: Habits, parts: Sequence[Marker], area_rank: float
) -> Iterator[OutlineEntry]:
    opening = {m.at: m for m in parts}
    divided = len({m.name for m in parts if m.name and m.rank == area_rank}) > 1
    heads_at = sorted({*habits.items, *opening})
    starts = [_opening(lines, at, end) for at, end in zip(heads_at, [*heads_at, len(lines)][1:], strict=True)]
    opened: list[Marker] = []
    for at, start, after in zip(heads_at, starts, [*starts, len(lines)][1:], strict=True):
        item = habits.items.get(at)
        if marker := opening.get(at):
            beside_level = any(m.levels for m in opened if m.rank >= marker.rank)
            opened = [m for m in opened if m.rank < marker.rank]
            opened += [marker] if not item or beside_level else []  # such a part that is an item is its own group
        if not item:
            continue
        after = at + 1 if item.key == "row" else after
        head = _completed(lines, item, after, habits)
        levels = head.facts.levels or next((m.levels for m in reversed(opened) if m.levels), ())
        area = next((m.name for m in opened if m.name and m.rank == area_rank), None)
        group = next((m.name for m in reversed(opened) if m.name and m.rank > area_rank), None)
        area, group = (area, group or head.part) if divided and area else (head.part or area, group)
        yield OutlineEntry(
            at=at,
            start=start,
            body=at if head.more else at + 1 + item.below,
            end=after - _loose(lines, start, max(at + 1, after)),
            after=after,
            area=area,
            level=levels[0] if len(levels) == 1 else None,
            group=group,
            head=head,
        )


def _opening(lines: Sequence[Line], at: int, end: int) -> int:
    """Return where an item begins that has anchors, or a box that closes before `end`, in the lines before it."""
    closed = [tag for line in lines[at:end] for tag in line.tags]
    while at and (line := lines[at - 1]).shape == "html" and not line.text:
        if not (line.anchors or (line.tags and all("/" + tag in closed for tag in line.tags))):
            break
        at -= 1
    return at


def _loose(lines: Sequence[Line], start: int, end: int) -> int:
    """Return how many lines at a note's end only open or close boxes that hold more than this note."""
    tags = [tag for line in lines[start:end] for tag in line.tags]
    count = 0
    while end - count > start and (own := lines[end - count - 1].tags) and not lines[end - count - 1].text:
        if all(tags.count(tag.lstrip("/")) == tags.count("/" + tag.lstrip("/")) for tag in own):
            break
        tags = tags[: -len(own)]
        count += 1
    return count


def _completed(lines: Sequence[Line], item: Candidate, end: int, habits: Habits) -> Head:
    """Return the item's head with what lines further below state about it: a link with its label, and a time of its
    own, if that is the document's habit.
    """
    head, at = item.head, item.at
    below = (facts_in(spelled(line)) for line in lines[at + 1 : min(end, at + _NEAR)])
    head = head.completed(Facts(link=next((facts.link for facts in below if facts and facts.link), None)))
    if item.own.facts.time or not habits.times_below:
        return head
    stated = [time for line in lines[at + 1 : end] if (time := own_time(line)) and time.said]
    facts = head.facts
    spent = [time for time in (facts.time, *stated) if time and not time.planned]
    return head._replace(
        facts=facts._replace(
            time=max(spent, key=lambda time: time.said, default=None),
            estimate=facts.estimate or next((time for time in stated if time.planned), None),
        )
    )
