"""The frozen types that the pure stages hand to one another.

msgspec encodes them: the same bytes go into the cache and into digests, so what is cached and what a key
covers cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_type_hints

import msgspec

from notes_site.base.diagnostics import Diagnostic
from notes_site.base.paths import ContentPath, OutputPath

HtmlMode = Literal["raw", "safe", "escaped"]
Role = Literal["note", "area", "home", "page"]
RefKind = Literal["link", "image", "wikilink", "embed", "html"]
Status = Literal["planned", "doing", "done", "skipped"]

STATUSES: tuple[Status, ...] = ("planned", "doing", "done", "skipped")


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Base of all frozen types: a fixed order of fields, no cycles."""


class Span(NamedTuple):
    """Where a value stands in its file: line and column from 1, length in characters."""

    line: int
    column: int
    length: int


class Session(Record, frozen=True):
    """One sitting: an ISO date (`2018-10-29`) and whole minutes."""

    date: str
    minutes: int


ValueType = Literal[
    "text", "first", "title", "word", "link", "duration", "date", "sessions", "status", "tags", "paths", "whole",
    "boolean", "html", "language",
]  # fmt: skip
"""How a field is written; what each accepts is in `content.frontmatter.values`."""
Place = Literal["card", "page", "facts", "data"]


class Field(NamedTuple):
    """What is said about a field of front matter, beside its type in `FrontMatter`.

    `synonyms` are other names, separated by spaces, of which the earlier ones win; `inverted` ones say the opposite.
    `goes` names where its value is passed on: to the attribute of its name in `card` (`Card`) or `page` (`NoteView`),
    to the `facts` of that page (a row labelled by the text of its name in `Texts`), to `data` (`notes.json`). `name`
    and `absent`, what is passed on where nothing is said, follow from the attribute.
    """

    type: ValueType
    doc: str
    example: str
    synonyms: str = ""
    inverted: str = ""
    goes: str = ""
    name: str = ""
    absent: Any = None


class FrontMatter(Record, frozen=True):
    """What a note says about itself: every field, declared once. Parser, schema, docs and what is passed on follow.

    Absent is None (or empty); times are whole minutes, dates ISO 8601 texts.
    `spans` has, under the canonical field name, where each value that is present stands; those of each alias are under
    `aliases.0`, `aliases.1`, and so on.
    """

    title: Annotated[
        str | None,
        Field(
            "title",
            "The note's title. Without one: the first heading of level 1, else the file's name.",
            '"AWS Tutorial: Launch a VM"',
            synonyms="name page_title link_title",
            goes="card data",
        ),
    ] = None
    area: Annotated[
        str | None,
        Field(
            "first",
            "The area of the course. Without one: the first folder.",
            "Cloud Web Apps",
            synonyms="areas category categories topic topics subject course section series",
            goes="card data",
        ),
    ] = None
    level: Annotated[
        str | None,
        Field(
            "text",
            "One of the `levels` of notes-site.toml.",
            "Beginner",
            synonyms="difficulty skill_level",
            goes="card data",
        ),
    ] = None
    group: Annotated[
        str | None,
        Field(
            "text",
            "A heading that notes of one level share.",
            "Networking",
            synonyms="module unit subsection chapter week",
            goes="card data",
        ),
    ] = None
    kind: Annotated[
        str | None,
        Field(
            "word",
            "What the resource is: one of the `kinds` of notes-site.toml. Guessed from a title like `Video: ...`.",
            "tutorial",
            synonyms="type resource_type content_type format medium",
            goes="card data",
        ),
    ] = None
    link: Annotated[
        str | None,
        Field(
            "link",
            "The resource that the note is about.",
            "https://aws.amazon.com/getting-started/",
            synonyms="resource resource_url external_link external_url source_url source href url website redirect_to",
            goes="card data",
        ),
    ] = None
    time: Annotated[
        int | None,
        Field(
            "duration",
            "The time spent. A bare number is minutes; empty means not noted yet.",
            "1h 10m",
            synonyms="time_spent spent time_taken actual_time duration elapsed minutes mins",
            goes="card data",
        ),
    ] = None
    estimate: Annotated[
        int | None,
        Field(
            "duration",
            "The time planned.",
            "30 min",
            synonyms="estimated_time time_estimate estimated planned_time planned eta expected_time",
            goes="card data",
        ),
    ] = None
    date: Annotated[
        str | None,
        Field(
            "date",
            "When it was learned. Without one: the last session's date.",
            "2018-10-29",
            synonyms="date_completed completed completed_at completed_on date_finished finished done done_on learned "
            "watched published publish_date published_at pub_date date_published created created_at "
            "date_created creation_date",
            goes="card data",
        ),
    ] = None
    sessions: Annotated[
        tuple[Session, ...],
        Field(
            "sessions",
            "Sittings of one resource, each with date and time. Their sum is the time spent.",
            "[{date: 2018-10-28, time: 40 min}, {date: 2018-10-29, time: 30 min}]",
            synonyms="session sittings time_log",
        ),
    ] = ()
    status: Annotated[
        Status | None,
        Field(
            "status",
            "How far it is; words like `todo`, `wip` or `finished` too. Derived when absent: without time and text it "
            "is planned.",
            "done",
            synonyms="state progress",
            goes="card data",
        ),
    ] = None
    tags: Annotated[
        tuple[str, ...],
        Field(
            "tags",
            "What it is about, across areas. Obsidian's `#` is dropped.",
            "[aws, ec2]",
            synonyms="tag keywords keyword labels",
            goes="card data",
        ),
    ] = ()
    order: Annotated[
        int | None,
        Field(
            "whole",
            "The place among the notes of its level; small numbers come first.",
            "3",
            synonyms="weight nav_order sidebar_position position sort_order rank",
            goes="card",
        ),
    ] = None
    summary: Annotated[
        str | None,
        Field(
            "text",
            "A sentence for lists, the feed and search engines. Without one: the beginning of the text.",
            "How to start, reach and stop a virtual machine.",
            synonyms="description excerpt abstract lead subtitle tldr",
            goes="card data",
        ),
    ] = None
    aliases: Annotated[
        tuple[str, ...],
        Field(
            "paths",
            "Earlier addresses of the page, which lead to it.",
            "[old/launch-vm.html]",
            synonyms="alias redirect_from redirects",
        ),
    ] = ()
    draft: Annotated[
        bool,
        Field(
            "boolean",
            "A draft is published only with `--drafts`. `publish: false` says the same.",
            "true",
            synonyms="private is_draft",
            inverted="publish public is_published",
        ),
    ] = False
    toc: Annotated[
        bool,
        Field(
            "boolean",
            "Whether the page has a table of contents.",
            "false",
            synonyms="table_of_contents show_toc enable_toc has_toc",
            inverted="hide_toc hide_table_of_contents no_toc",
        ),
    ] = True
    updated: Annotated[
        str | None,
        Field(
            "date",
            "When the note last changed.",
            "2018-11-02",
            synonyms="lastmod last_modified last_modified_at last_update last_updated modified date_modified "
            "updated_at modified_at",
            goes="page",
        ),
    ] = None
    html: Annotated[
        HtmlMode | None,
        Field(
            "html",
            "What becomes of raw HTML in this note: kept, sanitised, or shown as text. Without it: `html` of notes-"
            "site.toml.",
            "safe",
            synonyms="raw_html",
        ),
    ] = None
    lang: Annotated[
        str | None, Field("language", "The language of the note, where it is not that of the site.", "pt-BR")
    ] = None
    spans: dict[str, Span] = {}


