"""The files of an import: the document read, what is new written, what differs reported."""

from __future__ import annotations

import codecs
import os
import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from notes_site.base import decoding, paths
from notes_site.base.diagnostics import Diagnostic, warning
from notes_site.base.errors import UnusableDocument, UnusablePath
from notes_site.readme.importer import rewrite
from notes_site.readme.importer.rewrite import Local
from notes_site.storage import confined
from notes_site.storage.files import is_within, write_whole
from notes_site.storage.scan import refused, scan

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_MOST = 1_000_000_000  # bytes of all files that are taken along: they are held until they are written


class Written(NamedTuple):
    """What became of the files, by path in the content folder: `kept` ones differ and were not touched."""

    new: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    replaced: tuple[str, ...]


def read(path: Path) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return a document's text with LF line ends. UTF-16 with its mark is read; other bytes as Windows-1252.

    Raises:
        UnusableDocument: it is too large or no text.
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    decoded = decoding.decode(path.name, data)
    if decoded.problem is None:
        return decoded.text, ()
    wide = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    if len(data) > decoding.LIMIT or (b"\0" in data and not wide):
        raise UnusableDocument(decoded.problem)
    encoding = wide or "cp1252"
    try:
        again = decoding.decode(path.name, data.decode(encoding).encode())
    except UnicodeError:
        encoding = "latin-1"
        again = decoding.decode(path.name, data.decode(encoding).encode())
    if again.problem or (wide and "\0" in again.text):
        raise UnusableDocument(again.problem or decoded.problem)
    message = f"the file is no UTF-8: read as {encoding}"
    return again.text, (warning(path.name, "import-encoding", message, hint="look at letters with accents"),)


class Beside:
    """The files that a document names: `files` has the bytes of those that were found, by place in the content folder.

    One that is in the content folder already stays where it is. Notes are not taken along: they would be pages.
    """

    def __init__(self, document: Path, into: Path) -> None:
        folder = os.path.realpath(document.parent)
        self._root, self._into = confined.root_of(Path(folder)), os.path.realpath(into)
        self._name = Path(folder, document.name).relative_to(self._root).as_posix()
        self.files: dict[str, bytes] = {}
        self._answers: dict[str, Local] = {}
        self._places: dict[str, str] = {}  # by collision key: the file that is to lie there
        self._room = _MOST

    def local(self, path: str) -> Local:
        """Return where a file beside the document goes in the content folder."""
        if path not in self._answers:
            try:
                self._answers[path] = Local(self._place(path))
            except UnusablePath as refused:
                self._answers[path] = Local(None, refused.why)
        return self._answers[path]

    def _place(self, path: str) -> str | None:
        if paths.is_note(path):
            return None
        root, name = self._root, paths.below(path, self._name)
        if name is None:  # the content folder need not lie within the document's
            root, name = self._into, os.path.join(self._root, posixpath.dirname(self._name), path)
            name = os.path.relpath(os.path.normpath(name), root).replace(os.sep, "/")
            if paths.below(name, "") is None:
                raise UnusablePath("outside")
        real = confined.find(root, name)
        if is_within(real, self._into):
            if not os.path.isfile(real):
                raise UnusablePath("gone")
            return os.path.relpath(real, self._into).replace(os.sep, "/")
        data = confined.read(root, name, min(self._room, confined.LARGEST))
        place = self._free(rewrite.beside(posixpath.relpath(name, posixpath.dirname(self._name) or ".")), real)
        self._room -= 0 if place in self.files else len(data)
        self.files[place] = data
        return place

    def _free(self, place: str, real: str) -> str:
        """Return a place that no other file has: `a.png`, `a-2.png`."""
        start, end = posixpath.splitext(place)
        number = 1
        while self._places.setdefault(paths.collision_key(place), real) != real:
            number += 1
            place = f"{start}-{number}{end}"
        return place


def notes_in(into: Path) -> dict[str, bytes]:
    """Return the notes of a content folder by path, those that the site would see and that are not too large."""
    found = {}
    for path, stat in scan(into, into.name).files.items():
        if paths.is_note(path) and stat.size <= decoding.LIMIT:
            found[path] = (into / path).read_bytes()
    return found


def check_places(into: Path, files: Iterable[str]) -> None:
    """Refuse to write what would come to lie outside of the content folder.

    Raises:
        UnusableDocument: a symbolic link in the content folder leads out of it.
    """
    root = os.path.realpath(into)
    for path in sorted(files):
        if not is_within(os.path.realpath(os.path.join(root, path)), root):
            raise UnusableDocument(refused(f"{into.name}/{path}", "outside"))


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
    """Write a file whole or not at all, with its folders; where a link is in its place, the file that it leads to."""
    write_whole(Path(os.path.realpath(target)), data)
