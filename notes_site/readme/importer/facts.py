"""What a piece of text states about an item (`Beginner, 20 min, 4 May 2021`), and the words that headings use.

Beside English a few words of Spanish, German, French, Portuguese and Chinese: those of areas and levels. Pure.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from notes_site.base import dates
from notes_site.base.kinds import DEFAULT_KINDS, kind_named
from notes_site.base.model import Status
from notes_site.base.paths import is_web
from notes_site.content.frontmatter import status_of
from notes_site.content.markdown.lines import Line
from notes_site.readme.importer.times import Time, time_in

LEVEL = r"levels?|lvl|nivel|niveau|nível|stufe"
LEVELS: dict[str, tuple[str, ...]] = {
    "beginner": (
        *("beginner", "beginners", "basic", "introductory", "elementary", "novice", "easy", "starter"),
        *("básico", "principiante", "anfänger", "débutant", "iniciante", "初级", "入门"),
    ),
    "intermediate": (
        *("intermediate", "medium", "moderate", "middle"),
        *("intermedio", "mittel", "intermédiaire", "intermediário", "中级"),
    ),
    "advanced": (
        *("advanced", "expert", "hard", "proficient"),
        *("avanzado", "fortgeschritten", "avancé", "avançado", "高级"),
    ),
}
"""The usual levels, each with the words that mean it; its own name may be misspelt."""

_PART = "area|module|unit|week|chapter|part|section|topic|lesson|theme|subject|block"
_ANY_PART = f"{_PART}|área|módulo|tema|semana|bereich|thema|modul|woche|domaine|semaine"
_NUMBERED = re.compile(
    r"\s*(?:area|module|unit)\s*:\s*|"
    rf"\s*(?:{_ANY_PART})\s*(?:#\s*)?"
    r"(?:\d{1,3}\b(?:\s*[:.)–—-]+\s*|\s+|$)|(?-i:[IVX]{1,4}|[A-Z])(?:\s*[:.)–—-]+\s*|$))",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"\s*(?:\d{1,3}(?:\.\d{1,2})*[.):]|\d{1,2}(?:\.\d{1,2})+(?!\s*(?:h(?:\b|rs?\b|ou)|m(?:in|\b)))|#\d{1,3}[.:]?|(?:[A-Z]|[IVX]{1,4})[.)])\s+"
)
"""What counts a title: `3.`, `1.1`, `#2`, `IV.`."""

SHORTCODE = r"(?<!\w):[a-z+-][a-z0-9_+-]*:(?!\w)"
SIGN = rf"(?:[←-⯿\U0001F300-\U0001FAFF]\ufe0f?|{SHORTCODE})"
"""A picture such as a clock, or an arrow; GitHub's `:clock1:` too."""

_SIGNS = re.compile(rf"^(?:{SIGN}|[^\w\"'“‘(\[&.])+")  # pictures and the like before a name
_SUM = re.compile(
    r"\W*(?:(?:grand|sub|week(?:ly)?|course|overall)?[ -]?(?:totals?|sums?)(?: (?:time|hours|minutes|spent))*|overall|"
    r"altogether|suma|summe|gesamt|somme|soma|合计|总计)\W*",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"\W*(?:(?:\w+\s+)?(?:table of )?contents?|toc|index|outline|overview)\W*", re.IGNORECASE)
_LABEL = re.compile(
    r"\W*(?:links? to (?:\w+ )?\w+:|(?:(?:the|it|this|link|watch|read|see|view|open|click|to|on|at|from)\b[\s:]*)*"
    r"(?:videos?|lab|tutorial|course|article|book|lecture|talk|podcast|lesson|exercise|workshop|paper|guide|docs?|"
    r"documentation|manual|blog|post|project|quiz|webinar|screencast|reading|slides|demo|links?|sources?|urls?|"
    r"website|resource|address|page|here|from|at|see))\W*",
    re.IGNORECASE,
)


def is_label(text: str) -> bool:
    """Tell whether a text only says what sort of thing is linked: `Link`, `the video`, `Watch it here`."""
    return _LABEL.fullmatch(text) is not None


def is_sum(text: str) -> bool:
    """Tell whether a text is the word before a sum: `Total`."""
    return _SUM.fullmatch(text) is not None


def is_numbered(text: str) -> bool:
    """Tell whether a heading counts parts of the course: `Area 1: Cloud`, `Module B`."""
    return _NUMBERED.match(text) is not None


def is_contents(text: str) -> bool:
    """Tell whether a heading stands above a table of contents."""
    return _CONTENTS.fullmatch(text) is not None


