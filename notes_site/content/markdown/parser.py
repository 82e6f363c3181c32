"""markdown-it set up for our dialect: which rules run, and the limits of what is parsed at all.

`commonmark` holds the parser against the examples of the specification.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink, normalizeLinkText
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from notes_site.content.markdown import block_rules, footnotes, inline_rules
from notes_site.content.markdown.source import Source

MAX_NESTING = 100
"""Levels of blocks: a quote is one, a list two. markdown-it drops what lies deeper (its default: 20)."""

_DASH = re.compile(r"(?<!-)-{2,3}(?!-)")
_DASHES = {2: "–", 3: "—"}

MAX_INLINE = 16_384
"""Characters of one paragraph, heading or cell that are parsed: inline parsing is quadratic."""

Env = dict[str, Any]


def new_env(source: Source | None = None) -> Env:
    """Return what the rules share while one note is parsed.

    `source`: where problems are reported. `ids`: ids that the note names itself, which headings must not take.
    `block`: the inline block that is being parsed. `html`: whether there is raw HTML.
    """
    return {"source": source or Source(""), "ids": set(), "block": None, "html": False}


def parse(source: Source, *, html: bool = True, typographer: bool = False) -> tuple[list[Token], Env]:
    """Return the tokens of a note in our dialect, and what the rules found."""
    env = new_env(source)
    return extended(html, typographer).parse(source.text, env), env


@lru_cache(maxsize=4)
def extended(html: bool, typographer: bool) -> MarkdownIt:
    """Return the parser of our dialect, with raw HTML read as such or as text."""
    md = _base(html)
    md.options["typographer"] = typographer
    md.options["store_labels"] = True  # a used reference definition is known by its label
    md.normalizeLink = lambda url: url  # type: ignore[method-assign]  # refs are kept as written
    md.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    md.validateLink = lambda url: True  # type: ignore[method-assign]  # the renderer refuses, and says so
    md.enable(["table", "strikethrough"])
    deflist_plugin(md)
    footnote_plugin(md, inline=False, move_to_end=False)
    block_rules.install(md)
    inline_rules.install(md)
    md.core.ruler.at("inline", _parse_inline)
    if typographer:
        md.core.ruler.at("replacements", _dashes)
        md.enable(["replacements", "smartquotes"])
    else:
        md.disable("fragments_join")
    md.disable("text_join")  # the renderer joins texts anyway, and what stands behind a backslash is known
    return md


@lru_cache(maxsize=1)
def plain() -> MarkdownIt:
    """Return the parser of what GitHub shows: CommonMark and tables, links kept as written."""
    md = _base(html=True)
    md.normalizeLink = lambda url: url  # type: ignore[method-assign]
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    md.enable(["table", "strikethrough"])
    return md


def _base(html: bool) -> MarkdownIt:
    md = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING, "html": html})
    patient = _Blocks()
    patient.ruler = md.block.ruler
    md.block = patient
    return md


class _Blocks(ParserBlock):
    """The block parser, which shows what lies too deep as text where markdown-it drops it."""

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:
        """Parse the lines; called again for the inside of each list item and quote."""
        if state.level < MAX_NESTING:
            super().tokenize(state, startLine, endLine)
            return
        line = startLine
        while line < endLine and (line == startLine or state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
            line += 1
        _push_text(state, startLine, line)
        state.line = line
        message = f"text nested more than {MAX_NESTING} levels deep (a list counts twice) is shown unformatted"
        hint = "use headings instead of ever deeper lists"
        state.env["source"].report("too-deep", message, hint, index=startLine)


def _push_text(state: StateBlock, start: int, end: int) -> None:
    state.push("paragraph_open", "p", 1).map = [start, end]
    block = state.push("inline", "", 0)
    block.map = [start, end]
    block.content = state.getLines(start, end, state.blkIndent, False).strip()
    block.children = [_text(block.content)]
    state.push("paragraph_close", "p", -1)


def _parse_inline(state: StateCore) -> None:
    env, parse = state.env, state.md.inline.parse
    for token in state.tokens:
        if token.type != "inline" or token.children:
            continue
        token.children = []
        if len(token.content) > MAX_INLINE:
            _leave_unparsed(token, env)
            continue
        env["block"] = token
        parse(token.content, state.md, env, token.children)


def _dashes(state: StateCore) -> None:
    """Make `--` and `---` dashes and `...` an ellipsis, but for bare URLs. markdown-it's rule also makes © of (c)."""
    for block in state.tokens:
        url = False
        for token in block.children or () if block.type == "inline" else ():
            url = token.info == "auto" if token.type == "link_open" else url and token.type != "link_close"
            if token.type == "text" and not url and ("--" in token.content or "..." in token.content):
                token.content = _DASH.sub(lambda found: _DASHES[len(found[0])], token.content).replace("...", "…")


def _leave_unparsed(block: Token, env: Any) -> None:
    block.children = [_text(block.content)]
    message = f"a paragraph of {len(block.content):,} characters is shown unformatted (the limit is {MAX_INLINE:,})"
    line = block.map[0] if block.map else 0
    env["source"].report("long-paragraph", message, "put empty lines between its parts", index=line)


def _text(content: str) -> Token:
    token = Token("text", "", 0)
    token.content = content
    return token


def commonmark(source: str, *, extensions: bool = False) -> str:
    """Return the final HTML of plain CommonMark, as its specification prints it.

    With `extensions` the text is read in our dialect and still written in that way: what differs is a deviation.
    """
    env = new_env()
    md = extended(True, False) if extensions else _base(html=True)
    tokens = md.parse(source, env)
    if extensions:
        tokens = footnotes.collect(tokens, env)
        _to_standard(tokens)
    html: str = md.renderer.render(tokens, md.options, env)
    return html.replace("<blockquote></blockquote>", "<blockquote>\n</blockquote>")  # the one difference of layout


def _to_standard(tokens: Sequence[Token]) -> None:
    """Undo what our renderer expects otherwise: links as written, and texts in pieces."""
    for i, token in enumerate(tokens):
        if token.type == "text_special":
            token.type = "text"
        elif token.type == "text" and i and tokens[i - 1].type == "link_open" and tokens[i - 1].info == "auto":
            token.content = normalizeLinkText(token.content)
        for name in ("href", "src"):
            if name in token.attrs:
                token.attrs[name] = normalizeLink(str(token.attrs[name]))
        if token.children:
            _to_standard(token.children)
