"""Dates that a note can have. Pure."""

from __future__ import annotations

from datetime import date

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Nobody who keeps notes has studied before; and what is later is a slip, whose weeks may lie beyond `date.max`."""


def iso(day: date) -> str:
    """Return the date as ISO 8601, `2018-10-29`.

    Raises:
        ValueError: its year is not between 1900 and 2200.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the year must be in {FIRST_YEAR}..{LAST_YEAR}")
    return day.isoformat()
