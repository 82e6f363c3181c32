"""Facts about an item, as a piece of text that consists of them: `Beginner, 20 min, 4 May 2021`. Pure."""

from __future__ import annotations

import re

from notes_site.importers import values
from notes_site.importers.times import time_in

BRACKETS = {")": "(", "]": "[", "）": "（", "】": "【"}
"""Closing brackets, each with the one that opens."""

EDGES = " \t-–—|:•·,;~*_=>"
"""What separates the pieces of a head."""

_PARTS = re.compile(r"\s*(?:,(?!\d)|[;|•·])\s*|\s+[-–—/]\s+|\s{2,}")
_LONGEST = 20  # spaces in a piece of text that is no prose


def facts_in(text: str) -> dict[str, object] | None:
    """Return the facts that a piece of text consists of, None when it says anything else (or nothing)."""
    text = bare(text)
    if not text or text.count(" ") > _LONGEST:
        return None
    found = _fact(text)
    if found is not None:
        return found
    url = values.URL.search(text)
    pieces = [text[: url.start()], url[0], text[url.end() :]] if url else _PARTS.split(text)
    parts = [part for part in pieces if part.strip(EDGES)]
    if len(parts) < 2:
        return None
    together: dict[str, object] = {}
    for part in parts:
        one = _fact(part)
        if one is None:
            return None
        together |= one
    return together


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
    if url := values.url_in(text):
        return {"link": url}
    if day := values.date_in(text):
        return {"date": day}
    if time := time_in(text):
        return {"time": time}
    levels = values.levels_in(text)
    if levels and not levels.rest and len(text.split()) <= 8:
        return {"levels": levels.names}
    return None
