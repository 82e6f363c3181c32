"""Inline tokens to HTML with slots and plain text, block by block; the refs are gathered on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote

from markdown_it.token import Token

from notes_site.base.codes import Code
from notes_site.base.model import HtmlMode, Ref, RefKind
from notes_site.base.slugs import Ids
from notes_site.content.markdown import raw_html
from notes_site.content.markdown.attributes import quoted
from notes_site.content.markdown.headings import plain_text
from notes_site.content.markdown.html_balance import Fixes
from notes_site.content.markdown.source import Source, context

# Tokens that say the same each time, unless they have attributes.
_FIXED = {
    "em_open": "<em>", "em_close": "</em>", "mark_open": "<mark>", "mark_close": "</mark>", "s_open": "<del>",
    "s_close": "</del>", "span_close": "</span>", "strong_open": "<strong>", "strong_close": "</strong>",
}  # fmt: skip

_ABSOLUTE = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:|//)")
_NOT_IN_URL = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f]')


class _Waiting(NamedTuple):
    """A ref whose block is not complete: `start` and `end` are offsets in the block's plain text."""

    ref: Ref
    start: int
    end: int


class _Open(NamedTuple):
    """An open link: number of its ref (-1 for none), its place among the waiting ones, and what closes it."""

    number: int
    place: int
    close: str


