"""A page as browsers see it: what stands around a note's text, and which words of it show."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

from notes_site.base.slots import Slot, fill
from notes_site.content.markdown import Rendered

_UNSEEN = frozenset({"datalist", "iframe", "noembed", "noframes", "noscript", "script", "select", "style", "template"})


def parsed(html: str) -> Element:
    """Return the document as the parsing rules of HTML build it."""
    return html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)


def body(rendered: Rendered) -> str:
    """Return a note's HTML, all links leading to what is written."""
    return fill(rendered.html, [Slot("url", ref.target) for ref in rendered.refs])


def framed(text: str) -> str:
    """Return a page with the same elements around a note's text as a note's page has."""
    return (
        "<!DOCTYPE html><html><head><title>T</title></head><body><header><nav><a href='h'>Home</a></nav></header>"
        f"<main><article><div class='prose'>\n{text}\n</div><section><h2>Also</h2><ul><li><a href='b'>B</a></li></ul>"
        "</section><nav><a href='n'>Next</a></nav></article></main><footer><p>Footer</p></footer></body></html>"
    )


def around(page: Element) -> list[str]:
    """Return the elements and texts outside of the note's text, each with its place."""
    return [*_around(page, "")]


def _around(element: Element, above: str) -> Iterator[str]:
    path = f"{above}/{element.tag}"
    if element.get("class") == "prose":
        yield path
        return
    yield f"{path} {(element.text or '').strip()}"
    for child in element:
        yield from _around(child, path)
        yield f"{path} {(child.tail or '').strip()}"


def shown(page: Element) -> str:
    """Return the text of the page that is not within an element that hides it."""
    return "".join(_shown(page))


def _shown(element: Element) -> Iterator[str]:
    if element.tag not in _UNSEEN and isinstance(element.tag, str):
        yield element.text or ""
        for child in element:
            yield from _shown(child)
    yield element.tail or ""
