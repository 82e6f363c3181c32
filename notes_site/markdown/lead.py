"""Which blocks say what a note is about: its first paragraphs. Descriptions and summaries are made of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from markdown_it.token import Token

_ENOUGH = 2_000  # characters of source
_LISTS = frozenset({"bullet_list", "ordered_list", "dl"})


class Lead(NamedTuple):
    """A block of text, by the index of its first line; `item` if it stands in a list."""

    line: int
    item: bool
    text: str


def mark(tokens: Sequence[Token]) -> None:
    """Mark the paragraphs at the beginning of a note that have words of their own: `meta["lead"]`, whether in a list.

    Headings, code, tables, HTML, titles of callouts and what only shows images are none.
    """
    depth = length = 0
    for number, token in enumerate(tokens):
        kind, _, end = token.type.rpartition("_")
        if kind in _LISTS:
            depth += 1 if end == "open" else -1
        elif token.type == "footnotes_open" or length > _ENOUGH:
            break
        elif token.type == "inline" and tokens[number - 1].type == "paragraph_open" and _has_words(token):
            token.meta["lead"] = depth > 0
            length += 0 if depth else len(token.content)


def _has_words(block: Token) -> bool:
    return any(child.content.strip() for child in block.children or () if child.type not in ("image", "html_inline"))


def beginning(leads: Iterable[Lead], unread: Container[int]) -> str:
    """Return the text of the paragraphs, of the lists' where there is no other; those on the lines `unread` say nothing
    to readers.
    """
    readable = [lead for lead in leads if lead.line not in unread]
    chosen = [lead for lead in readable if not lead.item] or readable
    return "\n".join(lead.text for lead in chosen)