class InlineRenderer:
    """The inline half of the walk. It appends HTML to `out`."""

    def __init__(self, source: Source, ids: Ids, mode: HtmlMode, out: list[str]) -> None:
        self.mode = mode
        self.refs: list[Ref] = []
        self.used_labels: set[str] = set()
        self._source = source
        self._ids = ids
        self._out = out
        self._block = Token("inline", "", 0)
        self._plain: list[str] = []
        self._counted = (0, 0)  # texts of `_plain` that are measured, and their length
        self._waiting: list[_Waiting] = []
        self._links: list[_Open] = []

    def block(self, block: Token) -> str:
        """Append the HTML of a block's inline content, and return its plain text."""
        plain = self._begin(block)
        out, fixed, handlers = self._out, _FIXED, _HANDLERS
        for token in block.children or ():
            kind = token.type
            if kind == "text" or kind == "text_special":
                content = token.content
                out.append(escape(content, quote=False))
                plain.append(content)
            elif kind == "softbreak":
                out.append("\n")
                plain.append(" ")
            elif (text := fixed.get(kind)) is not None and not token.attrs:
                out.append(text)
            else:
                handlers[kind](self, token)
        return self._finish()

    def figure(self, block: Token, image: Token) -> str:
        """Append an image with its title as caption, and return the plain text of both."""
        self._begin(block)
        title = str(image.attrs.pop("title"))
        self._image(image)
        self._out.append(f"\n<figcaption>{escape(title, quote=False)}</figcaption>\n")
        self._plain += (" " if self._plain[-1] else "", title)
        return self._finish()

    def html_block(self, token: Token) -> str:
        """Append a block of raw HTML, and return the text that shows in it."""
        fixes = token.meta.get("fixes", {})
        self._begin(token).append(raw_html.visible_text(token.content, fixes))
        self._raw(token.content, 0, fixes)
        return self._finish()

    def attributes(self, token: Token, own: tuple[str, ...] = ()) -> str:
        """Return a token's attributes as HTML, all but `own`; a second use of an id is left out with a warning."""
        parts = []
        for name, value in token.attrs.items():
            if name in own:
                continue
            if name == "id":
                parts.append(self.id_attribute(str(value), token))
            else:
                parts.append(f' {name}="{quoted(value)}"')
        return "".join(parts)

    def id_attribute(self, name: str, token: Token) -> str:
        """Return the id attribute, '' when the id is taken."""
        if self._ids.claim(name):
            return f' id="\0p\0{quoted(name)}"'
        index = (token.map or self._block.map or [0])[0]
        message = f"the id `{name}` is used twice; this one is left out"
        self._source.report("duplicate-id", message, "give it another name", index=index)
        return ""

    def ref(self, target: str, kind: RefKind, start: int, length: int) -> int:
        """Add a ref to what stands at `start` in the block, and return its number."""
        if _ABSOLUTE.match(target) and _NOT_IN_URL.search(target):
            target = _NOT_IN_URL.sub(lambda bad: quote(bad[0]), target)
        index, column, length = self._source.locate(self._block, start, length)
        offset = self._offset()
        place = self._source.first_line + index, *self._source.written(index, column, length)
        self._waiting.append(_Waiting(Ref(target, kind, *place, ""), offset, offset))
        return len(self.refs) + len(self._waiting) - 1

    def claim(self, name: str, start: int) -> None:
        """Take an id in raw HTML."""
        if not self._ids.claim(name):
            message = f"the id `{name}` is used twice on this page"
            self.report("duplicate-id", message, "give it another name", start, len(name))

    def report(self, code: Code, message: str, hint: str, start: int, length: int = 0) -> None:
        """Add a problem with what stands at `start` in the block."""
        self._source.report_in(self._block, start, length, code, message, hint)

    def _begin(self, block: Token) -> list[str]:
        self._block, self._plain, self._counted = block, [], (0, 0)
        return self._plain

    def _finish(self) -> str:
        text = "".join(self._plain)
        for ref, start, end in self._waiting:
            self.refs.append(Ref(ref.target, ref.kind, ref.line, ref.column, ref.length, context(text, start, end)))
        self._waiting.clear()
        self._links.clear()
        return text

    def _offset(self) -> int:
        """Return the length of the block's plain text so far; linear over all calls."""
        count, length = self._counted
        length += sum(map(len, self._plain[count:]))
        self._counted = (len(self._plain), length)
        return length

    def _place(self, token: Token, target: str) -> tuple[int, int]:
        """Return start and length of a link's destination in its block; of the whole link where that is elsewhere."""
        start, end = token.meta.get("at", (0, 0))
        written = self._block.content[start:end]
        if "label" not in token.meta:
            found = written.find(target, max(written.rfind("]("), 0)) if target else -1
            if found >= 0:
                return start + found, len(target)
        return start, len(written)

    def _refuse(self, target: str, token: Token) -> None:
        title = f' "{token.attrs["title"]}"' if "title" in token.attrs else ""
        message = f"`{target[:300]}{title}` does not become a link"
        self.report("unsafe-link", message, "link to a page or a file", *self._place(token, target))

    def _link_open(self, token: Token) -> None:
        target = str(token.attrs["href"])
        self.used_labels.add(token.meta.get("label", ""))
        if raw_html.is_unsafe(target):
            self._refuse(target, token)
            self._links.append(_Open(-1, -1, ""))
            return
        kind: RefKind = "wikilink" if token.markup == "wikilink" else "link"
        number = self.ref(target, kind, *self._place(token, target))
        close = f"\0/{number}\0"
        if len(token.attrs) == 1:
            self._out.append(f"\0a{number}\0")
        else:
            identity = self.id_attribute(str(token.attrs.pop("id")), token) if "id" in token.attrs else ""
            if identity:  # outside, where it stays when the link is dead
                self._out.append(f"<span{identity}>")
                close += "</span>"
            more, css = self.attributes(token, ("href", "class")), quoted(token.attrs.get("class", ""))
            self._out.append(f"\0a{number}\t{more}\t{css}\0")
        self._links.append(_Open(number, len(self._waiting) - 1, close))

    def _link_close(self, _token: Token) -> None:
        link = self._links.pop()
        self._out.append(link.close)
        if link.number >= 0:
            self._waiting[link.place] = self._waiting[link.place]._replace(end=self._offset())

    def _target_title(self, token: Token) -> None:
        link = self._links[-1]
        text = quoted(token.content)
        self._out.append(f"\0t{link.number}\t{text}\0" if link.number >= 0 else text)
        self._plain.append(token.content)

    def _image(self, token: Token) -> None:
        target = str(token.attrs["src"])
        self.used_labels.add(token.meta.get("label", ""))
        alt = plain_text(token.children or (), html=True)
        if raw_html.is_unsafe(target, image=True):
            self._refuse(target, token)
            self._out.append(escape(alt))
        else:
            kind: RefKind = "embed" if token.markup == "wikilink" else "image"
            number = self.ref(target, kind, *self._place(token, target))
            identity = self.id_attribute(str(token.attrs.pop("id")), token) if "id" in token.attrs else ""
            slot = f"\0i{number}\t{quoted(alt)}\t{self.attributes(token, ('src', 'alt'))}\0"
            self._out.append(f"<span{identity}>{slot}</span>" if identity else slot)
        self._plain.append(alt)

    def _code(self, token: Token) -> None:
        more = self.attributes(token) if token.attrs else ""
        self._out.append(f"<code{more}>{escape(token.content, quote=False)}</code>")
        self._plain.append(token.content)

    def _hardbreak(self, _token: Token) -> None:
        self._out.append("<br>\n")
        self._plain.append(" ")

    def _open(self, token: Token) -> None:
        self._out.append(f"<{token.tag}{self.attributes(token)}>")

    def _generated(self, token: Token) -> None:
        self._out.append(escape(token.content))

    def _footnote_ref(self, token: Token) -> None:
        number, name = token.meta["number"], token.meta["id"]
        if self._links:  # links do not nest
            self._out.append(f'<sup class="footnote-ref" id="\0p\0{name}">{number}</sup>')
            return
        link = f'<a href="#\0p\0fn-{number}" id="\0p\0{name}" role="doc-noteref">{number}</a>'
        self._out.append(f'<sup class="footnote-ref">{link}</sup>')

    def _html_inline(self, token: Token) -> None:
        self._raw(token.content, token.meta["at"][0], {})
        if token.content[:3].lower() == "<br":
            self._plain.append(" ")

    def _shown_html(self, token: Token) -> None:
        fix, (start, end) = token.meta["fix"], token.meta["at"]
        if fix.message:
            self.report("unclosed-html", fix.message, fix.hint, start, end - start)
        self._out.append(escape(token.content, quote=False))
        self._plain.append(token.content)

    def _raw(self, html: str, start: int, fixes: Fixes) -> None:
        self._out.append(raw_html.rewrite(html, start, self, fixes))


_HANDLERS: dict[str, Callable[[Any, Token], None]] = {
    "code_inline": InlineRenderer._code,
    "footnote_ref": InlineRenderer._footnote_ref,
    "generated": InlineRenderer._generated,
    "hardbreak": InlineRenderer._hardbreak,
    "html_inline": InlineRenderer._html_inline,
    "image": InlineRenderer._image,
    "link_close": InlineRenderer._link_close,
    "link_open": InlineRenderer._link_open,
    "mark_open": InlineRenderer._open,
    "shown_html": InlineRenderer._shown_html,
    "span_open": InlineRenderer._open,
    "target_title": InlineRenderer._target_title,
}
