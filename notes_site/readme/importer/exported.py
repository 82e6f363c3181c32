"""An exported README: taken apart by its comments, nothing recognised (`readme.unpack`). Pure."""

from __future__ import annotations

from collections.abc import Callable

from notes_site.base.config import Config
from notes_site.base.diagnostics import Diagnostic
from notes_site.base.kinds import kind_of
from notes_site.config.reading import parse_options
from notes_site.content import frontmatter
from notes_site.content.markdown.raw_html import is_active
from notes_site.readme.exporter.unpack import File, unpack
from notes_site.readme.importer import rewrite
from notes_site.readme.importer.notes import Import, Imported, Piece


def plan(text: str, name: str, config: Config, *, local: Callable[[str], rewrite.Local]) -> Import:
    """Return what an exported README becomes: the notes as they were. `local` as for `notes.plan`."""
    files = unpack(text)
    texts: dict[str, str] = {}
    copied: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for file in files:
        size = file.body.count("\n") + 1
        place = rewrite.Place([file.path] * size, [True] * size, name, local, {file.path: file.link})
        moved = rewrite.rewrite(file.body, (), place)
        fields = {**file.fields, "link": moved.links[file.path]}
        texts[file.path] = _safe(file._replace(body="\n".join(moved.lines), fields=fields)).text
        copied |= moved.copied
        problems += [d._replace(line=d.line + file.end_line - size) for d in moved.problems]
    notes = tuple(_imported(file, config) for file in files if file.kind == "note")
    pieces = tuple(Piece(file.line, file.end_line, file.path) for file in files if file.kind != "note")
    home = next((str(file.fields["title"]) for file in files if file.kind == "home" and file.fields), None)
    return Import(home, notes, pieces, (), texts, copied, tuple(problems))


def _safe(file: File) -> File:
    """Anybody may write a file that says that it is an export: what is active in it is sanitised."""
    harmless = not is_active(file.body) or file.fields.get("html") in ("safe", "escaped")
    return file if harmless else file._replace(fields={**file.fields, "html": "safe"})


def _imported(file: File, config: Config) -> Imported:
    front = frontmatter.parse(file.path, file.text).front
    return Imported(
        line=file.line,
        end_line=file.end_line,
        path=file.path,
        area=file.area or None,
        level=front.level,
        group=front.group,
        title=front.title or "",
        kind=front.kind or kind_of(front.title or "", parse_options(config).kinds),
        link=front.link,
        time=front.time,
        estimate=front.estimate,
        date=front.date,
        status=front.status,
    )
