"""Finding: from a text to the secrets in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from notes_site.leaks.rule import secret_of
from notes_site.leaks.rules import RULES

_SHORTEST = 16  # characters of the shortest word in which a token can stand
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[\]-`{-~])")

_HEAD = re.compile("[A-Za-z0-9]{2,3}")
_HEADS = re.compile(rf"(?<![\w-]){_HEAD.pattern}").findall


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
            head = _HEAD.match(sign) if rule.scope == "token" else None
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
    escapes = [match.start() for match in _ESCAPE.finditer(text)] if "\\" in text else []
    candidates = _candidates(_ESCAPE.sub("", text)) if escapes else _candidates(text)
    found: list[Leak] = []
    for leak in sorted(candidates, key=lambda leak: (leak.start, -leak.end)):
        if not found or leak.start >= found[-1].end:
            found.append(leak)
    return _in_original(found, escapes) if escapes else tuple(found)


def _candidates(text: str) -> Iterator[Leak]:
    words = "\n".join([word for word in text.split() if len(word) >= _SHORTEST])
    for number in sorted(_likely(text, words)):
        rule = RULES[number]
        if not rule.word or re.search(rule.pattern, words):
            for match in re.finditer(rule.pattern, text):
                if not rule.harmless(match):
                    yield Leak(*match.span(secret_of(match)), rule.what, rule.mend)


def _likely(text: str, words: str) -> set[int]:
    """Return the rules of whose signs a text has some."""
    likely = {rule for sign, rules in _INDEX.text if sign in text for rule in rules}
    if words:
        likely.update(rule for sign, rules in _INDEX.words if sign in words for rule in rules)
        for head in _INDEX.heads.keys() & set(_HEADS(words)):
            likely.update(rule for sign, rule in _INDEX.heads[head] if sign in words)
    return likely


def _in_original(found: list[Leak], escapes: list[int]) -> tuple[Leak, ...]:
    """Return the leaks of a text without its backslashes as places of the text with them: Notion and Google Docs
    export `AWS\\_SECRET`, JSON has `\\/`.
    """
    moved = [at - number for number, at in enumerate(escapes)]  # where each backslash was taken out

    def original(index: int) -> int:
        return index + bisect_right(moved, index)

    return tuple(leak._replace(start=original(leak.start), end=original(leak.end - 1) + 1) for leak in found)
