"""What machines read: frozen views like those of `views`."""

from __future__ import annotations

from notes_site.base.model import Record
from notes_site.pages.views import Row, SiteView


class DataNote(Record, frozen=True):
    """One note in `notes.json`."""

    url: str
    source: str
    row: Row
    group: str
    tags: tuple[str, ...]
    summary: str
    words: int


class DataView(Record, frozen=True):
    """`notes.json`."""

    notes: tuple[DataNote, ...]


class LlmsNote(Record, frozen=True):
    """A note in `llms.txt`."""

    url: str
    title: str
    summary: str


class LlmsArea(Record, frozen=True):
    """An area in `llms.txt`."""

    name: str
    notes: tuple[LlmsNote, ...]


class LlmsView(Record, frozen=True):
    """`llms.txt`."""

    site: SiteView
    areas: tuple[LlmsArea, ...]


class FeedEntry(Record, frozen=True):
    """A note in the Atom feed. Dates are ISO 8601."""

    url: str
    title: str
    summary: str
    date: str
    updated: str


class FeedView(Record, frozen=True):
    """`feed.xml`."""

    site: SiteView
    entries: tuple[FeedEntry, ...]


class MapEntry(Record, frozen=True):
    """A page in the sitemap; `changed` is an ISO date or ''."""

    url: str
    changed: str


class MapView(Record, frozen=True):
    """`sitemap.xml`, and what `robots.txt` says of it."""

    site: SiteView
    entries: tuple[MapEntry, ...]
