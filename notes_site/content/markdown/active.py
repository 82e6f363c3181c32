"""Whether a note's raw HTML does something. For programs that write notes from what others wrote."""

from __future__ import annotations

from html import unescape

from markdown_it.token import Token

from notes_site.content.markdown import elements, parser, rawhtml, safe
from notes_site.content.markdown.source import Source
from notes_site.content.markdown.tags import ATTRIBUTE, Piece, pieces

_HARMLESS = safe.TAGS - {"input"} | elements.NEVER | {
    "address", "big", "basefont", "bgsound", "dir", "font", "listing", "main", "menu", "nobr", "param", "search",
}  # fmt: skip


def is_active(source: str) -> bool:
    """Tell whether a note, shown with `html = "raw"`, could run something, load a frame or send a form.

    The note is read as it is when it is rendered. What is not known to be harmless counts as active, and so does text
    that Markdown takes for no tag and browsers would.
    """
    if "<" not in source:
        return False
    tokens = parser.extended(True, False).parse(Source(source, "", 1).text, parser.new_env())
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


def _acts(piece: Piece) -> bool:
    if piece.kind != "start":
        return False
    if piece.name in elements.KNOWN and piece.name not in _HARMLESS:
        return True
    return any(
        _attribute_acts(name.lower(), double or single or bare)
        for _, name, double, single, bare in ATTRIBUTE.findall(piece.attributes)
    )


def _attribute_acts(name: str, value: str) -> bool:
    return name.startswith("on") or name in ("srcdoc", "formaction") or rawhtml.is_unsafe(unescape(value), image=True)
