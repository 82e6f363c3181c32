"""The colours of highlighted code: two Pygments styles as CSS for one markup."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pygments.token import STANDARD_TYPES

UNMARKED = frozenset({"", "err", "n", "p", "pm", "w", "x"})
"""Short names of the token types that get no span. Plain names and punctuation are most of all code: without a span
for each the HTML is half as large, and the whole block has their colour instead. Errors are left alone too: `<name>`
in a shell command is no mistake.
"""

_Rules = dict[str, dict[str, str]]

_RESET = {
    "background": "none",
    "border": "0",
    "color": "inherit",
    "font-style": "normal",
    "font-weight": "normal",
    "text-decoration": "none",
}


def code_css(light: str, dark: str) -> str:
    """Return the rules for `.highlight` in two Pygments styles: `light` by default, `dark` where readers prefer it.

    Raises `KeyError` for a name that is not in `styles()`.
    """
    day, night = _rules(light), _rules(dark)
    for selector, properties in day.items():
        for name in properties.keys() - night.get(selector, {}).keys():
            night.setdefault(selector, {})[name] = _RESET[name]
    return f"{_css(day)}@media (prefers-color-scheme: dark) {{\n{_css(night)}}}\n"


def styles() -> tuple[str, ...]:
    """Return the names of the styles that come with Pygments."""
    from pygments.styles import STYLE_MAP

    return tuple(sorted(STYLE_MAP))


def _rules(style: str) -> _Rules:
    """Return the properties of each selector, those of wider token types first."""
    from pygments.styles import STYLE_MAP
    from pygments.token import Name, Text, Token

    module, _, name = STYLE_MAP[style].partition("::")
    found: Any = getattr(import_module(f"pygments.styles.{module}"), name)
    of = {kind: _properties(found.style_for_token(kind)) for kind in STANDARD_TYPES}
    plain = next((of[kind]["color"] for kind in (Name, Text, Token) if "color" in of[kind]), "inherit")
    rules: _Rules = {".highlight": {"background": found.background_color, "color": plain}}
    rules[".highlight .hl"] = {"background": found.highlight_color}
    for kind in sorted(STANDARD_TYPES, key=lambda kind: (len(kind), str(kind))):
        short = STANDARD_TYPES[kind]
        if short not in UNMARKED and (properties := of[kind]):
            rules[f".highlight .{short}"] = properties
    return rules


def _properties(style: Any) -> dict[str, str]:
    properties = {}
    if style["color"]:
        properties["color"] = f"#{style['color']}"
    if style["bgcolor"]:
        properties["background"] = f"#{style['bgcolor']}"
    if style["border"]:
        properties["border"] = f"1px solid #{style['border']}"
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
