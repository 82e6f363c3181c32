"""Code to HTML."""

from __future__ import annotations

import re
import threading
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.colours import LEAST, contrast, parse
from notes_site.content import highlight as module
from notes_site.content.highlight import PLAIN, Code, Highlighter, code_css, highlight, languages, styles

PYTHON = 'def f(x: int) -> str:\n    """Say\n    <hello>."""\n    return f"{x} & more"  # comment\n'


def text_of(code: Code) -> str:
    return unescape(re.sub(r"<[^>]*>", "", code.html))


LANGUAGES = st.sampled_from(
    ["python", "bash", "console", "yaml", "json", "html", "diff", "docker", "js", "c", "text", ""]
)


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=200), LANGUAGES)
def test_no_character_is_lost(code: str, language: str) -> None:
    assert text_of(highlight(code, language)).rstrip("\n") == code.rstrip("\n")
    shown = highlight(code, language, marks=((1, 2),), linenos=True)
    assert text_of(shown).rstrip("\n") == code.rstrip("\n")


@given(st.lists(st.text(st.sampled_from("+- ab<{"), max_size=6), max_size=8).map("\n".join), LANGUAGES)
def test_a_diff_loses_nothing_either(code: str, language: str) -> None:
    assert text_of(highlight(code, language, diff=True)).rstrip("\n") == code.rstrip("\n")


@given(
    st.lists(st.tuples(st.sampled_from([PYTHON, "ls -l", "+a\n-b"]), LANGUAGES, st.booleans(), st.booleans())),
    st.lists(st.tuples(st.sampled_from([PYTHON, "ls -l", "+a\n-b"]), LANGUAGES, st.booleans(), st.booleans())),
)
def test_what_is_remembered_is_what_would_be_made(
    before: list[tuple[str, str, bool, bool]], now: list[tuple[str, str, bool, bool]]
) -> None:
    first = Highlighter({})
    for code, language, linenos, diff in before:
        first.highlight(code, language, linenos=linenos, diff=diff)
    second, fresh = Highlighter(first.used), Highlighter({})
    for code, language, linenos, diff in now:
        shown = second.highlight(code, language, linenos=linenos, diff=diff)
        assert shown == fresh.highlight(code, language, linenos=linenos, diff=diff)
        assert shown == highlight(code, language, linenos=linenos, diff=diff)
    assert second.used == fresh.used


def test_a_problem_is_told_each_time() -> None:
    first = Highlighter({})
    assert first.highlight("x", "no-such-language").problem
    assert Highlighter(first.used).highlight("x", "no-such-language").problem


def test_classes_only() -> None:
    html = highlight(PYTHON, "python").html
    assert '<span class="k">def</span>' in html
    assert "&lt;hello&gt;" in html
    assert "style" not in html
    assert 'class="p"' not in html


def test_lines_are_wrapped_where_they_must_be() -> None:
    assert 'class="line' not in highlight(PYTHON, "python").html
    lines = highlight(PYTHON, "python", marks=((2, 3),)).html.split('</span><span class="line')
    assert len(lines) == 4
    marked = highlight(PYTHON, "python", marks=((2, 3), (900, 999_999_999))).html
    assert marked.count('"line hl"') == 2
    for line in re.split(r'(?=<span class="line)', marked)[1:]:
        assert line.count("<span") == line.count("</span>")
        assert line.endswith("\n</span>")


def test_numbers_are_no_text() -> None:
    shown = highlight("a\nb\n", "text", linenos=True)
    assert shown.html == '<span class="line" data-line="1">a\n</span><span class="line" data-line="2">b\n</span>'


def test_a_diff_of_a_language() -> None:
    html = highlight("+x = 1\n-y\n z\nw\n", "python", diff=True).html
    assert html.startswith('<span class="line ins"><span class="sign">+</span>x <span class="o">=')
    assert '<span class="line del"><span class="sign">-</span>y\n</span>' in html
    assert '<span class="line"><span class="sign"> </span>z\n</span><span class="line">w\n</span>' in html


@pytest.mark.parametrize("language", sorted(PLAIN | {"TEXT", "mermaid", "csv", "gitignore"}))
def test_plain_languages_are_no_problem(language: str) -> None:
    assert highlight("a < b\n", language) == Code("a &lt; b\n", None)


