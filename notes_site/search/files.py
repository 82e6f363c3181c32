"""What lies under `search/`: views, and the bytes made from them. Every file is a script that calls one function, so
that a page opened from a disk (`file://`), which may fetch nothing, can search too. See `docs/search.md`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from notes_site.base.config import level_names
from notes_site.base.digest import combine
from notes_site.base.model import Note, Record
from notes_site.base.wording import Texts
from notes_site.search.shards import CHUNK, PLACES, RecordStore, Shards, chunk_keys, make_shards, shard_count
from notes_site.search.tokens import LETTERS, PATTERNS, STOP_WORDS
from notes_site.site.assemble import Site

ENTRY = "search/entry.js"
TITLES_IN_ENTRY = 1500  # notes: beyond that titles come in files of `CHUNK`


class IndexedNote(Record, frozen=True):
    """A note among the results. `area` is its number in the entry, `level` that in the entry's levels."""

    url: str
    title: str
    area: int
    level: int
    has_text: bool


class IndexedArea(Record, frozen=True):
    """An area: the slug that begins its notes' addresses, and the number of its first note."""

    slug: str
    name: str
    first: int


class IndexView(Record, frozen=True):
    """What the term shards are made from: the digest of each note's record, in order."""

    order: str
    records: tuple[str, ...]
    shards: int


class EntryView(Record, frozen=True):
    """`search/entry.js`: the engine and all that it needs at first. `notes` is empty when titles are files. `codes` has
    for each note twice the number of its level, and one more where it has a text.
    """

    engine: str
    texts: tuple[tuple[str, str], ...]
    areas: tuple[IndexedArea, ...]
    levels: tuple[str, ...]
    codes: tuple[int, ...]
    notes: tuple[IndexedNote, ...]
    index: IndexView


class TitlesView(Record, frozen=True):
    """`search/titles-N.js`."""

    order: str
    number: int
    areas: tuple[IndexedArea, ...]
    notes: tuple[IndexedNote, ...]


class ShardView(Record, frozen=True):
    """`search/terms-N.js`."""

    index: IndexView
    number: int


class TextView(Record, frozen=True):
    """The sections of one note, by the digest of its record."""

    record: str


