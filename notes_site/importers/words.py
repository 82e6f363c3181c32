"""Words with which headings say what they are, in any course: `Week 3: ...`, `Table of contents`. Pure."""

from __future__ import annotations

import re

_NUMBERED = re.compile(
    r"\s*(?:area|module|unit|week|chapter|part|section|topic|lesson|theme|subject|block)\s*(?:#\s*)?"
    r"(?:\d{1,3}\b(?:\s*[:.)–—-]+\s*|\s+|$)|(?-i:[IVX]{1,4}|[A-Z])(?:\s*[:.)–—-]+\s*|$))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*(?:\d{1,3}(?:\.\d{1,2})*[.):]|[IVX]{1,4}[.)])\s+")
_SIGNS = re.compile(r"^[^\w\"'“‘(\[&.]+")  # pictures and the like before a name
_CONTENTS = re.compile(r"\W*(?:(?:\w+\s+)?(?:table of )?contents?|toc|index|outline|overview)\W*", re.IGNORECASE)


def is_numbered(text: str) -> bool:
    """Tell whether a heading counts parts of the course: `Area 1: Cloud`, `Module B`."""
    return _NUMBERED.match(text) is not None


def is_contents(text: str) -> bool:
    """Tell whether a heading stands above a table of contents."""
    return _CONTENTS.fullmatch(text) is not None


def name_of(text: str) -> str:
    """Return a heading's name without what counts it, unless that is all: `Area 1: Cloud Apps` is `Cloud Apps`."""
    rest = _SIGNS.sub("", text).strip()
    for form in (_NUMBERED, _NUMBER):
        found = form.match(rest)
        if found and found.end() < len(rest):
            rest = rest[found.end() :]
    return " ".join(rest.strip(" \t:*_-–—#.").split()) or text.strip()
