"""Dates, levels and addresses as people write them into heads and lines. Pure."""

from __future__ import annotations

import re
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from notes_site.base import dates
from notes_site.readme.importer.words import LEVEL, LEVELS

_FILLERS = re.compile(
    rf"{LEVEL}|courses?|class(?:es)?|mastery|section|part|topics|resources|materials?|stage|tier|track|difficulty|of|for|"
    r"to|the|and|skills?|notes|achieve|work"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = [
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[ -]{_MONTH}[ ,-]+(?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(rf"{_MONTH}[ ](?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? +(?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})"),
]
_DATE_LABEL = re.compile(
    r"(?:(?:date|day|on|completed|completion|complete|finished|done|watched|read|learned|learnt|started|last|updated|of)"
    r"\b[\s:=–—-]*)*(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?[,.]? )?",
    re.IGNORECASE,
)
URL = re.compile(r"<?(https?://[^\s<>()\[\]]*(?:\([^\s<>()]*\)[^\s<>()\[\]]*)*)>?")
"""An address; brackets in it come in pairs."""

_TRIM = " \t*_`|:;,.–—-📅✅☑✔"


class Date(NamedTuple):
    """A date in ISO 8601; '' for one that may be read in two ways."""

    iso: str


class Levels(NamedTuple):
    """The levels that a text names, and what else it says. `weak`: by a word that says other things too (`basic`)."""

    names: tuple[str, ...]
    rest: tuple[str, ...]
    weak: bool


def date_in(text: str) -> Date | None:
    """Return the date that a piece of text is, a word such as `finished` before it aside."""
    plain = text.strip(_TRIM)
    label = _DATE_LABEL.match(plain)
    plain = plain[label.end() :] if label else plain
    found = next(filter(None, (form.fullmatch(plain) for form in _DATES)), None)
    return _date(found.groupdict()) if found else None


def _date(parts: dict[str, str | None]) -> Date | None:
    numbers = {name: int(text) for name, text in parts.items() if text and text.isdigit()}
    day, month = numbers.get("d", 0), numbers.get("m", 0)
    if name := parts.get("month"):
        month = _MONTHS.index(name.casefold()) + 1
    elif "a" in numbers:
        day, month = numbers["a"], numbers["b"]
        if day <= 12 and month <= 12 and day != month:
            return Date("")
        if month > 12:
            day, month = month, day
    try:
        return Date(dates.iso(date(numbers["y"], month, day)))
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def levels_in(text: str) -> Levels | None:
    """Return the levels that a text names, and what else it says; None without any."""
    words = [word for word in re.findall(r"[^\W_]+", text.casefold()) if word != "s"]
    counted = any(re.fullmatch(LEVEL, word) for word in words)
    names, rest, weak = list[str](), list[str](), not counted
    for word in words:
        if name := _level(word, numbered=counted):
            names.append(name)
            weak = weak and word in LEVELS[name] and not name.startswith(word[:8])
        elif re.search(r"[a-z0-9]", word) and not _FILLERS.fullmatch(word):
            rest.append(word)
    return Levels(tuple(dict.fromkeys(names)), tuple(rest), weak) if names else None


def _level(word: str, *, numbered: bool) -> str | None:
    for number, (name, words) in enumerate(LEVELS.items(), 1):
        close = len(word) > 6 and SequenceMatcher(None, name, word).ratio() >= 0.84
        if word in words or close or (numbered and word == str(number)):
            return name
    return None
