"""Facts about an item, as a piece of text that consists of them: `Beginner, 20 min, 4 May 2021`. Pure."""

from __future__ import annotations

import re

from notes_site.importers import values
from notes_site.importers.times import time_in
from notes_site.importers.words import is_label
from notes_site.markdown.lines import Line
from notes_site.paths import is_web

BRACKETS = {")": "(", "]": "[", "）": "（", "】": "【"}
"""Closing brackets, each with the one that opens."""

EDGES = " \t-–—|:•·,;~*_=>"
"""What separates the pieces of a head."""

_PARTS = re.compile(r"\s*(?:,(?!\d)|[;|•·])\s*|\s+[-–—/]\s+|\s{2,}")
_MOST = 500  # characters of a piece of text that is no prose
_LONGEST = 20  # spaces in a piece of text that is no prose


def facts_in(text: str) -> dict[str, object] | None:
    """Return the facts that a piece of text consists of, None when it says anything else (or nothing).

    Beside an address stand words for it: `Video, 20 min, from https://example.org`.
    """
    text = "" if is_prose(text) else bare(text)
    if not text:
        return None
    found = _fact(text)
    if found is not None:
        return found
    pieces = values.URL.split(text)  # every second one is an address
    parts = [part for n, piece in enumerate(pieces) for part in ([piece] if n % 2 else _PARTS.split(piece))]
    parts = [part for part in map(bare, parts) if part and not (len(pieces) > 1 and is_label(part))]
    if not parts or parts == [text]:
        return None
    together: dict[str, object] = {}
    for part in parts:
        one = _fact(part)
        if one is None:
            return None
        together |= one
    return together


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
    before = ""
    while text != before:
        before = text = text.lstrip(EDGES).rstrip(EDGES.replace(":", ""))
        for closing, opening in BRACKETS.items():
            inside = text.startswith(opening) and text.find(closing) == len(text) - 1
            if inside or (text.endswith(closing) and text.count(opening) < text.count(closing)):
                text = text[:-1]
            if inside or (text.startswith(opening) and text.count(opening) > text.count(closing)):
                text = text[1:]
    return text


def _fact(text: str) -> dict[str, object] | None:
    if url := values.URL.fullmatch(text):
        return {"link": url[1]}
    if day := values.date_in(text):
        return {"date": day}
    if time := time_in(text):
        return {"time": time}
    levels = values.levels_in(text)
    if levels and not levels.rest and len(text.split()) <= 8:
        return {"levels": levels.names}
    return None