@pytest.mark.parametrize(
    "language",
    [
        "py",
        "Python",
        "sh",
        "shell",
        "zsh",
        "console",
        "terminal",
        "jsonc",
        "c++",
        "yml",
        "dockerfile",
        "tsx",
        "patch",
        "golang",
        "svg",
        "toml",
        "output",
    ],
)
def test_names_that_people_use(language: str) -> None:
    assert highlight("x = 1\n", language).problem is None


def test_an_unknown_language_is_plain_with_a_hint() -> None:
    shown = highlight("<x>\n", "pyton")
    assert shown.html == "&lt;x&gt;\n"
    assert shown.problem is not None
    assert shown.problem.code == "unknown-language"
    assert shown.problem.hint == "did you mean `python`?"


def test_every_synonym_is_known() -> None:
    for target in module.SYNONYMS.values():
        assert target == "" or target in languages()


@pytest.mark.parametrize("code", ["x = 1\n" * 40_000, "x" * 5_001 + "\n"], ids=["size", "line"])
def test_large_code_is_plain(code: str) -> None:
    shown = highlight(code, "python")
    assert shown.html == code
    assert shown.problem is not None
    assert shown.problem.code == "large-code"
    assert highlight(code, "text").problem is None


SLOW = "x = [f'{a}' for a in b]\n" * 8_000


def test_slow_code_is_given_up() -> None:
    start = time.process_time()
    shown = highlight(SLOW, "python", seconds=0.02)
    assert time.process_time() - start < 5
    assert "<span" not in shown.html
    assert shown.problem is not None
    assert shown.problem.code == "slow-code"
    assert "`text`" in shown.problem.hint
    assert highlight(PYTHON, "python").problem is None


def test_outside_of_the_main_thread_there_is_no_limit() -> None:
    found: list[Code] = []
    thread = threading.Thread(target=lambda: found.append(highlight(SLOW[:24_000], "python", seconds=0.0001)))
    thread.start()
    thread.join()
    assert found[0].problem is None


def test_a_lexer_that_fails_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise IndexError

    monkeypatch.setattr(module, "_lex", fail)
    shown = highlight("<x>\n", "python")
    assert shown.html == "&lt;x&gt;\n"
    assert shown.problem is not None
    assert shown.problem.code == "lexer-failed"


def test_two_schemes_from_one_markup() -> None:
    css = code_css("default", "github-dark")
    assert "& { background: light-dark(#f8f8f8, #0d1117)" in css
    for shown in re.findall(r'class="(\w+)"', highlight(PYTHON, "python").html):
        assert re.search(rf"\.{shown}[ ,]", css)


def test_what_one_style_says_holds_in_the_other_only_where_it_is_no_colour() -> None:
    assert re.search(r"\.k[ ,][^}]*color: light-dark\(#[0-9a-f]{6}, currentcolor\)", code_css("default", "bw"))
    assert re.search(r"\.k[ ,][^}]*color: light-dark\(currentcolor, #[0-9a-f]{6}\)", code_css("bw", "github-dark"))
    assert "font-weight: bold" in code_css("bw", "github-dark")


@pytest.mark.parametrize("style", styles())
def test_every_colour_can_be_read_on_plain_and_marked_lines(style: str) -> None:
    rules = dict(re.findall(r"^(.+) \{ (.*) \}$", code_css(style, style), re.MULTILINE))
    plain = dict(part.split(": ") for part in rules["&"].split("; "))
    marked = rules[".hl"].removeprefix("background: ")
    for selector, body in rules.items():
        said = {**plain, **dict(part.split(": ") for part in body.split("; "))}
        grounds = [said["background"]] if "background" in body else [plain["background"], marked]
        for ground in grounds:
            assert contrast(parse(said["color"]), parse(ground)) >= LEAST, selector


@pytest.mark.parametrize("style", styles())
def test_every_style_gives_rules(style: str) -> None:
    css = code_css(style, style)
    assert css.count("{") == css.count("}") > 5
    assert "None" not in css
    assert code_css(style, style) == css


def test_an_unknown_style_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        code_css("default", "no-such-style")
