"""Problems as values: what a Diagnostic is, and how it is shown.

An expected problem (a bad date, a broken link) is a `Diagnostic`; an exception means a bug or failed I/O.
It loads nothing heavy, so that a build with nothing to do can show what it stored.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from notes_site.base.codes import Code, ErrorCode, FieldCode, NoteCode, Severity, WarningCode, severity_of

_ORDER = {"error": 0, "warning": 1, "note": 2}
_COLOURS = {"error": "31;1", "warning": "33;1", "note": "36;1"}


class Diagnostic(NamedTuple):
    """One problem, where it stands, and what helps.

    `path` is relative to the project and has forward slashes; people see it from where they are (`project.seen_from`).
    `line` and `column` count from 1, in characters; 0 means the whole file or line. `length` is in characters. `text`
    is the source line, so that showing the problem reads nothing.
    """

    path: str
    line: int
    column: int
    length: int
    severity: Severity
    code: str
    message: str
    hint: str = ""
    text: str = ""


def error(path: str, code: ErrorCode | FieldCode, message: str, **more: object) -> Diagnostic:
    """Return an error. `more`: line, column, length, hint, text."""
    return _diagnostic("error", path, code, message, more)


def warning(path: str, code: WarningCode, message: str, **more: object) -> Diagnostic:
    """Return a warning, with the same fields."""
    return _diagnostic("warning", path, code, message, more)


def note(path: str, code: NoteCode, message: str, **more: object) -> Diagnostic:
    """Return a note, with the same fields."""
    return _diagnostic("note", path, code, message, more)


def diagnostic(path: str, code: Code, message: str, **more: object) -> Diagnostic:
    """Return a problem that is as grave as its code says, with the same fields."""
    return _diagnostic(severity_of(code), path, code, message, more)


def _diagnostic(severity: Severity, path: str, code: Code, message: str, more: dict[str, object]) -> Diagnostic:
    at = Diagnostic(path, 0, 0, 0, severity, code, message)
    return at._replace(**more)  # type: ignore[arg-type]  # the four functions above are the only callers


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the distinct problems by path, line, column, then severity."""
    distinct = dict.fromkeys(diagnostics)
    return tuple(sorted(distinct, key=lambda d: (d.path, d.line, d.column, _ORDER[d.severity], d.code, d.message)))


def in_folder(folder: str, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the problems with `folder/` before their paths."""
    return tuple(d._replace(path=f"{folder}/{d.path}") for d in diagnostics)


def failed(diagnostics: Iterable[Diagnostic], *, strict: bool = False) -> bool:
    """Tell whether the problems stop publication: any error, or with `strict` any warning."""
    bad = ("error", "warning") if strict else ("error",)
    return any(d.severity in bad for d in diagnostics)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean `x`?`` for the known word nearest to `word`, or an empty string."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word nearest to `word`, case aside, or an empty string when none is near."""
    import difflib

    by_fold = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[near[0]] if near else ""


def show(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """Return the problem as people read it: place, message, source line with a mark under it, help."""
    d = diagnostic
    place = visible(d.path) + (f":{d.line}:{max(d.column, 1)}" if d.line else "")
    label = _paint(d.severity, _COLOURS[d.severity], colour)
    lines = [f"{place}: {label}: {visible(d.message)} [{d.code}]"]
    if d.line and d.text:
        lines += _excerpt(d, colour)
    if d.hint:
        lines.append(f"  {_paint('help:', '1', colour)} {visible(d.hint)}")
    return "\n".join(lines)


def as_json(diagnostics: Sequence[Diagnostic]) -> list[dict[str, object]]:
    """Return the problems as JSON-ready objects, one key for each field."""
    return [d._asdict() for d in diagnostics]


def as_github(diagnostic: Diagnostic) -> str:
    """Return the problem as a GitHub Actions workflow command (`::error file=...`)."""
    d = diagnostic
    kind = "notice" if d.severity == "note" else d.severity
    place = [("file", d.path), ("title", d.code)]
    if d.line:
        place[1:1] = [("line", str(d.line)), ("col", str(max(d.column, 1)))]
    fields = ",".join(f"{k}={_escape_command(visible(v), extra=True)}" for k, v in place)
    body = visible(d.message) + (f"\n{visible(d.hint)}" if d.hint else "")
    return f"::{kind} {fields}::{_escape_command(body)}"


def dumps(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the problems as compact JSON, for the cache."""
    return json.dumps(diagnostics, ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> tuple[Diagnostic, ...]:
    """Return what `dumps` wrote."""
    return tuple(Diagnostic(*fields) for fields in json.loads(text))


def visible(text: str) -> str:
    """Return the text with control and format characters spelled out: no input may drive the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " else f"\\u{{{ord(c):x}}}" for c in text)


_WIDTH = 100  # columns of source shown at most


def _excerpt(d: Diagnostic, colour: bool) -> list[str]:
    source, at = d.text.rstrip("\n").replace("\t", " "), max(d.column, 1) - 1
    start = max(0, min(at, len(source)) - _WIDTH // 2) if len(source) > _WIDTH else 0
    end = min(start + _WIDTH, len(source))
    before, marked = visible(source[start:at]), visible(source[at : min(at + max(d.length, 1), end)])
    head, tail = "…" if start else "", "…" if end < len(source) else ""
    lines = [f"{d.line:>5} | {head}{visible(source[start:end])}{tail}"]
    if d.column:
        mark = _paint("^" * max(columns(marked), 1), _COLOURS[d.severity], colour)
        lines.append(f"{'':5} | {' ' * columns(head + before)}{mark}")
    return lines


def columns(text: str) -> int:
    """Return how many columns a text takes on a terminal: wide and full-width characters two, combining ones none.

    Width: East Asian Width (UAX #11).
    """
    if text.isascii():
        return len(text)
    marks = sum(unicodedata.category(c) in ("Mn", "Me") for c in text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" and unicodedata.category(c) != "Mn" for c in text)
    return len(text) + wide - marks


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def _escape_command(text: str, *, extra: bool = False) -> str:
    pairs = [("%", "%25"), ("\r", "%0D"), ("\n", "%0A")] + ([(":", "%3A"), (",", "%2C")] if extra else [])
    for plain, escaped in pairs:
        text = text.replace(plain, escaped)
    return text
