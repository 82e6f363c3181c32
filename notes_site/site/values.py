"""Values of the whole site that pages show: links to notes, counts and minutes."""

from __future__ import annotations

from notes_site.base.model import Record


class Link(Record, frozen=True):
    """A page of ours, by output path and title."""

    url: str
    title: str


class NavNote(Record, frozen=True):
    """A note in the navigation of its area."""

    url: str
    title: str
    level: str


class Sums(Record, frozen=True):
    """Counts and minutes of some notes; see `stats.sums` for what each means."""

    notes: int = 0
    done: int = 0
    doing: int = 0
    planned: int = 0
    skipped: int = 0
    time: int = 0
    estimate: int = 0
    left: int = 0
    missing: int = 0


class Backlink(Record, frozen=True):
    """A note that links here, with the sentence around its link."""

    url: str
    title: str
    context: str
