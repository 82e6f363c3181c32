"""SVG: what no browser draws. Elements and attributes of editors, `<metadata>`, comments, instructions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from xml.parsers import expat

from notes_site.metadata.edits import Damaged, Edit, Source

_LARGEST = 50_000_000  # bytes
_SVG = "http://www.w3.org/2000/svg"
_DRAWN = frozenset({"", _SVG, "http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"})
_READ = frozenset({
    "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/",
    "http://www.w3.org/2001/xml-events",
})  # fmt: skip
"""Namespaces of attributes that mean something."""
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_NAME = re.compile(rb"<[^\s/>]+")


def clean(source: Source) -> Iterator[Edit]:
    """Yield what takes out all that is not drawn.

    Raises:
        Damaged: this is no SVG that can be read.
    """
    if source.size > _LARGEST:
        raise Damaged
    reader = _Reader(source.exactly(0, source.size))
    yield from reader.edits


class _Reader:
    """Collects `edits` while the document is read."""

    def __init__(self, data: bytes) -> None:
        self.edits: list[Edit] = []
        self._data = data
        self._spaces: dict[str, list[str]] = defaultdict(list)
        self._depth, self._gone_at, self._gone_from = 0, 0, 0
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
        except expat.ExpatError as exc:
            raise Damaged from exc

    def _instruction(self, name: str, text: str) -> None:
        if name != "xml-stylesheet":
            self._drop(b"?>")

    def _within_doctype(self, inside: bool) -> None:
        self._doctype = inside

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        at = self._parser.CurrentByteIndex
        if self._gone_at or self._data[at : at + 1] != b"<":  # within what goes; or an entity made it
            return
        space = name.rpartition(" ")[0]
        if self._depth == 1 and name != f"{_SVG} svg":
            raise Damaged
        if space not in _DRAWN or name == f"{_SVG} metadata":
            self._gone_at, self._gone_from = self._depth, at
            return
        if any(" " in attribute for attribute in attributes):
            for match in self._attributes(at):
                prefix, colon, _ = match[1].decode().partition(":")
                known = self._spaces[prefix][-1:] or [""]
                if colon and prefix not in ("xml", "xmlns") and known[0] not in _READ:
                    self.edits.append(Edit(*match.span()))

    def _attributes(self, at: int) -> Iterator[re.Match[bytes]]:
        name = _NAME.match(self._data, at)
        end = name.end() if name else at
        while match := _ATTRIBUTE.match(self._data, end):
            yield match
            end = match.end()

    def _close(self, name: str) -> None:
        if self._gone_at == self._depth:
            at = self._parser.CurrentByteIndex
            if self._data[at : at + 2] != b"</":
                at = max((match.end() for match in self._attributes(at)), default=at)
            end = self._data.index(b">", at) + 1
            self.edits.append(Edit(self._gone_from, end))
            self._gone_at = 0
        self._depth -= 1

    def _drop(self, end: bytes) -> None:
        at = self._parser.CurrentByteIndex
        if not self._gone_at and not self._doctype and self._data[at : at + 1] == b"<":
            self.edits.append(Edit(at, self._data.index(end, at) + len(end)))
