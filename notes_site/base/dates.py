"""Dates as people write them, ISO 8601 inside (`2018-10-29`). Pure.

The grammar: the year first (`2018-10-29`, `2018/10/29`, `2018.10.29`), which is never in doubt; or a month's name
(`29 Oct 2018`, `October 29th, 2018`); or day and month in either order (`10/29/2018`, `29.10.2018`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from notes_site.base.decoding import brief
from notes_site.base.errors import Problem

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Nobody who keeps notes has studied before; and what is later is a slip, whose weeks may lie beyond `date.max`."""

_TIME_OF_DAY = re.compile(
    r"(?:T| +)[0-9]{1,2}:[0-9]{2}[0-9:.,]*(?: *(?:Z|UTC|[+-][0-9]{2}:?[0-9]{0,2}))?\Z", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR_FIRST = re.compile(r"(?P<y>[0-9]{4})(?P<sign>[-/.])(?P<m>[0-9]{1,2})(?P=sign)(?P<d>[0-9]{1,2})")
_NAMED = (
    re.compile(rf"(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th|\.)?[ -]{_MONTH}[ ,-]+(?P<y>[0-9]{{4}})", re.IGNORECASE),
    re.compile(rf"{_MONTH}[ ](?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? +(?P<y>[0-9]{{4}})", re.IGNORECASE),
)
_EITHER_ORDER = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")


def iso(day: date) -> str:
    """Return the date as ISO 8601, `2018-10-29`.

    Raises:
        ValueError: its year is not between 1900 and 2200.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the year must be in {FIRST_YEAR}..{LAST_YEAR}")
    return day.isoformat()


def of_epoch(seconds: str) -> str:
    """Return the date in UTC of a time in seconds since 1970, as `SOURCE_DATE_EPOCH` has it (reproducible-builds.org).

    Raises:
        Problem: it is none.
    """
    try:
        return iso(datetime.fromtimestamp(int(seconds), UTC).date())
    except (ValueError, OverflowError, OSError):
        raise Problem(f"`{brief(seconds)}` is no count of seconds since 1970 up to our time") from None


def parse(text: str) -> str:
    """Return a date that is written with the year first, as ISO 8601; a time of day behind it is left out.

    Raises:
        Problem: it is written otherwise, or is not in the calendar.
    """
    day = _TIME_OF_DAY.sub("", text)
    found = _YEAR_FIRST.fullmatch(day)
    if not found:
        meant = " or ".join(f"`{reading}`" for reading in readings(day))
        hint = f"write {meant or 'year, month and day: `2018-10-29`'}"
        raise Problem(f"`{brief(text)}` is no date like `2018-10-29`", hint)
    try:
        return iso(date(int(found["y"]), int(found["m"]), int(found["d"])))
    except ValueError as bad:
        message = f"`{brief(text)}` is not in the calendar: {bad}"
        raise Problem(message, "write a real date, like `2018-10-29`") from None


def readings(text: str) -> tuple[str, ...]:
    """Return the dates (ISO 8601) that a text may mean: none, one, or two for `10/11/2018`."""
    found = []
    for year, month, day in _readings(text):
        try:
            found.append(iso(date(year, month, day)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def _readings(text: str) -> Iterator[tuple[int, int, int]]:
    if found := _YEAR_FIRST.fullmatch(text):
        yield int(found["y"]), int(found["m"]), int(found["d"])
    for form in _NAMED:
        if found := form.fullmatch(text):
            yield int(found["y"]), _MONTHS.index(found["month"].casefold()) + 1, int(found["d"])
    if found := _EITHER_ORDER.fullmatch(text):
        first, second, year = map(int, found.groups())
        yield year, second, first
        yield year, first, second
