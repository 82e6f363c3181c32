"""Characters that no page may hold and comments that nobody may see, in every place where a text can stand: what is
published is read by real parsers.
"""

from __future__ import annotations

import json
import re
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notes_site.base.characters import FORBIDDEN, Shortened, forbidden
from notes_site.base.model import HtmlMode, ParseOptions
from notes_site.base.paths import ContentPath
from notes_site.content.note import parse_note
from tests.harness import Site, codes
from tests.pages import body
from tests.test_markdown import MARKUP, documents, hold_laws

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import html5lib

BAD = {
    "control characters": "\x01\x08\x7f\x1e\x9a\x1b",
    "escape sequences": "\x1b[31m\x1b]0;x\x07\x9b0m",
    "spaces": "\x0b\x0c\x85",
    "noncharacters": "\ufdd0\ufffe\uffff\U0010ffff",
    "references": "&#27;&#x8;&#12;&#xFFFE;%1b",
}

PLACES = """\
# Ti{0}tle

Pa{0}ra `co{0}de` [li{0}nk](u{0}rl.md "ti{0}tle") ![al{0}t](i{0}.png) [[wi{0}ki|la{0}bel]] ==ma{0}rk=={{.c{0}s}}

## He{0}ading {{#i{0}d}}

- it{0}em
- [ ] ta{0}sk

| ce{0}ll | b |
|---|---|
| c | d{0} |

> [!no{0}te] ti{0}tle
> bo{0}dy[^f{0}]

[^f{0}]: no{0}te

```python title="na{0}me"
x = "{0}"
```

    in{0}dented

"""
IN_HTML = '<p title="a{0}b">ht{0}ml</p>\n\n<a href="x{0}.md" id="{0}y">in{0}line</a>\n'


def parsed_well(site: Site) -> None:
    """Read all that is published as strictly as its readers may."""
    for path, data in site.published().items():
        if not path.endswith((".html", ".xml", ".json", ".txt", ".js")):
            continue
        text = data.decode()
        ours = "\f" if path.endswith(".html") else "\U0003ffff"  # HTML has form feeds; a pattern of the search, this
        assert not FORBIDDEN.search(text.replace(ours, "")), path
        if path.endswith(".xml"):
            ET.fromstring(text)
        elif path.endswith(".json"):
            assert not FORBIDDEN.search("".join(texts_of(json.loads(text)))), path
        elif path.endswith(".html"):
            for script in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL):
                assert not FORBIDDEN.search("".join(texts_of(json.loads(script)))), path
            reader = html5lib.HTMLParser()
            reader.parse(text)
            errors = {code for _, code, _ in reader.errors}
            assert not {code for code in errors if "codepoint" in code or "null" in code}, (path, errors)


def texts_of(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.items() for part in item for text in texts_of(part)]
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []


def lay(site: Site, places: str, bad: str) -> None:
    site.write("notes-site.toml", 'base_url = "https://example.org"\ntitle = "T"\n')
    site.write("content/cloud/note.md", f"---\ndate: 2018-10-29\n---\n{places.format(bad)}")
    site.write("content/cloud/index.md", f"# Ar{bad}ea\n\nAbo{bad}ut it.\n")
    site.write("content/index.md", f"Welc{bad}ome.\n")
    site.write("content/page.md", f"# Pa{bad}ge\n")


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_every_place_of_a_note(bad: str, site: Site) -> None:
    places = PLACES + IN_HTML * ("&" not in bad)  # a reference in HTML stays as it was written
    lay(site, places, bad)
    report = site.build()
    assert report.published
    parsed_well(site)
    told = [d.line for d in report.diagnostics if d.code == "bad-character" and d.path.endswith("note.md")]
    lines = places.split("\n") if "&" not in bad else []
    assert told == [n for n, line in enumerate(lines, 4) if "{0}" in line]


def test_names_of_files_and_folders(site: Site) -> None:
    site.write("notes-site.toml", 'base_url = "https://example.org"\n')
    try:
        site.write("content/clo\x1b[31mud/a\x08b.md", "---\ndate: 2018-10-29\n---\nText.\n")
    except OSError:
        pytest.skip("this system takes no such name")
    assert site.build().published
    parsed = {path: data for path, data in site.published().items() if path != "notes.json"}  # whose `source` is a path
    assert not any(FORBIDDEN.search(data.decode()) for path, data in parsed.items() if path.endswith((".html", ".xml")))


@pytest.mark.parametrize("path", ["templates/page.html", "static/css/mine.css", "static/site.js"])
def test_templates_styles_and_scripts(path: str, site: Site) -> None:
    inner = {
        "templates/page.html": '{% extends "default/page.html" %}\n{# x #}\x1b[0m{% block x %}\x08{% endblock %}\n'
    }
    site.write(path, inner.get(path, "/*!\x1b[0m*/\n.a\x08 {}\n"))
    site.write("content/about.md", "# About\n\nText.\n")
    report = site.build()
    places = [(d.path, d.line) for d in report.diagnostics if d.code == "bad-character"]
    assert places == [(path, 2)] if path.startswith("templates") else [(path, 1), (path, 2)]
    parsed_well(site)


