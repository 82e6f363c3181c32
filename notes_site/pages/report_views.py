"""What the pages show that tell of learning as data: frozen views like those of `views`."""

from __future__ import annotations

from notes_site.base.model import Record
from notes_site.pages.views import Body, Group, Row, View
from notes_site.site.values import Link, Sums


class AreaSummary(Record, frozen=True):
    """An area on the home page."""

    url: str
    title: str
    summary: str
    sums: Sums


class Day(Record, frozen=True):
    """A day of the calendar: minutes, and one of five shades; -1 for a day outside of the period."""

    date: str
    minutes: int
    shade: int


class CalendarWeek(Record, frozen=True):
    """A week of the calendar, from its Monday."""

    monday: str
    minutes: int
    days: tuple[Day, ...]


class Calendar(Record, frozen=True):
    """The days on which something was studied, in whole weeks. `first` and `last` are the days that begin and end it,
    `active` how many of them have time; `cut` tells that there are earlier ones.
    """

    first: str
    last: str
    active: int
    minutes: int
    cut: bool
    weeks: tuple[CalendarWeek, ...]


class HomeView(View, frozen=True):
    """`index.html`. `most`: the longest time of an area, spent and planned; `days`: active days; `pages`: the plain
    pages for which the navigation has no room.
    """

    body: Body | None
    sums: Sums
    days: int
    most: int
    areas: tuple[AreaSummary, ...]
    calendar: Calendar | None
    latest: tuple[Row, ...]
    following: tuple[Row, ...]
    pages: tuple[Link, ...]


class ListView(View, frozen=True):
    """All resources in one order, or those of one area. `sections` are areas, or one without a name; `parts` are the
    pages of the areas where there are too many for one page.
    """

    title: str
    order: str
    orders: tuple[Link, ...]
    sums: Sums
    sections: tuple[Group, ...]
    parts: tuple[Link, ...]


class Entry(Record, frozen=True):
    """A note in a week: the minutes spent on it then."""

    row: Row
    minutes: int | None


class Week(Record, frozen=True):
    """A week of the timeline, from Monday to Sunday. `gap`: how many weeks without a note lie before it."""

    name: str
    monday: str
    sunday: str
    minutes: int
    gap: int
    entries: tuple[Entry, ...]


class TimelineView(View, frozen=True):
    """`timeline.html`. `most`: the minutes of the longest week; `undated`: notes with time in no week; `parts`: pages
    of the years where there are too many notes for one page.
    """

    title: str
    calendar: Calendar | None
    most: int
    weeks: tuple[Week, ...]
    undated: Sums
    parts: tuple[Link, ...]


class Aged(Record, frozen=True):
    """A finished note and its age in days."""

    row: Row
    days: int


class Age(Record, frozen=True):
    """Finished notes of one age, the oldest first. `begin`: days at which it begins; `more`: notes left out."""

    begin: int
    notes: tuple[Aged, ...]
    more: int


class ReviewView(View, frozen=True):
    """`review.html`. `today` is the date to which ages are counted, `given` whether somebody said so."""

    today: str
    given: bool
    ages: tuple[Age, ...]


class EvidenceLevel(Record, frozen=True):
    """A level of an area on the evidence sheet."""

    name: str
    sums: Sums
    words: int


class EvidenceArea(Record, frozen=True):
    """An area on the evidence sheet, with its notes where there is room for them."""

    url: str
    title: str
    sums: Sums
    words: int
    levels: tuple[EvidenceLevel, ...]
    rows: tuple[Row, ...]


class Lack(Record, frozen=True):
    """A note that was worked on and lacks some of `time`, `link` and `text`."""

    row: Row
    lacks: tuple[str, ...]


class EvidenceView(View, frozen=True):
    """`evidence.html`: for the instructor. `compared` are planned and spent minutes of the notes that have both."""

    today: str
    sums: Sums
    words: int
    days: int
    compared_notes: int
    compared_estimate: int
    compared_time: int
    areas: tuple[EvidenceArea, ...]
    lacks: tuple[Lack, ...]
    lacks_more: int


class FullNote(Record, frozen=True):
    """A note at length on the page of its area; `id` is its anchor there."""

    id: str
    row: Row
    body: Body | None
    lang: str


class OnePageView(View, frozen=True):
    """`print/<area>.html`: an area with all its notes, to print or to read in one go."""

    title: str
    url: str
    body: Body | None
    sums: Sums
    notes: tuple[FullNote, ...]
