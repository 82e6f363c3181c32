"""Obsidian's comments, `%%…%%`. They are cut out of the source before it is parsed, so that no output can show them.

What Obsidian's help and its reading view do is kept: a comment may span lines and hold any markup, code keeps its
percent signs, what follows the end is text. Where reading view and editor differ (a comment that begins within a
paragraph and goes on behind it), and where the end is missing, the side that hides is taken, and said.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from markdown_it.token import Token

from notes_site.base.characters import Cut, Shortened
from notes_site.base.decoding import brief, position
from notes_site.content.markdown import parser
from notes_site.content.markdown.source import Source

_SIGN = re.compile(r"\\.|`+|%{2,}", re.DOTALL)
_END = re.compile(r"(?<!\\)%%")
_TICKS = re.compile("`+")
_LONGEST = 4  # `%%%%` is an empty comment; more signs are a line that somebody drew
_GAP = re.compile(r"\n[ \t>]*\n")  # between paragraphs
_ALONE = re.compile(r"[ \t>]*%%[ \t]*")
_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)*")
_MARKERS = re.compile(r"(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*")
_RAW = re.compile(r"\s*<(?:pre|script|style|textarea)\b", re.IGNORECASE)
_MOST_REPORTED = 100
_MOST_READINGS = 8  # of the structure: a comment may hold the beginning of a code block, which is none then


class Comment(NamedTuple):
    """A comment between two offsets. `closed`: it has an end; `plain`: it looks like nothing but a comment."""

    start: int
    end: int
    closed: bool
    plain: bool


def cut_out(source: Source) -> Source:
    """Take the comments out of a note's text, report where their reach may surprise, and return the source."""
    text = source.text
    if "%%" not in text:
        return source
    found = _Reader(text).comments()
    hint = "write `\\%%` for percent signs"
    reported = sorted((c for c in found if not c.plain), key=lambda c: c.closed)  # that without an end in any case
    for comment in reported[:_MOST_REPORTED]:
        line, column = position(text, comment.start)
        place = {"index": line - 1, "column": column, "length": 2}
        if comment.closed:
            hidden = brief(" ".join(text[comment.start + 2 : comment.end - 2].split()))
            source.report("hidden-text", f"`{hidden}` between `%%` is a comment: hidden", hint, **place)
        else:
            message = "this comment has no end: the rest of the note is hidden"
            source.report("unclosed-comment", message, f"end it with `%%`, or {hint}", **place)
    source.cut([_cut(text, comment) for comment in found])
    return source


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]  # of lines
        self._found = list[Comment]()
        self._readings = 0
        self._code: list[tuple[int, int]] = []
        self._read()

    def _read(self) -> None:
        """Look for code in the text without the comments that are found; lines keep their numbers."""
        self._readings += 1
        text = Shortened(self._text, [_cut(self._text, comment) for comment in self._found]).text
        md, tokens = parser.extended(html=True, typographer=False), list[Token]()
        md.block.parse(text, md, parser.new_env(), tokens)
        lines = (token.map for token in tokens if token.map and _is_code(token))
        self._code = sorted(
            (self._starts[first], self._starts[min(end, len(self._starts) - 1)]) for first, end in lines
        )

    def comments(self) -> list[Comment]:
        at = 0
        while sign := _SIGN.search(self._text, at):
            start, first = sign.start(), sign[0][0]
            if end := self._code_end(start):
                at = end
            elif first == "`":
                at = self._span_end(sign)
            elif first == "%" and len(sign[0]) <= _LONGEST and (comment := self._comment(start)):
                self._found.append(comment)
                at = comment.end
                if self._code_end(at - 1):  # it holds the beginning of a code block
                    self._read()
            else:
                at = sign.end()
        return self._found

    def _code_end(self, at: int) -> int:
        """Return where the code block ends in which an offset stands, 0 if it stands in none."""
        number = bisect_right(self._code, (at, len(self._text) + 1)) - 1
        return self._code[number][1] if number >= 0 and at < self._code[number][1] else 0

    def _span_end(self, ticks: re.Match[str]) -> int:
        """Return where code in backticks ends, or these backticks if it is none."""
        limit = ticks.end() + parser.MAX_INLINE
        gap = _GAP.search(self._text, ticks.end(), limit)
        runs = _TICKS.finditer(self._text, ticks.end(), gap.start() if gap else limit)
        return next((run.end() for run in runs if len(run[0]) == len(ticks[0])), ticks.end())

    def _comment(self, start: int) -> Comment | None:
        """Return the comment that begins here. Behind a letter or digit (`100%%`) it must end in its paragraph."""
        text, inside = self._text, start + 2
        close = self._close(inside)
        glued = start > 0 and text[start - 1].isalnum()
        apart = close < 0 or _GAP.search(text, inside, close) is not None
        if glued and apart:
            return None
        if close < 0:
            return Comment(start, len(text), closed=False, plain=False)
        opens = _MARKERS.fullmatch(text, text.rfind("\n", 0, start) + 1, start) is not None
        after = text[close + 2 : close + 3].isalnum()
        plain = opens or not (glued or after or apart) or not text[inside:close].strip()
        return Comment(start, close + 2, closed=True, plain=plain)

    def _close(self, inside: int) -> int:
        """Return where the signs stand that end a comment, -1 for nowhere.

        Those in code are part of it, unless they are alone in their line, or there are no others.
        """
        first = at = self._next(inside)
        again = self._readings < _MOST_READINGS
        while at >= 0 and self._code_end(at) and not (again and _ALONE.fullmatch(self._line(at))):
            at = self._next(at + 2)
        return first if at < 0 and again else at

    def _next(self, at: int) -> int:
        found = _END.search(self._text, at)
        return found.start() if found else -1

    def _line(self, at: int) -> str:
        number = bisect_right(self._starts, at)
        return self._text[self._starts[number - 1] : self._starts[number]].rstrip("\n")


def _is_code(token: Token) -> bool:
    return token.type in ("fence", "code_block") or (token.type == "html_block" and bool(_RAW.match(token.content)))


def _cut(text: str, comment: Comment) -> Cut:
    start, end = comment.start, comment.end
    begin = text.rfind("\n", 0, start) + 1
    quotes = _quotes(text, begin, start)
    lines = text[start:end].split("\n")[1:]
    kept = [line[: _marks(line, quotes)] for line in lines]
    if lines:
        indent = len(kept[-1]) + len(lines[-1][len(kept[-1]) :]) - len(lines[-1][len(kept[-1]) :].lstrip(" \t"))
        kept[-1] = lines[-1][:indent]
    if lines or not text[begin:start].strip(" \t>") or text[start - 1] in " \t":
        while text[end : end + 1] in (" ", "\t"):
            end += 1
    if text[end : end + 1] in ("\n", ""):
        while start > begin and text[start - 1] in " \t":  # two spaces would break the line
            start -= 1
    return Cut(start, end, "".join(f"\n{line}" for line in kept))


def _quotes(text: str, begin: int, end: int) -> int:
    """Return in how many quotes a line stands."""
    found = _QUOTED.match(text, begin, end)
    return found[0].count(">") if found else 0


def _marks(line: str, quotes: int) -> int:
    """Return the length of the marks of so many quotes at the beginning of a line."""
    end = 0
    for _ in range(quotes):
        mark = line.find(">", end)
        if mark < 0 or line[end:mark].strip(" \t"):
            break
        end = mark + 1
    return end
