"""notes-site.toml: what is read, what is refused and where, and what is made from the table of settings."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.config import SETTINGS, Config
from notes_site.base.diagnostics import show
from notes_site.base.kinds import DEFAULT_KINDS, kind_of
from notes_site.config.checks import CHECKS
from notes_site.config.places import locate
from notes_site.config.reading import json_schema, parse_config, parse_options
from tests.harness import Case, golden_cases

DOCS = Path(__file__).parents[1] / "docs"
DEFAULT = parse_config("notes-site.toml", b"")[0]


def described(source: str) -> str:
    """Say in plain text what comes of a file: what differs from the defaults, and the problems."""
    made, problems = parse_config("notes-site.toml", source.encode())
    lines = [
        f"{name} = {getattr(made, name)!r}"
        for name in Config.__struct_fields__
        if name != "kinds" and getattr(made, name) != getattr(DEFAULT, name)
    ]
    lines += [f"kinds.{kind} = {p!r}" for kind, p in made.kinds.items() if DEFAULT_KINDS.get(kind) != p]
    lines += [line.rstrip() for d in problems for line in show(d).split("\n")]
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("case", golden_cases("config", lambda _, source: described(source)), ids=str)
def test_golden(case: Case) -> None:
    source = case.source
    assert described(source) == case.expected
    windows = b"\xef\xbb\xbf" + source.removesuffix("\n").replace("\n", "\r\n").encode()
    assert parse_config("notes-site.toml", windows) == parse_config("notes-site.toml", source.encode()), "law 3"


def test_defaults() -> None:
    made, problems = parse_config("notes-site.toml", b"")
    assert problems == ()
    assert made == Config(kinds=dict(DEFAULT_KINDS))


def test_no_text_is_an_error_with_its_place() -> None:
    made, problems = parse_config("notes-site.toml", b'title = "caf\xe9"\n')
    assert made == DEFAULT
    assert [(d.code, d.line, d.column) for d in problems] == [("not-text", 1, 13)]


@pytest.mark.slow
@given(st.text())
def test_any_text_is_read_without_a_crash(source: str) -> None:
    for problem in parse_config("notes-site.toml", source.encode("utf-8", "surrogatepass"))[1]:
        assert show(problem)


KEYS = st.sampled_from([*(s.key for s in SETTINGS), "x", "course", "code", '"a b"', "kinds.video"])
VALUES = st.sampled_from(
    ['"x"', "5", "true", "[]", '["a", 1]', "{}", "{ a = 1 }", "2018-10-29", "'''\na = 1\n'''", "[\n1, # [\n]", "-1e400"]
)


@given(st.lists(st.one_of(st.builds("{} = {}".format, KEYS, VALUES), KEYS.map("[{}]".format), st.just("# [x] = y"))))
def test_any_settings_are_read_without_a_crash(lines: list[str]) -> None:
    source = "\n".join(lines)
    for problem in parse_config("notes-site.toml", source.encode())[1]:
        assert problem.line >= 1
        assert problem.text == source.split("\n")[problem.line - 1]
        assert problem.column - 1 + problem.length <= len(problem.text) or problem.code == "toml-syntax"


@given(st.lists(st.one_of(st.builds("{} = {}".format, KEYS, VALUES), KEYS.map("[{}]".format), st.just("# [x] = y"))))
def test_every_key_is_located(lines: list[str]) -> None:
    source = "\n".join(lines)
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return
    places = locate(source)

    def check(path: tuple[str, ...], value: Any) -> None:
        assert path in places or path[:-1] in places
        if path in places and not isinstance(value, dict):
            at = places[path].value
            written = source.split("\n")[at.line - 1][at.column - 1 :]
            whole = written if at.length == len(written) else written[: at.length]
            assert whole
        if isinstance(value, dict):
            for key, inner in value.items():
                check((*path, key), inner)

    for key, value in document.items():
        check((key,), value)


HOSTILE = {
    "open brackets": "a = " + "[" * 100_000,
    "open braces": "a = " + "{b=" * 50_000,
    "one key often": "x = 1\n" * 50_000,
    "a long number": "a = 1" + "0" * 100_000,
    "many unknown settings": "\n".join(f"k{n} = 1" for n in range(3_000)),
    "a long text": 'a = """""' + "x\n" * 100_000 + '"""',
    "quotes": "[a][a]" + "'" * 100_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_read_in_a_moment(source: str) -> None:
    start = time.process_time()
    parse_config("notes-site.toml", source.encode())
    assert time.process_time() - start < 3


def test_parse_options_are_what_parsing_reads() -> None:
    made = Config(title="x", kinds={"video": ("Video",)}, html="safe", typographer=True)
    options = parse_options(made)
    assert options.kinds == (("video", ("Video",)),)
    assert (options.html, options.typographer) == ("safe", True)
    assert dict(parse_options(Config()).kinds) == dict(DEFAULT_KINDS)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("QwikLab: Intro to S3", "lab"), ("AWS Tutorial: Launch a VM", "tutorial"), ("Video: Why Docker?", "video"),
        ("Google Cloud tutorial: x", "tutorial"), ("Lab 3: Networks", "lab"), ("LAB #3.1: x", "lab"),
        ("[Video] x", "video"),
        ("Paper：x", "reading"), ("Video", None), ("Why: x", None), ("https://x.org", None), ("Collab: x", None),
        ("Reading group: x", None), ("A prefix longer than anybody would write before a colon, or video: x", None),
        (": x", None), ("", None),
    ],
)  # fmt: skip
def test_kind_of_a_title(title: str, kind: str | None) -> None:
    assert kind_of(title, tuple(DEFAULT_KINDS.items())) == kind


def test_the_longer_prefix_and_the_first_kind_win() -> None:
    kinds = (("a", ("Video",)), ("b", ("Short video", "Video")))
    assert kind_of("Short video: x", kinds) == "b"
    assert kind_of("Video: x", kinds) == "a"


# ---- the table


def test_every_attribute_is_declared_as_a_setting() -> None:
    assert [setting.attribute for setting in SETTINGS] == list(Config.__struct_fields__)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_examples_are_read_and_fit_the_schema(setting: Any) -> None:
    source = f"{setting.key} = {setting.example}"
    made, problems = parse_config("notes-site.toml", source.encode())
    assert problems == ()
    assert getattr(made, setting.attribute) != getattr(DEFAULT, setting.attribute), "an example shows something new"
    jsonschema.validate(tomllib.loads(source), json_schema())


def test_the_schema_is_valid_and_catches_slips() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({})
    slips: list[dict[str, Any]] = [
        {"titel": "x"}, {"levels": []}, {"course": {"url": "x"}}, {"html": "some"}, {"feed_items": -1},
        {"base_url": "x.org"},
    ]  # fmt: skip
    for slip in slips:
        assert not validator.is_valid(slip), slip


def test_defaults_fit_their_own_checks() -> None:
    for setting in SETTINGS:
        value = getattr(DEFAULT, setting.attribute)
        plain = (
            {k: list(v) for k, v in value.items()}
            if isinstance(value, dict)
            else list(value)
            if isinstance(value, tuple)
            else value
        )
        assert CHECKS[setting.type].check(plain) == value


def test_the_reference_is_written(tmp_path: Path) -> None:
    from tools import reference

    reference.main(str(tmp_path))
    assert {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()} == reference.pages()


def test_it_loads_no_yaml_and_no_markdown() -> None:
    heavy = "('yaml', 'markdown_it', 'pygments', 'jinja2', 'difflib', 'click', 'sqlite3')"
    code = f"import sys, notes_site.config.reading; print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_pages_of_the_theme_are_up_to_date() -> None:
    from tools import reference

    for name, text in reference.pages().items():
        assert (DOCS / name).read_text("utf-8") == text, f"{name}: run `python -m tools.reference`"


def test_each_view_is_described_in_whole_sentences() -> None:
    table = (DOCS / "templates.md").read_text("utf-8").split("## Pages\n")[1].split("##")[0]
    rows = [line for line in table.splitlines() if ".html` |" in line]
    assert len(rows) > 10
    assert [row for row in rows if not row.endswith(". |")] == []
