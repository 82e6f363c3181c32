"""Times, dates, levels and addresses as people write them into heads and lines. Pure."""

from __future__ import annotations

import re
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from notes_site import durations

LEVELS: dict[str, tuple[str, ...]] = {
    "beginner": ("beginner", "beginners", "basic", "introductory", "elementary", "novice", "easy", "starter", "foundational"),
    "intermediate": ("intermediate", "medium", "moderate", "middle"),
    "advanced": ("advanced", "expert", "hard", "proficient"),
}  # fmt: skip
"""The usual levels, each with the words that mean it; the first word of each may be misspelt."""

_LEVEL_FILLERS = frozenset(
    "level levels lvl course courses class classes mastery section part topics resources materials material stage tier "
    "track difficulty of for to the and skill skills notes achieve work".split()
)
_ABOUT = r"(?:~|≈|±|<|>|approx(?:imately|\.)?|about|around|roughly|circa|ca\.?|almost|nearly|over|under|(?:more|less) than|at least|up to|just|only|maybe)"
_LABEL_WORDS = (
    r"(?:the|total|elapsed|estimated|actual|overall|study(?:ing)?|learning|watch|reading|video|lab|time|times|duration|length|spent|spend|spending|"
    r"took|takes|take|taken|it|this|me|i|we|you|us|needed|required|used|taken|to|complete|completed|finish|finished|learn|in|was|is|of|for|cost|costs|"
    r"minutes?|mins?|hours?|hrs?)"
)
_LABEL = re.compile(rf"(?:{_LABEL_WORDS}\b[\s:=–—-]*)+", re.IGNORECASE)
_SAYS_TIME = re.compile(r"\b(?:time|times|duration|elapsed|spen[dt]|spending|took|takes?|taken|length|minutes|mins|hours)\b", re.IGNORECASE)
_NUMBER = r"\d+(?:[.,]\d+)?\s?[½¼¾]?"
_UNIT = r"(?:hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![^\W\d_])\.?"
_ONE = rf"(?:{_NUMBER}\s*-?\s*{_UNIT}(?:(?:\s*(?:,|and|&)?\s*)\d+(?:[.,]\d+)?\s*(?:{_UNIT}|(?![\w:.])))?)"
_DURATION = re.compile(
    rf"(?P<sum>\d+(?:\s*\+\s*\d+)+\s*{_UNIT}|{_ONE}(?:\s*\+\s*{_ONE})+)"
    r"|(?P<span>\d{1,2}[:.]\d\d\s*(?:[-–—]|to)\s*\d{1,2}[:.]\d\d)"
    rf"|(?P<range>{_NUMBER}\s*(?:{_UNIT})?\s*(?:[-–—]|to)\s*{_ONE})"
    rf"|(?P<one>{_ONE}|PT\d[\dHMS]+|(?:an? )?half (?:an )?hour|an? (?:hour(?: and a half)?|minute|quarter of an hour)"
    r"|(?P<word>one|two|three|four|five|six|ten|fifteen|twenty|thirty|forty|fifty|sixty|ninety)(?: and a half)?[ -](?P<unit>hours?|minutes?|mins?))"
    r"|(?P<clock>\d{1,2}:\d\d(?::\d\d)?(?:\s*h(?:ours?)?)?)"
    r"|(?P<bare>\d{1,3})(?![\w.,:/-])",
    re.IGNORECASE,
)
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "fifteen": 15, "twenty": 20,
          "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}  # fmt: skip
