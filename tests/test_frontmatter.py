"""Front matter: golden cases, laws, hostile input, and what is made from the table of fields.

Golden cases lie in golden/frontmatter/: a title, the note, then what comes of it. `make golden` writes them anew.
"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
import time
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from notes_site.base import decoding
from notes_site.base.diagnostics import show
from notes_site.base.model import FIELDS, Card, Field, FrontMatter, Place, Record, Session, Span, passed_on
from notes_site.base.wording import Texts
from notes_site.content import frontmatter
from notes_site.content.frontmatter import clean, dump, json_schema, parse, values
from notes_site.content.frontmatter.block import MAX_SIZE
from notes_site.content.frontmatter.names import FOREIGN, NAMES, PROMISES, fold
from notes_site.pages.views import NoteView
from tests.harness import REPO, Case, golden_cases

NOTHING = FrontMatter()


def described(note: str) -> str:
    """Say in plain text what comes of a note: its fields with their places, its body, its problems."""
    source = parse("note.md", note)
    lines = []
    for name in NOTHING.__struct_fields__:
        value = getattr(source.front, name)
        if name != "spans" and value != getattr(NOTHING, name):
            at = source.front.spans[name]
            lines.append(f"{name} = {msgspec.json.encode(value).decode()} at {at.line}:{at.column}+{at.length}")
    lines.append(f"body from line {source.first_line}: {source.body!r}")
    lines += [line.rstrip() for d in source.diagnostics for line in show(d).split("\n")]
    return "".join(f"{line}\n" for line in lines)


CASES = golden_cases("frontmatter", lambda _, note: described(note))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_golden(case: Case) -> None:
    assert described(case.source) == case.expected


@pytest.mark.parametrize("note", [case.source for case in CASES], ids=map(str, CASES))
def test_bytes_do_not_matter(note: str) -> None:
    """Law 3: CRLF, a BOM, a missing final newline change nothing."""
    windows = b"\xef\xbb\xbf" + note.rstrip("\n").replace("\n", "\r\n").encode()
    for data in (windows, (note.rstrip("\n") + "\n").replace("\n", "\r").encode()):
        decoded, problem = decoding.decode("note.md", data)
        assert problem is None
        assert described(decoded) == described(note.rstrip("\n") + "\n")


def test_spans_mark_the_values() -> None:
    note = "---\ntitle: 'A B'\ntags: [x, y]\nlevel:   Beginner\n---\n"
    spans = parse("note.md", note).front.spans
    assert spans == {"title": Span(2, 8, 5), "tags": Span(3, 7, 6), "level": Span(4, 10, 8)}


def test_other_line_ends_bring_no_keys() -> None:
    """YAML ends lines at NEL, LS and PS; a title in which one stands must not begin a field."""
    for mark in "\x85\u2028\u2029":
        front = parse("note.md", f'---\ntitle: "a{mark}b"\nsummary: c{mark}draft\n---\n').front
        assert (front.title, front.summary, front.draft) == ("a b", "c draft", False)


def test_places_behind_other_line_ends() -> None:
    note = "---\nsummary: a\u2028b\ntime: soon\n---\n"
    problem = parse("note.md", note).diagnostics[0]
    assert (problem.code, problem.line, problem.column, problem.text) == ("bad-time", 3, 7, "time: soon")


# ---- never crashes

LINES = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.builds("{}: {}".format, st.sampled_from([*NAMES, "extra", "x"]), st.text(max_size=20)),
        st.sampled_from(
            [
                "---",
                "...",
                "- a",
                "  - b: c",
                "\t",
                "x: |",
                "x: >-",
                "x: {",
                "}",
                "[",
                "]",
                "? a",
                ": b",
                "a: &x *x",
                "<<: a",
            ]
        ),
    ),
    max_size=12,
).map("\n".join)


@given(st.one_of(st.text(), LINES, LINES.map("---\n{}\n---\nBody.".format)))
@example("---\n" + "[" * 3000 + "\n---\n")
@example("---\na: \ud800\n---\n")
def test_any_text_is_read_without_a_crash(note: str) -> None:
    source = parse("note.md", note)
    assert note.endswith(source.body)
    assert note[: len(note) - len(source.body)].count("\n") == source.first_line - 1
    lines = note.split("\n")
    for problem in source.diagnostics:
        assert problem.message
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.text == lines[problem.line - 1]
        assert problem.length >= 0
        assert show(problem)
    for span in source.front.spans.values():
        assert 0 <= span.column - 1 + span.length <= len(lines[span.line - 1])


@given(LINES)
def test_what_was_read_is_cached_alike(block: str) -> None:
    source = parse("note.md", f"---\n{block}\n---\n")
    if block.isprintable() or not any("\ud800" <= c <= "\udfff" for c in block):
        encoded = msgspec.msgpack.encode(source)
        assert msgspec.msgpack.decode(encoded, type=frontmatter.FrontMatterSource) == source


HOSTILE = {
    "open brackets": "[" * (MAX_SIZE - 10),
    "open braces": "{" * (MAX_SIZE - 10),
    "open braces with keys": "{a: " * 16_000,
    "dashes": "- " * 32_000,
    "block nesting": "\n".join(" " * n + "a:" for n in range(350)),
    "question marks": "? " * 32_000,
    "aliases": "a: &a [x]\n" + "b: *a\n" * 10_000,
    "merges": "a: &a {b: c}\nd: {<<: [" + "*a, " * 15_000 + "]}",
    "laughs": "a: &a [x,x]\n"
    + "\n".join(f"{b}: &{b} [*{a},*{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "unknown keys": "\n".join(f"key{n}: 1" for n in range(5_800)),
    "foreign keys": "extra:\n" + "\n".join(f" k{n}: 1" for n in range(6_000)),
    "foreign keys on a line": "extra: {" + "".join(f"k{n}: 1, " for n in range(6_000)) + "}",
    "one key often": "a: 1\n" * 13_000,
    "tags": "tags: [" + "a, " * 21_000 + "]",
    "tags by commas": "tags: " + "a," * 32_000,
    "sessions": "sessions: [" + "2018-10-29 5, " * 4_600 + "]",
    "a long title": "title: " + "a: " * 21_000,
    "a long number": "time: " + "1" * 65_000,
    "a long date": "date: 2018-10-29T10:00" + "0" * 65_000,
    "a long duration": "time: " + "1h " * 21_000,
    "a long range": "time: " + "1-" * 32_000,
    "a long link": "link: https://" + "a" * 65_000,
    "spaces": "title: a" + " " * 65_000 + "b",
    "comments": "title: a " + "#" * 65_000,
    "quotes": "title: '" + "''" * 32_000,
    "blank lines": "title: a" + "\n" * 65_000,
    "spaces before a second colon": "title: a" + " " * 65_000 + ": c",
    "tabs behind a colon": "title: a: b" + "\t" * 65_000 + "c",
    "half a Markdown link": "link: '" + "[a](" * 16_000 + "'",
    "spaces in a session": "sessions: '2018-10-29" + " " * 65_000 + "-'",
    "a colon in each line": "\n".join(f"k{n}: a: b" for n in range(5_000)),
}


@pytest.mark.parametrize("block", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_blocks_are_read_in_a_moment(block: str) -> None:
    assert len(block) <= MAX_SIZE
    start = time.process_time()
    source = parse("note.md", f"---\n{block}\n---\nBody.")
    assert time.process_time() - start < 2, "hostile, but not that hostile"
    assert source.body == "Body."


def test_a_block_that_is_too_large_is_refused() -> None:
    source = parse("note.md", "---\n" + "a: b\n" * (MAX_SIZE // 5 + 1) + "---\nBody.")
    assert [d.code for d in source.diagnostics] == ["front-matter-size"]
    assert source.body == "Body."


def test_many_unknown_keys_are_counted() -> None:
    source = parse("note.md", "---\n" + "".join(f"strange{n}: 1\n" for n in range(100)) + "---\n")
    assert len(source.diagnostics) == 21
    assert source.diagnostics[-1].message == "80 more keys are no fields of a note"


def test_the_slow_reader_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML lacks libyaml, well-formed front matter reads alike."""
    from notes_site.content.frontmatter import yaml_tree

    for case in CASES:
        if case.file in ("values", "names"):
            expected = described(case.source)
            with monkeypatch.context() as patch:
                patch.setattr(yaml_tree, "_Loader", yaml.SafeLoader)
                assert described(case.source) == expected, case.title


