"""Dates, levels and addresses as people write them into heads and lines. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from notes_site.base import dates
from notes_site.readme.importer.words import LEVEL, LEVELS

_FILLERS = re.compile(
    rf"{LEVEL}|courses?|class(?:es)?|mastery|section|part|topics|resources|materials?|stage|tier|track|difficulty|of|for|"
    r"to|the|and|skills?|notes|achieve|work"
)
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
    found = dates.readings(plain)
    return Date(found[0] if len(found) == 1 else "") if found else None


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
