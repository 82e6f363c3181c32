"""Time accounting: the sums that pages and `notes-site stats` show. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from typing import TypeVar

from notes_site.model import Card, Note
from notes_site.views import Sums

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


def lacks_time(card: Card) -> bool:
    """Tell whether the note was worked on without a time noted."""
    return card.time is None and card.status in ("done", "doing")


def _left(card: Card) -> int:
    if card.status not in ("planned", "doing"):
        return 0
    return max((card.estimate or 0) - (card.time or 0), 0)


def by(cards: Iterable[Card], key: Callable[[Card], Key]) -> dict[Key, Sums]:
    """Return the sums of each group of notes, in the order in which the groups first appear."""
    groups: dict[Key, list[Card]] = defaultdict(list)
    for card in cards:
        groups[key(card)].append(card)
    return {name: sums(members) for name, members in groups.items()}


def week(day: str) -> str:
    """Return the ISO 8601 week of an ISO date: `2018-10-29` is `2018-W44`."""
    year, number, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{number:02}"


def minutes_by_day(notes: Iterable[Note]) -> dict[str, int]:
    """Return the minutes spent on each ISO date, in order: from sessions, else a note's time on its date."""
    days: dict[str, int] = defaultdict(int)
    for note in notes:
        if note.front.sessions:
            for session in note.front.sessions:
                days[session.date] += session.minutes
        elif note.card.date and note.card.time:
            days[note.card.date] += note.card.time
    return dict(sorted(days.items()))


def minutes_by_week(notes: Iterable[Note]) -> dict[str, int]:
    """Return the minutes spent in each ISO week, in order."""
    weeks: dict[str, int] = defaultdict(int)
    for day, minutes in minutes_by_day(notes).items():
        weeks[week(day)] += minutes
    return dict(sorted(weeks.items()))
