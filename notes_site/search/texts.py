"""What the search says to readers, in one place."""

from __future__ import annotations

TEXTS = {
    "search": "Search the notes",
    "area": "Area",
    "level": "Level",
    "all": "All",
    "close": "Close",
    "clear": "Type to search titles, headings and texts.",
    "one": "1 result",
    "many": "{n} results",
    "none": "Nothing found for “{q}”. Try fewer or other words.",
    "partly": "No note has all the words; {n} with some of them",
    "more": "Show more",
    "failed": "The search index could not be loaded.",
}
