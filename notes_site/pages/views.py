"""What a page may show: frozen views made of texts, whole numbers, booleans, None, tuples and views.

A template sees one of these and nothing else; its digest is the page's key. So whatever influences a page is here.
Times are whole minutes, dates ISO 8601 texts, URLs output paths (a page puts `meta.root` before them).
"""

from __future__ import annotations

from notes_site.base.model import Record, Status
from notes_site.base.slots import Slot
from notes_site.base.wording import Texts
from notes_site.site.values import Backlink, Link, NavNote, Sums


class SiteView(Record, frozen=True):
    """What every page shares. It stays tiny: no count, no sum, no file whose name depends on notes. `menu`: the
    overviews that every page leads to; `style` and `script` stand in every page, the same bytes; `policy` is the
    Content-Security-Policy that names them, '' where none is wanted.
    """

    title: str
    description: str
    language: str
    author: str
    base_url: str
    course_title: str
    course_link: str
    menu: tuple[Link, ...]
    areas: tuple[Link, ...]
    pages: tuple[Link, ...]
    style: str
    script: str
    policy: str
    icon: str
    logo: str
    footer: str
    repository: str
    feed: str
    texts: Texts


class Meta(Record, frozen=True):
    """What the frame of a page needs: where it is, what it is called, whether machines may list it."""

    url: str
    root: str
    title: str
    description: str = ""
    canonical: str = ""
    noindex: bool = False
    kind: str = "website"
    lang: str = ""


class Body(Record, frozen=True):
    """A rendered body by digest, with its refs resolved. `fill` in a template puts them together."""

    digest: str
    slots: tuple[Slot, ...]
    prefix: str = ""
    shift: int = 0


class Row(Record, frozen=True):
    """A note in a list. `link` is '' where there is none, and an output path where it is not `outside`."""

    url: str
    title: str
    kind: str
    level: str
    area: str
    area_url: str
    link: str
    outside: bool
    estimate: int | None
    time: int | None
    status: Status
    date: str


class Group(Record, frozen=True):
    """Notes of one group within a level; `name` is '' for those without."""

    name: str
    rows: tuple[Row, ...]


class Level(Record, frozen=True):
    """The notes of one level within an area."""

    id: str
    name: str
    sums: Sums
    groups: tuple[Group, ...]


class TocEntry(Record, frozen=True):
    """A heading in the table of contents; `level` from 2."""

    level: int
    id: str
    text: str


class View(Record, frozen=True):
    """Base of all views of pages."""

    site: SiteView
    meta: Meta


class AreaView(View, frozen=True):
    """`<area>.html`. `one_page`: the page with all notes at length, '' for a large area."""

    nav: tuple[NavNote, ...]
    title: str
    body: Body | None
    sums: Sums
    levels: tuple[Level, ...]
    one_page: str
    edit: str


class Fact(Record, frozen=True):
    """What a note says about itself and nothing is made of: a field of front matter, by the theme's text for it."""

    name: str
    value: str


class NoteView(View, frozen=True):
    """The page of one note. `beside`: other notes of its area; `edit`: where its source can be changed, or ''."""

    nav: tuple[NavNote, ...]
    row: Row
    tags: tuple[Link, ...]
    updated: str
    facts: tuple[Fact, ...]
    words: int
    body: Body | None
    toc: tuple[TocEntry, ...]
    backlinks: tuple[Backlink, ...]
    beside: tuple[Link, ...]
    previous: Link | None
    next: Link | None
    edit: str


class PlainView(View, frozen=True):
    """A page outside all areas, such as `about.html`."""

    body: Body | None
    toc: tuple[TocEntry, ...]
    backlinks: tuple[Backlink, ...]
    edit: str


class TagSummary(Record, frozen=True):
    """A tag on the tags page."""

    url: str
    name: str
    sums: Sums


class TagsView(View, frozen=True):
    """`tags.html`. `most`: the longest time of a tag, spent and planned."""

    most: int
    tags: tuple[TagSummary, ...]


class TagView(View, frozen=True):
    """The page of one tag."""

    name: str
    sums: Sums
    rows: tuple[Row, ...]


class SearchEntry(Record, frozen=True):
    """A note on the search page; `text` is the beginning of it."""

    url: str
    title: str
    level: str
    kind: str
    text: str


class SearchGroup(Record, frozen=True):
    """The notes of one area on the search page; `name` and `url` are '' for pages outside all areas."""

    name: str
    url: str
    entries: tuple[SearchEntry, ...]


class SearchView(View, frozen=True):
    """`search.html`: all that can be found, for those without scripts."""

    groups: tuple[SearchGroup, ...]


class NotFoundView(View, frozen=True):
    """`404.html`: the only page with absolute links, since it answers at any address."""


class RedirectView(View, frozen=True):
    """An alias. `target` is an output path."""

    target: Link


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


class TimelineEntry(Record, frozen=True):
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
    entries: tuple[TimelineEntry, ...]


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


class AgedNote(Record, frozen=True):
    """A finished note and its age in days."""

    row: Row
    days: int


class AgeGroup(Record, frozen=True):
    """Finished notes of one age, the oldest first. `begin`: days at which it begins; `more`: notes left out."""

    begin: int
    notes: tuple[AgedNote, ...]
    more: int


class ReviewView(View, frozen=True):
    """`review.html`. `today` is the date to which ages are counted, `given` whether somebody said so."""

    today: str
    given: bool
    ages: tuple[AgeGroup, ...]


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


class IncompleteNote(Record, frozen=True):
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
    lacks: tuple[IncompleteNote, ...]
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
