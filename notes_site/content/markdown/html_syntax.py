"""The syntax of HTML: its elements, and a text cut into tags as browsers do it.

Which elements there are, which hold others and where the end of one is looked for are those of the parsing rules
(HTML, section 13.2.6) for the body of a page; the pieces are those of section 13.2.5, what browsers drop told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

RAW_TEXT = frozenset({"iframe", "noembed", "noframes", "script", "style", "textarea", "xmp"})
"""Elements whose content is no HTML: it goes on to the end tag, whatever stands in it."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
VOID = frozenset(
    {
        "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img", "input", "keygen",
        "link", "meta", "param", "source", "track", "wbr",
    }
)  # fmt: skip
"""They have no content and no end tag."""

EMPTY_BARE = VOID - {"br", "col", "hr", "wbr"}
"""Void elements that show nothing without any attribute, or not what was meant."""

NEVER = frozenset({"body", "frame", "frameset", "head", "html", "plaintext", "title"})
"""They do nothing in the body of a page, or swallow all of it."""

ONE_BLOCK = RAW_TEXT | {"noscript", "select", "template"}
"""They hide what is no part of them, Markdown's blocks too."""

UNSEEN_WORDS = ONE_BLOCK | {"audio", "canvas", "datalist", "dialog", "object", "svg", "video"}
"""Text that stands directly in them does not show."""

FOREIGN = frozenset({"math", "svg"})
"""Other languages, with elements of their own."""

INTEGRATION = frozenset({"annotation-xml", "desc", "foreignobject", "mi", "mn", "mo", "ms", "mtext", "title"})
"""Foreign elements that hold HTML."""

ENDS_FOREIGN = HEADINGS | {
    "b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "embed", "head", "hr", "i",
    "img", "li", "listing", "menu", "meta", "nobr", "ol", "p", "pre", "ruby", "s", "small", "span", "strong", "strike",
    "sub", "sup", "table", "tt", "u", "ul", "var",
}  # fmt: skip
"""HTML that ends foreign elements where it begins."""

SCOPES = ONE_BLOCK | {"applet", "caption", "marquee", "object", "table", "td", "th"}
"""An end tag within them closes nothing outside."""

TABLE_LEVELS = {
    "table": 0, "caption": 1, "colgroup": 1, "tbody": 1, "tfoot": 1, "thead": 1, "col": 2, "tr": 2, "td": 3, "th": 3,
}  # fmt: skip
"""The parts of a table; each ends those of its own level and below."""

P_SCOPES = SCOPES | {"button"}
TABLE_SCOPES = SCOPES - set(TABLE_LEVELS)
"""The same for paragraphs, and for the parts of a table."""

LISTS = frozenset({"dir", "menu", "ol", "ul"})
PARENTS = {
    "dd": frozenset({"dl"}),
    "dt": frozenset({"dl"}),
    "li": LISTS,
    "optgroup": frozenset({"select"}),
    "option": frozenset({"datalist", "optgroup", "select"}),
    **dict.fromkeys(("rb", "rp", "rt", "rtc"), frozenset({"ruby"})),
    **dict.fromkeys(set(TABLE_LEVELS) - {"table"}, frozenset({"table"})),
}
"""Elements that need no end tag, in those that hold them."""
END_OPTIONAL = {"p", *PARENTS}

ENDS_P = HEADINGS | LISTS | {
    "address", "article", "aside", "blockquote", "center", "details", "dialog", "div", "dl", "fieldset", "figcaption",
    "figure", "footer", "form", "header", "hgroup", "hr", "listing", "main", "nav", "p", "pre", "search", "section",
    "summary", "table", "xmp",
}  # fmt: skip
"""A paragraph ends where they begin."""

ENDS = {"button": "button", **dict.fromkeys(("input", "keygen", "select", "textarea"), "select")}
"""What ends where another begins."""

SPECIAL = ENDS_P | SCOPES | VOID | NEVER | ONE_BLOCK | set(TABLE_LEVELS) | {"button", "dd", "dt", "li"}
"""Their end tags close all that is open in them; those of the others stop at one of these."""

ITEM_SCOPES = SPECIAL - {"address", "div", "p"}
"""An item of a list within them ends none outside."""

KNOWN = SPECIAL | UNSEEN_WORDS | FOREIGN | set(PARENTS) | {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "label", "legend", "map", "mark", "meter", "nobr", "output", "picture", "progress", "q", "ruby", "s",
    "samp", "slot", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
}  # fmt: skip

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


class HtmlPiece(NamedTuple):
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


def pieces(html: str) -> Iterator[HtmlPiece]:
    """Yield the pieces, in order and without gaps."""
    at = 0
    endless = set[str]()  # elements that have no end from here on: one search is enough
    while (start := html.find("<", at)) >= 0:
        piece = _markup(html, start, endless) or HtmlPiece("text", start, start + 1)
        if start > at:
            yield HtmlPiece("text", at, start)
        yield piece
        at = piece.end
    if at < len(html):
        yield HtmlPiece("text", at, len(html))


def _markup(html: str, start: int, endless: set[str]) -> HtmlPiece | None:
    """Return what begins at a `<`; None when it is a lone one."""
    if html.startswith(("<!", "<?"), start):
        comment = html.startswith("<!--", start)
        found = (_COMMENT if comment else _ALIEN).match(html, start)
        return HtmlPiece("comment" if comment and found else "alien", start, found.end() if found else len(html))
    tag = _TAG.match(html, start)
    if tag is None:
        letter = html[start + 1 + html.startswith("</", start) :][:1]
        return HtmlPiece("alien", start, len(html)) if letter.isascii() and letter.isalpha() else None
    name, end = tag["name"].lower(), tag.end()
    place = (name, tag["attributes"], tag.start("attributes"), end)
    if html.startswith("</", start):
        return HtmlPiece("end", start, end, *place)
    last = end
    if name in RAW_TEXT and name not in endless and (last := _element_end(html, name, end)) == end:
        endless.add(name)
    return HtmlPiece("start", start, last, *place)


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