# ---- writing

TEXT = st.text(max_size=60)
DATES = st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 12, 31)).map(datetime.date.isoformat)
MINUTES = st.integers(0, 600_000)


@given(TEXT)
@example("0 \x01 0")
@example("no")
@example("1:30")
@example("A-")
@example("a: b # c")
@example("- a\n- b")
@example("“quoted” 'it''s' \"x\\y\"")
def test_any_title_comes_back(title: str) -> None:
    block = dump({"title": title})
    if not clean(title):
        assert block == "---\n---\n"
        return
    source = parse("note.md", block + "Body.")
    assert source.diagnostics == ()
    assert (source.front.title, source.body) == (clean(title), "Body.")
    loaded = yaml.safe_load(block.removeprefix("---\n").removesuffix("---\n"))
    assert loaded == {"title": clean(title)}, "other tools read the same text"


WRITABLE = st.fixed_dictionaries(
    {},
    optional={
        **{name: TEXT.map(clean).filter(bool) for name in ("title", "area", "level", "group", "summary")},
        "kind": st.sampled_from(["video", "lab"]),
        "link": st.sampled_from(["https://example.org/a?b=c&d#e", "a/b.pdf"]),
        "estimate": MINUTES,
        "date": DATES,
        "updated": DATES,
        "status": st.sampled_from(["planned", "doing", "done", "skipped"]),
        "order": st.integers(-999, 999),
        "draft": st.booleans(),
        "toc": st.booleans(),
        "html": st.sampled_from(["raw", "safe", "escaped"]),
        "tags": st.lists(st.sampled_from(["a", "b c", "no", "1", "d, e", "f#g", "h: i"]), unique=True).map(tuple),
        "aliases": st.lists(TEXT.map(lambda s: clean(s).casefold()).filter(bool), unique_by=str.casefold).map(tuple),
    },
)


