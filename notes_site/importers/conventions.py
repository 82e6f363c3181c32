"""A document's own habits, learned before anything is decided: what carries its items, and where times stand. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile, zip_longest
from typing import NamedTuple

from notes_site.importers import heads, values
from notes_site.importers.heads import Head
from notes_site.importers.times import Time, time_in
from notes_site.markdown.lines import Line
from notes_site.paths import is_external

_GOOD = 2.0  # the strength from which a line is taken for an item of its construct
_LEAST = 4.0  # the score of a construct from which a document counts as a list of resources
_MARKER = 16  # words of a line that names a level: `To achieve Beginner Level mastery of this topic, complete:`
_SENTENCE = 100  # characters: a longer paragraph is no head, whatever stands in it
_LINK_LABEL = re.compile(r"[\W_]*(?:the\s+)?(?:link|url|source|resource|website|address)s?\b[^:]{0,20}:", re.IGNORECASE)
_AREA_COLUMN = re.compile(r"area|category|module|subject|unit|section", re.IGNORECASE)
_TITLE_COLUMN = re.compile(r"title|name|resource|topic|what|course|lesson|item|material|video|link", re.IGNORECASE)


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


class Habits(NamedTuple):
    """`items`: the heads of items by line index. `key`: the construct that carries most of them ('' without any).

    `times_below`: times stand on lines of their own; `times_last`: and mostly at an item's end.
    """

    items: dict[int, Candidate]
    key: str
    times_below: bool


def contents(lines: Sequence[Line]) -> set[int]:
    """Return the lines of tables of contents: lists of links to the document itself."""
    found: set[int] = set()
    run: list[int] = []
    for at, line in [*enumerate(lines), (len(lines), None)]:
        if line and (line.shape in ("ul", "ol") or (line.shape in ("p", "text") and _is_inner(line))):
            run.append(at)
            continue
        inner = sum(_is_inner(lines[n]) for n in run)
        if inner >= 2 and inner >= 0.6 * len(run):
            found.update(run)
        run = []
    return found


def _is_inner(line: Line) -> bool:
    links = [link for link in line.links if link.target.startswith("#")]
    return bool(links) and sum(link.end - link.start for link in links) >= 0.6 * len(line.text.strip())


def construct(line: Line) -> str:
    """Return the name of what a line is made with, as far as it matters for its part; '' for mere text."""
    if line.shape in ("ul", "ol", "quote"):
        return f"{line.shape}{line.depth}"
    return line.shape if line.is_heading or line.shape in ("dash", "row", "p", "summary") else ""


def learn(lines: Sequence[Line], skipped: set[int]) -> Habits:
    """Return which lines are items, by what the document does most."""
    by_key: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in _candidates(lines, skipped):
        by_key[candidate.key].append(candidate)
    by_key = {key: _with_loose_times(members) for key, members in by_key.items()}
    scores = {key: _score(members, lines) for key, members in by_key.items()}
    key = max(scores, key=lambda k: (scores[k], k), default="")
    if not key or scores[key] < _LEAST:
        return Habits({}, "", False)
    primary = by_key[key]
    items = {c.at: c for c in primary if c.good}
    items |= {c.at: c for c in _consistent(primary, items, lines)}
    others = [c for members in by_key.values() for c in members]
    items |= {c.at: c for c in _others(others, key, items, lines)}
    times_below = sum(c.own.time is not None for c in items.values()) < 0.5 * max(len(items), 1)
    if times_below:
        items |= {c.at: c for c in _timed(primary, items, lines)}
    return Habits(_without_inner(items, lines), key, times_below)


def _candidates(lines: Sequence[Line], skipped: set[int]) -> Iterator[Candidate]:
    columns: tuple[str, ...] = ()
    for at, line in enumerate(lines):
        if line.shape == "head":
            columns = tuple(cell.text.strip() for cell in line.cells)
        key = construct(line)
        if not key or at in skipped or not line.text.strip():
            continue
        head = _row(line, columns) if key == "row" else heads.read(line)
        if not head.title or ((level := marked_level(line)) and not level.weak):
            continue
        whole, below = _facts_below(lines, at, head) if key != "row" else (head, 0)
        if key == "p" and not _may_be_head(line, head, whole):
            continue
        if key.startswith("quote") and head.strength < 3:
            continue
        yield Candidate(at, key, head, whole, below, line.is_heading and _timed_below(lines, at))


def marked_level(line: Line) -> values.Levels | None:
    """Return the level that a line names if it says nothing else: `Beginner Level mastery of X` is a level's marker,
    and `To achieve Beginner Level, complete:`, but `X (Beginner)` is an area.
    """
    if len(line.text.split()) > _MARKER:
        return None
    head = heads.read(line)
    level = values.levels_in(head.title or line.text)
    if level is None or len(level.names) > 1 or not level.rest:
        return level if level and len(level.names) == 1 else None
    words = re.findall(r"[^\W_]+", line.text.casefold())
    announces = line.text.rstrip().endswith(":") and "level" in words and not level.weak
    begins = line.is_heading and "level" in words[:2] and not head.levels
    return level if announces or begins else None


def _timed_below(lines: Sequence[Line], at: int) -> bool:
    section = takewhile(lambda line: not line.is_heading, lines[at + 1 :])
    return any((time := own_time(line)) and time.said for line in section)


def _may_be_head(line: Line, head: Head, whole: Head) -> bool:
    short = len(line.text) <= _SENTENCE and not line.text.rstrip().endswith((".", "?!"))
    label = _LINK_LABEL.match(line.text)
    if ". " in head.title or (label and not any(link.start < label.end() for link in line.links)):
        return False
    if head.whole_link and (line.first or head.time):
        return len(head.title) <= 150
    return bool(short and (head.time or (line.strong and line.first and whole.strength)) and not head.more) or (
        short and head.kind is not None and line.first
    )


def _row(line: Line, columns: Sequence[str]) -> Head:
    """Read a row of a table: one cell is the title, the others state facts; a column's name helps a bare number."""
    texts, facts, link, area = list[Line](), dict[str, object](), None, None
    for cell, column in zip_longest(line.cells, columns[: len(line.cells)], fillvalue=""):
        if isinstance(cell, str):
            break
        link = link or next((a.target for a in cell.links if is_external(a.target)), None)
        found = heads.facts_in(cell.text) or heads.facts_in(f"{column}: {cell.text}")
        if _AREA_COLUMN.fullmatch(str(column).strip()) and not cell.links:
            area = cell.text.strip() or None
        elif found:
            facts = {**found, **facts}
        elif _TITLE_COLUMN.search(str(column)) and texts and not _TITLE_COLUMN.search(columns[0]):
            texts.insert(0, cell)
        elif cell.text.strip():
            texts.append(cell)
    if not texts:
        return Head("")
    head = heads.merge(heads.read(texts[0]), facts | ({"link": link} if link else {}))
    return head._replace(area=area, texts=tuple(cell.source for cell in texts[1:]))


