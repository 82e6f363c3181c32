"""Block tokens to a body with slots, its headings and plain text, in one walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markdown_it.token import Token

from notes_site.base.codes import WarningCode
from notes_site.base.model import Heading, HtmlMode, Ref, Section
from notes_site.base.slugs import Ids
from notes_site.content import highlight
from notes_site.content.markdown import fences
from notes_site.content.markdown.attributes import quoted
from notes_site.content.markdown.headings import Lead, has_words, report_empty
from notes_site.content.markdown.inline_renderer import InlineRenderer
from notes_site.content.markdown.source import Source

# Tokens that say the same each time, unless they have attributes.
_FIXED = {
    "blockquote_open": "<blockquote>\n", "blockquote_close": "</blockquote>\n", "bullet_list_open": "<ul>\n",
    "bullet_list_close": "</ul>\n", "dd_open": "<dd>", "dd_close": "</dd>\n", "dl_open": "<dl>\n",
    "dl_close": "</dl>\n", "dt_open": "<dt>", "dt_close": "</dt>\n", "footnote_close": "</li>\n",
    "footnotes_open": '<div class="footnotes" role="doc-endnotes" aria-label="Footnotes">\n<ol>\n',
    "footnotes_close": "</ol>\n</div>\n", "hr": "<hr>\n", "list_item_open": "<li>", "list_item_close": "</li>\n",
    "ordered_list_open": "<ol>\n", "ordered_list_close": "</ol>\n", "paragraph_open": "<p>",
    "paragraph_close": "</p>\n", "table_close": "</table>\n</div>\n", "tbody_open": "<tbody>\n",
    "tbody_close": "</tbody>\n", "td_close": "</td>", "thead_open": "<thead>\n", "thead_close": "</thead>\n",
    "tr_close": "</tr>\n",
}  # fmt: skip
_NO_BREAK_BEFORE = frozenset({"footnote_back", "td_open", "th_open"})
_NO_BREAK_AFTER = frozenset({"li", "p"})


class BlockRenderer:
    """One note's walk. After `render`, the results are in `headings`, `refs`, `texts`, `leads`, `prose` and `ids`."""

    def __init__(self, source: Source, env: dict[str, Any], mode: HtmlMode, code: highlight.Highlighter) -> None:
        self.headings: list[Heading] = []
        self.texts: list[str] = []
        self.leads: list[Lead] = []
        self.ids = Ids(env["ids"])
        for name in env.get("footnote_ids", ()):
            self.ids.claim(name)
        self._prose: list[str] = []
        self._cuts: list[tuple[int, int]] = []  # where in `texts` each heading stands, and where it ends
        self._source = source
        self._env = env
        self._highlighter = code
        self._out: list[str] = []
        self._inlines = InlineRenderer(source, self.ids, mode, self._out)
        self._cell = False
        self._cell_at = 0, ""
        self._row_at = 0
        self._text = ""  # of the last inline block
        self._heading = (Token("heading_open", "h1", 1), 0)

    @property
    def refs(self) -> list[Ref]:
        """The refs, in the order of their slots."""
        return self._inlines.refs

    @property
    def prose(self) -> str:
        """The plain text without code blocks."""
        return "\n".join(self._prose)

    def sections(self) -> tuple[Section, ...]:
        """Return the plain text by heading."""
        names = [("", ""), *((heading.id, heading.text) for heading in self.headings)]
        begins, ends = [0, *(after for _, after in self._cuts)], [*(before for before, _ in self._cuts), None]
        parts = zip(names, begins, ends, strict=True)
        return tuple(Section(*name, "\n".join(self.texts[begin:end])) for name, begin, end in parts)

    def render(self, tokens: list[Token]) -> str:
        """Return the body, and collect the rest."""
        out, fixed, handlers = self._out, _FIXED, _HANDLERS
        for number, token in enumerate(tokens):
            kind = token.type
            if token.hidden:
                continue
            if kind == "inline":
                self._inline(token)
                continue
            if token.nesting >= 0 and out and not out[-1].endswith("\n") and kind not in _NO_BREAK_BEFORE:
                out.append("\n")  # a block after the text of a tight item
            text = None if token.attrs else fixed.get(kind)
            if kind == "paragraph_open" and self._figure(token, tokens[number + 1]):
                tokens[number + 1].hidden = tokens[number + 2].hidden = True
            elif text is not None:
                out.append(text)
            else:
                handlers.get(kind, BlockRenderer._open)(self, token)
        self._report_unused()
        return "".join(out)

    def _inline(self, block: Token) -> None:
        if self._cell:
            block.meta["cell"], self._cell = self._cell_start(block), False
        if "task" in block.meta:
            checked = " checked" if block.meta["task"] else ""
            self._out.append(f'<label><input type="checkbox" disabled{checked}> ')
            text = self._inlines.block(block)
            self._out.append("</label>")
        else:
            text = self._inlines.block(block)
        self._text = text
        self._add_text(text)
        if "lead" in block.meta and has_words(block):
            self.leads.append(Lead((block.map or [0])[0], block.meta["lead"], text))

    def _add_text(self, text: str) -> None:
        if text:
            self.texts.append(text)
            self._prose.append(text)

    def _cell_start(self, block: Token) -> int:
        """Return where a cell's text starts in its line; cells come in their order."""
        index = block.map[0] if block.map else 0
        start = self._source.lines[index].find(block.content, self._row_at)
        if start >= 0:
            self._row_at = start + len(block.content)
        return start

    def _figure(self, paragraph: Token, block: Token) -> bool:
        """Append a figure with a caption if an image with a title is alone in its paragraph; return whether it is."""
        children = block.children or ()
        if len(children) != 1 or children[0].type != "image" or not children[0].attrs.get("title"):
            return False
        self._out.append(f"<figure{self._inlines.attributes(paragraph)}>\n")
        self._add_text(self._inlines.figure(block, children[0]))
        self._out.append("</figure>\n")
        return True

    def _open(self, token: Token) -> None:
        end = ">" if token.tag in _NO_BREAK_AFTER else ">\n"
        self._out.append(f"<{token.tag}{self._inlines.attributes(token)}{end}")

    def _heading_open(self, token: Token) -> None:
        self._heading = (token, len(self._out))
        self._out.append("")  # its slot, once the text is known

    def _heading_close(self, _token: Token) -> None:
        token, at = self._heading
        text = self._text.strip()
        level, name = token.meta["level"], str(token.attrs.get("id", ""))
        if not name or not self._inlines.id_attribute(name, token):
            name = self.ids.make(text)
        index = token.map[0] if token.map else 0
        line = self._source.first_line + index
        if not text:
            report_empty(token, self._source)
        self._cuts.append((len(self.texts) - bool(self._text), len(self.texts)))
        self.headings.append(Heading(level, name, " ".join(text.split()), line))
        self._out[at] = f"\0h{level}\t{name}\t{self._inlines.attributes(token, ('id',))}\0"
        self._out.append(f"\0H{level}\t{name}\0\n")

    def _table_open(self, token: Token) -> None:
        # What may scroll can be reached by keyboard.
        self._out.append(f'<div class="table" tabindex="0">\n<table{self._inlines.attributes(token)}>\n')

    def _row(self, _token: Token) -> None:
        self._row_at = 0
        self._out.append("<tr>")

    def _cell_open(self, token: Token) -> None:
        self._cell = True
        scope = ' scope="col"' if token.tag == "th" else ""
        style = str(token.attrs.get("style", ""))
        css = f' class="align-{style.partition(":")[2]}"' if style else ""
        self._cell_at = len(self._out), css
        self._out.append(f"<{token.tag}{scope}{css}>")

    def _header_close(self, _token: Token) -> None:
        at, css = self._cell_at
        if "".join(self._out[at + 1 :]).strip():
            self._out.append("</th>")
        else:  # a header that says nothing is none
            self._out[at] = f"<td{css}>"
            self._out.append("</td>")

    def _fence(self, token: Token) -> None:
        self._code(token, *fences.highlighted(token, self._source, self._highlighter))

    def _code_block(self, token: Token) -> None:
        self._code(token, fences.Info(), highlight.highlight(token.content))

    def _code(self, token: Token, info: fences.Info, shown: highlight.Code) -> None:
        css = f"code {quoted(token.attrs['class'])}" if "class" in token.attrs else "code"
        more = self._inlines.attributes(token, ("class",)) if token.attrs else ""
        self._out.append(fences.code_html(info, f' class="{css}"{more}', shown))
        self.texts += filter(None, (info.title, token.content.rstrip("\n")))

    def _html(self, token: Token) -> None:
        self._add_text(self._inlines.html_block(token))

    def _callout_open(self, token: Token) -> None:
        css = f"callout callout-{token.meta['style']}"
        if "class" in token.attrs:
            css += f" {quoted(token.attrs['class'])}"
        more = ' role="note"' if token.tag == "div" else " open" if token.meta["open"] else ""
        if token.meta["metadata"]:
            more += f' data-callout-metadata="{quoted(token.meta["metadata"])}"'
        self._out.append(f'<{token.tag} class="{css}"{more}{self._inlines.attributes(token, ("class",))}>\n')

    def _callout_close(self, token: Token) -> None:
        self._out.append(f"</{token.tag}>\n")

    def _callout_title_open(self, token: Token) -> None:
        self._out.append(f'<{token.tag} class="callout-title">')

    def _footnote_open(self, token: Token) -> None:
        self._out.append(f'<li id="\0p\0fn-{token.meta["number"]}">')

    def _footnote_back(self, token: Token) -> None:
        links = []
        for name in token.meta["refs"]:
            label = "Back to reference " + name.removeprefix("fnref-")
            link = f'href="#\0p\0{name}" class="footnote-back" role="doc-backlink" aria-label="{label}"'
            links.append(f" <a {link}>↩</a>")
        text = "".join(links)
        self._out.append(text if token.meta["inside"] else f"<p>{text.lstrip()}</p>\n")

    def _report_unused(self) -> None:
        """Report the definitions of links that vanish from the text."""
        references = self._env.get("references", {})
        unused = [ref for label, ref in references.items() if label not in self._inlines.used_labels]
        for ref in unused:
            hint = "delete it, or write [text][label] with its label"
            self._report_reference(ref, "unused-reference", "no link uses this definition", hint)
        for ref in self._env.get("duplicate_refs", ()):
            hint = "delete it, or give it another label"
            self._report_reference(ref, "duplicate-reference", "this link is defined before", hint)

    def _report_reference(self, ref: dict[str, Any], code: WarningCode, why: str, hint: str) -> None:
        start, end = ref["map"]
        written = "\n".join(self._source.lines[start:end]).strip()
        self._source.report(code, f"{why}: {written}", hint, index=start, column=1)


# Methods by type of token; all others are opened with their attributes.
_HANDLERS: dict[str, Callable[[Any, Token], None]] = {
    "callout_close": BlockRenderer._callout_close,
    "callout_open": BlockRenderer._callout_open,
    "callout_title_close": BlockRenderer._callout_close,
    "callout_title_open": BlockRenderer._callout_title_open,
    "code_block": BlockRenderer._code_block,
    "fence": BlockRenderer._fence,
    "footnote_back": BlockRenderer._footnote_back,
    "footnote_open": BlockRenderer._footnote_open,
    "heading_close": BlockRenderer._heading_close,
    "heading_open": BlockRenderer._heading_open,
    "html_block": BlockRenderer._html,
    "table_open": BlockRenderer._table_open,
    "td_open": BlockRenderer._cell_open,
    "th_close": BlockRenderer._header_close,
    "th_open": BlockRenderer._cell_open,
    "tr_open": BlockRenderer._row,
}
