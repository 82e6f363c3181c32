"""Telling: from the secrets in a text to warnings that do not repeat them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from notes_site.base.decoding import line_at
from notes_site.base.diagnostics import Diagnostic, warning
from notes_site.base.digest import digest
from notes_site.secrets.finding import Leak, find

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
    return tell(path, text, leaks, allow) if leaks else ()


def tell(
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
    told: list[Diagnostic] = []
    shown = 0  # characters: the line of a program made small may be the whole file
    for mark, same in different[:_DIFFERENT]:
        if told and shown > _TEXT:
            break
        told.append(_told(path, hidden, mark, same))
        shown += len(told[-1].text)
    if more := len(different) - len(told):
        message = f"this file holds {more} more secrets, for all to see"
        told.append(warning(path, "leak", message, hint="take the first ones out, and check again"))
    return tuple(told)


def _told(path: str, hidden: str, mark: str, same: Sequence[tuple[Leak, int]]) -> Diagnostic:
    leak, line = same[0]
    lines = list(dict.fromkeys(str(other) for _, other in same if other != line))
    again = ""
    if len(lines) > _LINES:
        again = f"; again on {len(lines)} lines, the first {', '.join(lines[:_LINES])}"
    elif lines:
        again = f"; again on line {', '.join(lines)}"
    hint = f'{leak.mend}; if it is no secret, add "{mark}" to `leaks.allow` in notes-site.toml'
    place = {
        "line": line,
        "column": leak.start - hidden.rfind("\n", 0, leak.start),
        "length": len(hidden[leak.start : leak.end].partition("\n")[0]),
        "text": line_at(hidden, leak.start),
    }
    return warning(path, "leak", f"this is {leak.what}, for all to see{again}", hint=hint, **place)


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
