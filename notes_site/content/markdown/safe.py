"""A whole body through nh3, without losing its slots.

nh3 would turn a NUL into U+FFFD and sees no tag in a slot. So each slot becomes the element or attribute that it
stands for, and is put back afterwards: what nh3 balances and closes is the real structure. Its number stands in an
attribute whose *name* the body does not contain: values and text may be written as entities, names may not, so no text
can become a slot. The id prefix, which stands within values, is taken out and put back by the rule that put it in.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import Any

from notes_site.content.markdown import rawhtml

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

_ANY_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s=>]+="[^"]*")*+)>')
_ONE_ATTRIBUTE = re.compile(r' ([^\s=>]+)="([^"]*)"')


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
    folded = body.replace("\0p\0", "").lower()
    mark = next(m for n in count() if (m := f"data-slot{n}-") not in folded)
    parts[1::2] = [_transport(slot, number, mark) for number, slot in enumerate(slots)]
    return _restore(_cleaner().clean("".join(parts)), slots, mark)


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


def _transport(slot: str, number: int, mark: str) -> str:
    """Return the HTML that stands for a slot while nh3 reads the body."""
    kind, fields = slot[0], slot[1:].split("\t")
    own = f'{mark}{kind}="{number}"'
    if kind == "a":
        more, css = fields[1:] if len(fields) > 1 else ("", "")
        return f'<a {own} class="{css}"{more}>'
    if kind == "i":
        return f'<img {own} alt="{fields[1]}"{fields[2]}>'
    if kind == "h":
        return f"<h{fields[0]} {own}{fields[2]}>"
    if kind == "r":  # in a tag, which may have several
        return f' {mark}r{fields[1]}="{number}"'
    if kind == "t":
        return f"<wbr {own}>"
    return {"/": "</a>", "H": f"</h{fields[0]}>", "p": ""}[kind]


def _restore(html: str, slots: list[str], mark: str) -> str:
    """Put the slots back. Links cannot nest, and nh3 has balanced the tags: an end tag closes the last one open."""
    closers: dict[str, list[str]] = {}

    def tag(found: re.Match[str]) -> str:
        closing, name, written = found.groups()
        if closing:
            stack = closers.get(name)
            return stack.pop() if stack else found[0]
        attributes: dict[str, str] = dict(_ONE_ATTRIBUTE.findall(written))
        if name == "input" and attributes.get("type") != "checkbox":
            return ""
        own = next((key for key in attributes if key.startswith(mark) and not key.startswith(f"{mark}r")), None)
        slot = slots[int(attributes.pop(own))] if own else ""
        shown, closer = _filled(slot, attributes) if slot else (f"<{name}{_kept(name, attributes, slots, mark)}>", "")
        if name == "a" or name in _HEADINGS:
            closers.setdefault(name, []).append(closer or f"</{name}>")
        return shown

    return _ANY_TAG.sub(tag, html)


_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def _filled(slot: str, attributes: dict[str, str]) -> tuple[str, str]:
    """Return a slot with the attributes that stay, and the one that closes it ('' for none)."""
    kind, number = slot[0], slot[1:].split("\t")[0]
    attributes = {key: value.replace("\t", " ") for key, value in attributes.items()}
    if kind == "a":
        css = attributes.pop("class", "")
        more = _written(attributes)
        return f"\0a{number}\t{more}\t{css}\0" if more or css else f"\0a{number}\0", f"\0/{number}\0"
    if kind == "i":
        alt = attributes.pop("alt", "")
        return f"\0i{number}\t{alt}\t{_written(attributes)}\0", ""
    if kind == "h":
        name = slot.split("\t")[1]
        return f"\0h{number}\t{name}\t{_written(attributes)}\0", f"\0H{number}\t{name}\0"
    return f"\0{slot}\0", ""


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {key}="{value}"' for key, value in attributes.items())


def _kept(tag: str, attributes: dict[str, str], slots: list[str], mark: str) -> str:
    """Return the attributes of raw HTML: those that are slots, where they may stand, and the id prefix in others."""
    parts = []
    for key, value in attributes.items():
        if not key.startswith(mark):
            parts.append(f' {key}="{rawhtml.prefixed(tag, key, value) or value}"')
        elif key[len(mark) + 1 :] in _ATTRIBUTES.get(tag, ()):
            parts.append(f"\0{slots[int(value)]}\0")
    return "".join(parts)
