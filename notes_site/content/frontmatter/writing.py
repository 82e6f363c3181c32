"""What is made from the table of fields: front matter blocks, the JSON Schema for editors, the reference."""

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


def reference() -> str:
    """Return the reference page of front matter, as Markdown (docs/front-matter.md)."""
    rows = [f"| `{f.name}` | {VALUES[f.type].says} | {_cell(f.doc)} | `{_cell(f.example)}` |" for f in FIELDS]
    names = [f"| `{f.name}` | {_names(f.synonyms)}{_opposites(f)} |" for f in FIELDS if f.synonyms or f.inverted]
    return _PAGE.format(fields="\n".join(rows), names="\n".join(names))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _names(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split())


def _opposites(field: Field) -> str:
    return f"; the opposite: {_names(field.inverted)}" if field.inverted else ""


_PAGE = """\
# Front matter

<!-- Made from notes_site/base/model.py by `python -m tools.reference`; do not edit. -->

Front matter stands at the very top of a note, between two lines `---`, one `name: value` a line:

```yaml
---
title: "AWS Tutorial: Launch a VM"
level: Beginner
link: https://aws.amazon.com/getting-started/tutorials/launch-a-virtual-machine/
time: 30 min
date: 2018-10-29
---
```

Nothing is required. Put quotes round a value that has `: ` or ` #` in it, or that begins with one of
``[ {{ * & ! | > ' " % @ ` - ?``.

| Field | Value | Meaning | Example |
| --- | --- | --- | --- |
{fields}

## Values

- **Duration**: `30` (minutes), `30 min`, `1h`, `1h 10m`, `1h10`, `1 hour 10 minutes`, `1.5 hours`, `1,5 h`,
  `1:30` (hours:minutes), `PT1H30M`, `half an hour`; `~20 min` and `approx. 20 min` too. Units may be English, German,
  French, Spanish, Portuguese or Chinese: `2 Std.`, `20 minutos`. Rounded to whole minutes.
- **Date**: `2018-10-29`, `2018/10/29`; a time of day behind it is read and left out. `10/11/2018` is an error: it
  may be November or October.
- **List**: `[a, b]`, one `- item` a line, or one text with commas.
- **True or false**: `true`, `yes`, `on`, `false`, `no`, `off`.
- **Link**: an `http(s)` URL, or a path relative to the note. Other schemes are refused.
- **Sessions**: `- {{date: 2018-10-29, time: 45 min}}`, or shorter `- 2018-10-29 45 min`.

Every value is read as text and then by its field, so YAML's own guesses (`1:30`, `no`, `2018-10-29`) do no harm.
Anchors, aliases, merge keys, tags and a second document are refused; a block has at most 64 KB and 8 levels.

## Other names

Names are compared without regard to case, spaces, `-` and `_`: `Time Spent` is `time_spent`. Notes that come
from Hugo, Zola, Jekyll, Obsidian, Quartz, Docusaurus or Starlight may keep these names; where two of them stand,
the first of the row counts. Fields within `extra`, `params` and `taxonomies` are read, and `sidebar.order` and
`last_update.date`.

| Field | Other names, the first counts most |
| --- | --- |
{names}

`published`, `completed`, `finished`, `done`, `learned` and `watched` are dates; with `true` or `false` the first is
the opposite of `draft`, the others are `status: done`. Names that other tools use and we do not (`layout`, `slug`,
`author`, ...) are ignored, with a note; those that hide a page elsewhere (`unlisted`, `password`, ...) are a warning.
"""