def _fields() -> Iterator[Field]:
    for name, hint in get_type_hints(FrontMatter, include_extras=True).items():
        for field in getattr(hint, "__metadata__", ()):
            default = getattr(FrontMatter(), name)
            is_text = default is None and str in get_args(get_args(hint)[0])
            yield field._replace(name=name, absent="" if is_text else default)


FIELDS: tuple[Field, ...] = tuple(_fields())


def passed_on(front: FrontMatter, place: Place) -> dict[str, Any]:
    """Return the values of the fields that go to a place, by name; an absent text is ''."""
    given = {field: getattr(front, field.name) for field in FIELDS if place in field.goes}
    return {field.name: field.absent if value is None else value for field, value in given.items()}


class ParseOptions(Record, frozen=True):
    """The part of the config that parsing a note reads; its digest is in the key of the parsed note."""

    kinds: tuple[tuple[str, tuple[str, ...]], ...] = ()  # kind, title prefixes that mean it
    html: HtmlMode = "raw"
    typographer: bool = False
    allowed_leaks: tuple[str, ...] = ()  # fingerprints of what is no secret


class Heading(Record, frozen=True):
    """A heading as it stands on the note's page: `level` from 2, `id` unique in the note, `text` plain."""

    level: int
    id: str
    text: str
    line: int


class Section(Record, frozen=True):
    """The plain text below a heading, up to the next one; of the text before the first, `id` and `heading` are ''."""

    id: str
    heading: str
    text: str


class Ref(Record, frozen=True):
    """A link or image as written. `context` is its block's plain text, cut to 160 characters around it."""

    target: str
    kind: RefKind
    line: int
    column: int
    length: int
    context: str


class Card(Record, frozen=True):
    """What other pages may show of a note. `url` is the output path; `area` a slug ('' for none)."""

    url: OutputPath
    title: str
    area: str
    area_name: str
    level: str  # canonical: the slug of what the front matter says; '' for none
    group: str
    kind: str
    link: str
    time: int | None
    estimate: int | None
    status: Status
    date: str
    tags: tuple[str, ...]
    summary: str
    order: int | None
    has_text: bool


class Note(Record, frozen=True):
    """One parsed source file. `body` is the digest under which its rendered HTML (with slots) is kept, '' where
    there is no text; `excerpt` is the beginning of its first paragraphs. `search` is the digest of its search record,
    `terms` the number of terms in that.
    """

    path: ContentPath
    role: Role
    front: FrontMatter
    card: Card
    headings: tuple[Heading, ...]
    refs: tuple[Ref, ...]
    anchors: frozenset[str]
    body: str
    excerpt: str
    words: int
    search: str = ""
    terms: int = 0


def overwrite(note: Note, newer: Note) -> None:
    """Give a note all that a newer parse of its file says, in every place that holds it.

    The one exception from "frozen", for a live preview: whoever holds the note sees its newest text, and nobody has to
    ask for it. Only the text may differ; what was computed of the rest stays as it is.
    """
    for field in Note.__struct_fields__:
        msgspec.structs.force_setattr(note, field, getattr(newer, field))


class SearchRecord(Record, frozen=True):
    """By what a note is found. `terms`: in each line a letter of weight and a term, sorted by term. `sections`: JSON,
    `[[id, heading, text], ...]`.
    """

    terms: str = ""
    sections: str = "[]"


class Parsed(Record, frozen=True):
    """What `parse_note` returns: `note` is None when the file could not be read as a note at all."""

    note: Note | None
    body: str
    search: SearchRecord
    diagnostics: tuple[Diagnostic, ...]
