"""The one table of fields: everything that is said about front matter anywhere is made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from notes_site.base.model import STATUSES
from notes_site.content.frontmatter import values
from notes_site.content.frontmatter.sessions import sessions
from notes_site.content.frontmatter.tree import Node, Scalar, Sequence


class Field(NamedTuple):
    """A field: its name in `FrontMatter`, how its value is read, what the docs say, and its other names.

    `says` completes "the value is ...". Of `synonyms` the earlier ones win; `inverted` ones say the opposite.
    `prose` marks values in which ` #` may be meant as text.
    """

    name: str
    parse: Callable[[Node], Any]
    says: str
    doc: str
    example: str
    schema: dict[str, Any]
    synonyms: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()
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


# fmt: off
FIELDS: tuple[Field, ...] = (
    Field(
        "title", values.title, "a text",
        "The note's title. Without one: the first heading of level 1, else the file's name.",
        '"AWS Tutorial: Launch a VM"', _one({"type": ["string", "number", "boolean"]}),
        ("name", "page_title", "link_title"), prose=True,
    ),
    Field(
        "area", values.text, "a text",
        "The area of the course. Without one: the first folder.",
        "Cloud Web Apps", _FIRST_TEXT,
        ("areas", "category", "categories", "topic", "topics", "subject", "course", "section", "series"),
        prose=True,
    ),
    Field(
        "level", values.text, "a text",
        "One of the `levels` of notes-site.toml.",
        "Beginner", _ONE_TEXT, ("difficulty", "skill_level"), prose=True,
    ),
    Field(
        "group", values.text, "a text",
        "A heading that notes of one level share.",
        "Networking", _ONE_TEXT, ("module", "unit", "subsection", "chapter", "week"), prose=True,
    ),
    Field(
        "kind", values.word, "a word",
        "What the resource is: one of the `kinds` of notes-site.toml. Guessed from a title like `Video: ...`.",
        "tutorial", _ONE_TEXT, ("type", "resource_type", "content_type", "format", "medium"), prose=True,
    ),
    Field(
        "link", values.link, "an http(s) URL or a relative path",
        "The resource that the note is about.",
        "https://aws.amazon.com/getting-started/", _ONE_TEXT,
        ("resource", "resource_url", "external_link", "external_url", "source_url", "source", "href", "url",
         "website", "redirect_to"),
        prose=True,
    ),
    Field(
        "time", values.duration, "a duration",
        "The time spent. A bare number is minutes; empty means not noted yet.",
        "1h 10m", _DURATION,
        ("time_spent", "spent", "time_taken", "actual_time", "duration", "elapsed", "minutes", "mins"),
    ),
    Field(
        "estimate", values.duration, "a duration",
        "The time planned.",
        "30 min", _DURATION,
        ("estimated_time", "time_estimate", "estimated", "planned_time", "planned", "eta", "expected_time"),
    ),
    Field(
        "date", values.date, "a date",
        "When it was learned. Without one: the last session's date.",
        "2018-10-29", _DATE,
        ("date_completed", "completed", "completed_at", "completed_on", "date_finished", "finished", "done",
         "done_on", "learned", "watched", "published", "publish_date", "published_at", "pub_date",
         "date_published", "created", "created_at", "date_created", "creation_date"),
    ),
    Field(
        "sessions", sessions, "a list of sessions",
        "Sittings of one resource, each with date and time. Their sum is the time spent.",
        "[{date: 2018-10-28, time: 40 min}, {date: 2018-10-29, time: 30 min}]",
        {"type": ["array", "object", "string", "null"], "items": _SESSION},
        ("session", "sittings", "time_log"),
    ),
    Field(
        "status", values.status, "`planned`, `doing`, `done` or `skipped`",
        "How far it is; words like `todo`, `wip` or `finished` too. Derived when absent: without time and text it "
        "is planned.",
        "done", _one({"type": ["string", "boolean", "null"], "examples": list(STATUSES)}), ("state", "progress"),
    ),
    Field(
        "tags", values.tags, "a list of texts",
        "What it is about, across areas. Obsidian's `#` is dropped.",
        "[aws, ec2]", _TEXTS, ("tag", "keywords", "keyword", "labels"), prose=True,
    ),
    Field(
        "order", values.whole, "a whole number",
        "The place among the notes of its level; small numbers come first.",
        "3", _WHOLE,
        ("weight", "nav_order", "sidebar_position", "position", "sort_order", "rank"),
    ),
    Field(
        "summary", values.text, "a text",
        "A sentence for lists, the feed and search engines. Without one: the beginning of the text.",
        "How to start, reach and stop a virtual machine.", _ONE_TEXT,
        ("description", "excerpt", "abstract", "lead", "subtitle", "tldr"), prose=True,
    ),
    Field(
        "aliases", values.texts, "a list of paths",
        "Earlier addresses of the page, which lead to it.",
        "[old/launch-vm.html]", _TEXTS, ("alias", "redirect_from", "redirects"), prose=True,
    ),
    Field(
        "draft", values.boolean, "true or false",
        "A draft is published only with `--drafts`. `publish: false` says the same.",
        "true", _BOOLEAN, ("private", "is_draft"), ("publish", "public", "is_published"),
    ),
    Field(
        "toc", values.boolean, "true or false",
        "Whether the page has a table of contents.",
        "false", _BOOLEAN, ("table_of_contents", "show_toc", "enable_toc", "has_toc"),
        ("hide_toc", "hide_table_of_contents", "no_toc"),
    ),
    Field(
        "updated", values.date, "a date",
        "When the note last changed.",
        "2018-11-02", _DATE,
        ("lastmod", "last_modified", "last_modified_at", "last_update", "last_updated", "modified",
         "date_modified", "updated_at", "modified_at"),
    ),
    Field(
        "html", values.html, "`raw`, `safe` or `escaped`",
        "What becomes of raw HTML in this note: kept, sanitised, or shown as text. Without it: `html` of "
        "notes-site.toml.",
        "safe", _HTML, ("raw_html",),
    ),
    Field(
        "lang", values.language, "a language tag",
        "The language of the note, where it is not that of the site.",
        "pt-BR", _ONE_TEXT,
    ),
)
# fmt: on

BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}


def value_of(name: str, given: str | Iterable[str]) -> Any:
    """Return what the field of this name holds when it is given a text or, where it takes one, a list of texts.

    Raises:
        BadValue: front matter could not say this.
    """
    if isinstance(given, str):
        return BY_NAME[name].parse(_text(given))
    return BY_NAME[name].parse(Sequence([_text(item) for item in given], 0, 0))


def _text(given: str) -> Scalar:
    return Scalar(given, False, 0, len(given))
