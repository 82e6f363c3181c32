"""From bytes to text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notes_site.base import decoding
from notes_site.base.decoding import brief, decode, line_at, position

PLAIN = st.text(st.characters(exclude_characters="\0\r\ufeff", exclude_categories=["Cs"]))


@given(PLAIN)
@example("")
@example("\n")
@example("a\n\n")
def test_mark_line_ends_and_last_newline_change_nothing(plain: str) -> None:
    """Law 3."""
    expected = plain if not plain or plain.endswith("\n") else plain + "\n"
    assert decode("a.md", plain.encode()) == (expected, None)
    assert decode("a.md", codecs.BOM_UTF8 + plain.encode()) == (expected, None)
    assert decode("a.md", plain.replace("\n", "\r\n").encode()) == (expected, None)
    assert decode("a.md", plain.replace("\n", "\r").encode()) == (expected, None)
    if plain[-2:-1] != "\n":  # two newlines at the end are a blank line more
        assert decode("a.md", plain.removesuffix("\n").encode()).text.rstrip("\n") == expected.rstrip("\n")


@given(st.binary())
def test_any_bytes_are_text_or_an_error(data: bytes) -> None:
    decoded, problem = decode("a.md", data)
    assert (problem is None) or decoded == ""
    assert "\0" not in decoded
    assert "\r" not in decoded
    if problem:
        assert (problem.severity, problem.code, problem.path) == ("error", "not-text", "a.md")
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.hint


NO_UTF8 = "byte 0x{} is no UTF-8 (in Windows-1252 it would be `{}`)"
CASES = {
    "Latin-1 behind CRLF": ("ä\r\nßx".encode() + b"caf\xe9 x\nz", 10, 2, 6, NO_UTF8.format("E9", "é")),
    "behind a mark": (codecs.BOM_UTF8 + b"ab\xff", 5, 1, 3, NO_UTF8.format("FF", "ÿ")),
    "cut short": (b"a\n\xe2\x82", 2, 2, 1, NO_UTF8.format("E2", "â")),
    "NUL behind lone CRs": (b"a\rb\rcd\0", 6, 3, 3, "a NUL character"),
    "NUL behind a mark": (codecs.BOM_UTF8 + b"\0", 3, 1, 1, "a NUL character"),
    "a lone surrogate": (b"x\xed\xa0\x80", 1, 1, 2, "half of a surrogate pair"),
    "UTF-16": ("\ufeffa".encode("utf-16-le"), 0, 1, 1, "the file is UTF-16, not UTF-8: first foreign byte"),
    "overlong": (b"\xc0\x80", 0, 1, 1, NO_UTF8.format("C0", "À")),
}  # fmt: skip


@pytest.mark.parametrize(("data", "offset", "line", "column", "what"), CASES.values(), ids=CASES.keys())
def test_what_is_no_text_is_named_by_offset_and_place(
    data: bytes, offset: int, line: int, column: int, what: str
) -> None:
    decoded, problem = decode("a.md", data)
    assert decoded == ""
    assert problem
    assert problem.message == f"{what} at byte {offset} (offset from 0)"
    assert (problem.line, problem.column) == (line, column)


def test_the_source_line_is_shown() -> None:
    problem = decode("a.md", b"one\ntwo \xff three\nfour").problem
    assert problem
    assert problem.text == "two \ufffd three"
    assert problem.text[problem.column - 1] == "\ufffd"


def test_more_than_5_mb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert decoding.LIMIT == 5_000_000
    assert decode("a.md", b"a" * decoding.LIMIT).problem is None
    problem = decode("a.md", b"a" * (decoding.LIMIT + 1)).problem
    assert problem
    assert problem.code == "file-too-large"
    assert "5,000,001 bytes" in problem.message


@given(st.lists(st.text("ab", max_size=3)), st.data())
def test_position_and_line(lines: list[str], data: st.DataObject) -> None:
    joined = "\n".join(lines)
    index = data.draw(st.integers(0, len(joined)))
    line, column = position(joined, index)
    split = joined.split("\n")
    assert sum(len(before) + 1 for before in split[: line - 1]) + column - 1 == index
    assert line_at(joined, index) == split[line - 1]


def test_brief() -> None:
    assert brief("a" * 60) == "a" * 60
    assert brief("a" * 61) == "a" * 60 + "…"
