"""Bare URLs in text: GFM's autolinks extension, but for e-mail addresses."""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"`\x00-\x1f，。；：！？、（）「」『』【】《》“”]+")
_HOST = re.compile(r"(?:https?://|www\.)(?=[^\W_])(?:[\w-]+\.)*[\w-]*[^\W_](?=[/?#:]|$)")
_TRAILING = "?!.,:;*_~'\"])}"


def bare(state: StateInline, silent: bool) -> bool:
    """A bare `https://...` or `www....` (GFM, autolinks extension)."""
    start, src = state.pos, state.src
    if silent or state.linkLevel > 0 or src[start] not in "hw":
        return False
    found = _URL.match(src, start, state.posMax)
    if found is None or (start and _glued(src[start - 1])):
        return False
    text = _trimmed(found[0])
    if _HOST.match(text) is None or (text[0] == "w" and "." not in text[4:]):
        return False
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": text if text[0] == "h" else f"http://{text}"}
    token.markup, token.info = "autolink", "auto"
    token.meta["at"] = (start, start + len(text))
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1)
    state.pos = start + len(text)
    return True


def _glued(before: str) -> bool:
    """Tell whether a URL cannot start after this character. Letters of scripts without spaces may stand there."""
    return before.isascii() and (before.isalnum() or before in "_/@.:=-")


def _trimmed(url: str) -> str:
    """Return the URL without the punctuation of the sentence around it; closing brackets stay where they match."""
    surplus = url.count(")") - url.count("(")
    end = len(url)
    while end and url[end - 1] in _TRAILING:
        if url[end - 1] == ")":
            if surplus <= 0:
                break
            surplus -= 1
        end -= 1
    return url[:end]
