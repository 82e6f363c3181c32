"""The headings of a note: its title, and the levels of the others; and what it says without markup: the first
paragraphs, the number of words.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import NamedTuple

from markdown_it.token import Token

from notes_site.content.markdown.source import Source

LEAD_LENGTH = 1_000
"""Characters of paragraphs, as they are written, that say what a note is about."""

# Chinese and Japanese are written without spaces: each of their characters counts as a word.
_CJK = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['’.-][^\W{_CJK}]+)*")


def take_title(tokens: list[Token], title: str | None, source: Source) -> str | None:
    """Return the text of the first H1, and take it out of the tokens if it is the title; set all levels. Headings
    without anything in them are taken out too.

    It is the title when the note has no other (`title` is None), or the same.
    """
    _drop_empty(tokens, source)
    first = next((i for i, t in enumerate(tokens) if t.tag == "h1" and t.type == "heading_open" and not t.level), None)
    text = None
    if first is not None:
        text = " ".join(plain_text(tokens[first + 1].children or []).split()) or None
        if text and (title is None or text == " ".join(title.split())):
            _report_losses(tokens[first], tokens[first + 1], source)
            _report_tags(tokens[first + 1], source)
            del tokens[first : first + 3]
    _set_levels(token for token in tokens if token.type == "heading_open")
    return text


def plain_text(children: Iterable[Token], *, html: bool = False) -> str:
    """Return what an inline block says, without markup; for images their alternative text. `html`: tags too."""
    parts = []
    for token in children:
        if token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "image":
            parts.append(plain_text(token.children or [], html=html))
        elif html or token.type != "html_inline":
            parts.append(token.content)
    return "".join(parts)


def _drop_empty(tokens: list[Token], source: Source) -> None:
    """Take out empty headings: gaps in the page, and nothing to those who hear it. Attributes make one an anchor."""
    empty = [i for i, t in enumerate(tokens) if t.type == "heading_open" and not t.attrs and not tokens[i + 1].content]
    for i in empty:
        report_empty(tokens[i], source)
    if empty:
        gone = {i + more for i in empty for more in range(3)}
        tokens[:] = [token for i, token in enumerate(tokens) if i not in gone]


def report_empty(heading: Token, source: Source) -> None:
    """Report a heading that says nothing."""
    index = heading.map[0] if heading.map else 0
    source.report("empty-heading", "this heading has no words", "write them, or delete the line", index=index)


def _set_levels(headings: Iterable[Token]) -> None:
    """Start at h2 and skip none: a heading is one below the nearest one before it that was written above it."""
    above: list[str] = []
    for heading in headings:
        while above and above[-1] >= heading.tag:
            above.pop()
        above.append(heading.tag)
        heading.meta["level"] = min(1 + len(above), 6)


def _report_losses(heading: Token, block: Token, source: Source) -> None:
    """Report that a title is plain text where it loses a link, an image, a tag, a footnote or attributes."""
    lost = [_loss(token) for token in block.children or ()]
    lost += [f"{name}={value}" for name, value in heading.attrs.items()]
    if any(lost):
        what = ", ".join(f"`{loss}`" for loss in lost if loss)
        hint = "write `link:` in the front matter, or say it below the title"
        index = heading.map[0] if heading.map else 0
        source.report("plain-title", f"the title is plain text, without {what}", hint, index=index)


def _report_tags(block: Token, source: Source) -> None:
    for token in block.children or ():
        if token.type == "shown_html" and token.meta["fix"].message:
            fix, (start, end) = token.meta["fix"], token.meta["at"]
            source.report_in(block, start, end - start, "unclosed-html", fix.message, fix.hint)


def _loss(token: Token) -> str:
    if token.type == "html_inline":
        return token.content
    if token.type == "footnote_ref":
        inner = token.meta.get("inline")
        return f"^[{plain_text(inner.children or ())}]" if inner else f"[^{token.meta['label']}]"
    return " ".join(str(token.attrs[name]) for name in ("href", "src", "title") if name in token.attrs)


class Lead(NamedTuple):
    """A paragraph, by the index of its first line; `item` if it stands in a list."""

    line: int
    item: bool
    text: str


def has_words(block: Token) -> bool:
    """Return whether a paragraph shows more than images."""
    return any(child.content.strip() for child in block.children or () if child.type not in ("image", "html_inline"))


def lead_text(leads: Iterable[Lead], unread: Container[int]) -> str:
    """Return the text of the paragraphs, of the lists' where there is no other; those on the lines `unread` say nothing
    to readers.
    """
    readable = [lead for lead in leads if lead.line not in unread]
    chosen = [lead for lead in readable if not lead.item] or readable
    return "\n".join(lead.text for lead in chosen)


def count_words(text: str) -> int:
    """Return the number of words: runs of letters and digits (`don't` is one), or single CJK characters."""
    return sum(1 for _ in _WORD.finditer(text))