@pytest.mark.parametrize("value", [r"a\u001bb", r"a\u0008b", r"a\uFFFEb", r"a\uFFFFb", r"a\uFDD0b"])
def test_settings_and_front_matter_refuse_them(value: str, site: Site) -> None:
    site.write("notes-site.toml", f'title = "{value}"\n')
    assert "bad-setting" in codes(site.build())
    site.write("notes-site.toml", 'title = "T"\n')
    site.write("content/cloud/note.md", f'---\ntitle: "{value}"\n---\n')
    assert "bad-title" in codes(site.build())


def test_many_lines_are_told_of_in_few_problems(site: Site) -> None:
    site.write("content/cloud/note.md", "\x1b[31mred\x1b[0m and \x08\n\n" * 50)
    told = [d for d in site.build().diagnostics if d.code == "bad-character"]
    assert len(told) == 20
    assert told[-1].message.endswith("; 30 more lines have such characters")


PIECES = st.sampled_from(
    ["a", "b ", "\n", "\x1b", "[", "31", "m", "]", "\x07", "\x08", "_", "\x0b", "\x9b", "\ufffe", "é", "\\"]
)


@given(st.lists(PIECES | st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=40).map("".join))
@example("\x1b[\x1b[31m1m")
@example("_\x08_\x08a")
def test_what_is_left_has_none_and_stands_where_it_stood(text: str) -> None:
    left = Shortened(text, (bad.cut for bad in forbidden(text)))
    assert not FORBIDDEN.search(left.text)
    assert left.text.count("\n") == text.count("\n")
    before, after = text.split("\n"), left.text.split("\n")
    for number, line in enumerate(after):
        for column, letter in enumerate(line, 1):
            at, length = left.place(number, column, 1)
            assert length == 1
            assert before[number][at - 1] == letter or letter == " "


# Comments

HIDDEN = """\
%%
title: Quokka

# Quokka

- [[Quokka]] ![](quokka.png) [q](quokka.md) <script>quokka</script>
- > quokka

```
quokka
```
%%
"""


def test_no_output_has_a_comment(site: Site) -> None:
    site.write("notes-site.toml", 'base_url = "https://example.org"\n')
    site.note("cloud/shown.md", f"{HIDDEN}\nText %%quokka%% here.\n\n> a %%quokka\n> quokka%% b\n", date="2018-10-29")
    site.note("cloud/untitled.md", "%%# Quokka%%\n\n# Shown\n\n## Part %%quokka%%\n\nText.\n")
    report = site.build()
    assert [c for c in codes(report) if c not in ("no-link", "no-time")] == []
    assert not [path for path, data in site.published().items() if b"quokka" in data.lower()]
    parsed_well(site)
    notes = {n["source"]: n["words"] for n in json.loads(site.page("notes.json"))["notes"]}
    assert notes["cloud/shown.md"] == 4


def test_an_export_keeps_comments_as_text(site: Site, tmp_path: Path) -> None:
    site.note("cloud/shown.md", "Text %%quokka%% here.\n", title="Shown")
    assert "%%quokka%%" in site.run("export", "readme").stdout or "%%quokka%%" in (site.root / "README.md").read_text()


WORDS = st.sampled_from(
    ["a", "b", "`", "``", "\n", "\n\n", "> ", "- ", "    ", "```\n", "# ", "100%%", "%", "\\", "|", "x "]
)


@given(st.lists(WORDS, max_size=12).map("".join), st.lists(WORDS, max_size=12).map("".join))
@example("", "```\n")
@example("- > ", "\n\n> ")
def test_a_block_comment_hides_whatever_it_holds(before: str, inside: str) -> None:
    """Where the text before it is complete, nothing in a comment shows, nor changes what comes after it."""
    before = before.replace("%", "").replace("`", "")
    inside = inside.replace("%", "").replace("\n", "\nquokka ")
    source = f"{before}\n\n%%\nquokka {inside}\n%%\n\nafter\n"
    parsed = parse_note(ContentPath("a/b.md"), source.encode(), ParseOptions())
    assert "quokka" not in parsed.body
    assert "after" in parsed.body


OTHERS = (
    "%%", " %%", "\n\n%%\n", "100%%", "\x1b[31m", "\x08", "\x0b", "\u202e", "{{<", ">}}", "::: ", "!!! ", "• ",
    "\n\n## ", "\n\n##\n\n", "%", "<%", "%>", "[[#", ":a1:", " ^a1b2",
)  # fmt: skip


@given(documents((*MARKUP, *OTHERS * 3)), st.sampled_from(["raw", "escaped"]))
def test_words_are_seen_or_named_unless_they_stand_in_a_comment(source: str, html: HtmlMode) -> None:
    rendered = hold_laws(source, html, title="T")
    everything = "\n".join((body(rendered), *(d.message for d in rendered.diagnostics)))
    endless = any(d.code == "unclosed-comment" for d in rendered.diagnostics)
    for word in re.finditer(r"w\d+q", source):
        before, after = source[: word.start()], source[word.end() :]
        assert word[0] in everything or ("%%" in before and (endless or "%%" in after))
