"""Where a note's front matter begins and ends.

It begins with a line `---` at the very top and ends with the next line `---` (or `...`, as Pandoc allows).
But `---` is a thematic break in Markdown too, so the top line counts as one when nothing like a field follows:

- the next line is blank, and the first text below it is neither `name: value` nor a comment;
- no line closes the block, and the next line is not `name: value`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from notes_site.base.codes import ErrorCode
from notes_site.base.errors import Problem

MAX_SIZE = 64 * 1024
"""The largest block that is read, in characters."""

_OPEN = re.compile(r"---[ \t]*(?:\n|\Z)")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_FIELD = re.compile(r"(?:[^\W\d][\w .-]{0,60}|\"[^\"\n]{1,60}\"|'[^'\n]{1,60}')[ \t]*:(?:[ \t]|$)", re.MULTILINE)
_LATE = re.compile(r"((?:[ \t]*\n)+)---[ \t]*\n")
_JSON = re.compile(r"\s*\{\s*\"[\w-]+\"\s*:")
_FIRST_TEXT = re.compile(r"[ \t]*\S")


class Block(NamedTuple):
    """Front matter between `start` and `end`; the note's own text from `body`. All index the whole text.

    `problem` says why what begins as front matter is none.
    """

    start: int
    end: int
    body: int
    problem: Problem | None = None


def find(text: str) -> Block | None:
    """Return the front matter's place, or None when the text has no front matter."""
    if not text.startswith("---"):
        return _toml(text) if text.startswith("+++") else _json(text) or _late(text)
    opening = _OPEN.match(text)
    if not opening:
        return None
    start = opening.end()
    closing = _CLOSE.search(text, start)
    if closing is None:
        return _unclosed(text, start) if _FIELD.match(text, start) else None
    if _is_break(text, start, closing.start()):
        return None
    if closing.start() - start > MAX_SIZE:
        message = f"the front matter is larger than {MAX_SIZE // 1024} KB"
        return _broken("front-matter-size", message, "keep the text below it", (0, 3), closing.end())
    return Block(start, closing.start(), closing.end())


def _is_break(text: str, start: int, end: int) -> bool:
    line_end = text.find("\n", start)
    if start == end or text[start:line_end].strip():
        return False
    first = _FIRST_TEXT.search(text, start, end)
    if first is None:
        return False  # nothing but blank lines: empty front matter
    at = first.end() - 1
    return not (text[at] == "#" or _FIELD.match(text, at))


def _broken(code: ErrorCode, message: str, hint: str, at: tuple[int, int], body: int) -> Block:
    return Block(*at, body, Problem(message, hint, code=code, at=at))


def _unclosed(text: str, start: int) -> Block:
    """The text most likely goes on behind the first blank line."""
    blank = text.find("\n\n", start)
    body = len(text) if blank < 0 else blank + 1
    hint = f"add a line `---` behind line {text.count(chr(10), 0, body)}"
    return _broken("front-matter-open", "the front matter has no end", hint, (0, 3), body)


def _json(text: str) -> Block | None:
    opening = _JSON.match(text)
    closing = re.compile(r"^\}[ \t]*(?:\n|\Z)", re.MULTILINE).search(text) if opening else None
    hint = "write it in YAML between two lines `---`: `name: value`"
    message = "this front matter is JSON, which is not read"
    return _broken("front-matter-json", message, hint, (0, 1), closing.end()) if closing else None


def _late(text: str) -> Block | None:
    """Blank lines above a block: every tool takes it for text, a draft's too."""
    opening = _LATE.match(text)
    if not opening or not _FIELD.match(text, opening.end()):
        return None
    closing = _CLOSE.search(text, opening.end())
    message = "front matter must begin on the first line; here it would be text"
    at = (opening.end(1), opening.end(1) + 3)
    return _broken("front-matter-late", message, "delete the blank lines above", at, closing.end()) if closing else None


def _toml(text: str) -> Block | None:
    lines = text.split("\n", 1)
    if lines[0].rstrip() != "+++":
        return None
    closing = re.search(r"^\+\+\+[ \t]*(?:\n|\Z)", text[len(lines[0]) + 1 :], re.MULTILINE)
    message = "this front matter is TOML (`+++`), which is not read"
    hint = "write it in YAML: `---` for `+++`, `name: value` for `name = value`"
    body = len(lines[0]) + 1 + closing.end() if closing else 0
    return _broken("front-matter-toml", message, hint, (0, 3), body) if closing else None
