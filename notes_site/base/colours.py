"""Colours that can be read: contrast after WCAG 2.2, and colours moved until it suffices. Pure."""

from __future__ import annotations

Colour = tuple[float, float, float]
"""Red, green and blue in sRGB, each from 0 to 1."""

LEAST = 4.5
"""The contrast that text needs: WCAG 2.2, success criterion 1.4.3 (level AA)."""

_STEPS = 50


def parse(text: str) -> Colour:
    """Return the colour that `#rgb` or `#rrggbb` means.

    Raises:
        ValueError: the text is neither.
    """
    digits = text.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) != 6 or not text.startswith("#"):
        raise ValueError(f"{text!r} is no colour")
    red, green, blue = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    return red, green, blue


def show(colour: Colour) -> str:
    """Return a colour as `#rrggbb`."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return `one` with a share of `other` (0 to 1) mixed in."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def readable(colour: str, *grounds: str, least: float = LEAST) -> str:
    """Return the colour, moved towards black or white no further than until it can be read on all grounds."""
    behind = [parse(ground) for ground in grounds]
    first = parse(colour)
    light = sum(map(_luminance, behind)) / len(behind) > 0.18
    end = (0.0, 0.0, 0.0) if light else (1.0, 1.0, 1.0)
    for step in range(_STEPS + 1):
        # What is shown is rounded to a byte a part, so that is what must suffice.
        tried = parse(show(mixed(first, end, step / _STEPS)))
        if all(contrast(tried, ground) >= least for ground in behind):
            return show(tried) if step else colour
    return show(end)


def _luminance(colour: Colour) -> float:
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
