"""What sort of thing a resource is, and how its title gives it away (`QwikLab: Intro to S3` is a lab)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

DEFAULT_KINDS: Mapping[str, tuple[str, ...]] = {
    "video": ("Video", "Videos", "YouTube", "Talk", "Lecture", "Screencast", "Webinar", "Watch"),
    "lab": ("Lab", "Labs", "QwikLab", "Qwiklabs", "Codelab", "Exercise", "Exercises", "Hands-on", "Workshop"),
    "tutorial": ("Tutorial", "Tutorials", "AWS Tutorial", "Walkthrough", "How-to", "Getting started"),
    "reading": ("Reading", "Read", "Paper", "Article", "Book", "Chapter", "Blog", "Blog post", "Post", "Essay"),
    "docs": ("Docs", "Documentation", "Reference", "Manual", "Man page", "Guide", "User guide", "RFC"),
    "project": ("Project", "Projects", "Assignment", "Homework", "Capstone"),
    "other": (),
}
"""The kinds that a site has unless it says otherwise, each with the title prefixes that mean it."""

Kinds = tuple[tuple[str, tuple[str, ...]], ...]

_PREFIX = re.compile(r"\s*(?:\[([^\]]{1,60})\]|([^:：]{1,60})[:：](?!//))")
_NUMBER = re.compile(r"[\s#]*\d[\d.]*$")


def kind_of(title: str, kinds: Kinds) -> str | None:
    """Return the kind that a title's prefix (`AWS Tutorial: ...`, `Lab 3: ...`, `[Video] ...`) means, or None.

    The whole prefix counts before its last words, a number behind them aside; case does not count.
    """
    match = _PREFIX.match(title)
    if match is None:
        return None
    words = _NUMBER.sub("", match[1] or match[2]).casefold().split()
    endings = (" ".join(words[first:]) for first in range(len(words)))
    return next(filter(None, (kind_named(ending, kinds) for ending in endings)), None)


def kind_named(word: str, kinds: Kinds) -> str | None:
    """Return the kind that a word alone means: `Article` is a reading."""
    return _by_prefix(kinds).get(" ".join(word.casefold().split()))


@lru_cache(maxsize=8)
def _by_prefix(kinds: Kinds) -> dict[str, str]:
    """Of two kinds with one prefix the first has it."""
    return {" ".join(prefix.casefold().split()): kind for kind, prefixes in reversed(kinds) for prefix in prefixes}
