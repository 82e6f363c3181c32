"""The colours of highlighted code: two Pygments styles as CSS for one markup."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pygments.token import STANDARD_TYPES

from notes_site.base import colours

UNMARKED = frozenset({"", "err", "n", "p", "pm", "w", "x"})
"""Short names of the token types that get no span. Plain names and punctuation are most of all code: without a span
for each the HTML is half as large, and the whole block has their colour instead. Errors are left alone too: `<name>`
in a shell command is no mistake.
"""

_Rules = dict[str, dict[str, str]]

_COLOURS = {"background": "transparent", "color": "currentcolor"}
_MARKED = 0.1
"""How much of the text's colour is mixed into the ground of a marked line."""


def code_css(light: str, dark: str) -> str:
    """Return the rules for `.highlight` in two Pygments styles: `light` on light pages, `dark` on dark ones.

    Every colour is moved, where it must be, until it can be read on the style's ground and on a marked line: a style
    that was made for looks is no reason for letters that few can read. Raises `KeyError` for a name that is not in
    `styles()`.
    """
    day, night = _rules(light), _rules(dark)
    return f"@layer code {{\n.highlight {{\n{_css(_merged(day, night))}}}\n}}\n"


def _merged(day: _Rules, night: _Rules) -> _Rules:
    """Return both styles in one. What is no colour cannot differ by the reader's wish: there the light one decides.
    What says no more than the block around it is left out.
    """
    rules: _Rules = {}
    for selector in {**day, **night}:
        bare = day.get(selector, {}).items()
        rules[selector] = {name: value for name, value in bare if name not in _COLOURS}
        for name, plain in _COLOURS.items():
            pair = tuple(_unless(style, selector, name, plain) for style in (day, night))
            if pair != (plain, plain):
                rules[selector][name] = pair[0] if pair[0] == pair[1] else "light-dark({}, {})".format(*pair)
    return {selector: properties for selector, properties in rules.items() if properties}


def _unless(style: _Rules, selector: str, name: str, plain: str) -> str:
    """Return a colour of a style; `plain` where there is none, or where it is the text's own."""
    value = style.get(selector, {}).get(name, plain)
    return plain if selector != "&" and name == "color" and value == style["&"]["color"] else value


def styles() -> tuple[str, ...]:
    """Return the names of the styles that come with Pygments."""
    from pygments.styles import STYLE_MAP

    return tuple(sorted(STYLE_MAP))


def _rules(style: str) -> _Rules:
    """Return the properties of each selector within `.highlight`, those of wider token types first."""
    from pygments.styles import STYLE_MAP
    from pygments.token import Name, Text, Token

    module, _, name = STYLE_MAP[style].partition("::")
    found: Any = getattr(import_module(f"pygments.styles.{module}"), name)
    of = {kind: _properties(found.style_for_token(kind)) for kind in STANDARD_TYPES}
    ground = found.background_color
    plain = next((of[kind]["color"] for kind in (Name, Text, Token) if "color" in of[kind]), "")
    if not plain:
        plain = colours.readable("#777777", ground, least=12)
    marked = colours.show(colours.mixed(colours.parse(ground), colours.parse(plain), _MARKED))
    rules: _Rules = {"&": {"background": ground, "color": colours.readable(plain, ground, marked)}}
    rules[".hl"] = {"background": marked}
    for kind in sorted(STANDARD_TYPES, key=lambda kind: (len(kind), str(kind))):
        short = STANDARD_TYPES[kind]
        if short not in UNMARKED and (properties := of[kind]):
            behind = (properties["background"],) if "background" in properties else (ground, marked)
            if "color" in properties or "background" in properties:
                properties["color"] = colours.readable(properties.get("color", plain), *behind)
            rules[f".{short}"] = properties
    return rules


def _properties(style: Any) -> dict[str, str]:
    properties = {}
    if style["color"]:
        properties["color"] = f"#{style['color'].lower()}"
    if style["bgcolor"]:
        properties["background"] = f"#{style['bgcolor'].lower()}"
    if style["border"]:
        properties["border"] = f"1px solid #{style['border'].lower()}"
    if style["bold"]:
        properties["font-weight"] = "bold"
    if style["italic"]:
        properties["font-style"] = "italic"
    if style["underline"]:
        properties["text-decoration"] = "underline"
    return properties


def _css(rules: _Rules) -> str:
    """Return the rules as CSS, one line for all selectors that say the same."""
    selectors: dict[str, list[str]] = {}
    for selector, properties in rules.items():
        body = "; ".join(f"{name}: {value}" for name, value in sorted(properties.items()))
        selectors.setdefault(body, []).append(selector)
    return "".join(f"{', '.join(names)} {{ {body} }}\n" for body, names in selectors.items())
