"""Durations as people write them, in whole minutes inside.

The grammar, case and spacing aside: `30`, `30 min`, `1h`, `1h 10m`, `1h10`, `1 hour and 10 minutes`,
`1.5 hours`, `1,5 h`, `1½ h`, `45-minute`, `half an hour`, `90 s`, `1:30` (hours:minutes), `1:30:15`, `PT1H30M`
(ISO 8601), each also with `~`, `about` or `approx.` before it. Units are English, German, French, Spanish, Portuguese
or Chinese. What only running prose has, such as a label before the time or a sum, is read by `readme.importer.times`.
"""

from __future__ import annotations

import re

from notes_site.base.errors import Problem

LIMIT = 10_000 * 60
"""The longest duration that is believed, in minutes."""

_LONGEST = 80  # characters: what is longer is prose, and not worth an expression's time

ABOUT = r"(?:[~≈]|(?:approximately|approx|about|around|roughly|circa|ca|c)\b\.?)"
"""A pattern for what stands before a time that is not exact."""

_UNITS = {
    "h": r"h(?:ou|eu|o)?r(?:a|e)?s?|h|stunden?|std|小时",
    "m": r"minut(?:e|o)[sn]?|mins?|m|分钟|分",
    "s": r"seconds?|secs?|s",
}
UNIT = rf"(?:{'|'.join(_UNITS.values())})(?![^\W\d_])\.?"
"""A pattern for a unit of time."""

_APPROXIMATELY = re.compile(rf"{ABOUT}\s*")
_WORDS = {
    "half an hour": 30, "half hour": 30, "a half hour": 30, "an hour": 60, "one hour": 60, "a minute": 1,
    "an hour and a half": 90, "quarter of an hour": 15, "a quarter of an hour": 15, "quarter hour": 15,
}  # fmt: skip
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
_NUMBER = r"(?:[0-9]{1,9}(?:[.,][0-9]{1,4})?|[.,][0-9]{1,4})"
_CLOCK = re.compile(r"([0-9]{1,6}):([0-9]{1,3})(?::([0-9]{1,3}))?(?: ?(?:h|hrs?|hours?)\.?)?")
_ISO = re.compile(rf"p(?:([0-9]{{1,4}})d)?(?:t(?=[0-9.,])(?:({_NUMBER})h)?(?:({_NUMBER})m)?(?:({_NUMBER})s)?)?")
_NAMED_UNIT = "|".join(f"(?P<{name}>{unit})" for name, unit in _UNITS.items())
_PART = re.compile(rf"({_NUMBER})[ -]?(?:{_NAMED_UNIT})(?![^\W\d_])\.?|(?P<bare>{_NUMBER})|(?P<stray>\S)")
_JOIN = re.compile(r"(?:,(?![0-9])|\+|&|\band\b)")
_RANGE = re.compile(r"[0-9][a-z. ]{0,12}(?:[-–—]|\bto\b) ?[0-9]")
_THOUSANDS = re.compile(r"[0-9]+,[0-9]{3}(?![0-9])")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}

_EXAMPLES = "write it like `30 min`, `1h 10m`, `1.5 h` or `1:30` (hours:minutes)"


def _problem(message: str, hint: str = _EXAMPLES) -> Problem:
    return Problem(message, hint)


def parse(text: str) -> int:
    """Return the duration in whole minutes, rounded, and at least 1 unless it is nothing at all.

    Raises Problem for anything else, for negative durations and for more than `LIMIT`.
    """
    if text.isascii() and text.isdigit() and len(text) < 7:
        return _believed(int(text) * 60.0, text)
    if len(text) > _LONGEST:
        raise _problem(f"`{text[:40]}…` is no duration")
    plain = " ".join(text.casefold().split())
    words = _APPROXIMATELY.sub("", plain, count=1) if _APPROXIMATELY.match(plain) else plain
    for sign, decimals in _FRACTIONS.items():
        words = words.replace(f" {sign}", sign).replace(sign, decimals)
    if words in _WORDS:
        return _WORDS[words]
    if words.startswith(("-", "−", "–")):
        raise _problem(f"`{text}` is negative", "time runs forward: " + _EXAMPLES)
    return _believed(_seconds(words, text), text)


