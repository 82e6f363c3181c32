"""The ways in which fields are written, one for each `ValueType`. The fields themselves are in `base.model`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from notes_site.base.model import FIELDS, STATUSES, Field, ValueType
from notes_site.content.frontmatter import values
from notes_site.content.frontmatter.sessions import sessions
from notes_site.content.frontmatter.tree import Node, Scalar, Sequence


class Value(NamedTuple):
    """A way to write a value: how it is read, what the docs call it ("a text"), its JSON Schema.

    `prose` marks values in which ` #` may be meant as text.
    """

    parse: Callable[[Node], Any]
    says: str
    schema: dict[str, Any]
    prose: bool = False


def _one(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that may stand in a list of its own, as `values.one` takes it."""
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1, "maxItems": 1}]}


def _spelled(*words: str) -> str:
    """A pattern for words in any case and nothing; JSON Schema's regular expressions have no flag for it."""
    letters = ("".join(f"[{c}{c.upper()}]" for c in word) for word in words)
    return f"^{_SPACE}({'|'.join(letters)})?{_SPACE}$"


_SPACE = r"[ \t-\r\u0085\u2028\u2029]*"
_DAY = r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
_TEXT: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_ONE_TEXT = _one(_TEXT)
_FIRST_TEXT: dict[str, Any] = {"anyOf": [_TEXT, {"type": "array", "prefixItems": [_ONE_TEXT], "minItems": 1}]}
_TEXTS: dict[str, Any] = {"anyOf": [_TEXT, {"type": "array", "items": _ONE_TEXT}]}
_DURATION = _one({"type": ["number", "string", "null"], "minimum": 0, "examples": [30, "45 min", "1h 10m", "1:30"]})
_DATE = _one({"type": ["string", "null"], "pattern": f"^{_SPACE}({_DAY}([Tt \\s][\\s\\S]*)?)?$"})
_BOOLEAN = _one({"type": ["boolean", "string", "null"], "pattern": _spelled(*sorted(values.TRUE | values.FALSE))})
_MODES: dict[str, Any] = {"enum": ["raw", "safe", "escaped", True, False, None]}  # what editors offer
_HTML = _one({"anyOf": [_MODES, {"type": "string", "pattern": _spelled(*values.HTML)}]})
_WHOLE = _one({"type": ["integer", "string", "null"], "pattern": f"^{_SPACE}([+-]?[0-9]{{1,9}})?{_SPACE}$"})
_SESSION: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": f"^\\s*{_DAY}"},
        {"type": "object", "properties": {"date": _DATE, "time": _DURATION}},
    ]
}


VALUES: dict[ValueType, Value] = {
    "text": Value(values.text, "a text", _ONE_TEXT, prose=True),
    "first": Value(values.text, "a text", _FIRST_TEXT, prose=True),
    "title": Value(values.title, "a text", _one({"type": ["string", "number", "boolean"]}), prose=True),
    "word": Value(values.word, "a word", _ONE_TEXT, prose=True),
    "link": Value(values.link, "an http(s) URL or a relative path", _ONE_TEXT, prose=True),
    "duration": Value(values.duration, "a duration", _DURATION),
    "date": Value(values.date, "a date", _DATE),
    "sessions": Value(
        sessions, "a list of sessions", {"type": ["array", "object", "string", "null"], "items": _SESSION}
    ),
    "status": Value(
        values.status,
        "`planned`, `doing`, `done` or `skipped`",
        _one({"type": ["string", "boolean", "null"], "examples": list(STATUSES)}),
    ),
    "tags": Value(values.tags, "a list of texts", _TEXTS, prose=True),
    "paths": Value(values.texts, "a list of paths", _TEXTS, prose=True),
    "whole": Value(values.whole, "a whole number", _WHOLE),
    "boolean": Value(values.boolean, "true or false", _BOOLEAN),
    "html": Value(values.html, "`raw`, `safe` or `escaped`", _HTML),
    "language": Value(values.language, "a language tag", _ONE_TEXT),
}

BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}


def value_of(name: str, given: str | Iterable[str]) -> Any:
    """Return what the field of this name holds when it is given a text or, where it takes one, a list of texts.

    Raises:
        Problem: front matter could not say this.
    """
    if isinstance(given, str):
        return VALUES[BY_NAME[name].type].parse(_text(given))
    return VALUES[BY_NAME[name].type].parse(Sequence([_text(item) for item in given], 0, 0))


def _text(given: str) -> Scalar:
    return Scalar(given, False, 0, len(given))
