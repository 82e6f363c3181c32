"""What an import shows: the notes that it would write; and those of an instructor's plan, with estimates. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from posixpath import dirname
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from notes_site.base import decoding, durations, paths
from notes_site.base.diagnostics import columns
from notes_site.content import frontmatter
from notes_site.readme.importer.notes import Import, Imported, UnwrittenPiece

_FRONT = re.compile(r"\A(\ufeff?---[ \t]*(\r\n|\n|\r))(.*?)^(?:---|\.\.\.)[ \t]*(?:\r|\n|\Z)", re.MULTILINE | re.DOTALL)
_EMPTY = re.compile(r"^(estimate[ \t]*:)[ \t]*(?=\r|\n)", re.MULTILINE)


class Estimate(NamedTuple):
    """A note that has the plan's link: its estimate was `filled`, is the `same`, or is another (`kept`)."""

    line: int
    path: str
    estimate: int
    what: str


class Plan(NamedTuple):
    """What a plan would write: `texts` are new files, `filled` existing notes with their estimate. `unwritten` is what
    the plan says for files that are there already.
    """

    found: Import
    estimates: tuple[Estimate, ...]
    unwritten: tuple[UnwrittenPiece, ...]
    texts: dict[str, str]
    filled: dict[str, bytes]


def plan(found: Import, existing: Mapping[str, bytes]) -> Plan:
    """Return what becomes of a plan that was read like a README. `existing` are the notes there are, by path."""
    known: dict[str, str] = {}
    links = {path: _front(path, data) for path, data in sorted(existing.items())}
    for name, said in links.items():
        if said and said.link:
            known.setdefault(address(said.link), name)
    estimates, filled, taken, unwritten = [], dict[str, bytes](), set[str](), list[UnwrittenPiece]()
    for note in found.notes:
        path = known.get(address(note.link or ""), "")
        front = links.get(path)
        if not note.link or not front:
            continue
        taken.add(note.path)
        if found.texts[note.path].partition("\n---\n")[2].strip():
            unwritten.append(UnwrittenPiece(note.line, note.end_line, path))
        if note.estimate is None:
            continue
        what = "same" if front.estimate == note.estimate else "kept"
        if front.estimate is None and path not in filled and (data := with_estimate(existing[path], note.estimate)):
            filled[path], what = data, "filled"
        estimates.append(Estimate(note.line, path, note.estimate, what))
    texts = _texts(found, taken, existing)
    unwritten += [piece for piece in found.remainder if piece.path not in texts]
    return Plan(found, tuple(estimates), tuple(sorted(unwritten)), texts, filled)


def _front(path: str, data: bytes) -> Any:
    decoded = decoding.decode(path, data)
    return None if decoded.problem else frontmatter.parse(path, decoded.text).front


def _texts(found: Import, taken: set[str], existing: Mapping[str, bytes]) -> dict[str, str]:
    """Return the new files: notes that no other has the link of, and the text of the home and of areas without one."""
    wanted = {note.path for note in found.notes} - taken
    folders = {paths.first_folder(path) for path in wanted}
    said = {piece.path for piece in found.remainder}
    indexes = {dirname(path): data for path, data in existing.items() if paths.is_index(path)}
    texts = {path: made for path, made in found.texts.items() if path in wanted}
    for path, made in found.texts.items():
        folder = paths.first_folder(path)
        needed = paths.is_index(path) and (folder in folders or path in said)
        if needed and indexes.get(folder, data := made.encode()) == data:
            texts[path] = made
    return texts


def with_estimate(data: bytes, minutes: int) -> bytes | None:
    """Return a note's bytes with an `estimate` in its front matter and every other byte as it was; None without one."""
    source = data.decode()
    front = _FRONT.match(source)
    if not front:
        return None
    start, end = front.span(3)
    written = f"estimate: {durations.show(minutes)}"
    if empty := _EMPTY.search(source, start, end):
        return (source[: empty.start()] + written + source[empty.end() :]).encode()
    return (source[:end] + written + front[2] + source[end:]).encode()


def address(link: str) -> str:
    """Return an address as addresses are compared: case of the host, `www.`, scheme, the slash at the end, the
    fragment and marks of campaigns (`utm_source`) aside (RFC 3986, section 6.2).
    """
    try:
        parts = urlsplit(link.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    except ValueError:
        return link.strip()
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not k.startswith("utm_")]
    return f"{host}{port}{parts.path.rstrip('/')}" + (f"?{urlencode(query)}" if query else "")


def plan_object(made: Plan) -> dict[str, Any]:
    """Return the plan as what `--json` prints. Its times are estimates; of texts it says whether they are written."""
    pieces = sorted({*made.found.remainder, *made.unwritten})
    return {
        "course": made.found.course,
        "notes": [note._asdict() for note in made.found.notes],
        "estimates": [estimate._asdict() for estimate in made.estimates],
        "remainder": [piece._asdict() | {"written": piece not in made.unwritten} for piece in pieces],
        "unsure": [doubt._asdict() for doubt in made.found.unsure],
    }


_WIDEST = 44  # characters of a column of the table


def import_object(found: Import) -> dict[str, Any]:
    """Return the import as what `--json` prints: times in whole minutes, lines from 1."""
    return {
        "course": found.course,
        "notes": [note._asdict() for note in found.notes],
        "remainder": [piece._asdict() for piece in found.remainder],
        "unsure": [doubt._asdict() for doubt in found.unsure],
    }


def table(found: Import, unwritten: Collection[UnwrittenPiece] = ()) -> str:
    """Return the notes as a table with one line each, and below it what became no note, or what is `unwritten`."""
    rows = [("line", "area", "level", "title", "time", "file"), *(_row(note) for note in found.notes)]
    widths = [max(columns(row[n]) for row in rows) for n in range(6)]
    lines = ["  ".join(c + " " * (w - columns(c)) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    said = [piece for piece in found.remainder if piece not in unwritten]
    pieces = [f"lines {piece.line}-{piece.end_line} are in no note: {piece.path}" for piece in said]
    pieces += [not_written(piece, piece.path) for piece in unwritten]
    return "\n".join([*lines, *([""] if pieces else []), *pieces, ""])


def not_written(piece: UnwrittenPiece, file: str) -> str:
    """Return what is said of a text for a `file` that is there already."""
    return f"lines {piece.line}-{piece.end_line} are not written: {file} is there already"


def _row(note: Imported) -> tuple[str, ...]:
    minutes = note.estimate if note.time is None else note.time
    time = "" if minutes is None else durations.show(minutes)
    cells = (str(note.line), note.area or "", note.level or "", note.title, time)
    return (*(_shortened(cell) for cell in cells), note.path)


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
