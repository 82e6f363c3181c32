"""Raw HTML in a note: its links become slots, its ids too, and what would run or swallow the page is taken out.

`html = "safe"` passes the whole body through nh3, without losing its slots. nh3 would turn a NUL into U+FFFD and sees
no tag in a slot. So each slot becomes the element or attribute that it stands for, and is put back afterwards: what nh3
balances and closes is the real structure. Its number stands in an attribute whose *name* the body does not contain:
values and text may be written as entities, names may not, so no text can become a slot. The id prefix, which stands
within values, is taken out and put back by the rule that put it in.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from itertools import count
from typing import Any, Protocol

from markdown_it.token import Token

from notes_site.base.codes import Code, WarningCode
from notes_site.base.model import HtmlMode, RefKind
from notes_site.content.markdown import comments, parser
from notes_site.content.markdown.html_balance import Fix, Fixes
from notes_site.content.markdown.html_syntax import ATTRIBUTE, HEADINGS, KNOWN, NEVER, HtmlPiece, pieces
from notes_site.content.markdown.source import Source

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


SAFE_TAGS = frozenset(
    {
        "a", "abbr", "acronym", "area", "article", "aside", "audio", "b", "bdi", "bdo", "blockquote", "br",
        "caption", "center", "cite", "code", "col", "colgroup", "data", "dd", "del", "details", "dfn", "div",
        "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hgroup", "hr", "i", "img", "input", "ins", "kbd", "label", "li", "map", "mark", "nav", "ol", "p", "picture",
        "pre", "q", "rp", "rt", "rtc", "ruby", "s", "samp", "section", "small", "source", "span", "strike",
        "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "time", "tr", "track", "tt",
        "u", "ul", "var", "video", "wbr",
    }
)  # fmt: skip
"""The elements that stay with `html = "safe"`."""

_EVERYWHERE = {"class", "dir", "id", "lang", "role", "tabindex", "title"}
_ATTRIBUTES = {
    "a": {"href", "hreflang", "name", "rel"},
    "details": {"open"},
    "img": {"alt", "height", "sizes", "src", "srcset", "width"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "video": {"controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "track": {"default", "kind", "label", "src", "srclang"},
    "input": {"checked", "disabled"},
    "ol": {"reversed", "start", "type"},
    "li": {"value"},
    "th": {"abbr", "colspan", "rowspan", "scope"},
    "td": {"colspan", "headers", "rowspan"},
    "col": {"span"},
    "colgroup": {"span"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "del": {"cite", "datetime"},
    "ins": {"cite", "datetime"},
    "time": {"datetime"},
    "data": {"value"},
}


def is_unsafe(url: str, *, image: bool = False) -> bool:
    """Return whether a URL must not become a link: script, data (but for plain images), the reader's own files.

    Browsers ignore control characters and spaces in front of the scheme, tabs and newlines in it.
    """
    compact = _CONTROLS.sub("", url)
    return _DANGEROUS.match(compact) is not None and not (image and _GOOD_DATA.match(compact) is not None)


def visible_text(html: str, fixes: Fixes) -> str:
    """Return the text that a reader sees of a block of raw HTML, on one line."""
    parts = []
    for piece in pieces(html):
        fix = fixes.get(piece.start)
        shown = piece.kind == "text" or (fix is not None and not fix.closed)
        parts.append(html[piece.start : piece.end] if shown else " ")
        parts.append(_shown(html, piece) + " " if piece.is_whole else "")
    return " ".join(unescape("".join(parts)).split())


def _shown(html: str, piece: HtmlPiece) -> str:
    """Return the text that a whole element shows whose content is no HTML."""
    if piece.name not in ("textarea", "xmp") or not piece.is_whole:
        return ""
    return html[piece.tag_end : piece.end].rpartition("</")[0]


class RawHtmlPage(Protocol):
    """The page on which raw HTML stands. All `start` are offsets in the block that is being rendered."""

    mode: HtmlMode

    def ref(self, target: str, kind: RefKind, start: int, length: int) -> int:
        """Return the number of the slot of a link or image."""

    def claim(self, name: str, start: int) -> None:
        """Take an id."""

    def report(self, code: Code, message: str, hint: str, start: int, length: int = 0) -> None:
        """Add a problem."""


def rewrite(html: str, start: int, page: RawHtmlPage, fixes: Fixes) -> str:
    """Return raw HTML that stands at `start` with slots, and with `fixes` for tags that do not stay what they are."""
    return _Rewriter(html, start, page).rewritten(fixes)


class _Rewriter:
    def __init__(self, html: str, start: int, page: RawHtmlPage) -> None:
        self._html = html
        self._start = start
        self._page = page

    def rewritten(self, fixes: Fixes) -> str:
        return "".join(self._piece(piece, fixes.get(piece.start)) for piece in pieces(self._html))

    def _piece(self, piece: HtmlPiece, fix: Fix | None) -> str:
        text = self._html[piece.start : piece.end]
        if fix is not None and not fix.closed:
            if fix.message:
                self._report("unclosed-html", fix.message, fix.hint, piece.start, len(text.split("\n")[0]))
            return escape(text, quote=False)
        if piece.kind == "text":
            return text.replace("<", "&lt;")
        if piece.kind != "start":
            return text
        tag = self._tag(piece)
        inside = (
            self._html[piece.tag_end : piece.end] if tag else escape(unescape(_shown(self._html, piece)), quote=False)
        )
        return tag + inside + (f"</{piece.name}>" if fix is not None and tag else "")

    def _report(self, code: WarningCode, message: str, hint: str, at: int, length: int) -> None:
        self._page.report(code, message, hint, self._start + at, length)

    def _tag(self, piece: HtmlPiece) -> str:
        """Return the start tag with slots for its links and ids; '' when it does not stay."""
        name, attributes = piece.name, piece.attributes
        items = list(ATTRIBUTE.finditer(attributes)) if attributes else []
        if self._page.mode == "safe":
            if gone := removed(name, [item[2].lower() for item in items]):
                message = f'taken out, as `html = "safe"` asks: {gone}'
                self._report("html-removed", message, "leave it out", piece.start, len(name) + 1)
            if name not in SAFE_TAGS:
                return ""
        parts = [self._html[piece.start : piece.inside]]
        last = 0
        for item in items:
            changed = self._attribute(name, item, piece.inside)
            if changed is not None:
                parts += (attributes[last : item.start()], changed)
                last = item.end()
        parts += (attributes[last:], ">")
        return "".join(parts)

    def _attribute(self, tag: str, item: re.Match[str], inside: int) -> str | None:
        """Return what stands for an attribute; None for itself."""
        key = item[2].lower()
        group = 3 if item[3] is not None else 4 if item[4] is not None else 5
        if item[group] is None:
            return None
        value, at, length = unescape(item[group]).strip(), inside + item.start(group), len(item[group])
        if "\0" in value:
            value = value.replace("\0", "\ufffd")
        if key == "srcset" and tag in _SRCSET_TAGS:
            slot = self._srcset(item[group], at)
            return item[1].rstrip(" ") + slot if slot else item[1]
        if key in _URL_NAMES and self._refuses(value, key, tag, at, length):
            return item[1]
        if tag in _REF_TAGS.get(key, ()) or key == "poster":
            number = self._page.ref(value, "html", self._start + at, length)
            return f"{item[1].rstrip(' ')}\0r{number}\t{key}\0"
        if key == "id" or (key == "name" and tag == "a"):
            if not value:
                return None
            self._page.claim(value, self._start + at)
        changed = prefixed(tag, key, _quoted(value))
        return None if changed is None else f'{item[1] or " "}{key}="{changed}"'

    def _refuses(self, url: str, key: str, tag: str, at: int, length: int) -> bool:
        """Return whether a URL is not let through, after a warning."""
        if not is_unsafe(url, image=tag in ("img", "source", "image")):
            return False
        self._report(
            "unsafe-link", f"`{url[:300]}` is not let through in `{key}`", "link to a page or a file", at, length
        )
        return True

    def _srcset(self, value: str, at: int) -> str:
        """Return the slot of a list of images, each with its width or density (HTML, section 4.8.4.2.1)."""
        numbers, behind = [], []
        place = 0
        while found := _CANDIDATE.match(value, place):
            place = found.end()
            url, start, length = unescape(found[1]).replace("\0", "\ufffd"), at + found.start(1), len(found[1])
            if not self._refuses(url, "srcset", "img", start, length):
                numbers.append(str(self._page.ref(url, "html", self._start + start, length)))
                behind.append(_quoted(" ".join(unescape(found[2] or "").replace("\0", "\ufffd").split())))
        return "\0r{}\tsrcset\t{}\0".format(" ".join(numbers), "\t".join(behind)) if numbers else ""


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


def _quoted(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def removed(tag: str, names: list[str]) -> str:
    """Return what does not stay of a tag with these attributes: itself, its attributes, or '' for nothing."""
    if tag not in SAFE_TAGS:
        return f"`<{tag}>`"
    allowed = _ATTRIBUTES.get(tag, _EVERYWHERE)
    bad = [n for n in names if n not in allowed and n not in _EVERYWHERE and not n.startswith(("aria-", "data-"))]
    bad = [n for n in bad if (tag, n) != ("input", "type")]
    return ", ".join(f"`{name}`" for name in bad) + f" of `<{tag}>`" if bad else ""


_ANY_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s=>]+="[^"]*")*+)>')
_ONE_ATTRIBUTE = re.compile(r' ([^\s=>]+)="([^"]*)"')


def sanitized(body: str) -> str:
    """Return the body without scripts, handlers, forms, frames and styles; its slots are where they were."""
    parts = body.split("\0")
    slots = parts[1::2]
    folded = body.replace("\0p\0", "").lower()
    mark = next(m for n in count() if (m := f"data-slot{n}-") not in folded)
    parts[1::2] = [_transport(slot, number, mark) for number, slot in enumerate(slots)]
    return _restore(_cleaner().clean("".join(parts)), slots, mark)


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    import nh3

    return nh3.Cleaner(
        tags=set(SAFE_TAGS),
        attributes={"*": _EVERYWHERE, **_ATTRIBUTES},
        tag_attribute_values={"input": {"type": {"checkbox"}}},
        generic_attribute_prefixes={"aria-", "data-"},
        clean_content_tags={"script", "style"},
        url_schemes={"ftp", "http", "https", "mailto", "tel", "xmpp"},
        link_rel=None,
    )


def _transport(slot: str, number: int, mark: str) -> str:
    """Return the HTML that stands for a slot while nh3 reads the body."""
    kind, fields = slot[0], slot[1:].split("\t")
    own = f'{mark}{kind}="{number}"'
    if kind == "a":
        more, css = fields[1:] if len(fields) > 1 else ("", "")
        return f'<a {own} class="{css}"{more}>'
    if kind == "i":
        return f'<img {own} alt="{fields[1]}"{fields[2]}>'
    if kind == "h":
        return f"<h{fields[0]} {own}{fields[2]}>"
    if kind == "r":  # in a tag, which may have several
        return f' {mark}r{fields[1]}="{number}"'
    if kind == "t":
        return f"<wbr {own}>"
    return {"/": "</a>", "H": f"</h{fields[0]}>", "p": ""}[kind]


def _restore(html: str, slots: list[str], mark: str) -> str:
    """Put the slots back. Links cannot nest, and nh3 has balanced the tags: an end tag closes the last one open."""
    closers: dict[str, list[str]] = {}

    def tag(found: re.Match[str]) -> str:
        closing, name, written = found.groups()
        if closing:
            stack = closers.get(name)
            return stack.pop() if stack else found[0]
        attributes: dict[str, str] = dict(_ONE_ATTRIBUTE.findall(written))
        if name == "input" and attributes.get("type") != "checkbox":
            return ""
        own = next((key for key in attributes if key.startswith(mark) and not key.startswith(f"{mark}r")), None)
        slot = slots[int(attributes.pop(own))] if own else ""
        shown, closer = _filled(slot, attributes) if slot else (f"<{name}{_kept(name, attributes, slots, mark)}>", "")
        if name == "a" or name in HEADINGS:
            closers.setdefault(name, []).append(closer or f"</{name}>")
        return shown

    return _ANY_TAG.sub(tag, html)


def _filled(slot: str, attributes: dict[str, str]) -> tuple[str, str]:
    """Return a slot with the attributes that stay, and the one that closes it ('' for none)."""
    kind, number = slot[0], slot[1:].split("\t")[0]
    attributes = {key: value.replace("\t", " ") for key, value in attributes.items()}
    if kind == "a":
        css = attributes.pop("class", "")
        more = _written(attributes)
        return f"\0a{number}\t{more}\t{css}\0" if more or css else f"\0a{number}\0", f"\0/{number}\0"
    if kind == "i":
        alt = attributes.pop("alt", "")
        return f"\0i{number}\t{alt}\t{_written(attributes)}\0", ""
    if kind == "h":
        name = slot.split("\t")[1]
        return f"\0h{number}\t{name}\t{_written(attributes)}\0", f"\0H{number}\t{name}\0"
    return f"\0{slot}\0", ""


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {key}="{value}"' for key, value in attributes.items())


def _kept(tag: str, attributes: dict[str, str], slots: list[str], mark: str) -> str:
    """Return the attributes of raw HTML: those that are slots, where they may stand, and the id prefix in others."""
    parts = []
    for key, value in attributes.items():
        if not key.startswith(mark):
            parts.append(f' {key}="{prefixed(tag, key, value) or value}"')
        elif key[len(mark) + 1 :] in _ATTRIBUTES.get(tag, ()):
            parts.append(f"\0{slots[int(value)]}\0")
    return "".join(parts)


_HARMLESS = SAFE_TAGS - {"input"} | NEVER | {
    "address", "big", "basefont", "bgsound", "dir", "font", "listing", "main", "menu", "nobr", "param", "search",
}  # fmt: skip


def is_active(source: str) -> bool:
    """Return whether a note, shown with `html = "raw"`, could run something, load a frame or send a form.

    The note is read as it is when it is rendered. What is not known to be harmless counts as active, and so does text
    that Markdown takes for no tag and browsers would.
    """
    if "<" not in source:
        return False
    tokens, _ = parser.parse(comments.cut_out(Source(source)))
    return any(_acts(piece) for html in _raw(tokens) for piece in pieces(html))


def _raw(tokens: list[Token]) -> list[str]:
    found = []
    for token in tokens:
        if token.type in ("html_block", "html_inline", "text"):
            found.append(token.content)
        found += _raw(token.children or [])
        if inner := token.meta.get("inline"):
            found += _raw([inner])
    return found


def _acts(piece: HtmlPiece) -> bool:
    if piece.kind != "start":
        return False
    if piece.name in KNOWN and piece.name not in _HARMLESS:
        return True
    return any(
        _attribute_acts(name.lower(), double or single or bare)
        for _, name, double, single, bare in ATTRIBUTE.findall(piece.attributes)
    )


def _attribute_acts(name: str, value: str) -> bool:
    return name.startswith("on") or name in ("srcdoc", "formaction") or is_unsafe(unescape(value), image=True)
