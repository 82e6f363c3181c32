"""How problems are shown: the mark under the text, nothing that drives a terminal, escaping, and the round trip."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.codes import Severity, field_code
from notes_site.base.diagnostics import (
    Diagnostic,
    as_github,
    as_json,
    dumps,
    error,
    failed,
    in_folder,
    in_order,
    loads,
    nearest,
    note,
    show,
    suggestion,
    visible,
    warning,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
DIAGNOSTICS = st.builds(
    Diagnostic,
    TEXTS,
    *[st.integers(0, 10_000)] * 3,
    st.sampled_from(["error", "warning", "note"]),
    st.from_regex(r"[a-z]+(-[a-z]+)*", fullmatch=True),
    TEXTS,
    TEXTS,
    TEXTS,
)


def at(text: str, column: int, length: int = 1, line: int = 7) -> str:
    """The excerpt of a problem at this place: the line and its mark."""
    shown = show(error("a.md", "changed", "wrong", line=line, column=column, length=length, text=text))
    return "\n".join(shown.split("\n")[1:])


def test_all_parts() -> None:
    problem = error(
        "a/b.md", field_code("time"), "no time", line=3, column=7, length=4, hint="write one", text="time: soon"
    )
    assert show(problem) == (
        "a/b.md:3:7: error: no time [bad-time]\n"
        "    3 | time: soon\n"
        "      |       ^^^^\n"
        "  help: write one"
    )  # fmt: skip


def test_only_what_is_known() -> None:
    assert show(warning("a.md", "leak", "wrong")) == "a.md: warning: wrong [leak]"
    assert show(note("a.md", "no-time", "wrong", line=3)) == "a.md:3:1: note: wrong [no-time]"
    assert at("whole line", 0) == "    7 | whole line"


def test_colours_stand_round_words_and_marks_only() -> None:
    problem = error("a.md", "changed", "wrong", line=3, column=1, length=2, hint="mend it", text="ab")
    coloured = show(problem, colour=True)
    assert coloured.count("\x1b[31;1m") == 2
    for code in ("\x1b[31;1m", "\x1b[1m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == show(problem)


@pytest.mark.parametrize(
    ("text", "column", "length", "mark"),
    [
        ("title: x", 8, 1, "       ^"),
        ("\ttabs\tcount once", 7, 5, "      ^^^^^"),
        ("日本語: x", 1, 3, "^^^^^^"),
        ("日本語: x", 6, 1, "        ^"),
        ("e\u0301te\u0301: x", 4, 2, "  ^"),  # été, its accents apart
        ("सीखना: x", 8, 1, "       ^"),
        ("👍🏽 x", 4, 1, "     ^"),
        ("ｆｕｌｌ x", 6, 1, "         ^"),
        ("at the end", 11, 1, "          ^"),
        ("far behind the end", 99, 3, "                  ^"),
        ("over the end", 10, 99, "         ^^^"),
        ("nothing", 3, 0, "  ^"),
    ],
)
def test_the_mark_stands_under_the_text(text: str, column: int, length: int, mark: str) -> None:
    assert at(text, column, length).split("\n")[1] == "      | " + mark


def test_numbers_of_lines_are_aligned() -> None:
    for line in (1, 99_999):
        first, second = at("text", 1, line=line).split("\n")
        assert first.index("|") == second.index("|")


def test_long_lines_are_cut_round_the_place() -> None:
    text = "a" * 200 + "HERE" + "b" * 200
    line, mark = at(text, 201, 4).split("\n")
    assert line == "    7 | …" + "a" * 50 + "HERE" + "b" * 46 + "…"
    assert mark == "      | " + " " * 51 + "^^^^"


def test_a_long_line_shows_its_beginning_and_its_end() -> None:
    text = "a" * 200 + "END"
    assert at(text, 1, 300) == "    7 | " + "a" * 100 + "…\n      | " + "^" * 100
    line, mark = at(text, 201, 3).split("\n")
    assert line == "    7 | …" + "a" * 50 + "END"
    assert mark == "      | " + " " * 51 + "^^^"
    assert at(text, 999).split("\n")[0].endswith("END"), "a place behind a long line shows its end"
    assert at("a" * 101, 0) == "    7 | " + "a" * 100 + "…"


def test_input_cannot_drive_the_terminal() -> None:
    nasty = "\x1b[2J\x07\r\x9b31m\u202e\u2066\u200b\x00\x7f"
    problem = Diagnostic(nasty, 1, 5, 3, "error", "bad", nasty, nasty, f"abc {nasty}")
    shown = show(problem)
    assert shown.replace("\n", "").isprintable()
    assert "\\u{1b}[2J" in shown
    assert shown.split("\n")[2] == "      |     ^^^^^^^^", "three characters, one of them spelled out in six columns"


@given(DIAGNOSTICS)
def test_what_is_shown_is_printable_and_in_its_lines(problem: Diagnostic) -> None:
    shown = show(problem)
    assert shown.replace("\n", "").isprintable()
    lines = 1 + bool(problem.hint)
    if problem.line and problem.text:
        lines += 2 if problem.column else 1
    assert shown.count("\n") == lines - 1


@given(TEXTS, st.integers(1, 60), st.integers(0, 60))
def test_the_mark_begins_where_the_text_does(text: str, column: int, length: int) -> None:
    source = text.replace("\t", " ").rstrip("\n")
    excerpt = at(text, column, length).split("\n") if text else []
    for mark in excerpt[1:]:
        before = visible(source[: column - 1])
        assert mark.index("^") == 8 + width(before)
        assert mark.count("^") == max(width(visible(source[column - 1 : column - 1 + max(length, 1)])), 1)


def width(text: str) -> int:
    """Columns by the rules of Unicode (UAX 11), one character at a time."""
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1
        for c in text
    )


@given(st.text())
def test_visible_text_is_printable_and_plain_text_stays(text: str) -> None:
    assert visible(text).isprintable()
    if text.isprintable():
        assert visible(text) == text


def test_visible_names_the_character() -> None:
    assert visible("a\tb\nc\u00a0d\u2028\ud800") == "a\\u{9}b\\u{a}c\\u{a0}d\\u{2028}\\u{d800}"


# ---- machines


def test_github() -> None:
    problem = error("a, b: 100%.md", "changed", "50%, 1: 2", line=3, column=0, hint="line\none")
    assert (
        as_github(problem) == "::error file=a%2C b%3A 100%25.md,line=3,col=1,title=changed::50%25, 1: 2%0Aline\\u{a}one"
    )
    assert as_github(note("a.md", "no-time", "wrong")) == "::notice file=a.md,title=no-time::wrong"
    assert as_github(warning("a.md", "leak", "wrong", line=1, column=9)).startswith("::warning file=a.md,line=1,col=9,")


@given(DIAGNOSTICS)
def test_github_commands_are_one_printable_line(problem: Diagnostic) -> None:
    command = as_github(problem)
    assert command.isprintable()
    fields, _, body = command[2:].partition("::")
    assert "::" not in fields
    assert all("=" in field for field in fields.split(" ", 1)[1].split(","))
    assert body.count("%0A") >= bool(problem.hint)


@given(st.lists(DIAGNOSTICS))
def test_what_was_stored_is_read_back(problems: list[Diagnostic]) -> None:
    stored = dumps(problems)
    stored.encode()
    assert loads(stored) == tuple(problems)
    assert all(type(problem) is Diagnostic for problem in loads(stored))


@given(st.lists(DIAGNOSTICS))
def test_json_has_every_field(problems: list[Diagnostic]) -> None:
    objects = json.loads(json.dumps(as_json(problems)))
    assert [Diagnostic(**fields) for fields in objects] == problems


# ---- order, severity, suggestions


@given(st.lists(DIAGNOSTICS))
def test_order(problems: list[Diagnostic]) -> None:
    ordered = in_order([*problems, *problems])
    assert set(ordered) == set(problems)
    assert len(ordered) == len(set(problems)), "each is told once"
    places = [(d.path, d.line, d.column) for d in ordered]
    assert places == sorted(places)


def test_errors_come_first_at_one_place() -> None:
    severities: list[Severity] = ["note", "warning", "error"]
    found = [Diagnostic("a.md", 1, 0, 0, severity, "b", "m") for severity in severities]
    assert [d.severity for d in in_order(found)] == ["error", "warning", "note"]
    assert [d.line for d in in_order([error("a", "changed", "c", line=n) for n in (10, 9, 0)])] == [0, 9, 10]


def test_below() -> None:
    assert [d.path for d in in_folder("content", [error("a/b.md", "changed", "wrong")])] == ["content/a/b.md"]


def test_failed() -> None:
    assert failed([error("a", "changed", "c")])
    assert not failed([warning("a", "leak", "c"), note("a", "no-time", "c")])
    assert failed([warning("a", "leak", "c")], strict=True)
    assert not failed([note("a", "no-time", "c")], strict=True)
    assert not failed([], strict=True)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("beginer", "did you mean `Beginner`?"),
        ("BEGINNER", "did you mean `Beginner`?"),
        ("advnaced", "did you mean `Advanced`?"),
        ("hard", ""),
        ("", ""),
    ],
)
def test_suggestion(word: str, expected: str) -> None:
    assert suggestion(word, ["Beginner", "Intermediate", "Advanced"]) == expected


@given(st.text(max_size=20), st.lists(st.text(max_size=20)))
def test_the_nearest_word_is_one_of_the_known(word: str, known: list[str]) -> None:
    assert nearest(word, known) in ("", *known)
    assert nearest(word, [*known, word]).casefold() == word.casefold()
