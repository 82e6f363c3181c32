"""The one stylesheet and the one script of a site: made small, ready to stand in every page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from notes_site.base import colours

GROUNDS = (("#fdfdfc", "#f3f4f6"), ("#14161a", "#1d2026"))
"""What the accent colour is read on, on light pages and on dark ones: `--ground` and `--raised` of `base.css`."""

# What may be dropped, or a string: texts in strings stay as they are.
_STRING = r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
_TOKEN = re.compile(rf"{_STRING}|/\*.*?\*/|\s+", re.DOTALL)
_TIGHT = re.compile(rf"{_STRING}|\s*([{{}};,]|>(?!=))\s*|(?<=[\w-]):\s+|(?<=[\s(,:-])0(?=\.\d)")
_SCHEMES = re.compile(r"(--[\w-]+):light-dark\(((?:[^(),]|\([^()]*\))+),((?:[^(),]|\([^()]*\))+)\)")


def bundle(sheets: Iterable[str]) -> str:
    """Return the sheets as one, in their order, without comments and needless blanks.

    Browsers without `light-dark()` get the custom properties that use it twice: for light pages, and for dark ones by
    `prefers-color-scheme`. The result cannot end the `<style>` element in which it stands.
    """
    css = minified("\n".join(sheets))
    return (css + _fallback(css)).replace("</", r"<\/")


def accent(colour: str) -> str:
    """Return the rules that make this the accent colour (`#rrggbb`), as light and dark pages need it; none for ''."""
    if not colour:
        return ""
    light, dark = (colours.readable(colour, *grounds) for grounds in GROUNDS)
    return f":root {{ --accent: light-dark({light}, {dark}); }}"


def script(source: str) -> str:
    """Return a script without comments and needless blanks, ready to stand in a page."""
    from rjsmin import jsmin

    return str(jsmin(source)).replace("</", r"<\/")


def minified(css: str) -> str:
    """Return CSS without comments, and with blanks only where they mean something."""
    bare = _TOKEN.sub(lambda m: m[1] or " ", css).strip()
    tight = _TIGHT.sub(lambda m: m[1] or m[2] or (":" if m[0][0] == ":" else ""), bare)
    return re.sub(r";+}", "}", tight)


def _fallback(css: str) -> str:
    """The rules for browsers that lack `light-dark()` (CSS Color 5)."""
    found = {name: (light.strip(), dark.strip()) for name, light, dark in _SCHEMES.findall(css)}
    if not found:
        return ""
    light, dark = (";".join(f"{name}:{pair[n]}" for name, pair in found.items()) for n in (0, 1))
    old = f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return f"@supports not (color:light-dark(#000,#fff)){{{old}}}"
