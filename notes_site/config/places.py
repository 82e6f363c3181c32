"""Where the settings of a TOML text stand; `tomllib` reads values and forgets their places."""

from __future__ import annotations

import re
from typing import NamedTuple

from notes_site.base.decoding import position

_TOKEN = re.compile(
    r"""
      (?P<string> \"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<comment> \#[^\n]* )
    | (?P<open> [\[{] ) | (?P<close> [\]}] ) | (?P<end> \n ) | (?P<equals> = ) | (?P<dot> \. )
    | (?P<bare> [^\s"'\#\[\]{}=.]+ ) | (?P<space> [^\S\n]+ )
    """,
    re.VERBOSE | re.DOTALL,
)


class SettingPlace(NamedTuple):
    """Line and column from 1, length in characters; `line` 0 when it was not found."""

    line: int
    column: int
    length: int


class Located(NamedTuple):
    """Where a setting's name stands, and its value; a table's name and value are both its header."""

    key: SettingPlace
    value: SettingPlace


NOWHERE = Located(SettingPlace(0, 0, 0), SettingPlace(0, 0, 0))


def locate(source: str) -> dict[tuple[str, ...], Located]:
    """Return, for each table and each key of a valid TOML text, where it stands, as far as its first line reaches.

    A table that is only named as part of another (`[a.b]`, `a.b = 1`) is found there. Settings within inline
    tables and arrays are not told apart. One pass over the text.
    """
    places: dict[tuple[str, ...], Located] = {}
    table: tuple[str, ...] = ()
    for statement in _statements(source):
        kinds = [kind for kind, _, _ in statement]
        end = statement[-1][2]
        if kinds[0] == "open":
            table = full = _key(source, statement)
            where = Located(*[_place(source, statement[0][1], end)] * 2)
        elif "equals" in kinds:
            equals = kinds.index("equals")
            full = table + _key(source, statement[:equals])
            value = statement[min(equals + 1, len(statement) - 1)][1]
            key = _place(source, statement[0][1], statement[equals - 1][2])
            where = Located(key, _place(source, value, end))
        else:
            continue
        for n in range(len(full), 0, -1):
            places.setdefault(full[:n], where)
    return places


def _key(source: str, tokens: list[tuple[str, int, int]]) -> tuple[str, ...]:
    return tuple(_name(source[a:b]) for kind, a, b in tokens if kind in ("string", "bare"))


def _statements(source: str) -> list[list[tuple[str, int, int]]]:
    """Return the text's statements, each a list of its tokens (kind, start, end) without spaces and comments."""
    statements: list[list[tuple[str, int, int]]] = [[]]
    depth = 0
    for token in _TOKEN.finditer(source):
        kind = token.lastgroup or ""
        depth += (kind == "open") - (kind == "close")
        if kind == "end" and depth <= 0:
            statements.append([])
            depth = 0
        elif kind not in ("space", "comment", "end"):
            statements[-1].append((kind, token.start(), token.end()))
    return [statement for statement in statements if statement]


def _name(written: str) -> str:
    return written[1:-1] if written[0] in "\"'" else written


def _place(source: str, start: int, end: int) -> SettingPlace:
    line_end = source.find("\n", start, end)
    line, column = position(source, start)
    return SettingPlace(line, column, (end if line_end < 0 else line_end) - start)
