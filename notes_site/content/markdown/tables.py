"""Tables: a cap on their columns, and a word about cells that GitHub's rules drop."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table

MAX_COLUMNS = 100
"""A header of 1.5 KB and short rows would otherwise yield 650 KB."""


def install(md: MarkdownIt) -> None:
    """Put our rule in the place of markdown-it's."""
    md.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if start + 2 > end:
        return False
    second = start + 1
    first = state.src[state.bMarks[second] + state.tShift[second] : state.eMarks[second]]
    if not first or first[0] not in "|-:":
        return False
    if first.count("|") > MAX_COLUMNS:
        if not silent:
            message = f"a table of more than {MAX_COLUMNS} columns is shown as text"
            _find(state, "wide-table", message, "split it, or turn rows into columns", start)
        return False
    before = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    if not silent:
        _look_for_extra_cells(state, before, start)
    return True


def _look_for_extra_cells(state: StateBlock, before: int, start: int) -> None:
    columns = 0
    for token in state.tokens[before:]:
        if token.type == "th_close":
            columns += 1
        elif token.type == "thead_close":
            break
    for line in range(start + 2, state.line):
        row = state.src[state.bMarks[line] : state.eMarks[line]]
        if row.count("|") >= columns and any(lost := _cells(row)[columns:]):
            message = f"this row has more cells than the table has columns; not shown: {' | '.join(lost)}"
            _find(state, "extra-cells", message, "add a column to the header, or write `\\|` for a bar", line)


def _cells(row: str) -> list[str]:
    """Return the cells of a row; a bar after a backslash is text."""
    cells = row.strip().replace("\\|", "\0").removeprefix("|").removesuffix("|").split("|")
    return [cell.replace("\0", "|").strip() for cell in cells]


def _find(state: StateBlock, code: str, message: str, hint: str, line: int) -> None:
    state.env["findings"].append(("warning", code, message, hint, line))