def show(minutes: int) -> str:
    """Return whole minutes as people read them, with normal spaces: `45 min`, `2 h`, `1 h 10 min`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _seconds(words: str, text: str) -> float:
    if clock := _CLOCK.fullmatch(words):
        return _clock(clock, text)
    if (iso_form := _ISO.fullmatch(words)) and any(iso_form.groups()):
        days, hours, minutes, seconds = (_number(part or "0") for part in iso_form.groups())
        return days * 86400 + hours * 3600 + minutes * 60 + seconds
    if not any(c in "0123456789" for c in words):
        raise _problem(f"`{text}` is no duration")
    if _RANGE.search(words):
        raise _problem(f"`{text}` is a range", "one number, please: " + _EXAMPLES)
    if _THOUSANDS.search(words):
        raise _problem(f"`{text}` may be thousands or decimals", "no commas, please: " + _EXAMPLES)
    return _parts(_JOIN.sub(" ", words), text)


def _clock(clock: re.Match[str], text: str) -> float:
    hours, minutes, seconds = clock[1], clock[2], clock[3] or "00"
    if len(minutes) != 2 or len(seconds) != 2:
        raise _problem(f"`{text}` is not hours:minutes", f"two digits for minutes: `{hours}:{int(minutes):02}`")
    if int(minutes) > 59 or int(seconds) > 59:
        total = int(hours) * 60 + int(minutes)
        raise _problem(f"`{text}`: an hour has 60 minutes", f"if you mean {show(total)}, write `{show(total)}`")
    return int(hours) * 3600.0 + int(minutes) * 60 + int(seconds)


def _parts(words: str, text: str) -> float:
    """Return the seconds of numbers with units, from the largest to the smallest, each once."""
    if not re.match(r"[0-9.,]", words):
        raise _problem(f"`{text}` is no duration")
    found = [*_PART.finditer(words)]
    units = [match.lastgroup or "" for match in found]
    if "stray" in units:
        raise _problem(f"`{text}` is no duration" + _about_days(words))
    if units == ["bare"]:
        if not words.isdigit():
            raise _problem(f"`{text}` of what?", f"write `{words} h` or `{words} min`")
        units = ["m"]
    if units == ["h", "bare"]:
        units = ["h", "m"]  # 1h10
    if units not in (["h"], ["m"], ["s"], ["h", "m"], ["m", "s"], ["h", "m", "s"]):
        raise _problem(f"`{text}` is no duration")
    numbers = [_number(match[1] or match["bare"]) for match in found]
    total = sum(n * _SECONDS[u] for n, u in zip(numbers, units, strict=True))
    if len(numbers) > 1:
        _check_carry(numbers, total, text)
    return total


def _check_carry(numbers: list[float], total: float, text: str) -> None:
    """Refuse `1h 75m` and `1.5h 10m`: more likely a slip than a meaning."""
    if any(n >= 60 for n in numbers[1:]) or any(n % 1 for n in numbers[:-1]):
        meant = show(min(round(total / 60), LIMIT))
        raise _problem(f"`{text}` does not add up", f"if you mean {meant}, write `{meant}`")


def _about_days(words: str) -> str:
    return ": a day has how many hours of study?" if re.search(r"[0-9] ?(?:d|days?|w|weeks?)\b", words) else ""


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _believed(seconds: float, text: str) -> int:
    minutes = int(seconds / 60 + 0.5)
    if minutes > LIMIT:
        raise _problem(f"`{text}` is more than {LIMIT // 60:,} hours", "a bare number means minutes: " + _EXAMPLES)
    return max(minutes, 1) if seconds else 0
