"""Text to the words that search compares. `static/search.js` has the same function; a test holds them together.

What is folded: case, width, ligatures and diacritics (Unicode NFKD without U+0300 to U+036F, then NFC, so that
Hangul and voiced kana stay whole), a few letters that do not decompose, the English plural. Scripts written without
spaces are cut into overlapping pairs of characters, so that a word is found inside a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category, normalize

LONGEST = 40  # characters of a term

STOP_WORDS = frozenset(
    (  # noqa: SIM905
        "a an and are as at be been but by can did do does for from had has have he her his how i if in into is it "
        "its me my no not of on or our she so than that the their them then there these they this to up was we were "
        "what when where which who why will with would you your"
    ).split()
)
"""English words that say nothing in a sentence. Titles and headings keep them."""

# Thai, Lao, Myanmar, Khmer, kana, Han, Hangul: found inside words, by pairs of characters.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
)
PATTERNS = {
    "unspaced": f"^[{_UNSPACED}]",
    "run": f"[{_UNSPACED}]+|[^{_UNSPACED}]+",
    "compound": r"[^ +#-]+(?:\+\+|#)?(?:-[^ +#-]+(?:\+\+|#)?)*",
    "humps": "(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])",
    # what is highlighted: in the browser alone, whose expressions know Unicode's categories
    "unit": rf"(?=([{_UNSPACED}]{{1,2}}))[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}'’])+",
}
"""Regular expressions, the same in Python and JavaScript: the engine gets them from here."""

_STARTS_UNSPACED, _RUN, _COMPOUND, _HUMPS = (
    re.compile(PATTERNS[name]) for name in ("unspaced", "run", "compound", "humps")
)
_MARKS = re.compile("[\u0300-\u036f'’]+")
LETTERS = {"ß": "ss", "ı": "i", "ς": "σ", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
_LETTERS = str.maketrans(LETTERS)


class Token(NamedTuple):
    """A word. `extras` are further terms of it: `cloud` and `front` of `CloudFront`, `c` of `C++`.

    `joined`: a sign without a space leads here from the word before, as in `ec2-user` and `/var/www`.
    """

    word: str
    extras: tuple[str, ...]
    joined: bool


class _Classes(dict[int, str | None]):
    """What each character is replaced by: letters, marks and digits stay, what joins words is `-`, all else a space."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kept = char if category(char)[0] in "LMN" or char in "+#" else "-" if char in "-./_:@" else " "
        self[code] = result = None if char in "'’" else kept
        return result


_CLASSES = _Classes()


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of a text in their order."""
    if not text.isascii():
        text = normalize("NFC", _MARKS.sub("", normalize("NFKD", text)))
    for compound in _COMPOUND.findall(text.translate(_CLASSES)):
        if "-" not in compound:
            yield from _split(compound)
            continue
        joined = False
        for part in compound.split("-"):
            for token in _split(part):
                yield token._replace(joined=True) if joined else token
                joined = True


def is_unspaced(word: str) -> bool:
    """Tell whether a word comes from a script without spaces."""
    return not word.isascii() and bool(_STARTS_UNSPACED.match(word))


@lru_cache(maxsize=65536)
def _split(part: str) -> tuple[Token, ...]:
    if part.isascii():
        return (_word(part),)
    found: list[Token] = []
    for run in _RUN.findall(part):
        if is_unspaced(run):
            found += (Token(run[n : n + 2], (), False) for n in range(len(run)))
        else:
            found.append(_word(run))
    return tuple(found)


def _word(part: str) -> Token:
    bare = part.rstrip("+#") or part
    humps = _HUMPS.split(bare)
    extras = [_fold(hump) for hump in humps] if len(humps) > 1 else []
    if bare != part:
        extras.append(_fold(bare))
    return Token(_fold(part), tuple(extras), False)


def _fold(part: str) -> str:
    word = _lower(part)
    if len(word) < 4 or word[-1] != "s" or not (word.isascii() and word.isalpha()) or word in STOP_WORDS:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("xes", "sses")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]


def _lower(part: str) -> str:
    return part.lower().translate(_LETTERS)[:LONGEST]
