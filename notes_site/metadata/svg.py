"""SVG: what no browser draws. Elements and attributes of editors, `<metadata>`, comments, instructions."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator
from xml.parsers import expat

from notes_site.base.errors import DamagedFile
from notes_site.metadata.edits import ByteSource, Edit

_LARGEST = 50_000_000  # bytes
_SVG = "http://www.w3.org/2000/svg"
_DRAWN = frozenset({"", _SVG, "http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"})
_READ = frozenset({
    "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/",
    "http://www.w3.org/2001/xml-events",
})  # fmt: skip
"""Namespaces of attributes that mean something."""
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_IMAGE = re.compile(rb"[\"']\s*data:image/[a-z+-]+;base64,([^\"']+)")
_BREAK = re.compile(rb"\s|&#(?:10|13|9|x[aAdD]);|%0[aAdD]")
_NAME = re.compile(rb"<[^\s/>]+")


def clean(source: ByteSource, of_image: Callable[[bytes], bytes]) -> Iterator[Edit]:
    """Yield what takes out all that is not drawn. `of_image` cleans an image that stands in it.

    Raises:
        DamagedFile: this is no SVG that can be read.
    """
    if source.size > _LARGEST:
        raise DamagedFile
    reader = _Reader(source.exactly(0, source.size), of_image)
    yield from reader.edits


class _Reader:
    """Collects `edits` while the document is read."""

    def __init__(self, data: bytes, of_image: Callable[[bytes], bytes]) -> None:
        self.edits: list[Edit] = []
        self._data, self._of_image = data, of_image
        self._spaces: dict[str, list[str]] = defaultdict(list)
        self._depth = 0
        self._gone: tuple[int, int, int] | None = None  # depth, beginning and, of an empty one, end of what goes
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartNamespaceDeclHandler = lambda prefix, uri: self._spaces[prefix or ""].append(uri or "")
        parser.EndNamespaceDeclHandler = lambda prefix: self._spaces[prefix or ""].pop()
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CommentHandler = lambda text: self._drop(b"-->")
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartDoctypeDeclHandler = lambda *_: self._within_doctype(True)
        parser.EndDoctypeDeclHandler = lambda: self._within_doctype(False)
        self._doctype = False
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError, ValueError) as exc:
            raise DamagedFile from exc

    def _instruction(self, name: str, text: str) -> None:
        if name != "xml-stylesheet":
            self._drop(b"?>")

    def _within_doctype(self, inside: bool) -> None:
        self._doctype = inside

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        at = self._parser.CurrentByteIndex
        if self._gone or self._data[at : at + 1] != b"<":  # within what goes; or an entity made it
            return
        if self._depth == 1 and name != f"{_SVG} svg":
            raise DamagedFile
        tag = list(self._attributes(at))
        if name.rpartition(" ")[0] not in _DRAWN or name == f"{_SVG} metadata":
            self._gone = self._depth, at, self._end_of_empty(at, tag)
            return
        for attribute in tag:
            edit = self._image(attribute) if self._is_read(attribute[1].decode()) else Edit(*attribute.span())
            self.edits += [edit] if edit else []

    def _image(self, attribute: re.Match[bytes]) -> Edit | None:
        """What cleans an image that stands in an attribute."""
        found = _IMAGE.search(self._data, *attribute.span())
        if not found:
            return None
        try:
            old = b64decode(_BREAK.sub(b"", found[1]))
        except ValueError:
            return None
        new = self._of_image(old)
        return Edit(*found.span(1), b64encode(new)) if new != old else None

    def _attributes(self, at: int) -> Iterator[re.Match[bytes]]:
        name = _NAME.match(self._data, at)
        end = name.end() if name else at
        while match := _ATTRIBUTE.match(self._data, end):
            yield match
            end = match.end()

    def _end_of_empty(self, at: int, tag: list[re.Match[bytes]]) -> int:
        """Where a tag ends that is an element of its own, 0 for others."""
        end = self._data.index(b">", tag[-1].end() if tag else at) + 1
        return end if self._data[end - 2 : end] == b"/>" else 0

    def _is_read(self, name: str) -> bool:
        prefix, colon, _ = name.partition(":")
        known = (self._spaces[prefix][-1:] or [""])[0]
        return not colon or prefix in ("xml", "xmlns") or known in _READ

    def _close(self, name: str) -> None:
        depth, start, end = self._gone or (0, 0, 0)
        if depth == self._depth:
            end = end or self._data.index(b">", self._parser.CurrentByteIndex) + 1
            self.edits.append(Edit(start, end))
            self._gone = None
        self._depth -= 1

    def _drop(self, end: bytes) -> None:
        at = self._parser.CurrentByteIndex
        if not self._gone and not self._doctype and self._data[at : at + 1] == b"<":
            self.edits.append(Edit(at, self._data.index(end, at) + len(end)))
