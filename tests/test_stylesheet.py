"""What stands in every page: one style, one script, and colours that can be read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base import colours
from notes_site.base.colours import LEAST, contrast, parse
from notes_site.config.reading import parse_config
from notes_site.pages import stylesheet
from tests.harness import REPO, Site, codes

HEX = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@pytest.mark.parametrize(
    ("css", "small"),
    [
        ("a { color: red ; }", "a{color:red}"),
        ("a  b > c { margin: 0 1px; }\n\n/* no */ d { }", "a b>c{margin:0 1px}d{}"),
        ("a { b: calc(-0.5px + 0.25em) 10.05px; c: max(0.1px,0) }", "a{b:calc(-.5px + .25em) 10.05px;c:max(.1px,0)}"),
        ('a::after { content: "  /* ; } */  " / ""; }', 'a::after{content:"  /* ; } */  " / ""}'),
        ("a { content: '\\'; }'; }", "a{content:'\\'; }'}"),
        (
            "@media (width >= 60rem) and (hover: none) { a { b: c } }",
            "@media (width >= 60rem) and (hover:none){a{b:c}}",
        ),
        (".a :hover { b: calc(1px + 2px) }", ".a :hover{b:calc(1px + 2px)}"),
    ],
)
def test_minified(css: str, small: str) -> None:
    assert stylesheet.minified(css) == small
    assert stylesheet.minified(small) == small


def test_browsers_without_light_dark_get_both_schemes() -> None:
    css = stylesheet.bundle([":root { --a: light-dark(#fff, rgb(0 0 0)); --b: 1px; } p { color: var(--a); }"])
    assert css.endswith(
        "@supports not (color:light-dark(#000,#fff)){:root{--a:#fff}"
        "@media (prefers-color-scheme:dark){:root{--a:rgb(0 0 0)}}}"
    )
    assert "@supports" not in stylesheet.bundle(["p { color: red; }"])


def test_nothing_ends_the_element() -> None:
    assert "</" not in stylesheet.bundle(['p::after { content: "</style><script>"; }'])
    assert "</" not in stylesheet.script('const a = "</script>";')


def test_script_loses_comments_and_blanks_but_none_in_texts() -> None:
    assert stylesheet.script("// no\n  const a = 'http://x  y'; // nor this\n\n") == "const a='http://x  y';"


@given(HEX, HEX)
def test_readable_colours_can_be_read(colour: str, ground: str) -> None:
    made = colours.readable(colour, ground)
    assert colours.contrast(colours.parse(made), colours.parse(ground)) >= colours.LEAST
    assert colours.readable(made, ground) == made


@given(HEX, HEX)
def test_contrast_is_between_one_and_twenty_one(one: str, other: str) -> None:
    a, b = colours.parse(one), colours.parse(other)
    assert 1 <= colours.contrast(a, b) == colours.contrast(b, a) <= 21.01


def test_contrast_as_the_standard_has_it() -> None:
    assert round(colours.contrast(colours.parse("#000"), colours.parse("#ffffff")), 2) == 21
    assert round(colours.contrast(colours.parse("#777777"), colours.parse("#fff")), 2) == 4.48


def test_the_accent_is_read_on_what_the_theme_has() -> None:
    base = (REPO / "static/css/base.css").read_text(encoding="utf-8")
    for light, dark in zip(*stylesheet.GROUNDS, strict=True):
        assert f"light-dark({light}, {dark})" in base


def test_the_accent_is_configured(site: Site) -> None:
    site.write("notes-site.toml", '[theme]\naccent = "#ffd700"\n')
    site.note("cloud/one.md", "Text.\n", title="One")
    site.build()
    (light, dark) = re.findall(r"--accent:light-dark\((#\w+),(#\w+)\)", site.page("index.html"))[-1]
    assert dark == "#ffd700"
    assert all(contrast(parse(light), parse(ground)) >= LEAST for ground in stylesheet.GROUNDS[0])


def test_texts_logo_footer_repository_and_edit_link_are_configured(site: Site) -> None:
    site.write(
        "notes-site.toml",
        'footer = "All mine."\nrepository = "https://example.org/r"\nedit_url = "https://example.org/e/{path}"\n'
        '[theme]\nlogo = "img/logo.svg"\n[texts]\nmenu = "Menü"\nday = "{day}.{month}.{year}"\n',
    )
    site.write("static/img/logo.svg", "<svg/>")
    site.note("cloud/one two.md", "Text.\n", title="One", date="2018-10-29", lang="de")
    assert codes(site.build(), "error") == []
    page = site.page("cloud/one-two.html")
    for part in (
        "All mine.", 'href="https://example.org/r"', 'href="https://example.org/e/cloud/one%20two.md"', ">Menü<",
        "29.Oct.2018", '<h1 lang="de">', '<img src="../img/logo.',
    ):  # fmt: skip
        assert part in page


def test_a_logo_that_is_not_there(site: Site) -> None:
    site.write("notes-site.toml", '[theme]\nlogo = "logo.svg"\n')
    site.write("static/loge.svg", "<svg/>")
    report = site.build()
    (problem,) = [d for d in report.diagnostics if d.severity == "error"]
    assert (problem.code, problem.line, problem.hint) == ("no-logo", 2, "did you mean `loge.svg`?")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('[theme]\naccent = "blue"\n', "`blue` is no colour"),
        ('[texts]\nmenue = "x"\n', "the theme has no text `menue`"),
        ('[texts]\nday = "{tag}"\n', "its braces are not those"),
        ('edit_url = "https://example.org/"\n', "does not say where the note's path belongs"),
        ("today = 2018-13-01\n", "this is no TOML"),
        ('today = "yesterday"\n', "`yesterday` is no date"),
        ("today = 9999-12-31\n", "`9999-12-31` is no date of our time"),
    ],
)
def test_bad_settings_of_the_theme(source: str, said: str) -> None:
    _, (problem,) = parse_config("notes-site.toml", source.encode())
    assert said in problem.message
    assert problem.line
    assert problem.hint