def _facts_below(lines: Sequence[Line], at: int, head: Head) -> tuple[Head, int]:
    """Add what the lines right below a head state about it, and nothing else: its time, link, date, level."""
    count = 0
    for line in lines[at + 1 : at + 7]:
        if line.shape in ("code", "html", "rule", "head", "row") or line.is_heading:
            break
        facts = heads.facts_in(line.text) or link_line(line, head)
        if facts is None or (line.depth < lines[at].depth and line.shape in ("ul", "ol")):
            break
        if set(facts) == {"levels"} and not re.match(r"\W*(?:level|difficulty)\s*[:=-]", line.text, re.IGNORECASE):
            break  # a marker of what follows
        head = heads.merge(head, facts)
        count += 1
    return head, count


def link_line(line: Line, head: Head) -> dict[str, object] | None:
    """Return the link of a line such as `Link: [here](url)` or `[Video](url)`."""
    external = [link for link in line.links if is_external(link.target)]
    if len(external) == 1 and not head.link and heads.is_label(line.text):
        return {"link": external[0].target}
    if len(external) == 1 and not head.link and (label := _LINK_LABEL.match(line.text)):
        covered = external[0].end - external[0].start
        if covered + label.end() >= len(line.text.strip()) - 3:
            return {"link": external[0].target}
    return None


def _score(members: Sequence[Candidate], lines: Sequence[Line]) -> float:
    """Return how much a construct looks like the one that carries items."""
    good = [c for c in members if c.good or c.timed]
    if not good:
        return 0.0
    listed = members[0].key[:2] in ("ul", "ol")
    if listed:
        lists = {lines[c.at].block for c in good}
        members = [c for c in members if lines[c.at].block in lists]
    total = 0.0
    for c in good:
        bare = listed and c.head.strength == 3 and c.head.whole_link  # such lists stand in notes too
        total += 1.5 if bare else min(c.head.strength + 2 * c.timed, 6)
    return total * len(good) / len(members)