class Search:
    """Makes views and files of one site's search."""

    def __init__(self, site: Site, engine: str, texts: Texts, store: RecordStore) -> None:
        self._engine, self._store = engine, store
        fields = ((name, getattr(texts, name)) for name in texts.__struct_fields__)
        self._texts = tuple((name[7:], text) for name, text in fields if name.startswith("search_"))
        self.notes = sorted(site.published(), key=lambda note: (note.card.area, note.path))
        self.shards = self.count()
        self._names = {area.slug: area.name for area in site.areas}
        self._levels = level_names(site.config)
        self._order = combine(*(note.card.url for note in self.notes))[:8]
        self._areas = self._number_areas()
        self._found: tuple[IndexedNote, ...] = ()
        self._index: IndexView | None = None
        self._made: tuple[IndexView, Shards] | None = None

    def count(self) -> int:
        """Return how many files of terms the notes make with their newest texts."""
        return shard_count(sum(note.terms for note in self.notes))

    @property
    def outgrown(self) -> bool:
        """Tell whether the newest texts make another number of shards."""
        return self.count() != self.shards

    def refresh(self) -> None:
        """Look at all texts again: some have changed."""
        self._index = None

    def used(self) -> list[str]:
        """Return the digests under which something is kept that the index is made from."""
        records = self.index().records
        return [*records, *chunk_keys(records)]

    # --- views

    def index(self) -> IndexView:
        """What the shards are made from."""
        if self._index is None:
            self._index = IndexView(self._order, tuple(note.search for note in self.notes), self.shards)
        return self._index

    def entry(self) -> EntryView:
        """The file that a page loads first."""
        notes = () if self.titles else self._all()
        levels = ("", *self._levels.values())
        codes = tuple(2 * note.level + note.has_text for note in self._all())
        return EntryView(self._engine, self._texts, self._areas, levels, codes, notes, self.index())

    @property
    def titles(self) -> int:
        """In how many files the titles are, 0 where they are in the entry."""
        return -(-len(self.notes) // CHUNK) if len(self.notes) > TITLES_IN_ENTRY else 0

    def titles_of(self, number: int) -> TitlesView:
        """The titles of one chunk of notes."""
        part = self._all()[number * CHUNK : (number + 1) * CHUNK]
        return TitlesView(self._order, number, self._areas, part)

    def shard(self, number: int) -> ShardView:
        """One shard."""
        return ShardView(self.index(), number)

    def text(self, note: Note) -> TextView:
        """The sections of a note."""
        return TextView(note.search)

    def _all(self) -> tuple[IndexedNote, ...]:
        if not self._found:
            levels = {name: n for n, name in enumerate(self._levels, 1)}
            areas = {area.slug: n for n, area in enumerate(self._areas)}
            cards = (note.card for note in self.notes)
            self._found = tuple(
                IndexedNote(c.url, " ".join(c.title.split()), areas[c.area], levels.get(c.level, 0), c.has_text)
                for c in cards
            )
        return self._found

    def _number_areas(self) -> tuple[IndexedArea, ...]:
        first: dict[str, int] = {}
        for number, note in enumerate(self.notes):
            first.setdefault(note.card.area, number)
        return tuple(IndexedArea(slug, self._names.get(slug, ""), number) for slug, number in first.items())

    # --- bytes

    def entry_file(self, view: EntryView) -> bytes:
        """Return the engine, then what it needs: in a small site the terms as well, as the shard before all bounds."""
        bounds, lines = self._shards(view.index)
        terms = "" if bounds else _call("shard", -1, _place(view.index, bounds, -1), lines[0])
        data = {
            "order": view.index.order,
            "stamp": combine(view.index.order, *bounds)[:8],
            "count": len(view.index.records),
            "bounds": bounds,
            "areas": [(area.name, area.slug, area.first) for area in view.areas],
            "levels": view.levels,
            "texts": dict(view.texts),
            "stop": sorted(STOP_WORDS),
            "letters": LETTERS,
            "patterns": PATTERNS,
            "places": PLACES,
            "codes": view.codes,
            "notes": _listed(view.notes, view.areas),
        }
        return (f"{view.engine}\n" + _call("entry", data) + terms).encode()

    def shard_file(self, view: ShardView) -> bytes:
        """Return one shard."""
        bounds, lines = self._shards(view.index)
        return _call("shard", view.number, _place(view.index, bounds, view.number), lines[view.number]).encode()

    def text_file(self, view: TextView) -> bytes:
        """Return the sections of one note."""
        return f"notesSearch.text({self._store.sections(view.record)})\n".encode()

    def _shards(self, index: IndexView) -> Shards:
        if self._made is None or self._made[0] is not index:
            self._made = (index, make_shards(index.records, index.shards, self._store))
        return self._made[1]


def titles_file(view: TitlesView) -> bytes:
    """Return the titles of one chunk of notes."""
    return _call("titles", view.number, view.order, _listed(view.notes, view.areas)).encode()


def text_url(url: str) -> str:
    """Return the output path of a note's sections. `_` before each name: `con.js` is a device on Windows."""
    return "search/" + "/".join(f"_{segment}" for segment in url.removesuffix(".html").split("/")) + ".js"


def _listed(notes: Sequence[IndexedNote], areas: Sequence[IndexedArea]) -> tuple[str, ...]:
    """Titles and addresses, a line for each note."""
    titles = "\n".join(note.title for note in notes)
    urls = "\n".join(_short(note.url.removesuffix(".html"), areas[note.area].slug) for note in notes)
    return (titles, urls) if notes else ()


def _short(url: str, area: str) -> str:
    """An address as it is listed: below the area's folder, else from the root, with a slash."""
    return url[len(area) + 1 :] if area and url.startswith(f"{area}/") else f"/{url}"


def _place(index: IndexView, bounds: Sequence[str], number: int) -> str:
    """What tells that a shard belongs to an entry: the order of the notes, and where the shard begins and ends. A bound
    that moves changes two shards, and not all.
    """
    return index.order + ",".join(bounds[number : number + 2] if bounds else ())


def _call(name: str, *values: object) -> str:
    return f"notesSearch.{name}({','.join(map(_json, values))})\n"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
