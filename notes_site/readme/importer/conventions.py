"""A document's own habits, learned before anything is decided: what carries its items, and where times stand. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from notes_site.content.markdown.lines import Line, LineLink
from notes_site.readme.importer import heads
from notes_site.readme.importer.candidates import Candidate, candidates, construct, is_link, own_time
from notes_site.readme.importer.facts import is_contents, is_numbered, levels_in
from notes_site.readme.importer.heads import Head

_LINK = 3.0  # the strength of a link alone


class Habits(NamedTuple):
    """`items`: the heads of items by line index. `key`: the construct that carries most of them ('' without any).

    `times_below`: most items have no time in the head, so a time may stand on a line of its own.
    """

    items: dict[int, Candidate]
    key: str
    times_below: bool


def any_between(places: Sequence[int], start: int, end: int) -> bool:
    """Tell whether any of these places (in order) lies behind `start` and before `end`."""
    return bisect_right(places, start) < bisect_left(places, end)


def contents(lines: Sequence[Line]) -> set[int]:
    """Return the lines of tables of contents: lists and tables of links to the document itself, at its top or below a
    heading that says so.
    """
    named = {f"#{anchor}" for line in lines for anchor in line.anchors}
    found: set[int] = set()
    run: list[int] = []
    headings = 0

    def may_be(links: Iterable[LineLink]) -> bool:
        """Tell whether it stands high enough. Below a part's heading, links to marked places are a note's own words."""
        return headings <= 1 or (headings == 2 and not any(link.target in named for link in links))

    for at, line in [*enumerate(lines), (len(lines), None)]:
        if line and (line.shape in ("ul", "ol") or (line.shape in ("p", "text") and _is_inner(line))):
            run.append(at)
            continue
        inner = sum(_is_inner(lines[n]) for n in run)
        announced = bool(run) and is_contents(lines[run[0] - 1].text)
        if inner >= 2 and inner >= 0.6 * len(run) and (announced or may_be(li for n in run for li in lines[n].links)):
            found.update(run)
        run = []
        if line and line.shape == "head":
            rows = [*takewhile(lambda other: other.shape == "row", lines[at + 2 :])]
            inner = sum(any(map(_is_inner, row.cells)) for row in rows)
            links = [link for row in rows for cell in row.cells for link in cell.links]
            if rows and inner >= 0.5 * len(rows) and (announced or may_be(links)):
                found.update(range(at, at + 2 + len(rows)))
        headings += line is not None and line.is_heading
    return found


def _is_inner(line: Line) -> bool:
    links = [link for link in line.links if link.target.startswith("#")]
    return bool(links) and sum(link.end - link.start for link in links) >= 0.6 * len(line.text.strip())


def learn(lines: Sequence[Line], skipped: set[int]) -> Habits:
    """Return which lines are items, by what the document does most."""
    by_key: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates(lines, skipped):
        by_key[candidate.key].append(candidate)
    scores = {key: _score(members) for key, members in by_key.items()}
    key = max(scores, key=lambda k: (scores[k], k), default="")
    if not key:
        return Habits({}, "", False)
    primary = by_key[key]
    items = {c.at: c for c in primary if c.good}
    items |= {c.at: c for c in _siblings(primary, lines)}
    items = _without_own_links(items, key, lines)
    others = [c for members in by_key.values() for c in members]
    items |= {c.at: c for c in _others(others, key, items, lines)}
    times_below = sum(c.own.facts.time is not None for c in items.values()) < 0.5 * max(len(items), 1)
    if times_below:
        items |= {c.at: c for c in _timed(primary, items, lines)}
    return Habits(_without_inner(items, lines), key, times_below)


def _score(members: Sequence[Candidate]) -> float:
    """Return how much a construct looks like the one that carries items."""
    good = [c for c in members if c.good or c.timed]
    members = [c for c in members if c.good or c.key != "p"]  # those without evidence are text to begin with
    if not good:
        return 0.0
    bare = sum(c.key[:2] in ("ul", "ol") and c.head.strength == 3 and c.head.whole_link for c in good)
    total = sum(min(c.head.strength + 2 * c.timed, 6) for c in good) - 1.5 * bare  # lists of links stand in notes too
    return total * len(good) / len(members)


def _siblings(primary: Sequence[Candidate], lines: Sequence[Line]) -> Iterator[Candidate]:
    """Yield the members of lists in which nearly all are items."""
    lists: dict[int, list[Candidate]] = defaultdict(list)
    for c in primary:
        if c.key[:2] in ("ul", "ol"):
            lists[lines[c.at].block].append(c)
    for members in lists.values():
        if sum(c.good for c in members) >= 0.75 * len(members):
            yield from (c for c in members if not is_numbered(lines[c.at].text))


def _without_own_links(items: dict[int, Candidate], key: str, lines: Sequence[Line]) -> dict[int, Candidate]:
    """Drop the paragraphs that are a link and nothing else, if most items are paragraphs that say more, where a
    heading, a rule or an image stands above them that stands above none of the fuller ones: they belong to a note.
    """
    bare = {at for at, c in items.items() if c.head.strength == _LINK and is_link(lines[at])}
    if key != "p" or len(bare) > 0.5 * len(items):
        return items
    openers = {"p", *(_above(lines, at) for at in items.keys() - bare)}
    return {at: c for at, c in items.items() if at not in bare or _above(lines, at) in openers}


def _above(lines: Sequence[Line], at: int) -> str:
    """Return what stands above a line, `p` for text."""
    line = lines[at - 1] if at else lines[at]
    return line.shape if line.is_heading or line.shape in ("rule", "html") else "p" if line.text.strip() else "image"


def _timed(primary: Sequence[Candidate], items: dict[int, Candidate], lines: Sequence[Line]) -> Iterator[Candidate]:
    """Yield the first member above each line that states a time, unless an item stands between it and the last one."""
    start, places = 0, [c.at for c in primary]
    taken = sorted(items)
    for end in (at for at, line in enumerate(lines) if own_time(line)):
        if any_between(places, start - 1, end) and not any_between(taken, start - 1, end):
            yield primary[bisect_left(places, start)]
        start = end


def _others(
    candidates: Sequence[Candidate], key: str, items: dict[int, Candidate], lines: Sequence[Line]
) -> Iterator[Candidate]:
    """Yield items in other constructs than the usual one: they need more evidence, and not stand in another's notes."""
    linked = sum(c.head.whole_link for c in items.values()) >= 0.5 * len(items)
    first = min(items, default=len(lines))
    for c in candidates:
        if c.key == key or c.at in items:
            continue
        begins = c.key[:2] not in ("ul", "ol") and _begins_section(lines, c, first)
        if c.own.strength >= 5 or (linked and c.own.whole_link and begins):
            yield c


