"""What is known of HTML's elements: which there are, which hold others, and where the end of one is looked for.

The sets are those of the parsing rules of browsers (HTML, section 13.2), for the body of a page.
"""

from __future__ import annotations

from notes_site.content.markdown.tags import RAW_TEXT

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
