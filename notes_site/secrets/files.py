"""Whole files: what is private by its name, what is in it, and what cannot be looked through."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from notes_site.base.diagnostics import Diagnostic, note, warning
from notes_site.secrets.finding import find
from notes_site.secrets.messages import check, fingerprint, hide
from notes_site.secrets.names import private
from notes_site.secrets.reading import LARGEST, as_text, is_archive, is_media


def check_file(path: str, data: bytes | None, allow: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return what a file that is published as it is gives away. `path` is relative to the project; `data` is None for
    one of more than `LARGEST` bytes.
    """
    found = check(path, as_text(data), allow) if data is not None and not is_media(path) else ()
    return (*(found or _by_name(path, data, allow)), *_not_looked_through(path, data))


def _by_name(path: str, data: bytes | None, allow: Collection[str]) -> Iterator[Diagnostic]:
    hidden = private(path, data)
    if hidden and (mark := fingerprint(hidden.path)) not in allow:
        hint = f'take it out, or, if all may see it, add "{mark}" to `leaks.allow` in notes-site.toml'
        name = hidden.path.rpartition("/")[2]
        yield warning(hidden.path, "leak", f"`{name}` is private by its name: {hidden.why}", hint=hint)


def _not_looked_through(path: str, data: bytes | None) -> Iterator[Diagnostic]:
    if is_media(path):
        return
    if data is None:
        message = f"the file has more than {LARGEST:,} bytes, and is not looked through for leaks"
        yield note(path, "not-searched", message, hint="see that it holds no secret")
    elif is_archive(data):
        message = "what is packed in this file is not looked through for leaks"
        yield note(path, "not-searched", message, hint="see that it holds no secret")


def check_names(paths: Iterable[str], allow: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return a warning for each secret in the names of files, which are published with them."""
    lines = "\n".join(path.replace("\n", " ") for path in paths)
    found = []
    for leak in find(lines):
        start, end = lines.rfind("\n", 0, leak.start) + 1, lines.find("\n", leak.start)
        line = lines[start : end if end >= 0 else len(lines)]
        mark = fingerprint(lines[leak.start : leak.end])
        if mark not in allow:
            hidden = hide(line, [leak._replace(start=leak.start - start, end=leak.end - start)])
            hint = f'{leak.mend}; if it is no secret, add "{mark}" to `leaks.allow` in notes-site.toml'
            found.append(warning(hidden, "leak", f"the name of this file holds {leak.what}, for all to see", hint=hint))
    return tuple(found)
