"""A note's text as lines of its file: where a piece of parsed content stands, and the problems found there.

This is the one way to report a problem: rules of the parser have the source in `state.env["source"]`, what renders has
it too. `report` takes a line, `report_in` a place within an inline block or a block of raw HTML.
"""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from notes_site.base import characters
from notes_site.base.characters import Cut, Shortened
from notes_site.base.codes import Code, severity_of
from notes_site.base.diagnostics import Diagnostic
from notes_site.base.errors import Problem

_CONTEXT = 160  # characters of a ref's context


class Source:
    """The text of one note, and its problems. Line indices count from 0, file lines from `first_line`.

    `text` and its `lines` are what is parsed: without characters that no page may hold, and without what `cut` took.
    """

    def __init__(self, text: str, path: str = "", first_line: int = 1) -> None:
        self.text = text
        self.lines = self._written = text.split("\n")
        self.path = path
        self.first_line = first_line
        self.problems: list[Diagnostic] = []
        self._steps: list[Shortened] = []  # from the text as written to `text`
        if characters.suspicious(text):
            self.problems += characters.problems(path, text, first_line)
            self.cut([piece.cut for piece in characters.forbidden(text)])

    def report(
        self,
        code: Code,
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
        self.problems.append(Diagnostic(*place, severity_of(code), code, message, hint, line))

    def report_problem(self, problem: Problem, *, index: int, column: int, length: int) -> None:
        """Add a problem whose finder knows its code, as `report` does."""
        assert problem.code
        self.report(problem.code, problem.message, problem.hint, index=index, column=column, length=length)

    def report_in(self, block: Token, start: int, length: int, code: Code, message: str, hint: str = "") -> None:
        """Add a problem at a piece of an inline block or a block of raw HTML, on the line on which it starts."""
        index, column, length = self.locate(block, start, length)
        self.report(code, message, hint, index=index, column=column, length=length)

    def written(self, index: int, column: int, length: int) -> tuple[int, int]:
        """Return column and length, in the file, of a piece of the line with that index."""
        for step in reversed(self._steps):
            column, length = step.place(index, column, length)
        return column, length

    def cut(self, cuts: Sequence[Cut]) -> None:
        """Take pieces out of the text."""
        if cuts:
            self._steps.append(Shortened(self.text, cuts))
            self.text = self._steps[-1].text
            self.lines = self.text.split("\n")

    def locate(self, block: Token, start: int, length: int = 0) -> tuple[int, int, int]:
        """Return line index, column (from 1) and length, within that line, of a piece of an inline block; column and
        length are 0 where they are unknown.

        Each line of such a block is the end of a source line, less markers and indentation; of a table's cell
        `meta["cell"]` is the offset in its line, -1 where that is unknown.
        """
        index = block.map[0] if block.map else 0
        cell = block.meta.get("cell")
        if cell is not None:
            column = cell + start + 1 if cell >= 0 else 0
        else:
            content = block.content
            index += content.count("\n", 0, start)
            begin = content.rfind("\n", 0, start) + 1
            end = content.find("\n", start)
            text = content[begin : end if end >= 0 else len(content)]
            base = self.lines[index].rfind(text) if index < len(self.lines) else -1
            column = base + start - begin + 1 if base >= 0 else 0
        return index, column, min(length, len(self.lines[index]) + 1 - column) if column else 0


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
