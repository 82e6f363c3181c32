"""The words of a message about a template: names in backticks, the place in a line, the field that was meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, get_type_hints

from notes_site.base.diagnostics import Diagnostic, nearest
from notes_site.base.model import Record

LACKING = re.compile(r"`notes_site\.[\w.]+\.(\w+) object` has no attribute `(\w+)`")
_TAG = re.compile(r"\{%-?\s*(?:extends|from|import|include)\b.*?%\}")


def distinct(faults: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the first of faults that differ in nothing but the page on which they showed."""
    found: dict[tuple[str, int, str], Diagnostic] = {}
    for fault in faults:
        found.setdefault((fault.path, fault.line, re.sub(r" \(page .*\)", "", fault.message)), fault)
    return tuple(found.values())


def in_backticks(message: str) -> str:
    """Return a message with its names in backticks, as we quote them; Jinja does in single quotes."""
    return re.sub(r"(?<!\w)'([^'\n]+)'(?!\w)", r"`\1`", message)


def likely_field(view_name: str, name: str) -> str:
    """Return the suggestion of a field of the view of that name, or of one of the views in it."""
    view = next(kind for kind in _kinds_of(Record) if kind.__name__ == view_name)
    known = {field: [field] for field in view.__struct_fields__}
    for field, kind in get_type_hints(view).items():
        if isinstance(kind, type) and issubclass(kind, Record):
            for inner in kind.__struct_fields__:
                known.setdefault(inner, []).append(f"{field}.{inner}")
    near = nearest(name, known)
    return f"did you mean `{'` or `'.join(known[near])}`?" if near else ""


def _kinds_of(kind: type[Record]) -> Iterator[type[Record]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _kinds_of(inner)


def line_of(text: str, number: int) -> str:
    """Return a line of a text by its number from 1, '' where there is none."""
    lines = text.split("\n")
    return lines[number - 1] if 0 < number <= len(lines) else ""


def place_in(text: str, line: int, names: Iterable[str]) -> dict[str, Any]:
    """Return the fields of a problem that name a place in a line: that of the first of the names that stands in it,
    else of a tag that names a template.
    """
    found = (re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)
    match = next(filter(None, found), None) or _TAG.search(text)
    column, length = (match.start() + 1, len(match[0])) if match else (0, 0)
    return {"line": line, "column": column, "length": length, "text": text}
