"""Raw HTML cut into its pieces, as browsers cut it (HTML, section 13.2.5). What they would drop is told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

RAW_TEXT = frozenset({"iframe", "noembed", "noframes", "script", "style", "textarea", "xmp"})
"""Elements whose content is no HTML: it goes on to the end tag, whatever stands in it."""

Kind = Literal["text", "comment", "start", "end", "alien"]

_TAG = re.compile(
    r"""</?(?P<name>[a-zA-Z][^\t\n\f />]*+)
    (?P<attributes>(?:[\t\n\f /]+|[^\t\n\f />][^\t\n\f />=]*+
        (?>[\t\n\f ]*+=[\t\n\f ]*+(?:"[^"]*"|'[^']*'|[^\t\n\f "'>][^\t\n\f >]*+|(?=>))|(?![\t\n\f ]*+=)))*+)>""",
    re.VERBOSE,
)
ATTRIBUTE = re.compile(
    r"""([\t\n\f /]*)([^\t\n\f />][^\t\n\f />=]*)
    (?:[\t\n\f ]*=[\t\n\f ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f "'>][^\t\n\f >]*)|\Z))?""",
    re.VERBOSE,
)
"""An attribute: what stands before it, its name, and its value in double quotes, single quotes or none."""
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
_ALIEN = re.compile(r"<(?:\?.*?\?>|!\[CDATA\[.*?\]\]>|![^>]*>)", re.DOTALL)
_SCRIPT = re.compile(r"<!--|-->|<(/?)script(?=[\t\n\f />])", re.IGNORECASE | re.ASCII)


class Piece(NamedTuple):
    """A piece of raw HTML. `alien`: what browsers drop: instructions, declarations, a tag or comment without an end.

    For tags: the name in small letters and the attributes as written, where these begin, and where the tag ends. The
    start tag of an element without HTML in it goes on to the end of the element, if there is one.
    """

    kind: Kind
    start: int
    end: int
    name: str = ""
    attributes: str = ""
    inside: int = 0
    tag_end: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether it is an element with all its content."""
        return 0 < self.tag_end < self.end

    @property
    def closes_itself(self) -> bool:
        """Whether the tag ends with a slash, which is no part of an attribute's value."""
        if not self.attributes.endswith("/"):
            return False
        ends = [found.end() for found in ATTRIBUTE.finditer(self.attributes)]
        return not ends or ends[-1] < len(self.attributes)


def pieces(html: str) -> Iterator[Piece]:
    """Yield the pieces, in order and without gaps."""
    at = 0
    endless = set[str]()  # elements that have no end from here on: one search is enough
    while (start := html.find("<", at)) >= 0:
        piece = _markup(html, start, endless) or Piece("text", start, start + 1)
        if start > at:
            yield Piece("text", at, start)
        yield piece
        at = piece.end
    if at < len(html):
        yield Piece("text", at, len(html))


def _markup(html: str, start: int, endless: set[str]) -> Piece | None:
    """Return what begins at a `<`; None when it is a lone one."""
    if html.startswith(("<!", "<?"), start):
        comment = html.startswith("<!--", start)
        found = (_COMMENT if comment else _ALIEN).match(html, start)
        return Piece("comment" if comment and found else "alien", start, found.end() if found else len(html))
    tag = _TAG.match(html, start)
    if tag is None:
        letter = html[start + 1 + html.startswith("</", start) :][:1]
        return Piece("alien", start, len(html)) if letter.isascii() and letter.isalpha() else None
    name, end = tag["name"].lower(), tag.end()
    place = (name, tag["attributes"], tag.start("attributes"), end)
    if html.startswith("</", start):
        return Piece("end", start, end, *place)
    last = end
    if name in RAW_TEXT and name not in endless and (last := _element_end(html, name, end)) == end:
        endless.add(name)
    return Piece("start", start, last, *place)


def _element_end(html: str, name: str, start: int) -> int:
    """Return where an element ends whose content is no HTML; without an end tag: where its start tag does."""
    close = re.compile(rf"</{name}(?=[\t\n\f />])", re.IGNORECASE | re.ASCII)
    at = _script_end(html, start) if name == "script" else found.start() if (found := close.search(html, start)) else -1
    tag = _TAG.match(html, at) if at >= 0 else None
    return tag.end() if tag else start


def _script_end(html: str, start: int) -> int:
    """Return where the end tag of a script stands, -1 for nowhere. In a comment, `<script>` needs an end of its own."""
    escaped = inner = False
    for found in _SCRIPT.finditer(html, start):
        if found[0] == "<!--":
            escaped = True
        elif found[0] == "-->":
            escaped = inner = False
        elif not found[1]:
            inner = escaped
        elif not inner:
            return found.start()
        else:
            inner = False
    return -1
