"""Attributes in braces, `{#id .class key=value}`: reading them, and which of them are let through."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from markdown_it.token import Token

Attributes = dict[str, str]

_BRACES = re.compile(r'\{((?>[^{}"\n]+|"[^"\n]*")+)\}')
_ITEM = re.compile(
    r"""\s*(?:\#(?P<id>[^\s\#.{}"'=<>]+)
        | \.(?P<css>[^\s\#.{}"'=<>]+)
        | (?P<key>[a-zA-Z_:][\w:.-]*)=(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s{}"'=<>`]+)))(?=[\s\#.]|$)""",
    re.VERBOSE,
)
_REFUSED = frozenset(
    {
        "action", "alt", "background", "data", "formaction", "href", "loading", "ping", "poster", "src", "srcdoc",
        "srcset", "style", "xlink:href", "xmlns",
    }
)  # fmt: skip


def match(text: str, start: int = 0, end: int | None = None) -> tuple[int, Attributes] | None:
    """Return where the braces at `start` end and what they say; None when they are no attributes."""
    found = _BRACES.match(text, start, len(text) if end is None else end)
    if found is None:
        return None
    attributes = _parse(found[1].strip())
    return (found.end(), attributes) if attributes else None


def apply(target: Token, given: Attributes, env: Any, index: int) -> None:
    """Add attributes to a token: classes add up, of the rest the later ones win.

    What runs script, styles, or says what a slot says is left out with a warning at the line `index`.
    """
    for name, value in given.items():
        if name in _REFUSED or name.startswith("on"):
            message = f'the attribute `{name}="{value}"` is not let through'
            hint = "use a class, and style it in a stylesheet of yours" if name == "style" else "leave it out"
            env["source"].report("refused-attribute", message, hint, index=index)
        elif name == "class" and name in target.attrs:
            target.attrs[name] = f"{target.attrs[name]} {value}"
        else:
            target.attrs[name] = value
            if name == "id":
                env["ids"].add(value)


def quoted(value: object) -> str:
    """Return a value as it stands in a double-quoted attribute, in a slot too (where a tab would end a field)."""
    return escape(str(value).replace("\t", " "))


def _parse(text: str) -> Attributes | None:
    attributes: Attributes = {}
    classes: list[str] = []
    at = 0
    while at < len(text):
        found = _ITEM.match(text, at)
        if found is None:
            return None
        at = found.end()
        value = found["id"] or found["quoted"] or found["bare"] or ""
        key = "id" if found["id"] else (found["key"] or "").lower()
        if found["css"] or key == "class":
            classes += [found["css"]] if found["css"] else value.split()
        elif key in attributes:
            return None
        else:
            attributes[key] = "-".join(value.split()) if key == "id" else value
    if classes:
        attributes["class"] = " ".join(dict.fromkeys(classes))
    return {name: value for name, value in attributes.items() if value or name != "id"}
