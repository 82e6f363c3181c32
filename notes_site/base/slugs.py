"""Heading ids by GitHub's algorithm (the one of the `github-slugger` package)."""

from __future__ import annotations

import re
import unicodedata

_DROPPED = re.compile(r"[^a-z0-9_ -]")
_KEPT = frozenset({"Ll", "Lu", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})  # Ruby's \p{Word}


def slug(text: str) -> str:
    """Return the text in lower case without punctuation, each space as `-`; '' where nothing is left."""
    text = text.lower()
    if text.isascii():
        return _DROPPED.sub("", text).replace(" ", "-")
    kept = "".join(c for c in text if c in " -" or unicodedata.category(c) in _KEPT)
    return kept.replace(" ", "-")


class Ids:
    """The ids of one note. `reserved` are those that the note names itself: headings go out of their way."""

    def __init__(self, reserved: set[str]) -> None:
        self._reserved = reserved
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def claim(self, name: str) -> bool:
        """Take an id as written; False when it is taken already."""
        if name in self._taken:
            return False
        self._taken.add(name)
        return True

    def make(self, text: str) -> str:
        """Return a free id for a heading: its slug, or that with `-1`, `-2`, ... for the next ones."""
        base = slug(text) or "section"
        number = self._next.get(base, 0)
        name = f"{base}-{number}" if number else base
        while name in self._taken or name in self._reserved:
            number += 1
            name = f"{base}-{number}"
        self._next[base] = number + 1 if name != base else 1
        self._taken.add(name)
        return name

    def anchors(self) -> frozenset[str]:
        """Return all ids that were taken."""
        return frozenset(self._taken)
