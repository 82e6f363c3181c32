"""From a Site to the views that tell of learning as data. Pure: the same site gives the same view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import groupby

import msgspec

from notes_site.base.model import Note
from notes_site.pages.addresses import PageKind
from notes_site.pages.note_pages import NAV_PAGES, Views, links_to
from notes_site.pages.views import (
    AgedNote,
    AgeGroup,
    AreaSummary,
    Calendar,
    CalendarWeek,
    Day,
    EvidenceArea,
    EvidenceLevel,
    EvidenceView,
    FullNote,
    Group,
    HomeView,
    IncompleteNote,
    ListView,
    OnePageView,
    ReviewView,
    Row,
    TimelineEntry,
    TimelineView,
    Week,
)
from notes_site.site import stats
from notes_site.site.assemble import Area, Site
from notes_site.site.values import Link, Sums

PAGE_ROWS = 500  # rows of a list on one page: more would be too heavy for a phone
HOME_WEEKS = 26  # weeks of the calendar on the home page
_SHORT = 5  # rows of a short list
_REVIEW_ROWS = 100  # rows of one age


class ReportViews:
    """Makes these views of one site; `views` makes those of notes and what all of them share."""

    def __init__(self, site: Site, views: Views) -> None:
        self._site, self._views = site, views

    # --- home

    def home(self) -> HomeView:
        """The home page: sums, time by area, the calendar, what is new and what is next."""
        config, home, notes = self._site.config, self._site.home, self._site.notes
        areas = tuple(
            AreaSummary(a.url, a.name, self._views.about(a), stats.sums_of(a.notes)) for a in self._site.areas
        )
        dated = sorted((n for n in notes if n.card.date and n.card.status != "planned"), key=lambda n: n.card.date)
        following = [n for status in ("doing", "planned") for n in notes if n.card.status == status]
        return HomeView(
            site=self._views.site,
            meta=self._views.meta(PageKind.HOME.url(), (home and home.card.title) or config.title, config.description),
            body=self._views.body(home) if home else None,
            sums=self._totals,
            days=len(self._days),
            most=max((_whole(area.sums) for area in areas), default=0),
            areas=areas,
            calendar=calendar(self._days, HOME_WEEKS),
            latest=self._views.rows(dated[: -_SHORT - 1 : -1]),
            following=self._views.rows(following[:_SHORT]),
            pages=links_to(self._site.pages[NAV_PAGES:]),
        )

    # --- lists

    def resources(self, order: PageKind) -> ListView:
        """All notes in one table: by area, by time (longest first) or by date (latest first)."""
        notes, texts = self._site.notes, self._views.site.texts
        cut = len(notes) > PAGE_ROWS
        sections: tuple[Group, ...] = ()
        if order == PageKind.RESOURCES:
            if not cut:
                sections = tuple(Group(a.name, self._views.rows(a.notes)) for a in self._site.areas if a.notes)
        elif order == PageKind.RESOURCES_BY_TIME:
            sections = (Group("", self._views.rows(_by_time(notes)[:PAGE_ROWS])),)
        else:
            sections = (Group("", self._views.rows(_by_date(notes)[:PAGE_ROWS])),)
        orders = {
            PageKind.RESOURCES: texts.by_area,
            PageKind.RESOURCES_BY_TIME: texts.by_time,
            PageKind.RESOURCES_BY_DATE: texts.by_date,
        }
        return ListView(
            site=self._views.site,
            meta=self._views.meta_of(order),
            title=order.title(texts),
            order=orders[order],
            orders=tuple(Link(kind.url(), title) for kind, title in orders.items()),
            sums=self._totals,
            sections=sections if notes else (),
            parts=self._resource_parts if cut else (),
        )

    def resources_of(self, area: Area) -> ListView:
        """The notes of one area, where there are too many for one page."""
        kind, texts = PageKind.RESOURCES_OF_AREA, self._views.site.texts
        return ListView(
            site=self._views.site,
            meta=self._views.meta_of(kind, area.slug, area.name),
            title=kind.title(texts, area.name),
            order=texts.by_area,
            orders=(),
            sums=stats.sums_of(area.notes),
            sections=(Group(area.name, self._views.rows(area.notes)),),
            parts=self._resource_parts,
        )

    @cached_property
    def _resource_parts(self) -> tuple[Link, ...]:
        return tuple(Link(PageKind.RESOURCES_OF_AREA.url(a.slug), a.name) for a in self._site.areas if a.notes)

    # --- time

    def timeline(self) -> TimelineView:
        """Every week; its notes too, unless there are too many for one page."""
        cut = len(self._sessions) > PAGE_ROWS
        shown = self._weeks
        if cut:
            shown = tuple(msgspec.structs.replace(week, entries=()) for week in shown)
        return TimelineView(
            site=self._views.site,
            meta=self._views.meta_of(PageKind.TIMELINE),
            title=self._views.site.texts.timeline,
            calendar=None if cut else calendar(self._days, len(self._weeks) and 10_000),
            most=max((week.minutes for week in shown), default=0),
            weeks=shown,
            undated=stats.sums(
                n.card for n in self._site.notes if n.card.time and not n.card.date and not n.front.sessions
            ),
            parts=self._year_parts,
        )

    def year(self, name: str) -> TimelineView:
        """The weeks that begin in one year, where there are too many notes for one page."""
        kind = PageKind.TIMELINE_OF_YEAR
        days = {day: minutes for day, minutes in self._days.items() if stats.monday(day).startswith(name)}
        return TimelineView(
            site=self._views.site,
            meta=self._views.meta_of(kind, name, name),
            title=kind.title(self._views.site.texts, name),
            calendar=calendar(days, 10_000),
            most=max((week.minutes for week in self._weeks), default=0),
            weeks=tuple(week for week in self._weeks if week.monday.startswith(name)),
            undated=Sums(),
            parts=self._year_parts,
        )

    @cached_property
    def years(self) -> list[str]:
        """The years that have a page: where there are too many notes for one."""
        return sorted({week.monday[:4] for week in self._weeks}) if len(self._sessions) > PAGE_ROWS else []

    @property
    def _year_parts(self) -> tuple[Link, ...]:
        return tuple(Link(PageKind.TIMELINE_OF_YEAR.url(name), name) for name in self.years)

    def review(self) -> ReviewView:
        """Finished notes by their age on a date that is written on the page."""
        notes, given = self._site.notes, self._site.config.today
        today = given or stats.latest_date(notes)
        ages = stats.by_age(notes, today) if today else {}
        return ReviewView(
            site=self._views.site,
            meta=self._views.meta_of(PageKind.REVIEW),
            today=today,
            given=bool(given),
            ages=tuple(
                AgeGroup(
                    begin,
                    tuple(AgedNote(self._views.row(note), days) for days, note in members[:_REVIEW_ROWS]),
                    max(len(members) - _REVIEW_ROWS, 0),
                )
                for begin, members in reversed(ages.items())
                if members
            ),
        )

    # --- for the instructor

    def evidence(self) -> EvidenceView:
        """What was planned and what was done, by area and level, and what is missing."""
        notes = self._site.notes
        compared = stats.comparison(n.card for n in notes)
        lacks = [(n, stats.lacking(n.card)) for n in notes if stats.lacking(n.card)]
        return EvidenceView(
            site=self._views.site,
            meta=self._views.meta_of(PageKind.EVIDENCE),
            today=self._site.config.today or stats.latest_date(notes),
            sums=self._totals,
            words=self._words(notes),
            days=len(self._days),
            compared_notes=compared.notes,
            compared_estimate=compared.estimate,
            compared_time=compared.time,
            areas=tuple(self._evidence_of(area) for area in self._site.areas if area.notes),
            lacks=tuple(IncompleteNote(self._views.row(n), missing) for n, missing in lacks[:PAGE_ROWS]),
            lacks_more=max(len(lacks) - PAGE_ROWS, 0),
        )

    def _evidence_of(self, area: Area) -> EvidenceArea:
        levels = [(level, list(notes)) for level, notes in groupby(area.notes, key=lambda n: n.card.level)]
        return EvidenceArea(
            url=area.url,
            title=area.name,
            sums=stats.sums_of(area.notes),
            words=self._words(area.notes),
            levels=tuple(
                EvidenceLevel(self._views.level_name(level), stats.sums_of(notes), self._words(notes))
                for level, notes in levels
            ),
            rows=self._views.rows(area.notes) if len(self._site.notes) <= PAGE_ROWS else (),
        )

    def one_page(self, area: Area) -> OnePageView:
        """An area with all its notes at length. The ids of each note's text have its number before them."""
        return OnePageView(
            site=self._views.site,
            meta=self._views.meta_of(PageKind.ONE_PAGE, area.slug, area.name),
            title=area.name,
            url=area.url,
            body=self._views.body(area.intro) if area.intro else None,
            sums=stats.sums_of(area.notes),
            notes=tuple(
                FullNote(
                    f"note.{number}",
                    self._views.row(note),
                    self._views.body(note, prefix=f"{number}.", shift=1),
                    note.front.lang or "",
                )
                for number, note in enumerate(area.notes, 1)
            ),
        )

    # --- parts

    @cached_property
    def _totals(self) -> Sums:
        return stats.sums_of(self._site.notes)

    @cached_property
    def _days(self) -> dict[str, int]:
        return stats.minutes_by_day(self._site.notes)

    @cached_property
    def _sessions(self) -> list[stats.NoteSession]:
        return stats.sessions_of(self._site.notes)

    @cached_property
    def _weeks(self) -> tuple[Week, ...]:
        return weeks(self._sessions, self._views.row)

    def _words(self, notes: Iterable[Note]) -> int:
        return sum(note.words for note in notes)


