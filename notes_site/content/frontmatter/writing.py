"""What is made from the table of fields: front matter blocks, and the JSON Schema for editors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from notes_site.base import durations
from notes_site.base.model import FIELDS, Field, Session
from notes_site.content.frontmatter.values import BY_NAME, VALUES, clean

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"

# What needs no quotes in any YAML reader: words, and what cannot be taken for a number, a date or a constant.
_BARE = re.compile(r"[A-Za-z](?:[\w ./()+?=&%'!~@;-]|:(?=\S)|\b,(?= \w))*(?<![ :])")
_CONSTANT = re.compile(r"(?:true|false|yes|no|on|off|y|n|null|nan|inf)", re.IGNORECASE)
_DURATION = re.compile(r"[0-9]+ (?:min|h(?: [0-9]+ min)?)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BARE_IN_FIELD = {"time": _DURATION, "estimate": _DURATION, "date": _DATE, "updated": _DATE}
_BARE_IN_LIST = re.compile(r"[A-Za-z](?:[\w ./()+-])*(?<! )")


def dump(fields: Mapping[str, Any]) -> str:
    """Return a front matter block, `---` lines included, that `parse` reads back.

    Keys are names of `FIELDS`, in whose order they are written. Times are whole minutes or texts, lists any iterables
    of texts, sessions `Session`s. Texts come out on one line and without control characters (`clean`). None and
    what is empty is left out. Raises KeyError for a name that is no field.
    """
    if strange := set(fields) - set(BY_NAME):
        raise KeyError(*sorted(strange))
    lines = [line for field in FIELDS for line in _lines(field, fields.get(field.name))]
    return "\n".join(["---", *lines, "---", ""])


def _lines(field: Field, value: Any) -> list[str]:
    if field.name == "sessions":
        rows = [_session(session) for session in value or ()]
        return ["sessions:", *rows] if rows else []
    if value is None:
        return []
    if isinstance(value, bool):
        return [f"{field.name}: {str(value).lower()}"]
    if isinstance(value, int):
        return [f"{field.name}: {durations.show(value) if field.name in ('time', 'estimate') else value}"]
    if isinstance(value, str):
        written = _scalar(clean(value), _BARE_IN_FIELD.get(field.name, _BARE))
        return [f"{field.name}: {written}"] if clean(value) else []
    return _list(field, value)


def _list(field: Field, value: Iterable[str]) -> list[str]:
    items = [_scalar(clean(item), _BARE_IN_LIST) for item in value if clean(item)]
    return [f"{field.name}: [{', '.join(items)}]"] if items else []


def _session(session: Session) -> str:
    return f"  - {{date: {session.date}, time: {durations.show(session.minutes)}}}"


def _scalar(text: str, bare: re.Pattern[str]) -> str:
    if bare.fullmatch(text) and not _CONSTANT.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of front matter, for editors.

    Other names of a field are in it too. It is more lenient than `parse`, which knows what a text may be.
    """
    properties: dict[str, Any] = {}
    for field in FIELDS:
        properties[field.name] = {"description": f"{field.doc} Example: {field.example}", **VALUES[field.type].schema}
    for field in FIELDS:
        for name in field.synonyms.split():
            properties.setdefault(name, {"description": f"The same as `{field.name}`.", "deprecated": True})
        for name in field.inverted.split():
            properties.setdefault(name, {"description": f"The opposite of `{field.name}`.", "deprecated": True})
    return {
        "$schema": SCHEMA_DIALECT,
        "title": "Front matter of a note (notes-site)",
        "type": ["object", "null"],
        "properties": properties,
    }
