"""A note's record: the terms that it is found by with their weights, and its sections for excerpts.

A weight depends on the note alone, so that a record can be kept as long as its note does not change: frequencies
saturate as in BM25 (Robertson and Zaragoza 2009, section 3), against a fixed length instead of the average one. What
depends on the other notes (how rare a term is) the engine adds when it searches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from notes_site.base.model import SearchRecord, Section
from notes_site.search.tokens import STOP_WORDS, Token, is_unspaced, tokens

_HEADING = 3  # a heading counts as so many times in the text
_SATURATION = 1.2
_SHARE_OF_LENGTH = 0.75
_LENGTH = 300  # words of a text that is neither short nor long
_TITLE = 3  # more than any text can weigh
_STEPS = 3  # of a weight of 1
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def record(title: str, also: Iterable[str], summary: str, sections: Sequence[Section]) -> SearchRecord:
    """Return a note's record. `also`: what it is called besides, such as its tags."""
    weights = _Weights()
    weights.add_title(title)
    for name in also:
        weights.add_heading(name)
    weights.add_text(summary)
    for section in sections:
        weights.add_heading(section.heading)
        weights.add_text(section.text)
    parts = [(s.id, s.heading, _blocks(s.text)) for s in sections if s.text or s.heading]
    lines = (f"{letter}{term}" for term, letter in sorted(weights.letters().items()))
    return SearchRecord("\n".join(lines), msgspec.json.encode(parts).decode())


def _blocks(text: str) -> str:
    """Return a text with one line for each block: an excerpt shows one, never the end of one and the next."""
    return "\n".join([words for line in text.split("\n") if (words := " ".join(line.split()))])


class _Weights:
    """Counts the terms of one note."""

    def __init__(self) -> None:
        self._title: dict[str, float] = {}
        self._heading = Counter[str]()
        self._body = Counter[str]()
        self._pairs = Counter[str]()
        self._length = 0

    def add_title(self, text: str) -> None:
        """Count the words of the note's title, which weigh most."""
        words = list(tokens(text))
        bonus = _TITLE + _TITLE / max(1, len(words))  # of a short title each word says more
        self._title = dict.fromkeys([*_terms(words), *pairs(words)], bonus)

    def add_heading(self, text: str) -> None:
        """Count the words of a heading."""
        if text:
            words = list(tokens(text))
            self._heading.update(_terms(words))
            self._heading.update(pairs(words))

    def add_text(self, text: str) -> None:
        """Count the words of the text, those aside that say nothing."""
        words = [token for token in tokens(text) if token.word not in STOP_WORDS]
        self._body.update(_terms(words))
        self._body.update(pair for pair, joined in _adjacent(words) if joined)
        self._pairs.update(pair for pair, joined in _adjacent(words) if not joined)
        self._length += len(words)

    def letters(self) -> dict[str, str]:
        """The letter of each term: `a` for hardly any weight, `z` for the most."""
        often = {pair: count for pair, count in self._pairs.items() if count > 1}
        found = Counter(often)
        found.update(self._body)
        for term, count in self._heading.items():
            found[term] += _HEADING * count
        usual = _SATURATION * (1 - _SHARE_OF_LENGTH + _SHARE_OF_LENGTH * self._length / _LENGTH)
        weights = {term: count * (_SATURATION + 1) / (count + usual) for term, count in found.items()}
        for term, bonus in self._title.items():
            weights[term] = weights.get(term, 0) + bonus
        return {term: _LETTERS[min(25, round(weight * _STEPS))] for term, weight in weights.items()}


def _terms(words: Iterable[Token]) -> Iterable[str]:
    for token in words:
        yield token.word
        yield from token.extras


def pairs(words: Sequence[Token]) -> Iterable[str]:
    """Yield the pairs of words side by side, which are terms like words: `docker network`."""
    return (pair for pair, _ in _adjacent(words))


def _adjacent(words: Sequence[Token]) -> Iterable[tuple[str, bool]]:
    for first, second in pairwise(words):
        if not (is_unspaced(first.word) or is_unspaced(second.word)):
            yield f"{first.word} {second.word}", second.joined