@given(WRITABLE, st.lists(st.builds(Session, DATES, MINUTES.map(lambda m: m // 100)), max_size=4))
def test_what_is_written_is_read_back(fields: dict[str, Any], sessions: list[Session]) -> None:
    fields = {**fields, "sessions": tuple(sessions)} if sessions else fields
    source = parse("note.md", dump(fields))
    assert source.diagnostics == ()
    for name, value in fields.items():
        assert getattr(source.front, name) == value, name


def test_time_is_written_as_people_write_it() -> None:
    block = dump({"tags": ["aws", "c, d"], "time": 70, "title": "QwikLab: Intro to S3", "date": "2018-10-29"})
    assert block == '---\ntitle: "QwikLab: Intro to S3"\ntime: 1 h 10 min\ndate: 2018-10-29\ntags: [aws, "c, d"]\n---\n'


def test_typed_texts_need_no_quotes() -> None:
    assert dump({"time": "1 h 5 min", "estimate": "45 min", "updated": "2018-11-02"}).count('"') == 0


def test_what_is_no_field_is_not_written() -> None:
    with pytest.raises(KeyError, match="titel"):
        dump({"titel": "x"})


# ---- the table


def test_every_attribute_is_declared_as_a_field() -> None:
    assert [*(field.name for field in FIELDS), "spans"] == list(FrontMatter.__struct_fields__)


def test_no_name_means_two_things() -> None:
    folded = [*map(fold, NAMES), *FOREIGN, *PROMISES]
    assert len(folded) == len(set(folded))


@pytest.mark.parametrize(("place", "record"), [("card", Card), ("page", NoteView), ("facts", Texts)])
def test_fields_go_where_they_are_declared_to_go(place: Place, record: type[Record]) -> None:
    assert set(passed_on(NOTHING, place)) <= set(record.__struct_fields__)


def test_the_readme_names_every_field_and_no_other() -> None:
    table = (REPO / "README.md").read_text("utf-8").partition("| field | what it says |")[2].partition("\n\n")[0]
    names = "".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE))
    assert sorted(re.findall(r"`(\w+)`", names)) == sorted(field.name for field in FIELDS)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_examples_are_read_and_fit_the_schema(field: Field) -> None:
    block = f"{field.name}: {field.example}"
    source = parse("note.md", f"---\n{block}\n---\n")
    assert source.diagnostics == ()
    assert field.name in source.front.spans
    jsonschema.validate(as_json(yaml.safe_load(block)), json_schema())


def as_json(value: Any) -> Any:
    """YAML 1.1 reads dates; editors, which read 1.2, do not."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def test_the_schema_is_valid_and_catches_slips() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(None)
    assert validator.is_valid({"title": "x", "layout": "post", "time_spent": 3})
    for bad in (
        {"draft": "maybe"},
        {"date": "10/11/2018"},
        {"order": "first"},
        {"time": -1},
        {"html": "some"},
        {"time": [1, 2]},
        {"order": "3rd"},
        {"html": "cooked"},
        {"draft": [True, False]},
    ):
        assert not validator.is_valid(bad), bad


WORDS = [
    *sorted(values.TRUE | values.FALSE), *values.HTML, "null", "~", "3", "+3", "-3", "30 min", "1h 10m", "1:30", "1.5",
    "half an hour", "done", "in progress", "to-do", "2018-10-29", "2018/1/2", "2018-10-29T10:00Z", "2018-10-29 10:00",
    "2018-10-29 45 min", "2018-10-29, 1h; 2018-10-30: 20", "https://example.org/a", "<a>", "a, b", "#a #b", "en-GB",
]  # fmt: skip
SPACES = st.text(" \t\n\u2028", max_size=2)
SPELLED = st.builds(
    lambda word, change, before, after: f"{before}{change(word)}{after}",
    st.sampled_from(WORDS), st.sampled_from([str, str.upper, str.title, str.swapcase]), SPACES, SPACES,
)  # fmt: skip
SCALARS = st.one_of(
    SPELLED,
    st.booleans(),
    st.none(),
    st.integers(-5, 10**10),
    st.sampled_from([0.5, 1.0, 1.5, -2.5, 1e30, 2018.1]),
    st.text(max_size=5),
)
PAIRS = st.fixed_dictionaries({}, optional={"date": SCALARS, "Time": SCALARS, "time": SCALARS, "2018-10-29": SCALARS})
VALUES = st.one_of(SCALARS, PAIRS, st.lists(st.one_of(SCALARS, PAIRS, st.lists(SCALARS, max_size=2)), max_size=3))
SCHEMA = jsonschema.Draft202012Validator(json_schema())


@given(st.sampled_from([field.name for field in FIELDS]), VALUES)
@example("order", "3")
@example("level", ["Beginner"])
@example("time", [30])
@example("html", "yes")
@example("html", "Sanitized")
@example("draft", "true")
@example("draft", "YES")
@example("area", ["a", {"b": 1}])
@example("tags", [["a"], None, True])
@example("link", 5)
@example("sessions", [{"date": ["2018-10-29"], "time": [5]}, {"2018-10-29": 5}, "2018-10-29, 5"])
def test_the_schema_takes_what_is_read_without_an_error(name: str, value: Any) -> None:
    source = parse("note.md", f"---\n{name}: {json.dumps(value, ensure_ascii=False)}\n---\n")
    if not any(problem.severity == "error" for problem in source.diagnostics):
        assert [error.message for error in SCHEMA.iter_errors({name: value})] == []


def test_it_loads_no_markdown() -> None:
    heavy = "('markdown_it', 'pygments', 'jinja2', 'difflib', 'click', 'sqlite3')"
    code = f"import sys, notes_site.content.frontmatter; print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
