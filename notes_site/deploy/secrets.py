"""The last look at what is published: the extra `leaks` reads the built pages and files before they are sent."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from html import unescape
from pathlib import Path

from notes_site.base.diagnostics import Diagnostic, visible
from notes_site.base.errors import DeployError
from notes_site.secrets import kingfisher
from notes_site.secrets.files import LARGEST, as_text, is_media

_COLOURS = re.compile(r"</?(?:span|mark|wbr|b|i|em|strong)\b[^>]*>")


def refuse(output: Path, paths: Iterable[str], allow: Collection[str]) -> None:
    """Let only files pass in which the extra, if it is installed, finds no secret. `allow`: fingerprints of what is
    none.

    Raises:
        DeployError: there is one; our own rules have done their work when the site was built.
    """
    if not kingfisher.is_there():
        return
    pages_first = sorted(paths, key=lambda path: not path.endswith(".html"))
    by_secret: dict[str, Diagnostic] = {}
    for d in kingfisher.added((), _texts(output, pages_first), allow):
        by_secret.setdefault(d.hint, d)  # what a page has, the feed and the search have too
    found = [*by_secret.values()]
    if found:
        shown = "; ".join(f"{visible(d.path)}: {d.message}: {d.hint}" for d in found[:3])
        more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
        raise DeployError(f"{output} holds secrets, which `notes-site check` shows: {shown}{more}")


def _texts(output: Path, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        file = output / path
        if not is_media(path) and file.stat().st_size <= LARGEST:
            text = as_text(file.read_bytes())
            yield path, unescape(_COLOURS.sub("", text)) if path.endswith(".html") else text