def name_of(text: str) -> str:
    """Return a heading's name without what counts it, unless that is all: `Area 1: Cloud Apps` is `Cloud Apps`."""
    rest = _SIGNS.sub("", text).strip()
    for form in (_NUMBERED, NUMBER):
        found = form.match(rest)
        if found and rest[found.end() :][:1] not in ("", "("):
            rest = rest[found.end() :]
    return " ".join(rest.strip(" \t:*_-–—#.").split()) or text.strip()


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


KINDS = tuple(DEFAULT_KINDS.items())
BRACKETS = {")": "(", "]": "[", "）": "（", "】": "【"}
"""Closing brackets, each with the one that opens."""

EDGES = " \t-–—|:•·,;~*_=>"
"""What separates the pieces of a head."""

_PARTS = re.compile(r"\s*(?:,(?!\d)|[;|•·])\s*|\s+[-–—/]\s+|\s{2,}")
_STATUS_SIGNS: dict[str, Status] = {
    **dict.fromkeys("✅☑✔✓", "done"), **dict.fromkeys("☐⬜❌", "planned"), "🚧": "doing"
}  # fmt: skip
_MOST = 500  # characters of a piece of text that is no prose
_LONGEST = 20  # spaces in a piece of text that is no prose


class Facts(NamedTuple):
    """What is known about an item beside its title."""

    link: str | None = None
    time: Time | None = None
    estimate: Time | None = None
    date: Date | None = None
    levels: tuple[str, ...] = ()
    kind: str | None = None
    status: Status | None = None

    def __or__(self, other: Facts) -> Facts:
        """Return these facts, completed with the other's."""
        return Facts._make(mine or theirs for mine, theirs in zip(self, other, strict=True))


def facts_in(text: str, *, words: bool = False) -> Facts | None:
    """Return the facts that a piece of text consists of, None when it says anything else (or nothing).

    Words for a kind or a status are facts in the company of others, and alone with `words`. Beside an address stand
    words for it: `Video, 20 min, from https://example.org`.
    """
    text = "" if is_prose(text) else bare(text)
    if not text:
        return None
    whole = _value(text)
    if whole and not (whole.time and whole.time.rest):
        return whole
    pieces = URL.split(text)  # every second one is an address
    parts = [part for n, piece in enumerate(pieces) for part in ([piece] if n % 2 else _PARTS.split(piece))]
    found = [_value(part) or _word(part) or _label(part, pieces) for part in map(bare, parts) if part]
    together = Facts()
    for one in found:
        together = together | one if one else together
    if not all(found) or not (words or any(together._replace(kind=None, status=None))):
        return whole
    return together


def status_in(text: str) -> Status | None:
    """Return the status that a word or a sign means."""
    return _STATUS_SIGNS.get(text.strip("️ ")) or status_of(text)


def spelled(line: Line, start: int = 0, end: int | None = None) -> str:
    """Return a piece of a line with the address in place of a link such as `[here](url)` or `Link: [Title](url)`."""
    end = len(line.text) if end is None else end
    for link in (link for link in line.links if start <= link.start and link.end <= end):
        label = is_label(line.text[link.start : link.end]) or is_label(line.text[start : link.start])
        if label and is_web(link.target):
            return f"{line.text[start : link.start]} {link.target} {line.text[link.end : end]}"
    return line.text[start:end]


def is_prose(text: str) -> bool:
    """Tell whether a piece of text is too long to be facts alone."""
    return len(text) > _MOST or text.count(" ") > _LONGEST


def bare(text: str) -> str:
    """Return a piece of text without separators, emphasis and brackets around it; those within it come in pairs."""
    before, text = "", re.sub(SHORTCODE, " ", text)
    while text != before:
        before = text = text.lstrip(EDGES).rstrip(EDGES.replace(":", ""))
        for closing, opening in BRACKETS.items():
            inside = text.startswith(opening) and text.find(closing) == len(text) - 1
            if inside or (text.endswith(closing) and text.count(opening) < text.count(closing)):
                text = text[:-1]
            if inside or (text.startswith(opening) and text.count(opening) > text.count(closing)):
                text = text[1:]
    return text


def _value(text: str) -> Facts | None:
    if url := URL.fullmatch(text):
        return Facts(link=url[1])
    if day := date_in(text):
        return Facts(date=day)
    if time := time_in(text):
        return Facts(estimate=time) if time.planned else Facts(time=time)
    levels = levels_in(text)
    if levels and not levels.rest and len(text.split()) <= 8:
        return Facts(levels=levels.names)
    return None


def _word(text: str) -> Facts | None:
    kind, status = kind_named(text, KINDS), status_in(text)
    return Facts(kind=kind) if kind else Facts(status=status) if status else None


def _label(text: str, around: list[str]) -> Facts | None:
    return Facts() if not text or (len(around) > 1 and is_label(text)) else None
