"""Finding: from a text to the secrets in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from notes_site.base import characters
from notes_site.secrets.rule import secret_of
from notes_site.secrets.rules import RULES, expression

_SHORTEST = 16  # characters of the shortest word in which a token can stand
_WINDOW, _OVERLAP = 1_000_000, 40_000  # characters
_ESCAPE = r"\\(?=[!-/:-@\[\]-`{-~])"
"""A backslash before a sign, as Notion and Google Docs export `AWS\\_SECRET`, and JSON `\\/`: it is looked past."""
_HEAD = "[A-Za-z0-9]{2,3}"


class _Index(NamedTuple):
    """Which rules a text may concern, by what it holds. `heads`: by the first letters of tokens."""

    text: list[tuple[str, tuple[int, ...]]]
    words: list[tuple[str, tuple[int, ...]]]
    heads: dict[str, tuple[tuple[str, int], ...]]


def _indexed() -> _Index:
    text: dict[str, tuple[int, ...]] = {}
    words: dict[str, tuple[int, ...]] = {}
    heads: dict[str, tuple[tuple[str, int], ...]] = {}
    for number, rule in enumerate(RULES):
        for sign in rule.signs:
            head = re.match(_HEAD, sign) if rule.scope == "token" else None
            if head and (len(head[0]) == 3 or head[0] != sign):
                heads[head[0]] = (*heads.get(head[0], ()), (sign, number))
            else:
                where, sign = text if rule.scope == "text" else words, sign.removeprefix("*")
                where[sign] = (*where.get(sign, ()), number)
    return _Index([*text.items()], [*words.items()], heads)


_INDEX = _indexed()


class Leak(NamedTuple):
    """A secret between two indexes of a text: what it is, and how to make it worthless."""

    start: int
    end: int
    what: str
    mend: str


def find(text: str) -> tuple[Leak, ...]:
    """Return the secrets in a text, in order, none within another."""
    found: list[Leak] = []
    candidates = (leak for start, end in _windows(text) for leak in _found_in(text[start:end], start))
    for leak in sorted(candidates, key=lambda leak: (leak.start, -leak.end)):
        if not found or leak.start >= found[-1].end:
            found.append(leak)
    return tuple(found)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts in which a long text is looked through, so that it takes little memory. They overlap by more
    than a secret is long, and begin behind white space.
    """
    start = 0
    while len(text) - start > _WINDOW + _OVERLAP:
        yield start, start + _WINDOW + _OVERLAP
        blank = re.compile(r"\s").search(text, start + _WINDOW, start + _WINDOW + _OVERLAP // 8)
        start = blank.end() if blank else start + _WINDOW
    yield start, len(text)


def _found_in(text: str, offset: int) -> Iterator[Leak]:
    for cuts in _readings(text):
        shortened, moved = _without(text, cuts)
        for leak in _candidates(shortened):
            start, end = (at + offset + _removed(moved, at) for at in (leak.start, leak.end - 1))
            yield leak._replace(start=start, end=end + 1)


def _readings(text: str) -> Iterator[list[tuple[int, int, str]]]:
    """Yield what to look past, and what is left there: in the text as written, and as a page shows it, without the
    colours of a terminal.
    """
    cuts = [(at.start(), at.end(), "") for at in re.finditer(_ESCAPE, text)] if "\\" in text else []
    yield cuts
    if "\0" not in text and characters.suspicious(text):  # with a NUL it is no text
        yield sorted((*cuts, *(bad.cut for bad in characters.forbidden(text))))


def _without(text: str, cuts: Iterable[tuple[int, int, str]]) -> tuple[str, list[tuple[int, int]]]:
    """Return a text without some pieces, and from which index of it on how many characters were taken out in all."""
    parts: list[str] = []
    moved: list[tuple[int, int]] = []
    at = removed = 0
    for start, end, left in cuts:
        if start >= at:  # not within the one before
            parts += (text[at:start], left)
            at = end
            removed += end - start - len(left)
            moved.append((at - removed, removed))
    return "".join((*parts, text[at:])), moved


def _removed(moved: list[tuple[int, int]], at: int) -> int:
    """Return how many characters were taken out before an index of the new text."""
    number = bisect_right(moved, at, key=lambda move: move[0])
    return moved[number - 1][1] if number else 0


def _candidates(text: str) -> Iterator[Leak]:
    words = "\n".join([word for word in text.split() if len(word) >= _SHORTEST])
    for number in sorted(_likely(text, words)):
        rule = RULES[number]
        if not rule.word or expression(number).search(words):
            for match in expression(number).finditer(text):
                if not rule.harmless(match):
                    yield Leak(*match.span(secret_of(match)), rule.what, rule.mend)


def _likely(text: str, words: str) -> set[int]:
    """Return the rules of whose signs a text has some."""
    likely = {rule for sign, rules in _INDEX.text if sign in text for rule in rules}
    if words:
        likely.update(rule for sign, rules in _INDEX.words if sign in words for rule in rules)
        for head in _INDEX.heads.keys() & set(re.findall(rf"(?<![\w-]){_HEAD}", words)):
            likely.update(rule for sign, rule in _INDEX.heads[head] if sign in words)
    return likely
