"""A document without recognisable resources: every topic is an item. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from notes_site.importers import heads, values
from notes_site.importers.candidates import Candidate, construct
from notes_site.importers.conventions import Habits
from notes_site.importers.heads import Head
from notes_site.importers.words import is_contents, is_numbered
from notes_site.markdown.lines import Line


def learn(lines: Sequence[Line], skipped: set[int], title: int) -> Habits:
    """Return the headings of the depth that carries topics as items."""
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
    level = values.levels_in(line.text)
    return level is not None and not level.rest and not level.weak


def _are_areas(lines: Sequence[Line], top: Sequence[int], shown: Sequence[int]) -> bool:
    """Tell whether the headings at the top hold topics rather than being topics themselves."""
    if any(is_numbered(lines[at].text) for at in top) or any(_is_level(lines[at]) for at in shown):
        return True
    direct = sum(at + 1 in shown for at in top)
    return direct >= 0.6 * len(top) or (lines[top[0]].shape == "h1" and len(top) > 1 and direct > 0)
