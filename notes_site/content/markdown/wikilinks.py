"""Obsidian's links: `[[note]]`, `[[note#heading|label]]`, `![[image.png|300]]`."""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_WIKILINK = re.compile(r"\[\[([^\[\]\n|]*[^\[\]\s|#][^\[\]\n|]*)(?:\|([^\[\]\n]*))?\]\]")
_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?$")
_BELOW = re.compile(r"(?<=\S)#+(?=\w)")  # `Languages#Python`: a heading below a heading; `C# basics`, `Part #1` are one
_EMBEDDED = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|ico)$", re.IGNORECASE)

match = _WIKILINK.match


def is_image(found: re.Match[str]) -> bool:
    """Tell whether the target is an image by its name."""
    return _EMBEDDED.search(found[1].strip()) is not None


def push_link(state: StateInline, found: re.Match[str]) -> None:
    """Add the link. Its text is the label, else the title of its target, which is known later."""
    path, _, heading = (part.strip() for part in found[1].strip().partition("#"))
    heading = heading.lstrip("# ")
    label = (found[2] or "").strip()
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": _percent(path) + (f"#{heading.replace('%', '%25')}" if heading else "")}
    token.markup = "wikilink"
    token.meta["at"] = found.span(1)
    if label:
        state.push("text", "", 0).content = label
    else:
        if path:
            state.push("target_title", "", 0).content = path
        if heading:
            state.push("text", "", 0).content = (" › " if path else "") + _BELOW.sub(" › ", heading)
    state.push("link_close", "a", -1).markup = "wikilink"


def _percent(path: str) -> str:
    """Escape what would mean something in a URL: a wikilink is a plain name."""
    return path.replace("%", "%25").replace("?", "%3F")


def push_image(state: StateInline, found: re.Match[str]) -> None:
    """Add the image. What follows the bar is a width (`300`, `300x200`) or the alternative text, else its name."""
    token = state.push("image", "img", 0)
    token.attrs = {"src": _percent(found[1].strip()).replace("#", "%23"), "alt": ""}
    token.markup = "wikilink"
    token.meta["at"] = found.span(1)
    label, _, size = (found[2] or "").rpartition("|")
    if measured := _SIZE.match(size.strip()):
        token.attrs["width"] = measured[1]
        if measured[2]:
            token.attrs["height"] = measured[2]
    else:
        label = found[2] or ""
    token.children = [Token("text", "", 0, content=label.strip() or found[1].strip())]