_AFTER = re.compile(
    r"\s*(?:$|[.,;!…)\]]|(?<=\.\s)|(?:in )?total\b|altogether\b|all in all\b|spent\b|long\b|each\b|ish\b|or so\b|approx|work\b|video\b|read(?:ing)?\b|lab\b|of\b|"
    r"including\b|to\b|for\b|on\b|with\b|watching\b|and\b|including\b|\+)",
    re.IGNORECASE,
)
_EMPTY_TIME = re.compile(r"(?:time|time spent|duration|spent|elapsed time)\s*[:=-]?\s*(?:min(?:ute)?s?|h(?:ou)?rs?|tbd|n/?a|\?+|-+|…|\.\.\.)?", re.IGNORECASE)
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATES = [
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[ -]{_MONTH}[ ,-]+(?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(rf"{_MONTH}[ ](?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? +(?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})"),
]
_DATE_LABEL = re.compile(
    r"(?:(?:date|day|on|completed|complete|finished|done|watched|read|learned|learnt|started|last|updated|of|completion)\b[\s:=–—-]*)*", re.IGNORECASE
)
URL = re.compile(r"<?(https?://[^\s<>()\[\]]*(?:\([^\s<>()]*\)[^\s<>()\[\]]*)*)>?")
_URL_LABEL = re.compile(r"(?:(?:the\s+)?(?:link|url|source|resource|address|from|at|see|website|video|page)s?(?:\s+(?:to|here))?\s*[:=-]\s*|@\s*)?", re.IGNORECASE)
_TRIM = " \t*_`~|:;,.–—-=>•·⏱🕐🕒⌛⏳📅✅☑🔗"


class Time(NamedTuple):
    """A time: whole minutes, None when it was left open; `said` when a word says that it is a time spent."""

    minutes: int | None
    said: bool
    rest: str = ""  # what stands behind it
    doubt: str = ""


class Date(NamedTuple):
    """A date in ISO 8601; '' for one that may be read in two ways."""

    iso: str


class Levels(NamedTuple):
    """The levels that a piece of text names; `plain`: it says nothing else, apart from `rest`."""

    names: tuple[str, ...]
    rest: tuple[str, ...]
    weak: bool


def time_in(text: str, *, line: bool = False) -> Time | None:
    """Return the time that a piece of text is; with `line`, the time with which a line begins.

    A bare number needs a word such as `time` before it.
    """
    plain = text.strip().lstrip(_TRIM).strip()
    if _EMPTY_TIME.fullmatch(plain.rstrip(_TRIM)) and not re.fullmatch(r"spent|duration|time", plain, re.IGNORECASE) or (
        plain.rstrip().endswith(":") and _EMPTY_TIME.fullmatch(plain.rstrip(_TRIM))
    ):
        return Time(None, True)
    label = _LABEL.match(plain)
    said = label is not None and _SAYS_TIME.search(label[0]) is not None
    if label and not said and not _starts_article(plain):
        return None
    start = label.end() if label and said else 0
    about = re.compile(rf"(?:{_ABOUT}\s*)*", re.IGNORECASE).match(plain, start)
    start = about.end() if about else start
    found = _DURATION.match(plain, start)
    if not found or not _AFTER.match(plain, found.end()) and not (said and not line):
        return None
    rest = plain[found.end() :]
    if found["bare"] and not (said and not rest.strip(_TRIM)) or found["clock"] and not said:
        return None
    whole = not rest.strip(_TRIM + "()[]!") or len(rest) <= 20 and not re.search(r"[A-Z]", rest)
    if not whole and not (line and said):
        return None
    minutes, doubt = _minutes(found)
    return Time(minutes, said, rest.strip(), doubt)


def _starts_article(text: str) -> bool:
    return _DURATION.match(text) is not None


def _minutes(found: re.Match[str]) -> tuple[int | None, str]:
    text = " ".join(found[0].split())
    try:
        if found["sum"]:
            parts = [part.strip() for part in text.split("+")]
            unit = re.sub(r"[\d.,\s]+", "", parts[-1], count=1)
            return sum(durations.parse(part if re.search(r"[a-z]", part) else f"{part} {unit}") for part in parts), ""
        if found["span"]:
            hours = [int(n) for n in re.findall(r"\d+", text)]
            return (hours[2] * 60 + hours[3] - hours[0] * 60 - hours[1]) % (24 * 60), ""
        if found["range"]:
            return None, f"`{text}` is a range"
        if found["word"]:
            half = 0.5 if "half" in text else 0
            return durations.parse(f"{_WORDS[found['word'].casefold()] + half} {found['unit']}"), ""
        return durations.parse(re.sub(r"(?<=\d)\s*-\s*(?=[a-z])", " ", text, flags=re.IGNORECASE)), ""
    except durations.BadDuration as bad:
        return None, str(bad)


def date_in(text: str) -> Date | None:
    """Return the date that a piece of text is, a word such as `finished` before it aside."""
    plain = text.strip().strip(_TRIM)
    label = _DATE_LABEL.match(plain)
    plain = plain[label.end() :] if label else plain
    plain = re.sub(r"^(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?[,.]? ", "", plain, flags=re.IGNORECASE)
    for form in _DATES:
        if found := form.fullmatch(plain):
            return _date(found.groupdict())
    return None


def _date(parts: dict[str, str | None]) -> Date | None:
    year = int(parts["y"] or 0)
    if parts.get("a"):
        a, b = int(parts["a"] or 0), int(parts["b"] or 0)
        if a <= 12 and b <= 12 and a != b:
            return Date("")
        day, month = (a, b) if b <= 12 else (b, a)
    else:
        day = int(parts["d"] or 0)
        month = _MONTHS[(parts.get("month") or "jan").casefold()] if parts.get("month") else int(parts["m"] or 0)
    try:
        return Date(date(year, month, day).isoformat())
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def levels_in(text: str) -> Levels | None:
    """Return the levels that a text names, and what else it says; None without any."""
    words = [word for word in re.findall(r"[^\W_]+", text.casefold()) if word != "s"]
    names, rest, weak = [], [], True
    for at, word in enumerate(words):
        name = _level(word) or (_numbered(word) if at and words[at - 1] in ("level", "lvl") else None)
        if name:
            names.append(name)
            weak = weak and word not in LEVELS and not word.startswith("beginner")
        elif word not in _LEVEL_FILLERS:
            rest.append(word)
    weak = weak and not {"level", "lvl"} & set(words)
    return Levels(tuple(dict.fromkeys(names)), tuple(rest), weak) if names else None


def _level(word: str) -> str | None:
    for name, meaning in LEVELS.items():
        if word in meaning or (len(word) > 6 and SequenceMatcher(None, name, word).ratio() >= 0.84):
            return name
    return None


def _numbered(word: str) -> str | None:
    return dict(zip(("1", "2", "3"), LEVELS, strict=True)).get(word)


def url_in(text: str) -> str | None:
    """Return the address that a piece of text is, a label such as `Link:` before it aside."""
    plain = text.strip()
    label = _URL_LABEL.match(plain)
    found = URL.fullmatch(plain[label.end() if label else 0 :].rstrip(" .,;"))
    return found[1] if found else None
