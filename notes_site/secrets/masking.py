"""What hides secrets in all that is shown: problems, results, tracebacks. Pure; `streams` uses it on the way out.

A line alone may not show that it is a secret (the second line of a private key, a key below its label), and a message
may quote a part of one. So a `Mask` can be told of the whole text that a problem is about: from then on it hides what
was found there, in parts and as addresses spell it too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from notes_site.base.diagnostics import Diagnostic

_PART = 8  # characters of a secret in a row that are hidden wherever they stand
_RANDOM = 16  # a secret of so many characters is no word; of a shorter one parts could be
_SHORTEST = 12  # characters without a blank that the shortest secret has, but for passwords in addresses
_LONGEST_WORD = 20  # characters: what is longer is hardly a word, and what is shorter has a digit when it is a secret
_KEPT = 4  # characters of a token's beginning that its parts still hold
_LONG = 2_000  # characters of a text that is looked through without asking whether it could hold any

_ALIKE = str.maketrans(
    {c: "-" for c in map(chr, range(33, 127)) if not c.isalnum()} | {chr(c): chr(c + 32) for c in range(65, 91)}
)
"""Secrets are compared as slugs spell them: small letters, and `-` for every sign. No character moves."""
_LINE_ENDS = {"\\n": " \n", "\\r": "  ", "\\t": "  "}
_BEGINNING = re.compile(r"(?:(?:[a-z]{2,16}|[A-Z]{2,16})[_.-])+")
"""What every token of a service begins with (`rubygems_`, `sk-proj-`) gives nothing away: it is the service's name."""
_ESCAPED = re.compile(r"\\[nrt]")
"""What `repr` and JSON make of the blanks between a label and its secret."""


class Mask:
    """Hides what `detect.find` finds, and what it was told of. `allow`: fingerprints of what is no secret."""

    def __init__(self, allow: Collection[str] = ()) -> None:
        self.allow: Collection[str] = frozenset(allow)
        self._parts: dict[str, int] = {}  # what is hidden, from which character on
        self._lengths: set[int] = set()

    def learn(self, source: str) -> str:
        """Hide the secrets of a whole text in all that follows. Returns it with them hidden."""
        from notes_site.secrets import detect

        for _ in range(detect.PASSES):
            found = detect.secrets(_ESCAPED.sub(lambda escaped: _LINE_ENDS[escaped[0]], source), self.allow)
            hidden = detect.hide(source, found)
            if hidden == source:
                break
            for leak in {source[leak.start : leak.end]: leak for leak in found}.values():
                for part, shown in _parts(source, hidden, leak.start, leak.end):
                    self._parts[part.translate(_ALIKE)] = shown
                    self._lengths.add(len(part))
            source = hidden
        return source

    def __call__(self, text: str) -> str:
        """Return the text with `*` for all but the beginning of every secret; no character moves."""
        hidden = self.learn(text) if _could_hold_any(text) else text
        return self._without_parts(hidden) if self._parts else hidden

    def diagnostic(self, d: Diagnostic) -> Diagnostic:
        """Return the problem with the secrets in its texts hidden."""
        return d._replace(path=self(d.path), message=self(d.message), hint=self(d.hint), text=self(d.text))

    def value(self, value: Any) -> Any:
        """Return what is to be written as JSON with the secrets in all its texts hidden."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {self.value(key): self.value(inner) for key, inner in value.items()}
        return [self.value(inner) for inner in value] if isinstance(value, list | tuple) else value

    def _without_parts(self, text: str) -> str:
        alike, shown = text.translate(_ALIKE), list(text)
        for at in range(len(text)):
            for length in self._lengths:
                start = self._parts.get(alike[at : at + length])
                if start is not None:
                    shown[at + start : at + length] = ["*" if c != "\n" else c for c in shown[at + start : at + length]]
        return "".join(shown)


def _parts(source: str, hidden: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield what gives a secret away, each with how many characters of it may be shown: all its parts; the whole of
    what could be a word, a short one with what stands before it.
    """
    pieces = [*re.finditer(r"(?:(?!\\[nr])\S)+", source[start:end])]
    for piece in pieces:
        first, last = start + piece.start(), start + piece.end()
        shown = next((n for n in range(first, last) if source[n] != hidden[n]), last)
        if last - first >= _RANDOM:
            begun = _BEGINNING.match(source, first, last)
            if begun and last - begun.end() >= _RANDOM:
                first = max(begun.end() - _KEPT, first)
            for at in range(first, last - _PART + 1):
                if sum(c.isalnum() for c in source[at : at + _PART]) > _PART // 2:
                    yield source[at : at + _PART], max(shown - at, 0)
        elif len(pieces) == 1:
            first -= max(_PART - (last - first), 0)
            yield source[max(first, 0) : last], shown - max(first, 0)


def _could_hold_any(text: str) -> bool:
    """Return whether it is worth loading the rules: most lines of ours are short words and numbers."""
    return len(text) > _LONG or "://" in text or any(_could_be_one(word) for word in text.split())


def _could_be_one(word: str) -> bool:
    return len(word) >= _LONGEST_WORD or (len(word) >= _SHORTEST and any(c.isdigit() for c in word))


def of_text(problems: Iterable[Diagnostic], source: str, allow: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return the problems of a text with its secrets hidden in them; their paths still name the file."""
    mask = Mask(allow)
    found = tuple(problems)
    if found:
        mask.learn(source)
    return tuple(mask.diagnostic(d)._replace(path=d.path) for d in found)


def of_bytes(problems: Iterable[Diagnostic], data: bytes, allow: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return the problems of a file, which need not be text, with its secrets hidden in them."""
    return of_text(problems, readable(data), allow)


def readable(data: bytes) -> str:
    """Return the text in a file as far as there is one, with LF line ends."""
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
