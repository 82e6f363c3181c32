"""parse_note: from the bytes of one file to a note and its body. Pure, and remembered by its arguments."""

from __future__ import annotations

from notes_site.base import decoding, paths
from notes_site.base.config import canonical_level
from notes_site.base.digest import digest
from notes_site.base.kinds import kind_of
from notes_site.base.model import Card, FrontMatter, Note, Parsed, ParseOptions, Role, SearchRecord, Status, passed_on
from notes_site.base.paths import ContentPath
from notes_site.content import frontmatter, markdown
from notes_site.content.highlight import Highlighter
from notes_site.search.records import record
from notes_site.secrets import detect, masking

_EXCERPT = 160  # characters of plain text, what search engines show


def parse_note(path: ContentPath, data: bytes, options: ParseOptions, highlighter: Highlighter | None = None) -> Parsed:
    """Return the note in a file. `path` is relative to the content folder; `highlighter` may remember its code."""
    decoded, problem = decoding.decode(path, data)
    if problem:
        return Parsed(None, "", SearchRecord(), masking.of_bytes((problem,), data, options.allowed_leaks))
    leaked = detect.check(path, decoded, options.allowed_leaks)
    source = frontmatter.parse(path, decoded)
    front = source.front
    rendered = markdown.render(
        source.body,
        path=path,
        first_line=source.first_line,
        options=options,
        html=front.html or options.html,
        title=front.title,
        highlighter=highlighter,
    )
    role = role_of(path, front)
    body = rendered.html if rendered.text.strip() or rendered.refs else ""  # a comment alone says nothing
    card = _card(path, role, front, front.title or rendered.title or default_title(path), options, bool(body))
    search = record(card.title, front.tags, card.summary, rendered.sections)
    note = Note(
        path=path,
        role=role,
        front=front,
        card=card,
        headings=rendered.headings,
        refs=rendered.refs,
        anchors=rendered.anchors,
        body=digest(body.encode()) if body else "",
        excerpt=excerpt(rendered.lead),
        words=rendered.words,
        search=digest(f"{search.terms}\0{search.sections}".encode()),
        terms=search.terms.count("\n") + 1,
    )
    problems = (*source.diagnostics, *rendered.diagnostics, *leaked)
    if leaked:
        problems = masking.of_text(problems, decoded, options.allowed_leaks)
    return Parsed(note, body, search, problems)


def role_of(path: ContentPath, front: FrontMatter) -> Role:
    """Return what a file is: the home's text, an area's, a note, or a plain page (directly in `content/`, no area)."""
    if paths.is_index(path) and path.count("/") < 2:
        return "area" if "/" in path else "home"
    return "note" if "/" in path or front.area else "page"


def default_title(path: ContentPath) -> str:
    """Return the title of a note that has none: its file's name, or its folder's for an index."""
    folder = path.rpartition("/")[0]
    return paths.words_of(folder.rpartition("/")[2] if paths.is_index(path) else paths.stem(path))


def excerpt(plain: str) -> str:
    """Return the beginning of a plain text, cut at a word."""
    start = " ".join(plain[: _EXCERPT * 4].split())
    return start if len(start) <= _EXCERPT else start[:_EXCERPT].rpartition(" ")[0].rstrip(",;:") + "…"


def _card(path: ContentPath, role: Role, front: FrontMatter, title: str, options: ParseOptions, has_text: bool) -> Card:
    folder = paths.first_folder(path)
    derived = {
        "title": title,
        "area": paths.slug(front.area or folder) if role in ("note", "area") else "",
        "area_name": front.area or paths.words_of(folder),
        "level": canonical_level(front.level or ""),
        "kind": front.kind or kind_of(title, options.kinds) or "other",
        "status": front.status or implied_status(front, has_text=has_text),
    }
    return Card(url=paths.note_url(path), has_text=has_text, **(passed_on(front, "card") | derived))


def implied_status(front: FrontMatter, *, has_text: bool) -> Status:
    """Return the status of a note that states none: without a time and a text it is planned."""
    return "planned" if front.time is None and not has_text else "done"
