"""The files of an import: the document read, what is new written, what differs reported."""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from notes_site import paths, text
from notes_site.diagnostics import Diagnostic, warning
from notes_site.files import scan
from notes_site.importers import rewrite

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


class Unreadable(Exception):
    """A document that cannot be read as text; `problem` says why."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Written(NamedTuple):
    """What became of the files, by path in the content folder: `kept` ones differ and were not touched."""

    new: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    replaced: tuple[str, ...]


def read(path: Path) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return a document's text with LF line ends. UTF-16 with its mark is read; other bytes as Windows-1252.

    Raises:
        Unreadable: it is too large or no text.
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    decoded = text.decode(path.name, data)
    if decoded.problem is None:
        return decoded.text, ()
    wide = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    if len(data) > text.LIMIT or (b"\0" in data and not wide):
        raise Unreadable(decoded.problem)
    encoding = wide or "cp1252"
    try:
        again = text.decode(path.name, data.decode(encoding).encode())
    except UnicodeError:
        encoding = "latin-1"
        again = text.decode(path.name, data.decode(encoding).encode())
    if again.problem or (wide and "\0" in again.text):
        raise Unreadable(again.problem or decoded.problem)
    message = f"the file is no UTF-8: read as {encoding}"
    return again.text, (warning(path.name, "import-encoding", message, hint="look at letters with accents"),)


def finder(document: Path, into: Path) -> Callable[[str], str | None]:
    """Return the function that tells where a file beside the document goes in the content folder.

    A file that is in the content folder already stays where it is. Notes are not taken along: they would be pages.
    """

    def local(path: str) -> str | None:
        source = document.parent / path
        try:
            if not source.is_file() or path.lower().endswith((".md", ".markdown")):
                return None
            real, root = source.resolve(), into.resolve()
        except (OSError, ValueError):
            return None
        return real.relative_to(root).as_posix() if real.is_relative_to(root) else rewrite.beside(path)

    return local


def notes_in(into: Path) -> dict[str, bytes]:
    """Return the notes of a content folder by path, those that the site would see and that are not too large."""
    found = {}
    for path, stat in scan(into, into.name).files.items():
        if paths.is_note(path) and stat.size <= text.LIMIT:
            found[path] = (into / path).read_bytes()
    return found


def state(into: Path, path: str, data: bytes) -> str:
    """Return `new`, `unchanged` or `kept`: how a file in the content folder compares with these bytes."""
    target = into / path
    if not target.exists():
        return "new"
    return "unchanged" if target.is_file() and target.read_bytes() == data else "kept"


def write(into: Path, files: dict[str, bytes], *, force: bool) -> Written:
    """Write every file that is not there; one that differs only with `force`. Each appears whole or not at all."""
    found: dict[str, list[str]] = {"new": [], "unchanged": [], "kept": [], "replaced": []}
    for path, data in sorted(files.items()):
        what = state(into, path, data)
        if what == "kept" and force and (into / path).is_file():
            what = "replaced"
        if what in ("new", "replaced"):
            put(into / path, data)
        found[what].append(path)
    return Written(*(tuple(found[name]) for name in Written._fields))


def put(target: Path, data: bytes) -> None:
    """Write a file whole or not at all, with its folders."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, staged = tempfile.mkstemp(dir=target.parent, prefix=".import-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.chmod(staged, 0o666 & ~_umask())
        os.replace(staged, target)
    except BaseException:
        Path(staged).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
