"""Markdown through its one door: golden cases, laws, limits."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.model import HtmlMode, ParseOptions
from notes_site.base.slots import Slot, SlotKind, fill
from notes_site.content import markdown
from notes_site.content.markdown import Rendered
from tests.harness import Case, golden_cases


def render(
    source: str, *, html: HtmlMode = "raw", title: str | None = None, typographer: bool = False, first_line: int = 1
) -> Rendered:
    options = ParseOptions(typographer=typographer)
    return markdown.render(source, path="note.md", first_line=first_line, options=options, html=html, title=title)


def filled(rendered: Rendered, kind: SlotKind = "site", prefix: str = "") -> str:
    slots = [Slot(kind, "" if kind == "missing" else ref.target) for ref in rendered.refs]
    return fill(rendered.html, slots, prefix=prefix)


def codes(rendered: Rendered) -> list[str]:
    return [problem.code for problem in rendered.diagnostics]


# Golden cases: `harness.golden_cases` says how they are written. A title may end with options:
# `[html=safe]`, `[title=Some title]`, `[typographer]`.


def shown(rendered: Rendered) -> str:
    """Return the result as the golden files write it: `¦` for NUL, then one line for each thing found."""
    lines = [rendered.html.replace("\0", "¦").replace("\t", "⇥").rstrip("\n")] if rendered.html else []
    if rendered.title is not None:
        lines.append(f"= title {rendered.title}")
    lines += [f"= h{h.level} #{h.id} line {h.line}: {h.text}" for h in rendered.headings]
    for number, ref in enumerate(rendered.refs):
        place = f"{ref.line}:{ref.column}+{ref.length}"
        lines.append(f"= {ref.kind} {number} at {place} {ref.target} ({ref.context})")
    for d in rendered.diagnostics:
        lines.append(f"= {d.line}:{d.column}+{d.length} {d.severity} {d.code}: {d.message}; {d.hint}")
    return "".join(f"{line}\n" for line in lines)


def described(title: str, source: str) -> str:
    options = dict(option.partition("=")[::2] for option in re.findall(r"\[([^\]]*)\]", title))
    return shown(
        render(
            source,
            html=options.get("html", "raw"),
            title=options.get("title"),
            typographer="typographer" in options,
        )
    )


@pytest.mark.parametrize("case", golden_cases("markdown", described), ids=str)
def test_golden(case: Case) -> None:
    assert described(case.title, case.source) == case.expected
    # Every golden case also holds the general laws.
    hold_laws(case.source, "raw")
    hold_laws(case.source, "safe")


# Laws


class _Page(HTMLParser):
    """Collects ids and text, and holds that elements nest."""

    VOID = frozenset({"br", "col", "hr", "img", "input", "source", "track", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute of <{tag}> stands twice: {names}"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def parsed(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def hold_laws(source: str, html: HtmlMode, *, title: str | None = None, typographer: bool = False) -> Rendered:
    rendered = render(source, html=html, title=title, typographer=typographer)
    for kind in ("missing", "url", "anchor", "site"):
        assert "\0" not in filled(rendered, kind)
    lines = source.split("\n")
    for ref in rendered.refs:
        assert 1 <= ref.line <= len(lines)
        assert 0 <= ref.column <= len(lines[ref.line - 1]) + 1
        assert ref.column + ref.length <= len(lines[ref.line - 1]) + 1
        assert len(ref.context) <= 162
    for problem in rendered.diagnostics:
        assert 1 <= problem.line <= len(lines)
        assert problem.text == lines[problem.line - 1]
    last = 1
    for heading in rendered.headings:
        assert 2 <= heading.level <= min(last + 1, 6)
        last = heading.level
    ids = [heading.id for heading in rendered.headings]
    assert len(set(ids)) == len(ids)
    assert rendered.anchors >= set(ids)
    return rendered


MARKUP = (
    "*", "**", "_", "`", "``", "[", "]", "(", ")", "![", "](", "[[", "]]", "|", "||", "<", ">", "&", "&amp;", "\\",
    "~~", "==", "{#a}", "{.b}", "{", "}", "[^", "[^1]", "^[", "]:", "[x]", "https://", "www.", "http://a.b",
    "[!note]", "[ ] ", "!", "#", '"', "'", "=", ":", "/", "?", "-", "+", "$", "@", "%00", "[[a|", "<b>", "</b>",
    "<!--", "-->", "<div>", "</div>", "<a href=", "<script>", "</script>", "<img src='", "javascript:", "data:",
    "<textarea>", "<a id=x>", "<details>", "<?", "<!", "<![CDATA[", "]]>", "</p>", "é", "你好", "\u200b", " ", "\t",
    "  \n", "\n", "\n\n", "\n> ", "\n- ", "\n1. ", "\n    ", "\n# ", "\n## ", "\n===\n", "\n---\n", "\n|-|-|\n",
    "\n| ", "\n: ", "\n```\n", "\n~~~ python {1}\n", "\n{#c .d}\n", "\n[^1]: ", "\n[x]: /u\n", "\n> [!tip]- ",
    "\n- [x] ", "\n<div>\n",
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn, markup: tuple[str, ...] = MARKUP) -> str:
    """Markup of all kinds with words in between, no two of them equal."""
    pieces = draw(st.lists(st.sampled_from((*markup, *["WORD"] * (len(markup) // 3))), max_size=40))
    number = itertools.count()
    return "".join(f"w{next(number)}q" if piece == "WORD" else piece for piece in pieces) + "\n"


@given(documents(), st.sampled_from(["raw", "escaped"]), st.sampled_from([None, "w0q"]), st.booleans())
def test_no_word_is_lost(source: str, html: HtmlMode, title: str | None, typographer: bool) -> None:
    rendered = hold_laws(source, html, title=title, typographer=typographer)
    places = [filled(rendered), rendered.title or "", *(ref.target for ref in rendered.refs)]
    places += (problem.message for problem in rendered.diagnostics)
    everything = "\n".join(places)
    for word in re.findall(r"w\d+q", source):
        assert word in everything


@given(documents())
def test_safe_html_is_balanced_and_runs_nothing(source: str) -> None:
    rendered = hold_laws(source, "safe")
    html = filled(rendered, "url")
    parsed(html)
    assert not re.search(r"<(script|iframe|form|style|object|textarea)\b", html)
    assert not re.search(r"(?i)(href|src)=\"\s*javascript:", html)


@given(documents(tuple(piece for piece in MARKUP if "<" not in piece)))
def test_without_raw_html_the_html_is_balanced_and_ids_are_unique(source: str) -> None:
    rendered = hold_laws(source, "raw")
    page = parsed(filled(rendered, "site"))
    assert len(set(page.ids)) == len(page.ids)
    assert rendered.anchors == set(page.ids)
    prefixed = parsed(filled(rendered, "site", prefix="p-"))
    assert prefixed.ids == [f"p-{name}" for name in page.ids]


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=300))
def test_any_text_renders(source: str) -> None:
    hold_laws(source, "raw")
    hold_laws(source, "safe")


@given(documents())
def test_rendering_is_a_pure_function(source: str) -> None:
    first = render(source)
    render("[other]: /x\n\n[^1]: y\n")
    assert render(source) == first


# Positions


@pytest.mark.parametrize(
    "source",
    [
        "a [b](@) c",
        "[b](@)",
        "*x* **[b](@)** y",
        "> > quote [b](@)",
        "- item\n  two [b](@)",
        "1. a\n\n   > b\n   > [c](@ \"t\")",
        "# Head [b](@) #",
        "Head\nmore [b](@)\n===",
        "| [x](other) | [b](@) |\n|---|---|",
        "| a | b |\n|---|---|\n| [b](other) | [b](@) |",
        "`[b](no)` [b](@)",
        "one\ntwo ![x](@) three",
        "[![x](@)](other)",
        "text <@> more",
        "see @.",
        "x <b>y</b> <a href=\"@\">z</a>",
        "<div>\n<p>é\n<img alt=x src='@'>",
        "a[^n]\n\n[^n]: text [b](@)",
        "a ^[in [b](@) place]",
        "> [!tip] Title [b](@)\n> text",
        "> [!tip] Title\n> text [b](@)",
        "- [x] done [b](@)",
        "Term [b](@)\n: Def",
        "Term\n: Def\n\n  [b](@)",
        "\tcode\n\n[b](@)",
        "   [b](@)",
        "你好 [b](@)",
        "\\* &amp; [b](<@>)",
    ],
)  # fmt: skip
def test_a_ref_stands_where_its_destination_stands(source: str) -> None:
    written = source.replace("@", "https://a.b/c")
    row = next(number for number, line in enumerate(source.split("\n")) if "@" in line)
    column = source.split("\n")[row].index("@") + 1
    [ref] = [ref for ref in render(f"{written}\n", first_line=10, title="T").refs if "other" not in ref.target]
    assert (ref.line, ref.column, ref.length) == (10 + row, column, len("https://a.b/c"))


def test_a_reference_link_stands_where_it_is_used() -> None:
    [ref] = render("see [the text][label] there\n\n[label]: target.md\n").refs
    assert (ref.target, ref.line, ref.column, ref.length) == ("target.md", 1, 5, len("[the text][label]"))


def test_in_a_cell_with_an_escaped_bar_the_row_is_known() -> None:
    [ref] = render("| a |\n|---|\n| `x\\|y` [b](c) |\n").refs
    assert (ref.line, ref.column, ref.length) == (3, 0, 0)


def test_a_context_is_cut_on_words_around_the_link() -> None:
    text = " ".join(f"word{n}" for n in range(100))
    [ref] = render(f"{text} [here](x) {text}\n").refs
    assert ref.context.startswith("…word")
    assert ref.context.endswith("…")
    assert " here word0 " in ref.context
    assert len(ref.context) <= 162


# Limits


def pathological(size: int) -> dict[str, str]:
    pieces = {
        "brackets": "[", "links": "[a](", "images": "![", "wikilinks": "[[a|", "emphasis": "*a ", "under": "*_",
        "less": "<", "tags": "<a ", "quotes in tags": '<a "\n', "comments": "<!-- ", "instructions": "<?",
        "backticks": "`", "code": "`a`` ", "quotes": "> ", "lists": "- ", "lazy quotes": "> a\n", "tildes": "~~a ",
        "marks": "==a ", "footnotes in place": "^[", "footnotes": "[^a]: x\n\n", "braces": "{a", "urls": "http://a.b/)(",
        "www": "www.", "entities": "&a", "backslashes": "\\", "bars": "|", "terms": "a\n: b\n\n", "headings": "# a\n\n",
        "newlines": "\n", "tabs": "\t", "long word": "a", "tasks": "- [ ] a\n", "callouts": "> [!note]\n> a\n\n",
        "attributes": "{.a}\n", "blocks": "<div>\n\n", "spans": "[a]{.b}",
    }  # fmt: skip
    found = {name: (piece * (size // len(piece) + 1))[:size] for name, piece in pieces.items()}
    found["nested list"] = "".join(f"{'  ' * depth}- a\n" for depth in range(size // 260))
    found["definitions"] = "".join(f"[a{n}]: b\n" for n in range(size // 12))
    found["wide table"] = "|" * 99 + "a\n" + "|-" * 99 + "|\n" + "|\n" * (size // 8)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", pathological(0))
def test_64_kb_of_anything_come_to_an_end(name: str) -> None:
    source = pathological(65_536)[name]
    assert render(source).html or source.isspace() or name in ("definitions", "attributes")
    assert render(source, html="safe").diagnostics is not None


def test_what_lies_too_deep_is_shown() -> None:
    deep = "> " * 150 + "bottom\n\nafter\n"
    rendered = render(deep)
    assert "bottom" in rendered.html
    assert "<p>after</p>" in rendered.html
    assert codes(rendered) == ["too-deep"]
    assert codes(render("".join("  " * n + "- a\n" for n in range(49)))) == []


def test_text_after_a_too_deep_list_is_no_part_of_it() -> None:
    rendered = render("".join("  " * n + f"- w{n}\n" for n in range(60)) + "\n# After\n\ntext\n", title="T")
    assert [heading.text for heading in rendered.headings] == ["After"]
    assert all(f"w{n}" in rendered.html for n in range(60))


def test_a_paragraph_of_more_than_16_kb_is_text() -> None:
    rendered = render("*a* " * 5_000 + "\n\n*b*\n")
    assert rendered.html.startswith("<p>*a* *a*")
    assert "<em>b</em>" in rendered.html
    [problem] = rendered.diagnostics
    assert (problem.severity, problem.code, problem.line) == ("warning", "long-paragraph", 1)


def test_a_table_of_more_than_100_columns_is_text() -> None:
    rendered = render("|a" * 120 + "|\n" + "|-" * 120 + "|\n|x|\n")
    assert "<table>" not in rendered.html
    assert codes(rendered) == ["wide-table"]


def test_equal_headings_get_ids_in_linear_time() -> None:
    rendered = render("# a\n\n" * 6_000, title="T")
    assert [heading.id for heading in rendered.headings[:3]] == ["a", "a-1", "a-2"]
    assert len({heading.id for heading in rendered.headings}) == 6_000


# What does not fit a golden case


def test_lines_are_lines_of_the_file() -> None:
    rendered = render("# A\n\n[x](y.md)\n\n## B\n\n```nope\n```\n", first_line=7, title="T")
    assert [heading.line for heading in rendered.headings] == [7, 11]
    assert rendered.refs[0].line == 9
    assert [problem.line for problem in rendered.diagnostics] == [13]


def test_an_empty_text_gives_nothing() -> None:
    for source in ("", "\n", "  \n\n"):
        rendered = render(source)
        assert (rendered.html, rendered.text, rendered.words, rendered.title) == ("", "", 0, None)


def test_words_are_counted_outside_code_blocks() -> None:
    rendered = render("# Title\n\nDon't count `code` twice: 3 words.\n\n```\nnot these words\n```\n\n你好 hi\n")
    assert rendered.words == 9
    assert "not these words" in rendered.text


def test_slots_of_links_complete_to_html() -> None:
    rendered = render('[a](b.md "t"){#x .k} [[c]] ![d](e.png)\n')
    assert filled(rendered, "url") == (
        '<p><span id="x"><a class="external k" href="b.md" title="t">a</a></span> '
        '<a class="external" href="c">c</a> <img src="e.png" alt="d" loading="lazy"></p>\n'
    )
    assert filled(rendered, "missing") == (
        '<p><span id="x"><span class="missing">a</span></span> <span class="missing">c</span> '
        '<span class="missing">d</span></p>\n'
    )


def test_every_id_takes_the_prefix() -> None:
    source = "## A\n\n[b]{#c} d[^1]\n\n<p id=e><label for='e'>f</label> <a name=\"g\" href='#e'>h</a></p>\n\n[^1]: i\n"
    html = filled(render(source, title="T"), "anchor", prefix="p-")
    names = re.findall(r'(?:id|for|name)="([^"]*)"', html)
    assert len(names) == 7
    assert all(name.startswith("p-") for name in names)
    assert "p-p-" not in html


def test_plain_commonmark_has_no_extensions() -> None:
    assert markdown.commonmark("| a |\n|---|\n") == "<p>| a |\n|---|</p>\n"
