"""Which notes a page leads to: the navigation of its area, the note before and the note after. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from notes_site.base.model import Card, Note
from notes_site.base.paths import ContentPath
from notes_site.site.assemble import Area
from notes_site.site.values import Link, NavNote

_NEAR = 10  # notes on each side among which related ones are looked for
_BESIDE = 6  # related notes that a page names
NAV_NOTES = 50  # notes in a page's navigation: more would make every page heavy


def is_listed(card: Card) -> bool:
    """Tell whether there is something to read: a planned note without text is outside sitemap, feed and order."""
    return card.has_text or card.status != "planned"


def navigation(area: Area, levels: Mapping[str, str]) -> dict[ContentPath, tuple[NavNote, ...]]:
    """Return the navigation of each note by its path; notes side by side share one. `levels`: shown names.

    It has the notes of the area; of a large area those of the same level; of a large level the fifty around.
    """
    result = {}
    for part in _parts(area.notes):
        shared = tuple(NavNote(n.card.url, n.card.title, levels.get(n.card.level, n.card.level)) for n in part)
        result.update(dict.fromkeys((n.path for n in part), shared))
    return result


def _parts(notes: Sequence[Note]) -> Iterator[Sequence[Note]]:
    if len(notes) <= NAV_NOTES:
        yield notes
        return
    for _, members in groupby(notes, key=lambda n: n.card.level):
        level = list(members)
        yield from (level[start : start + NAV_NOTES] for start in range(0, len(level), NAV_NOTES))


def beside(notes: Sequence[Note]) -> dict[ContentPath, tuple[Link, ...]]:
    """Return what else to read in an area, for each of its notes by path: those near it that share most tags, the
    nearest first; not the previous and the next, which stand beside it anyway.
    """
    links = [Link(n.card.url, n.card.title) for n in notes]
    tags = [frozenset(n.card.tags) for n in notes]
    found = {}
    for at, note in enumerate(notes):
        near = [n for away in range(2, _NEAR) for n in (at - away, at + away) if 0 <= n < len(notes)]
        if own := tags[at]:
            near.sort(key=lambda n, own=own: -len(tags[n] & own))  # type: ignore[misc]
        found[note.path] = tuple(links[n] for n in sorted(near[:_BESIDE]))
    return found


def neighbours(areas: Iterable[Area]) -> dict[ContentPath, tuple[Link | None, Link | None]]:
    """Return previous and next by path: within the area, past what has no text."""
    result = {}
    for area in areas:
        read = [n for n in area.notes if is_listed(n.card)]
        links = [None, *(Link(n.card.url, n.card.title) for n in read), None]
        result.update({n.path: (links[i], links[i + 2]) for i, n in enumerate(read)})
    return result
