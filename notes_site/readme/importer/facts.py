"""Facts about an item, as a piece of text that consists of them: `Beginner, 20 min, 4 May 2021`. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from notes_site.base.kinds import DEFAULT_KINDS, kind_named
from notes_site.base.model import Status
from notes_site.base.paths import is_web
from notes_site.content.frontmatter import status_of
from notes_site.content.markdown.lines import Line
from notes_site.readme.importer import values
from notes_site.readme.importer.times import Time, time_in
from notes_site.readme.importer.words import SHORTCODE, is_label

KINDS = tuple(DEFAULT_KINDS.items())
BRACKETS = {")": "(", "]": "[", "）": "（", "】": "【"}
"""Closing brackets, each with the one that opens."""

EDGES = " \t-–—|:•·,;~*_=>"
"""What separates the pieces of a head."""

_PARTS = re.compile(r"\s*(?:,(?!\d)|[;|•·])\s*|\s+[-–—/]\s+|\s{2,}")
_PARTS = re.compile(r"\s*(?:,(?!\d)|[;|•·])\s*|\s+[-–—/]\s+|\s{2,}")
_STATUS_SIGNS: dict[str, Status] = {
    **dict.fromkeys("✅☑✔✓", "done"), **dict.fromkeys("☐⬜❌", "planned"), "🚧": "doing"
}  # fmt: skip
_SHORTCODE = re.compile(SHORTCODE)
_MOST = 500  # characters of a piece of text that is no prose
_LONGEST = 20  # spaces in a piece of text that is no prose


class Facts(NamedTuple):
    """What is known about an item beside its title."""

    link: str | None = None
    time: Time | None = None
    estimate: Time | None = None
    date: values.Date | None = None
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
    pieces = values.URL.split(text)  # every second one is an address
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
    before, text = "", _SHORTCODE.sub(" ", text)
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
    if url := values.URL.fullmatch(text):
        return Facts(link=url[1])
    if day := values.date_in(text):
        return Facts(date=day)
    if time := time_in(text):
        return Facts(estimate=time) if time.planned else Facts(time=time)
    levels = values.levels_in(text)
    if levels and not levels.rest and len(text.split()) <= 8:
        return Facts(levels=levels.names)
    return None


def _word(text: str) -> Facts | None:
    kind, status = kind_named(text, KINDS), status_in(text)
    return Facts(kind=kind) if kind else Facts(status=status) if status else None


def _label(text: str, around: list[str]) -> Facts | None:
    return Facts() if not text or (len(around) > 1 and is_label(text)) else None