def _by_time(notes: Iterable[Note]) -> list[Note]:
    return sorted(notes, key=lambda n: -(n.card.time or 0))


def _by_date(notes: Iterable[Note]) -> list[Note]:
    dated = sorted((n for n in notes if n.card.date), key=lambda n: n.card.date, reverse=True)
    return [*dated, *(n for n in notes if not n.card.date)]


def _whole(sums: Sums) -> int:
    """What a bar is as long as: minutes spent, and those still planned."""
    return sums.time + sums.left


def calendar(days: dict[str, int], most_weeks: int) -> Calendar | None:
    """Return the last weeks of days with minutes, from the Monday of the first; None where there is no day."""
    if not days:
        return None
    last = max(days)
    end = stats.monday(last)
    begin = max(stats.monday(min(days)), stats.plus(end, -7 * (most_weeks - 1)))
    shown = {day: minutes for day, minutes in days.items() if day >= begin}
    first, most = min(shown), max(shown.values())

    def day_of(day: str) -> Day:
        minutes = shown.get(day, 0)
        return Day(day, minutes, stats.shade(minutes, most) if first <= day <= last else -1)

    mondays = [stats.plus(begin, 7 * n) for n in range(stats.days_between(begin, end) // 7 + 1)]
    of_weeks = [tuple(day_of(stats.plus(monday, n)) for n in range(7)) for monday in mondays]
    made = tuple(CalendarWeek(o[0].date, sum(day.minutes for day in o), o) for o in of_weeks)
    return Calendar(first, last, len(shown), sum(shown.values()), len(shown) < len(days), made)


def weeks(sessions: Iterable[stats.NoteSession], row: Callable[[Note], Row]) -> tuple[Week, ...]:
    """Return the weeks in which something was studied, from sessions by date. `row`: a note as it stands in lists."""
    made: list[Week] = []
    for monday, members in groupby(sessions, key=lambda session: stats.monday(session.date)):
        entries = _merged([(session.note, session.minutes) for session in members])
        made.append(
            Week(
                name=stats.week(monday),
                monday=monday,
                sunday=stats.plus(monday, 6),
                minutes=sum(minutes or 0 for _, minutes in entries),
                gap=stats.days_between(made[-1].monday, monday) // 7 - 1 if made else 0,
                entries=tuple(TimelineEntry(row(note), minutes) for note, minutes in entries),
            )
        )
    return tuple(made)


def _merged(sessions: Sequence[tuple[Note, int | None]]) -> list[tuple[Note, int | None]]:
    """Several sessions of one note in a week are one."""
    found: dict[str, tuple[Note, int | None]] = {}
    for note, minutes in sessions:
        before = found.get(note.path, (note, None))[1]
        found[note.path] = note, minutes if before is None else before + (minutes or 0)
    return [*found.values()]
