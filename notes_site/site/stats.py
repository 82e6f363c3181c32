"""Time accounting: the sums that pages and `notes-site stats` show. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple, TypeVar

from notes_site.base.model import Card, Note
from notes_site.site.values import Sums

Key = TypeVar("Key", bound=Hashable)


def sums(cards: Iterable[Card]) -> Sums:
    """Return counts and minutes.

    `time` is what was spent, over all notes; `estimate` what was planned, over all notes that are not skipped;
    `left` what is still to do of that: the estimates of planned notes, and what is left of notes in progress;
    `missing` counts notes begun or done that have no time noted.
    """
    cards = list(cards)
    count = {status: sum(c.status == status for c in cards) for status in ("done", "doing", "planned", "skipped")}
    return Sums(
        notes=len(cards),
        **count,
        time=sum(c.time or 0 for c in cards),
        estimate=sum(c.estimate or 0 for c in cards if c.status != "skipped"),
        left=sum(_left(c) for c in cards),
        missing=sum(lacks_time(c) for c in cards),
    )


def sums_of(notes: Iterable[Note]) -> Sums:
    """Return the sums of notes."""
    return sums(note.card for note in notes)


def lacks_time(card: Card) -> bool:
    """Tell whether the note was worked on without a time noted."""
    return card.time is None and card.status in ("done", "doing")


def _left(card: Card) -> int:
    if card.status not in ("planned", "doing"):
        return 0
    return max((card.estimate or 0) - (card.time or 0), 0)


def sums_by(cards: Iterable[Card], key: Callable[[Card], Key]) -> dict[Key, Sums]:
    """Return the sums of each group of notes, in the order in which the groups first appear."""
    groups: dict[Key, list[Card]] = defaultdict(list)
    for card in cards:
        groups[key(card)].append(card)
    return {name: sums(members) for name, members in groups.items()}


def week(day: str) -> str:
    """Return the ISO 8601 week of an ISO date: `2018-10-29` is `2018-W44`."""
    year, number, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{number:02}"


class NoteSession(NamedTuple):
    """A note on a day: the minutes spent on it then, None where no time is noted."""

    date: str
    note: Note
    minutes: int | None


def sessions_of(notes: Iterable[Note]) -> list[NoteSession]:
    """Return what was studied when, by date: the sessions of notes, else a note's time on its date."""
    found = []
    for note in notes:
        if note.front.sessions:
            found += [NoteSession(session.date, note, session.minutes) for session in note.front.sessions]
        elif note.card.date and (note.card.time or note.card.status in ("done", "doing")):
            found.append(NoteSession(note.card.date, note, note.card.time))
    return sorted(found, key=lambda session: session.date)


def minutes_by_day(notes: Iterable[Note]) -> dict[str, int]:
    """Return the minutes spent on each ISO date, in order; days without any are left out."""
    days: dict[str, int] = defaultdict(int)
    for day, _, minutes in sessions_of(notes):
        if minutes:
            days[day] += minutes
    return dict(days)


def minutes_by_week(notes: Iterable[Note]) -> dict[str, int]:
    """Return the minutes spent in each ISO week, in order."""
    weeks: dict[str, int] = defaultdict(int)
    for day, minutes in minutes_by_day(notes).items():
        weeks[week(day)] += minutes
    return dict(sorted(weeks.items()))


def monday(day: str) -> str:
    """Return the ISO date of the Monday of a date's week."""
    given = date.fromisoformat(day)
    return (given - timedelta(days=given.weekday())).isoformat()


def plus(day: str, days: int) -> str:
    """Return the ISO date so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def days_between(first: str, last: str) -> int:
    """Return how many days lie from one ISO date to another, negative when it is earlier."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def latest_date(notes: Iterable[Note]) -> str:
    """Return the latest ISO date that any note names for what was studied, '' where none does.

    A date more than ten years after all others is a slip of the pen (2062 for 2026), and none.
    """
    days = sorted({session.date for session in sessions_of(notes)}, reverse=True)
    for day, before in pairwise(days):
        if days_between(before, day) <= _SLIP:
            return day
    return days[-1] if days else ""


def shade(minutes: int, most: int) -> int:
    """Return one of five levels: 0 for nothing, then a quarter of the longest day each."""
    return -(-4 * minutes // most) if minutes and most else 0


def lacking(card: Card) -> tuple[str, ...]:
    """Return what a note that was worked on lacks: `time`, `link`, `text`. Nothing is lacking in others."""
    if card.status not in ("done", "doing"):
        return ()
    there = {"time": card.time is not None, "link": bool(card.link), "text": card.has_text}
    return tuple(name for name, is_there in there.items() if not is_there)


_SLIP = 3652  # days

AGES = (0, 7, 30, 90)
"""The ages in days at which a group of finished notes begins; the last group has no end."""


def by_age(notes: Iterable[Note], today: str) -> dict[int, list[tuple[int, Note]]]:
    """Return finished notes with their age in days on a date, the oldest first, by the beginning of their group.

    What is dated later than that is as if it were finished on it.
    """
    groups: dict[int, list[tuple[int, Note]]] = {age: [] for age in AGES}
    for note in notes:
        if note.card.status == "done" and note.card.date:
            age = max(days_between(note.card.date, today), 0)
            groups[max(begin for begin in AGES if begin <= age)].append((age, note))
    return {begin: sorted(members, key=lambda member: -member[0]) for begin, members in groups.items()}


class Comparison(NamedTuple):
    """Planned against spent minutes, over the notes that have both."""

    notes: int
    estimate: int
    time: int


def comparison(cards: Iterable[Card]) -> Comparison:
    """Compare what was planned with what was spent, where both are noted."""
    both = [(c.estimate, c.time) for c in cards if c.time is not None and c.estimate is not None]
    return Comparison(len(both), sum(estimate for estimate, _ in both), sum(time for _, time in both))
