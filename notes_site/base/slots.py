"""Bodies with slots: the one place that completes a note's HTML.

A rendered body is one string in which everything that depends on *other* files, or on the page that shows it,
is a slot between two NUL characters (NUL is refused in input, so text can never look like one). Slots:

    a3 TAB attributes TAB classes             opens the link of ref 3 (both fields may be absent); /3 closes it
    t3 TAB text                               title of ref 3's target (a wikilink without a label), else the text
    i3 TAB alt TAB attributes                 the image of ref 3; alt and attributes are escaped HTML
    r3 TAB href                               the whole attribute (href, src, ...) of raw HTML with ref 3
    r3 4 TAB srcset TAB 1x TAB 2x             the same with several refs, each with what follows its URL; those that
                                              are missing are left out
    h2 TAB id TAB attributes                  opens a heading; H2 TAB id closes it
    p         the id prefix (footnotes)

`plan` resolves each ref into a `Slot`; `fill` puts the two together for one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from notes_site.base.model import Record

NUL = "\0"

SlotKind = Literal["site", "url", "anchor", "missing"]


class Slot(Record, frozen=True):
    """A resolved ref. `href`: for `site` the output path (with #fragment), for `url` an absolute URL, for
    `anchor` the bare id in the same body, for `missing` nothing. `text`: the target's title.
    """

    kind: SlotKind
    href: str = ""
    text: str = ""


def fill(body: str, slots: Sequence[Slot], root: str = "", prefix: str = "", shift: int = 0) -> str:
    """Return the body as HTML for one page.

    `root` leads from the page to the site's root (`../`); `prefix` goes before every id and `#` link, and `shift`
    is added to heading levels, where several bodies share one page.
    """
    parts = body.split(NUL)
    parts[1::2] = [_complete(part, slots, root, prefix, shift) for part in parts[1::2]]
    return "".join(parts)


def _complete(token: str, slots: Sequence[Slot], root: str, prefix: str, shift: int) -> str:
    kind, fields = token[0], token[1:].split("\t")
    if kind == "p":
        return prefix
    if kind in "hH":
        return _heading(kind, fields, prefix, shift)
    if kind == "r":
        return _attribute([slots[int(number)] for number in fields[0].split()], fields[1], fields[2:], root, prefix)
    slot = slots[int(fields[0])]
    url = escape(_url(slot, root, prefix))
    missing = slot.kind == "missing"
    if kind == "a":
        if missing:
            return '<span class="missing">'
        more, classes = fields[1:] if len(fields) > 1 else ("", "")
        names = " ".join(filter(None, ("external" if slot.kind == "url" else "", classes)))
        return f'<a class="{names}" href="{url}"{more}>' if names else f'<a href="{url}"{more}>'
    if kind == "/":
        return "</span>" if missing else "</a>"
    if kind == "t":
        return escape(slot.text) or "".join(fields[1:])
    if missing:
        return f'<span class="missing">{fields[1]}</span>'
    return f'<img src="{url}" alt="{fields[1]}"{fields[2]} loading="lazy">'


def _attribute(slots: Sequence[Slot], name: str, behind: Sequence[str], root: str, prefix: str) -> str:
    there = [
        f"{escape(_url(slot, root, prefix))} {text}".rstrip(" ")
        for slot, text in zip(slots, behind or [""], strict=True)
        if slot.kind != "missing"
    ]
    return f' {name}="{", ".join(there)}"' if there else ""


def _heading(kind: str, fields: list[str], prefix: str, shift: int) -> str:
    tag = f"h{min(int(fields[0]) + shift, 6)}"
    anchor = escape(prefix + fields[1])
    if kind == "h":
        return f'<{tag} id="{anchor}"{fields[2]}>'
    return f' <a class="permalink" href="#{anchor}" aria-hidden="true" tabindex="-1">#</a></{tag}>'


def _url(slot: Slot, root: str, prefix: str) -> str:
    if slot.kind == "site":
        return root + slot.href
    return f"#{prefix}{slot.href}" if slot.kind == "anchor" else slot.href