def _begins_section(lines: Sequence[Line], c: Candidate, first: int) -> bool:
    """Tell whether a line stands at the beginning of a section, or before the `first` item."""
    before = lines[c.at - 1] if c.at else None
    if lines[c.at].is_heading or before is None or before.is_heading:
        return True
    return before.shape in ("rule", "html") and (c.head.strength > _LINK or c.at < first)


def _without_inner(items: dict[int, Candidate], lines: Sequence[Line]) -> dict[int, Candidate]:
    """Drop the lines that state facts about the item above them."""
    inside = {c.at + n for c in items.values() for n in range(1, c.below + 1)}
    return {at: c for at, c in sorted(items.items()) if at not in inside}


def learn_topics(lines: Sequence[Line], skipped: set[int], title: int) -> Habits:
    """Return the headings of the depth that carries topics as items, of a document that lists no resources."""
    named = [at for at, line in enumerate(lines) if line.text.strip() and at != title and at not in skipped]
    named = [at for at in named if not is_contents(lines[at].text)]
    shown = [at for at in named if lines[at].is_heading and not lines[at].depth]
    depths = sorted({lines[at].shape for at in shown if not _is_level(lines[at])})
    top = [at for at in shown if lines[at].shape == depths[0]] if depths else []
    chosen = depths[0] if depths else ""
    if top and _are_areas(lines, top, shown):
        chosen = depths[1] if len(depths) > 1 else _listed(lines, shown)
    items = {at: topic(lines, at) for at in named if construct(lines[at]) == chosen and not _is_level(lines[at])}
    return Habits(items if chosen else {}, chosen, True)


def _listed(lines: Sequence[Line], shown: Sequence[int]) -> str:
    """Return the lists right below most of the headings at the bottom, '' if there are no such."""
    below = Counter(construct(lines[at + 1]) for at in shown if at + 1 < len(lines) and at + 1 not in shown)
    key, count = below.most_common(1)[0] if below else ("", 0)
    return key if key in ("ul1", "ol1") and count >= 0.6 * below.total() else ""


def topic(lines: Sequence[Line], at: int) -> Candidate:
    """Return a heading as an item."""
    head = heads.read(lines[at])
    head = head if head.title else Head(lines[at].text.strip())
    return Candidate(at, lines[at].shape, head, head, 0, False)


def _is_level(line: Line) -> bool:
    level = levels_in(line.text)
    return level is not None and not level.rest and not level.weak


def _are_areas(lines: Sequence[Line], top: Sequence[int], shown: Sequence[int]) -> bool:
    """Tell whether the headings at the top hold topics rather than being topics themselves."""
    if any(is_numbered(lines[at].text) for at in top) or any(_is_level(lines[at]) for at in shown):
        return True
    direct = sum(at + 1 in shown for at in top)
    return direct >= 0.6 * len(top) or (lines[top[0]].shape == "h1" and len(top) > 1 and direct > 0)
