"""The note's text as lines of its file: where a piece of parsed content stands, and the problems found there."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from notes_site.base import characters
from notes_site.base.cuts import Cut, Shortened
from notes_site.base.decoding import brief, position
from notes_site.base.diagnostics import Diagnostic, Severity
from notes_site.content.markdown import comments

_CONTEXT = 160  # characters of a ref's context
_MOST_COMMENTS = 100  # told of


class Source:
    """The text of one note, and its problems. Line indices count from 0, file lines from `first_line`.

    `text` and its `lines` are what is parsed: without comments and without characters that no page may hold.
    """

    def __init__(self, text: str, path: str, first_line: int) -> None:
        self.text = text
        self.lines = self._written = text.split("\n")
        self.path = path
        self.first_line = first_line
        self.problems: list[Diagnostic] = []
        self._steps: list[Shortened] = []  # from the text as written to `text`
        self._drop_characters()
        self._drop_comments()

    def report(
        self,
        severity: Severity,
        code: str,
        message: str,
        hint: str = "",
        *,
        index: int,
        column: int = 0,
        length: int = 0,
    ) -> None:
        """Add a problem at the line with that index; column (from 1) and length are in characters."""
        line = self._written[index] if 0 <= index < len(self._written) else ""
        place = (self.path, self.first_line + index, *self.written(index, column, length))
        self.problems.append(Diagnostic(*place, severity, code, message, hint, line))

    def written(self, index: int, column: int, length: int) -> tuple[int, int]:
        """Return column and length, in the file, of a piece of the line with that index."""
        for step in reversed(self._steps):
            column, length = step.place(index, column, length)
        return column, length

    def _shorten(self, cuts: Sequence[Cut]) -> None:
        self._steps.append(Shortened(self.text, cuts))
        self.text = self._steps[-1].text
        self.lines = self.text.split("\n")

    def _drop_characters(self) -> None:
        if not characters.suspicious(self.text):
            return
        self.problems += characters.problems(self.path, self.text, self.first_line)
        if bad := characters.forbidden(self.text):
            self._shorten([piece.cut for piece in bad])

    def _drop_comments(self) -> None:
        """Take out comments, and say where their reach may surprise."""
        found = comments.find(self.text)
        if not found:
            return
        hint = "write `\\%%` for percent signs"
        told = sorted((c for c in found if not c.plain), key=lambda c: c.closed)  # that without an end in any case
        for comment in told[:_MOST_COMMENTS]:
            line, column = position(self.text, comment.start)
            place = {"index": line - 1, "column": column, "length": 2}
            if comment.closed:
                hidden = brief(" ".join(self.text[comment.start + 2 : comment.end - 2].split()))
                self.report("note", "hidden-text", f"`{hidden}` between `%%` is a comment: hidden", hint, **place)
            else:
                message = "this comment has no end: the rest of the note is hidden"
                self.report("warning", "unclosed-comment", message, f"end it with `%%`, or {hint}", **place)
        self._shorten(comments.cut(self.text, found))

    def spot(self, block: Token, at: int, cell: int | None = None) -> tuple[int, int]:
        """Return line index and column (from 1; 0 where unknown) of the character `at` of an inline block.

        Each line of such a block is the end of a source line, less markers and indentation; `cell` is the offset
        in its line at which a table cell starts, -1 where that is unknown.
        """
        index = block.map[0] if block.map else 0
        if cell is not None:
            return index, cell + at + 1 if cell >= 0 else 0
        content = block.content
        row = content.count("\n", 0, at)
        start = content.rfind("\n", 0, at) + 1
        end = content.find("\n", at)
        text = content[start : end if end >= 0 else len(content)]
        index += row
        base = self.lines[index].rfind(text) if index < len(self.lines) else -1
        return index, base + at - start + 1 if base >= 0 else 0


def context(text: str, start: int, end: int) -> str:
    """Return the text around `start` to `end`, at most 160 characters on word borders, with … where it is cut."""
    if len(text) <= _CONTEXT:
        return text
    room = max(0, _CONTEXT - (end - start))
    left = max(0, min(start - room // 2, len(text) - _CONTEXT))
    right = min(len(text), left + _CONTEXT)
    if left:
        space = text.find(" ", left, start)
        left = space + 1 if space >= 0 else left
    if right < len(text):
        space = text.rfind(" ", max(end, left), right)
        right = space if space >= 0 else right
    return ("…" if left else "") + text[left:right].strip() + ("…" if right < len(text) else "")
