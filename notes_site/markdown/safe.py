"""A whole body through nh3, without losing its slots.

nh3 would turn a NUL into U+FFFD and sees no tag in a slot. So each slot becomes the element or attribute that it
stands for, carrying its number, and is put back afterwards: what nh3 balances and closes is the real structure.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import Any

TAGS = frozenset(
    {
        "a", "abbr", "acronym", "area", "article", "aside", "audio", "b", "bdi", "bdo", "blockquote", "br",
        "caption", "center", "cite", "code", "col", "colgroup", "data", "dd", "del", "details", "dfn", "div",
        "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hgroup", "hr", "i", "img", "input", "ins", "kbd", "label", "li", "map", "mark", "nav", "ol", "p", "picture",
        "pre", "q", "rp", "rt", "rtc", "ruby", "s", "samp", "section", "small", "source", "span", "strike",
        "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "time", "tr", "track", "tt",
        "u", "ul", "var", "video", "wbr",
    }
)  # fmt: skip
"""The elements that stay."""

_EVERYWHERE = {"class", "dir", "id", "lang", "role", "tabindex", "title"}
_ATTRIBUTES = {
    "a": {"href", "hreflang", "name", "rel"},
    "details": {"open"},
    "img": {"alt", "height", "sizes", "src", "srcset", "width"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "video": {"controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "track": {"default", "kind", "label", "src", "srclang"},
    "input": {"checked", "disabled"},
    "ol": {"reversed", "start", "type"},
    "li": {"value"},
    "th": {"abbr", "colspan", "rowspan", "scope"},
    "td": {"colspan", "headers", "rowspan"},
    "col": {"span"},
    "colgroup": {"span"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "del": {"cite", "datetime"},
    "ins": {"cite", "datetime"},
    "time": {"datetime"},
    "data": {"value"},
}

_ANY_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?>[^>"]+|"[^"]*")*+)>')


def lost(tag: str, names: list[str]) -> str:
    """Return what does not stay of a tag with these attributes: itself, its attributes, or '' for nothing."""
    if tag not in TAGS:
        return f"`<{tag}>`"
    allowed = _ATTRIBUTES.get(tag, _EVERYWHERE)
    bad = [n for n in names if n not in allowed and n not in _EVERYWHERE and not n.startswith(("aria-", "data-"))]
    bad = [n for n in bad if (tag, n) != ("input", "type")]
    return ", ".join(f"`{name}`" for name in bad) + f" of `<{tag}>`" if bad else ""


def clean(body: str) -> str:
    """Return the body without scripts, handlers, forms, frames and styles; its slots are where they were."""
    parts = body.split("\0")
    slots = parts[1::2]
    mark = next(m for n in count() if (m := f"slot{n}x") not in body)
    parts[1::2] = [_transport(slot, f"{mark}{number};", mark) for number, slot in enumerate(slots)]
    html = _cleaner().clean("".join(parts))
    return _restore(html, slots, mark)


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    import nh3

    return nh3.Cleaner(
        tags=set(TAGS),
        attributes={"*": _EVERYWHERE, **_ATTRIBUTES},
        tag_attribute_values={"input": {"type": {"checkbox"}}},
        generic_attribute_prefixes={"aria-", "data-"},
        clean_content_tags={"script", "style"},
        url_schemes={"ftp", "http", "https", "mailto", "tel", "xmpp"},
        link_rel=None,
    )


def _transport(slot: str, name: str, mark: str) -> str:
    kind = slot[0]
    if kind == "p":
        return f"{mark}p;"
    if kind == "a":
        return f'<a href="{name}">'
    if kind == "i":
        return f'<img src="{name}">'
    if kind == "h":
        return f'<h{slot[1]} id="{name}">'
    if kind == "r":
        return f' {slot.split(chr(9))[1]}="{name}"'
    if kind == "/":
        return "</a>"
    return f"</h{slot[1]}>" if kind == "H" else name


def _restore(html: str, slots: list[str], mark: str) -> str:
    """Put the slots back. Links cannot nest, and nh3 has balanced the tags: an end tag closes the last one open."""
    number = re.compile(rf"{mark}(\d+);")
    attribute = re.compile(rf'\s[a-z]+="{mark}(\d+);"')
    closers: dict[str, list[str]] = {}

    def tag(found: re.Match[str]) -> str:
        closing, name, attributes = found.groups()
        if closing:
            stack = closers.get(name)
            return stack.pop() if stack else found[0]
        if name == "input" and 'type="checkbox"' not in attributes:
            return ""
        own = number.search(attributes)
        slot = slots[int(own[1])] if own else ""
        kind = slot[:1]
        if kind == "i":
            return f"\0{slot}\0"
        if kind in ("a", "h") and kind:
            closers.setdefault(name, []).append(_closer(slot))
            return f"\0{slot}\0"
        if name == "a" or name in _HEADINGS:
            closers.setdefault(name, []).append(f"</{name}>")
        if kind == "r":
            attributes = attribute.sub(lambda a: f"\0{slots[int(a[1])]}\0", attributes)
        return f"<{name}{attributes}>"

    html = _ANY_TAG.sub(tag, html).replace(f"{mark}p;", "\0p\0")
    return number.sub(lambda found: f"\0{slots[int(found[1])]}\0", html)


_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def _closer(slot: str) -> str:
    if slot[0] == "a":
        return f"\0/{slot[1:].split(chr(9))[0]}\0"
    level, name = slot[1:].split("\t")[:2]
    return f"\0H{level}\t{name}\0"
