"""Days and weeks: the calendar and the timeline, from sittings. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from notes_site.base.model import Note
from notes_site.pages.report_views import Calendar, CalendarWeek, Day, Entry, Week
from notes_site.pages.views import Row
from notes_site.site import stats


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


def weeks(sittings: Iterable[stats.Sitting], row: Callable[[Note], Row]) -> tuple[Week, ...]:
    """Return the weeks in which something was studied, from sittings by date. `row`: a note as it stands in lists."""
    made: list[Week] = []
    for monday, members in groupby(sittings, key=lambda sitting: stats.monday(sitting.date)):
        entries = _merged([(sitting.note, sitting.minutes) for sitting in members])
        made.append(
            Week(
                name=stats.week(monday),
                monday=monday,
                sunday=stats.plus(monday, 6),
                minutes=sum(minutes or 0 for _, minutes in entries),
                gap=stats.days_between(made[-1].monday, monday) // 7 - 1 if made else 0,
                entries=tuple(Entry(row(note), minutes) for note, minutes in entries),
            )
        )
    return tuple(made)


def _merged(sittings: Sequence[tuple[Note, int | None]]) -> list[tuple[Note, int | None]]:
    """Several sittings of one note in a week are one."""
    found: dict[str, tuple[Note, int | None]] = {}
    for note, minutes in sittings:
        before = found.get(note.path, (note, None))[1]
        found[note.path] = note, minutes if before is None else before + (minutes or 0)
    return [*found.values()]
