"""assemble: from parsed notes to a Site, with its areas, levels, order and tags. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from notes_site.base import paths
from notes_site.base.config import Config, level_names
from notes_site.base.model import Card, Note
from notes_site.base.paths import OutputPath


class Area(NamedTuple):
    """An area: its slug, shown name, the note that describes it, and its notes in reading order."""

    slug: str
    name: str
    intro: Note | None
    notes: tuple[Note, ...]

    @property
    def url(self) -> OutputPath:
        """The output path of the area's page."""
        return OutputPath(f"{self.slug}.html")


class Site(NamedTuple):
    """All that is published, in order. `notes` are those of all areas; `hidden` are drafts left out."""

    config: Config
    areas: tuple[Area, ...]
    notes: tuple[Note, ...]
    pages: tuple[Note, ...]
    home: Note | None
    tags: dict[str, tuple[str, tuple[Note, ...]]]  # slug -> shown name, notes in order
    hidden: tuple[Note, ...]

    def published(self) -> Iterable[Note]:
        """Every note whose text stands on some page, with areas' and the home's own texts."""
        if self.home:
            yield self.home
        yield from (area.intro for area in self.areas if area.intro)
        yield from self.pages
        yield from self.notes


def assemble(config: Config, notes: Sequence[Note], *, drafts: bool = False) -> Site:
    """Put the notes together. With `drafts` they are published like the others; else nothing of them is."""
    notes = sorted(notes, key=lambda n: n.path)
    shown = [n for n in notes if drafts or not n.front.draft]
    areas = _areas(shown, config)
    in_order = tuple(note for area in areas for note in area.notes)
    homes = [n for n in shown if n.role == "home"]
    pages = [n for n in shown if n.role == "page"] + homes[1:]  # a second home collides, and is told of
    return Site(
        config=config,
        areas=areas,
        notes=in_order,
        pages=tuple(sorted(pages, key=lambda n: (_rank(n.card.order), n.card.title))),
        home=homes[0] if homes else None,
        tags=_tags(in_order),
        hidden=tuple(n for n in notes if n.front.draft and not drafts),
    )


def _rank(order: int | None) -> tuple[bool, int]:
    """Sort key: those with an order first."""
    return (order is None, order or 0)


def _areas(notes: Sequence[Note], config: Config) -> tuple[Area, ...]:
    members: dict[str, list[Note]] = defaultdict(list)
    indexes: dict[str, Note] = {}
    for note in notes:
        if note.role == "area" and note.card.area not in indexes:
            indexes[note.card.area] = note
        elif note.role in ("area", "note"):  # a second index collides, and is told of
            members[note.card.area].append(note)
    ranks = {name: n for n, name in enumerate(level_names(config))}
    areas = [_area(slug, indexes.get(slug), members[slug], ranks) for slug in {**indexes, **members}]
    return tuple(sorted(areas, key=lambda a: (_rank(a.intro.card.order if a.intro else None), a.name, a.slug)))


def _area(slug: str, index: Note | None, notes: Sequence[Note], ranks: dict[str, int]) -> Area:
    name = index.card.title if index else notes[0].card.area_name
    return Area(slug, name, index, tuple(in_reading_order(notes, ranks)))


def in_reading_order(notes: Iterable[Note], ranks: dict[str, int]) -> list[Note]:
    """Return an area's notes by level, then order, then path, those of one group together where its first stands."""
    by_order = sorted(notes, key=lambda n: (ranks.get(n.card.level, len(ranks)), *_rank(n.card.order), n.path))
    first: dict[tuple[str, str], int] = {}
    for position, note in enumerate(by_order):
        first.setdefault(_group_of(note.card), position)
    return sorted(by_order, key=lambda n: (ranks.get(n.card.level, len(ranks)), first[_group_of(n.card)]))


def _group_of(card: Card) -> tuple[str, str]:
    return card.level, card.group


def _tags(notes: Iterable[Note]) -> dict[str, tuple[str, tuple[Note, ...]]]:
    names: dict[str, str] = {}
    members: dict[str, dict[str, Note]] = defaultdict(dict)
    for note in notes:
        for tag in note.card.tags:
            key = paths.slug(tag)
            if key:
                names.setdefault(key, tag)
                members[key][note.path] = note
    return {key: (names[key], tuple(members[key].values())) for key in sorted(names)}
