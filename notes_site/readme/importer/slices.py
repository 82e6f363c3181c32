"""The text of a note, cut out of a README. Pure."""

from __future__ import annotations

import re

_SEPARATOR = re.compile(r"\s*(?:([-*_])\s*(?:\1\s*){2,})?")
_MARKER = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])\s{1,4}")


def trimmed(body: list[str]) -> list[str]:
    """Drop what only separates notes: blank lines and rules at both ends."""
    said = [at for at, line in enumerate(body) if not _SEPARATOR.fullmatch(line)]
    return body[said[0] : said[-1] + 1] if said else []


def outdented(body: list[str], head: str) -> list[str]:
    """Take the indentation of a list item's text away, which would make code of it; what is code below the item's
    `head` stays so.
    """
    marker = _MARKER.match(head.expandtabs(4))
    inner = marker.end() if marker else 0
    width = next((_indent(line) for line in body if line.strip()), 0)
    width = inner if inner and width >= inner + 4 else width
    return [_without(line, min(width, _indent(line))) for line in body]


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())


def _without(line: str, width: int) -> str:
    lead = line[: len(line) - len(line.lstrip())].expandtabs(4)
    return lead[width:] + line.lstrip() if width else line
