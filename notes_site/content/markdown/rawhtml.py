"""Raw HTML in a note: its links become slots, its ids too, and what would run or swallow the page is taken out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import NamedTuple

from notes_site.content.markdown.nesting import Fix
from notes_site.content.markdown.tags import ATTRIBUTE, Piece, pieces

_REF_TAGS = {
    "src": frozenset({"audio", "embed", "iframe", "img", "input", "script", "source", "track", "video"}),
    "href": frozenset({"a", "area", "link"}),
    "data": frozenset({"object"}),
}
_SRCSET_TAGS = frozenset({"img", "source"})
_CANDIDATE = re.compile(r"[\s,]*+(\S*[^\s,])(?:\s++([^,]*))?(?:,|$)")  # of a `srcset`: a URL, and its width or density
_URL_NAMES = frozenset(
    {
        "action", "background", "cite", "classid", "codebase", "data", "formaction", "from", "href", "longdesc",
        "manifest", "ping", "poster", "src", "srcset", "to", "values", "xlink:href",
    }
)  # fmt: skip
_ID_NAMES = frozenset(
    {
        "aria-activedescendant", "aria-controls", "aria-describedby", "aria-details", "aria-labelledby", "aria-owns",
        "for", "form", "headers", "list",
    }
)  # fmt: skip

_CONTROLS = re.compile(r"[\x00-\x20]+")
_DANGEROUS = re.compile(r"(?:javascript|vbscript|data|file):", re.IGNORECASE)
_GOOD_DATA = re.compile(r"data:image/(?:png|gif|jpeg|webp)[;,]", re.IGNORECASE)


def is_unsafe(url: str, *, image: bool = False) -> bool:
    """Tell whether a URL must not become a link: script, data (but for plain images), the reader's own files.

    Browsers ignore control characters and spaces in front of the scheme, tabs and newlines in it.
    """
    compact = _CONTROLS.sub("", url)
    return _DANGEROUS.match(compact) is not None and not (image and _GOOD_DATA.match(compact) is not None)


Fixes = Mapping[int, Fix]
"""What becomes of tags, by where they begin."""


def visible_text(html: str, fixes: Fixes) -> str:
    """Return the text that a reader sees of a block of raw HTML, on one line."""
    parts = []
    for piece in pieces(html):
        fix = fixes.get(piece.start)
        shown = piece.kind == "text" or (fix is not None and not fix.closed)
        parts.append(html[piece.start : piece.end] if shown else " ")
        parts.append(_shown(html, piece) + " " if piece.is_whole else "")
    return " ".join(unescape("".join(parts)).split())


def _shown(html: str, piece: Piece) -> str:
    """Return the text that a whole element shows whose content is no HTML."""
    if piece.name not in ("textarea", "xmp") or not piece.is_whole:
        return ""
    return html[piece.tag_end : piece.end].rpartition("</")[0]


class Page(NamedTuple):
    """What the rewriting of tags asks of the page. All `at` are offsets in the raw HTML."""

    ref: Callable[[str, int, int], int]  # target, start, end -> number of its slot
    claim: Callable[[str, int], None]  # an id, at
    warn: Callable[[str, str, str, int, int], None]  # code, message, hint, at, length
    keeps: Callable[[str, list[str], int], bool]  # name and attribute names of a tag, at


def rewrite(html: str, page: Page, fixes: Fixes) -> str:
    """Return the HTML with slots, and with `fixes` for tags that do not stay what they are."""
    out: list[str] = []
    for piece in pieces(html):
        text = html[piece.start : piece.end]
        fix = fixes.get(piece.start)
        if fix is not None and not fix.closed:
            if fix.message:
                page.warn("unclosed-html", fix.message, fix.hint, piece.start, len(text.split("\n")[0]))
            text = escape(text, quote=False)
        elif piece.kind == "text":
            text = text.replace("<", "&lt;")
        elif piece.kind == "start":
            changed = _tag(html, piece, page)
            inside = html[piece.tag_end : piece.end] if changed else escape(unescape(_shown(html, piece)), quote=False)
            text = changed + inside
            if fix is not None and changed:
                text += f"</{piece.name}>"
        out.append(text)
    return "".join(out)


def _tag(html: str, piece: Piece, page: Page) -> str:
    """Return the start tag with slots for its links and ids; '' when it does not stay."""
    name, attributes = piece.name, piece.attributes
    items = list(ATTRIBUTE.finditer(attributes)) if attributes else []
    if not page.keeps(name, [item[2].lower() for item in items], piece.start):
        return ""
    parts = [html[piece.start : piece.inside]]
    last = 0
    for item in items:
        changed = _attribute(name, item, piece.inside, page)
        if changed is not None:
            parts += (attributes[last : item.start()], changed)
            last = item.end()
    parts += (attributes[last:], ">")
    return "".join(parts)


def _attribute(tag: str, item: re.Match[str], base: int, page: Page) -> str | None:
    """Return what stands for an attribute; None for itself."""
    key = item[2].lower()
    group = 3 if item[3] is not None else 4 if item[4] is not None else 5
    if item[group] is None:
        return None
    value, at = unescape(item[group]).strip(), base + item.start(group)
    if "\0" in value:
        value = value.replace("\0", "\ufffd")
    if key == "srcset" and tag in _SRCSET_TAGS:
        slot = _srcset(item[group], at, page)
        return item[1].rstrip(" ") + slot if slot else item[1]
    if key in _URL_NAMES and _is_refused(value, key, tag, (at, base + item.end(group)), page):
        return item[1]
    if tag in _REF_TAGS.get(key, ()) or key == "poster":
        number = page.ref(value, at, base + item.end(group))
        return f"{item[1].rstrip(' ')}\0r{number}\t{key}\0"
    if key == "id" or (key == "name" and tag == "a"):
        if not value:
            return None
        page.claim(value, at)
    changed = prefixed(tag, key, _quoted(value))
    return None if changed is None else f'{item[1] or " "}{key}="{changed}"'


def prefixed(tag: str, key: str, value: str) -> str | None:
    """Return an attribute's value, as it stands between double quotes, with the slot of the id prefix before each id
    in it; None when it names none.
    """
    if key == "id" or (key == "name" and tag == "a"):
        return f"\0p\0{value}"
    if key in _ID_NAMES:
        return " ".join(f"\0p\0{name}" for name in value.split())
    if key in ("href", "xlink:href", "usemap") and value.startswith("#"):
        return f"#\0p\0{value[1:]}"
    return value.replace("url(#", "url(#\0p\0") if "url(#" in value else None


def _is_refused(url: str, key: str, tag: str, span: tuple[int, int], page: Page) -> bool:
    """Tell whether a URL is not let through, after a warning."""
    if not is_unsafe(url, image=tag in ("img", "source", "image")):
        return False
    message = f"`{url[:300]}` is not let through in `{key}`"
    page.warn("unsafe-link", message, "link to a page or a file", span[0], span[1] - span[0])
    return True


def _srcset(value: str, at: int, page: Page) -> str:
    """Return the slot of a list of images, each with the width or density for which it is (HTML, section 4.8.4.2.1)."""
    numbers, behind = [], []
    place = 0
    while found := _CANDIDATE.match(value, place):
        place = found.end()
        url, span = unescape(found[1]).replace("\0", "\ufffd"), (at + found.start(1), at + found.end(1))
        if not _is_refused(url, "srcset", "img", span, page):
            numbers.append(str(page.ref(url, *span)))
            behind.append(_quoted(" ".join(unescape(found[2] or "").replace("\0", "\ufffd").split())))
    return "\0r{}\tsrcset\t{}\0".format(" ".join(numbers), "\t".join(behind)) if numbers else ""


def _quoted(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
