"""The frozen types that the pure stages hand to one another.

msgspec encodes them: the same bytes go into the cache and into digests, so what is cached and what a key
covers cannot drift apart.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from notes_site.base.diagnostics import Diagnostic

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


class FrontMatter(Record, frozen=True):
    """What a note says about itself. Absent is None (or empty); times are whole minutes, dates ISO 8601 texts.

    `spans` has, under the canonical field name, where each value that is present stands; those of each alias are under
    `aliases.0`, `aliases.1`, and so on.
    """

    title: str | None = None
    area: str | None = None
    level: str | None = None
    group: str | None = None
    kind: str | None = None
    link: str | None = None
    time: int | None = None
    estimate: int | None = None
    date: str | None = None
    sessions: tuple[Session, ...] = ()
    status: Status | None = None
    tags: tuple[str, ...] = ()
    order: int | None = None
    summary: str | None = None
    aliases: tuple[str, ...] = ()
    draft: bool = False
    toc: bool = True
    updated: str | None = None
    html: HtmlMode | None = None
    lang: str | None = None
    spans: dict[str, Span] = {}


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

    url: str
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

    path: str
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


class Config(Record, frozen=True):
    """`notes-site.toml` with every default filled in. Folders are relative to the file's own folder."""

    title: str = "Learning notes"
    description: str = ""
    author: str = ""
    language: str = "en"
    base_url: str = ""
    course_title: str = ""
    course_link: str = ""
    levels: tuple[str, ...] = ("Beginner", "Intermediate", "Advanced")
    kinds: dict[str, tuple[str, ...]] = {}
    content: str = "content"
    templates: str = "templates"
    static: str = "static"
    output: str = "public"
    html: HtmlMode = "raw"
    typographer: bool = False
    code_light: str = "default"
    code_dark: str = "github-dark"
    feed_items: int = 20
    leaks_allow: tuple[str, ...] = ()
    accent: str = ""
    logo: str = ""
    footer: str = ""
    repository: str = ""
    edit_url: str = ""
    csp: bool = False
    today: str = ""
    texts: dict[str, str] = {}
    deploy_target: str = ""
    deploy_profile: str = ""
    deploy_region: str = ""
    deploy_endpoint_url: str = ""
    deploy_distribution: str = ""
