"""What an import shows: a table for people, an object for programs. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from notes_site.base import durations
from notes_site.base.diagnostics import columns
from notes_site.readme.importer.notes import Import, Imported, Piece

_WIDEST = 44  # characters of a column of the table


def as_object(found: Import) -> dict[str, Any]:
    """Return the import as what `--json` prints: times in whole minutes, lines from 1."""
    return {
        "course": found.course,
        "notes": [note._asdict() for note in found.notes],
        "remainder": [piece._asdict() for piece in found.remainder],
        "unsure": [doubt._asdict() for doubt in found.unsure],
    }


def table(found: Import, unwritten: Collection[Piece] = ()) -> str:
    """Return the notes as a table with one line each, and below it what became no note, or what is `unwritten`."""
    rows = [("line", "area", "level", "title", "time", "file"), *(_row(note) for note in found.notes)]
    widths = [max(columns(row[n]) for row in rows) for n in range(6)]
    lines = ["  ".join(c + " " * (w - columns(c)) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    said = [piece for piece in found.remainder if piece not in unwritten]
    pieces = [f"lines {piece.line}-{piece.end_line} are in no note: {piece.path}" for piece in said]
    pieces += [not_written(piece, piece.path) for piece in unwritten]
    return "\n".join([*lines, *([""] if pieces else []), *pieces, ""])


def not_written(piece: Piece, file: str) -> str:
    """Return what is said of a text for a `file` that is there already."""
    return f"lines {piece.line}-{piece.end_line} are not written: {file} is there already"


def _row(note: Imported) -> tuple[str, ...]:
    minutes = note.estimate if note.time is None else note.time
    time = "" if minutes is None else durations.show(minutes)
    cells = (str(note.line), note.area or "", note.level or "", note.title, time)
    return (*(_cut(cell) for cell in cells), note.path)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