def _consistent(
    members: Sequence[Candidate], items: dict[int, Candidate], lines: Sequence[Line]
) -> Iterator[Candidate]:
    """Yield the members without evidence of their own that go with the others of their list or depth.

    Most of these are items. Where items have links, nearly all must be: the others are headings within notes, as are
    those that come again and again (`Summary`).
    """
    listed = members[0].key[:2] in ("ul", "ol")
    groups: dict[int, list[Candidate]] = defaultdict(list)
    for c in members:
        groups[lines[c.at].block if listed else 0].append(c)
    linked = sum(c.own.link is not None for c in items.values()) >= 0.8 * len(items)
    titles = Counter(c.head.title.casefold() for c in members if c.at not in items)
    for siblings in groups.values():
        if sum(c.at in items for c in siblings) >= (0.75 if linked and not listed else 0.5) * len(siblings):
            for c in siblings:
                empty = not listed and c.at + 1 in items  # a heading of items made like them
                if not (c.own.levels or empty or titles[c.head.title.casefold()] > 1):
                    yield c


def _timed(primary: Sequence[Candidate], items: dict[int, Candidate], lines: Sequence[Line]) -> Iterator[Candidate]:
    """Yield members with a time of their own below: the item before them has its own already."""
    members = [c for _, c in sorted({**{c.at: c for c in primary}, **items}.items())]
    has_time = True
    for n, c in enumerate(members):
        end = members[n + 1].at if n + 1 < len(members) else len(lines)
        own = c.head.time is not None or any(own_time(line) for line in lines[c.at + 1 : end])
        if c.at in items:
            has_time = own
        elif own and has_time:
            yield c
        else:
            has_time = has_time or own


def own_time(line: Line) -> Time | None:
    """Return the time that a line of its own states: `**Time: 15 min**`, `spent 1 hour`."""
    if line.shape not in ("p", "text", "quote", "ul", "ol", "dash") or line.is_heading:
        return None
    if facts := heads.facts_in(line.text):
        time = facts.get("time")
        return time if isinstance(time, Time) else None
    return time_in(line.text, line=True)


def _with_loose_times(members: list[Candidate]) -> list[Candidate]:
    """Take durations at the ends of titles for times, if that is where a construct has them."""
    loose = [c for c in members if c.head.loose]
    if len(loose) < 3 or len(loose) < 0.5 * sum(c.head.time is None for c in members):
        return members
    return [
        c._replace(own=heads.without_loose(c.own), head=heads.without_loose(c.head)) if c.head.loose else c
        for c in members
    ]


def _others(
    candidates: Sequence[Candidate], key: str, items: dict[int, Candidate], lines: Sequence[Line]
) -> Iterator[Candidate]:
    """Yield items in other constructs than the usual one: they need more evidence, and not stand in another's notes."""
    linked = sum(c.head.whole_link for c in items.values()) >= 0.5 * len(items)
    for c in candidates:
        if c.key == key or c.at in items or c.key[:2] in ("ul", "ol", "ro", "su"):
            continue
        own, as_usual = c.own, linked and c.own.whole_link
        if lines[c.at].is_heading:
            if _holds(lines, c.at, items):
                continue
            labelled = key[0] != "h" and own.kind and c.head.strength > 3
            good = as_usual or (own.time and own.kind) or labelled
        else:
            begins = own.kind or _begins_section(lines, c.at)
            good = (as_usual and begins) or (own.time and own.strength >= 5)
        if good:
            yield c


def _holds(lines: Sequence[Line], at: int, items: Iterable[int]) -> bool:
    """Tell whether there are items in the part that a heading opens."""
    end = next(
        (n for n in range(at + 1, len(lines)) if lines[n].is_heading and lines[n].shape <= lines[at].shape), None
    )
    return any(at < n and (end is None or n < end) for n in items)


def _begins_section(lines: Sequence[Line], at: int) -> bool:
    before = lines[at - 1] if at else None
    return before is None or before.is_heading or before.shape in ("rule", "html")


def _without_inner(items: dict[int, Candidate], lines: Sequence[Line]) -> dict[int, Candidate]:
    """Drop the lines that state facts about the item above them."""
    inside = {c.at + n for c in items.values() for n in range(1, c.below + 1)}
    return {at: c for at, c in sorted(items.items()) if at not in inside}
