"""What a note begins with: its first paragraphs. Descriptions and summaries are made of them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import NamedTuple

from markdown_it.token import Token

ENOUGH = 1_000
"""Characters of paragraphs, as they are written, that say what a note is about."""


class Lead(NamedTuple):
    """A paragraph, by the index of its first line; `item` if it stands in a list."""

    line: int
    item: bool
    text: str


def has_words(block: Token) -> bool:
    """Tell whether a paragraph shows more than images."""
    return any(child.content.strip() for child in block.children or () if child.type not in ("image", "html_inline"))


def beginning(leads: Iterable[Lead], unread: Container[int]) -> str:
    """Return the text of the paragraphs, of the lists' where there is no other; those on the lines `unread` say nothing
    to readers.
    """
    readable = [lead for lead in leads if lead.line not in unread]
    chosen = [lead for lead in readable if not lead.item] or readable
    return "\n".join(lead.text for lead in chosen)
