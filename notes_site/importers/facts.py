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
    if not text.strip(EDGES + "()[]") or text.count(" ") > _LONGEST:
        return None
    text = text.strip(" \t*_")
    if text[-1] in BRACKETS and text[0] == BRACKETS[text[-1]] and text.find(text[-1]) == len(text) - 1:
        text = text[1:-1]
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
