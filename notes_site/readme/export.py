"""`notes-site export readme`: read the notes, write one README. What somebody else wrote is never overwritten."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from notes_site.base.decoding import decode
from notes_site.base.diagnostics import Diagnostic
from notes_site.base.errors import CannotWrite
from notes_site.build.compose import Composed, compose
from notes_site.config import project
from notes_site.content import frontmatter
from notes_site.readme.exporter import document, signature
from notes_site.readme.exporter.document import Folders
from notes_site.storage.cache import Cache
from notes_site.storage.files import write_whole


class Exported(NamedTuple):
    """The README, '' when errors forbid it, and the errors of the notes."""

    text: str
    errors: tuple[Diagnostic, ...]


def export(target: project.Project, folder: Path) -> Exported:
    """Return the README of a project, as it must be to lie in `folder`. Drafts are left out."""
    with closing(Cache(target.state)) as cache:
        composed = compose(target, cache)
        cache.commit()
    errors = tuple(d for d in composed.diagnostics if d.severity == "error")
    return Exported("" if errors else _written(composed, folder), errors)


def _written(composed: Composed, folder: Path) -> str:
    inputs, roots = composed.loaded.inputs, composed.loaded.roots
    sources = {}
    for note in composed.site.published():
        text = decode(note.path, inputs.read("content", note.path)).text
        sources[note.path] = frontmatter.parse(note.path, text)
    folders = Folders(*(_seen_from(folder, roots.get(layer, roots["content"])) for layer in ("content", "static")))
    return document.write(composed.site, composed.plan.links, sources, folders)


def _seen_from(folder: Path, root: str) -> str:
    """Return the way from the README to a folder, with `/` at its end."""
    relative = os.path.relpath(root, folder).replace(os.sep, "/")
    return "" if relative == "." else f"{relative}/"


def save(path: Path, text: str, content: Path, *, force: bool) -> bool:
    """Write the README; one line of ours in front tells it from others. Returns False when it was as it is.

    Raises:
        CannotWrite: the file is not ours, or was changed by hand, and `force` is off; or it would become a note.
        OSError: it could not be written.
    """
    real = Path(os.path.realpath(path))
    if Path(os.path.realpath(content)) in real.parents:
        raise CannotWrite(f"{path} lies in {content}, where it would be a note; choose another place")
    if path.exists():
        before = path.read_text(encoding="utf-8", errors="replace")
        if before == text:
            return False
        if not force and not signature.is_unchanged(before):
            why = "was changed by hand" if signature.is_signed(before) else "is not of notes-site's making"
            raise CannotWrite(f"{path} {why}; --force replaces it")
    write_whole(path, text.encode())
    return True
