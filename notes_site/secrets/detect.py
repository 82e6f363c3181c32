"""Secrets that stand in a text by accident: keys, tokens, passwords, account numbers. Pure.

Only what has a form or a label of its own is looked for, so that a warning is nearly always right; a password in plain
words is not found. What a text shows as an example (`AKIAIOSFODNN7EXAMPLE`, `123456789012`, `<password>`) is no leak.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from notes_site.base import characters
from notes_site.base.decoding import line_at
from notes_site.base.diagnostics import Diagnostic, note, warning
from notes_site.base.digest import digest
from notes_site.secrets.files import LARGEST, as_text, is_archive, is_media, private
from notes_site.secrets.rules import RULES, expression, secret_of

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


def _index_rules() -> _Index:
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


_INDEX = _index_rules()


class Leak(NamedTuple):
    """A secret between two indexes of a text: what it is, and how to make it worthless."""

    start: int
    end: int
    what: str
    hint: str


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
                if not rule.ignore(match):
                    yield Leak(*match.span(secret_of(match)), rule.what, rule.hint)


def _likely(text: str, words: str) -> set[int]:
    """Return the rules of whose signs a text has some."""
    likely = {rule for sign, rules in _INDEX.text if sign in text for rule in rules}
    if words:
        likely.update(rule for sign, rules in _INDEX.words if sign in words for rule in rules)
        for head in _INDEX.heads.keys() & set(re.findall(rf"(?<![\w-]){_HEAD}", words)):
            likely.update(rule for sign, rule in _INDEX.heads[head] if sign in words)
    return likely


# --- warnings

PASSES = 3
"""How often a text is looked through to be masked: a secret may stand too close to another to be seen as one."""
_SHOWN = 4  # characters of a secret that are shown, so that one finds it
_LINES = 3  # further places that are named
_DIFFERENT = 100  # secrets of one file that are told of one by one
_TEXT = 1_000_000  # characters of source lines that all problems of one file show at most
_NOT_AN_END = re.compile(r"[^\n]")


def check(path: str, text: str, allow: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return a warning for each different secret in a text, save those whose fingerprint is in `allow`.

    It points at the first place and names the others. What it shows of the line has every secret masked: problems
    end up in logs.
    """
    leaks = find(text)
    return warnings_for(path, text, leaks, allow) if leaks else ()


def warnings_for(
    path: str, text: str, leaks: Sequence[Leak], allow: Collection[str], also: Sequence[Leak] = ()
) -> tuple[Diagnostic, ...]:
    """Return the warnings of `check` for the secrets that were found in a text, in order. `also`: others, to hide."""
    hidden = hide(text, sorted((*leaks, *also)))
    places: dict[str, list[tuple[Leak, int]]] = {}
    line, at = 1, 0
    for leak in leaks:
        line, at = line + text.count("\n", at, leak.start), leak.start
        places.setdefault(fingerprint(text[leak.start : leak.end]), []).append((leak, line))
    different = [(mark, same) for mark, same in places.items() if mark not in allow]
    found: list[Diagnostic] = []
    shown = 0  # characters: the line of a minified program may be the whole file
    for mark, same in different[:_DIFFERENT]:
        if found and shown > _TEXT:
            break
        found.append(_warning(path, hidden, mark, same))
        shown += len(found[-1].text)
    if more := len(different) - len(found):
        message = f"this file holds {more} more secrets, for all to see"
        found.append(warning(path, "leak", message, hint="take the first ones out, and check again"))
    return tuple(found)


def _warning(path: str, hidden: str, mark: str, same: Sequence[tuple[Leak, int]]) -> Diagnostic:
    leak, line = same[0]
    lines = list(dict.fromkeys(str(other) for _, other in same if other != line))
    again = f"; again on line {', '.join(lines)}" if lines else ""
    if len(lines) > _LINES:
        again = f"; again on {len(lines)} lines, the first {', '.join(lines[:_LINES])}"
    return warning(
        path,
        "leak",
        f"this is {leak.what}, for all to see{again}",
        hint=_hint(leak, mark),
        line=line,
        column=leak.start - hidden.rfind("\n", 0, leak.start),
        length=len(hidden[leak.start : leak.end].partition("\n")[0]),
        text=line_at(hidden, leak.start),
    )


def _hint(leak: Leak, mark: str) -> str:
    return f'{leak.hint}; if it is no secret, add "{mark}" to `leaks.allow` in notes-site.toml'


def secrets(text: str, allow: Collection[str] = ()) -> tuple[Leak, ...]:
    """Return the secrets in a text, save those whose fingerprint is in `allow`."""
    return tuple(leak for leak in find(text) if fingerprint(text[leak.start : leak.end]) not in allow)


def fingerprint(secret: str) -> str:
    """Return what `leaks.allow` calls a secret by without repeating it: 12 hexadecimal digits."""
    return digest(secret.encode())[:12]


def hide(text: str, leaks: Iterable[Leak]) -> str:
    """Return the text with `*` for all but the beginning of every secret; no character moves, and lines stay lines."""
    parts: list[str] = []
    at = 0
    for leak in leaks:
        shown = min(_SHOWN, (leak.end - leak.start) // 3)
        parts += [text[at : leak.start + shown], _NOT_AN_END.sub("*", text[leak.start + shown : leak.end])]
        at = leak.end
    return "".join((*parts, text[at:]))


# --- files


def check_file(path: str, data: bytes | None, allow: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return what a file that is published as it is gives away. `path` is relative to the project; `data` is None for
    one of more than `LARGEST` bytes.
    """
    found = check(path, as_text(data), allow) if data is not None and not is_media(path) else ()
    return (*(found or _by_name(path, data, allow)), *_not_searched(path, data))


def _by_name(path: str, data: bytes | None, allow: Collection[str]) -> Iterator[Diagnostic]:
    hidden = private(path, data)
    if hidden and (mark := fingerprint(hidden.path)) not in allow:
        hint = f'take it out, or, if all may see it, add "{mark}" to `leaks.allow` in notes-site.toml'
        name = hidden.path.rpartition("/")[2]
        yield warning(hidden.path, "leak", f"`{name}` is private by its name: {hidden.why}", hint=hint)


def _not_searched(path: str, data: bytes | None) -> Iterator[Diagnostic]:
    message = ""
    if data is None:
        message = f"the file has more than {LARGEST:,} bytes, and is not looked through for leaks"
    elif is_archive(data):
        message = "what is packed in this file is not looked through for leaks"
    if message and not is_media(path):
        yield note(path, "not-searched", message, hint="see that it holds no secret")


def check_names(paths: Iterable[str], allow: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return a warning for each secret in the names of files, which are published with them."""
    lines = "\n".join(path.replace("\n", " ") for path in paths)
    found = []
    for leak in find(lines):
        mark = fingerprint(lines[leak.start : leak.end])
        if mark not in allow:
            start = lines.rfind("\n", 0, leak.start) + 1
            hidden = hide(line_at(lines, leak.start), [leak._replace(start=leak.start - start, end=leak.end - start)])
            message = f"the name of this file holds {leak.what}, for all to see"
            found.append(warning(hidden, "leak", message, hint=_hint(leak, mark)))
    return tuple(found)
