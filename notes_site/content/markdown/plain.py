"""Tokens to the HTML that the CommonMark specification prints, to hold the parser against its examples."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.common.normalize_url import normalizeLink, normalizeLinkText
from markdown_it.token import Token

from notes_site.content.markdown import footnotes, parser


def render(source: str, *, extensions: bool) -> str:
    """Return the HTML; with `extensions` the text is read in our dialect."""
    env = parser.new_env()
    md = parser.extended(True, False) if extensions else parser.strict()
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
