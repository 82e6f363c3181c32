"""Raw HTML in notes: nothing swallows the page or breaks it, nothing breaks out of `html = "safe"`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notes_site.content.markdown import html_syntax, raw_html
from notes_site.content.markdown.raw_html import is_active
from tests.harness import Site
from tests.hostile import PAYLOADS
from tests.pages import around, body, framed, parsed, shown
from tests.test_markdown import codes, documents, render

FRAME = around(parsed(framed("")))

SWALLOWERS = sorted(html_syntax.UNSEEN_WORDS | {"plaintext", "title"})
OTHERS = sorted(html_syntax.KNOWN - html_syntax.UNSEEN_WORDS - html_syntax.VOID - {"plaintext", "title"})
NO_ELEMENTS = (
    "<int>",
    "<public-ip>",
    "<your name>",
    "<String>",
    "<html>",
    "<head>",
    "<body>",
    "<td>",
    "<img>",
    "<link>",
)

WORDS_AROUND = (
    "\n\n", "\n", "\n- ", "\n\n- ", "\n\n  ", "\n\n> ", "\n# ", "\n\n|a|\n|-|\n|", "|", "\n\n1. ", "\n[^1]: ", "[^1]",
    "*", "**", "`", "[x](/y)", "![a](b)", "^[", "]", " ", "==", "<br>", "<img src=x>", "<hr>", "</p>", "\n: ",
)  # fmt: skip
TAGS = (
    *(f"<{name}>" for name in OTHERS), *(f"</{name}>" for name in OTHERS), *(f"<{name}>" for name in SWALLOWERS),
    *NO_ELEMENTS, "<a name=x>", "<a href='/z'>", "<div class=y>", "<span id=q/>", "<div/>", "<iframe src=x />",
    "<input type=x>", '<div class="x>', "<p title='x>", '<span =x=">',
)  # fmt: skip
MORE_TAGS = (
    *(f"</{name}>" for name in SWALLOWERS), "<x-y>", "</x-y>",
    "<!--", "-->", "--!>", "<?", "?>", "<!X>", "<b", '"', "'", "<b id='", '<i id = "', "<p id=>", "<u ='",
    "<textarea>q</textarea>", "<xmp><b></xmp>", "<style></div></style>", "<path>", "<foreignObject>",
    "</foreignObject>",    "<math><mi>", "</mi></math>",
)  # fmt: skip


def shown_beside_an_intact_frame(source: str) -> str:
    """Hold that nothing around the note is changed by it; return the page's visible text."""
    page = parsed(framed(body(render(source, title="T"))))
    assert around(page) == FRAME
    return shown(page)


@given(documents((*WORDS_AROUND, *TAGS, *MORE_TAGS)))
def test_no_note_changes_what_is_around_it(source: str) -> None:
    shown_beside_an_intact_frame(source)


@given(documents((*WORDS_AROUND, *TAGS)))
@example('<div>\n\n<div class="x> w1q\n\n</div>\n\nw2q\n')
@example('<div>\n\n<div\n=x="> w1q\n\n</div>\n\nw2q\n')
def test_no_start_tag_hides_a_word(source: str) -> None:
    text = shown_beside_an_intact_frame(source)
    for word in re.findall(r"w\d+q", source):
        assert word in text


# What is written, and what of it is no tag: in the right order, as the page shows it.
INLINE = [f"<{name}>" for name in SWALLOWERS] + [
    *NO_ELEMENTS,
    "<b>",
    "<details>",
    "</div>",
    "</b>",
    "<div>",
    "<video>",
    "<li>",
]


@pytest.mark.parametrize("tag", INLINE)
@pytest.mark.parametrize(
    "place", ["w1 {} w2", "{} w2", "{}", "- w1 {} w2", "> {}", "# w1 {} w2", "| w1 {} |\n|-|\n| {} w2 |", "w1 {}"]
)
def test_a_tag_that_encloses_nothing_is_shown(tag: str, place: str) -> None:
    rendered = render(f"before\n\n{place.format(tag, tag)}\n\nw3\n\n[^1]: {tag} w4\n", title="T")
    text = shown(parsed(framed(body(rendered))))
    assert set(codes(rendered)) >= {"unclosed-html"}
    for problem in rendered.diagnostics:
        if problem.code == "unclosed-html":
            assert problem.text[problem.column - 1 :][: problem.length] == tag
    written = place.count("{}") + 1
    assert text.count(tag) == written
    assert all(word in text for word in ("before", "w3", "w4"))
    assert tag in rendered.text


GOOD = [
    "<details>\n<summary>S</summary>\n\n- *text*\n\n```\n<div>\n```\n\n</details>",
    "<DETAILS><SUMMARY>S</SUMMARY>\n\n<details>\n\nx\n\n</details>\n\n</DETAILS>",
    "- item\n  <details>\n  <summary>S</summary>\n\n  text\n\n  </details>",
    '<div align="center">\n\n# Title\n\n![x](y)\n\n</div>',
    '<p align="center">\n  <img src="x">\n</p>',
    "<p align=center>\n\n![x](y)\n\n</p>",
    "<center>\n\n**x**\n\n</center>",
    '<h1 align="center">\n  <a href="x"><img src="y"></a><br>\n  Title\n</h1>',
    "<ul><li>a<li>b</ul>\n\n<ol>\n<li>\n\ntext\n\n</li>\n</ol>",
    "<table>\n<thead><tr><th>a<th>b\n<tbody><tr><td>c<td>d\n<tr><td>\n\n*e*\n\n</td></tr>\n</table>",
    "<table><colgroup><col><col span=2></colgroup><caption>c</caption><tr><td>x</table>",
    "<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>",
    "<dl><dt>a<dd>b<dt>c<dd><div>d</div></dl>",
    "<select><optgroup label=x><option>a<option>b</select>",
    "x <ruby>a<rt>b<rt>c</ruby> y",
    "a<br>b<br/>c</br>d<br></br>e <img src=x></img> <input type=checkbox></input> <hr/>",
    "<b>one\n\ntwo</b> <b><i>mis</b>nested</i>",
    "<a href=x>\n\n![x](y)\n\n</a>",
    "| a |\n|---|\n| <ul><li>x</li><li>y</li></ul><br> <li>z</li> |",
    "H<sub>2</sub>O <kbd>Ctrl</kbd>+<KBD>C</KBD> <mark>m</mark> <font color=red>f</font> <u>u</u>",
    '<svg viewBox="0 0 1 1"><title>t</title><path d="M0 0"/><g></g><foreignObject><div>d</div></foreignObject></svg>',
    "<math><mi>x</mi><mo>=</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></math>",
    "<video controls><source src=x>no video</video> <audio src=x>no audio</audio>",
    "<script>if (a < b) { '<div>' }</script>\n\n<style>p > b {}</style>\n\n<textarea><div></textarea>",
    "<iframe src=x></iframe>\n\n<iframe src=y />\n\ntext",
    '<a name="x"/>\n\n<a name="y">\n\n<a id=z></a> <span id=q /> text',
    "<my-element a=b>x</my-element> <template><div></div></template> <noscript><img src=x></noscript>",
    "<!-- <div> -->\n\n<!-- x\n\n</div> --> y",
    "<picture>\n  <source srcset=x>\n  <img src=y>\n</picture>",
    "<https://x.org> <me@x.org> a < b > c 1<2 `<div>` \\<div>",
    "<p>\n\ntext\n\n<p>more",
    "text<p>text</p>text</p>",
    "> <div>\n>\n> x\n>\n> </div>",
    "a^[<b>x</b>] b[^1]\n\n[^1]: <div>\n\n    y\n\n    </div>",
]  # fmt: skip


@pytest.mark.parametrize("source", GOOD)
def test_tags_that_balance_stay(source: str) -> None:
    rendered = render(source + "\n", title="T")
    assert "unclosed-html" not in codes(rendered)
    assert "&lt;" not in re.sub(r"(?s)<(code|script|style|p)\b.*?</\1>", "", rendered.html)
    shown_beside_an_intact_frame(source)


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ("- <details>\n\n  a\n\n</details>", ["`<details>` is never closed", "`</details>` closes nothing"]),
        ("<div>\n\n- a </div>", ["`<div>` is never closed", "`</div>` closes nothing"]),
        ("| <b> | </b> |\n|-|-|", ["`<b>` is never closed", "`</b>` closes nothing"]),
        ("<div>\nUse <object> here\n</div>", ["`<object>` is never closed"]),
        ("<ul><li><div>a<li>b</div></ul>", ["`<div>` is not nested properly", "`</div>` closes nothing"]),
        ("<table>\n\n|a|\n|-|\n\n</table>", ["`<table>` is not nested properly", "`</table>` closes nothing"]),
        ("**<table>** x </table>", ["`<table>` is not nested properly", "`</table>` closes nothing"]),
        ("<Subject>Math</Subject>", ["`<Subject>` is no HTML element"]),
        ("x <title>a</title>", ["`<title>` does nothing here", "`</title>` does nothing here"]),
        ("from <script> to </script> it", ["`<script>` would hide what follows", "`</script>` is not needed"]),
        ("<script>\n**a** is b</script>", []),
        ("x <script>\n*a* is b</script>", ["`<script>` would hide what follows", "`</script>` is not needed"]),
        ("<?php echo 1; ?>\n\nx", ["`<?php echo 1; ?>` is no part of a page"]),
        ("<p id='</main>", ["`<p id='</main>` is never closed"]),
        ('<p id = "x</p>', ['`<p id = "x</p>` is never closed']),
        ("<p id=></p>\n<p ='></p>", []),
    ],
)
def test_messages_name_the_tag(source: str, messages: list[str]) -> None:
    rendered = render(source + "\n", title="T")
    assert [d.message.removesuffix(" and is shown as text") for d in rendered.diagnostics] == messages
    shown_beside_an_intact_frame(source)


def test_words_in_angle_brackets_are_in_the_title_the_text_and_the_ids() -> None:
    rendered = render("# Use <select>\n\n## The <script> tag\n\n`x` <public-ip>\n")
    assert rendered.title == "Use <select>"
    assert rendered.headings[0].id == "the-script-tag"
    assert rendered.text == "The <script> tag\nx <public-ip>"
    assert codes(rendered) == ["unclosed-html"] * 3


def test_words_in_angle_brackets_are_wherever_the_note_is_shown(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write("notes-site.toml", 'base_url = "https://x.example/"\n')
    site.note("docker/a.md", "Run `ssh` to <public-ip> in w1.\n\n<div>\nw2 <int> w3\n", title="A", date="2024-01-02")
    site.build()
    assert "&lt;div&gt;\nw2 &lt;int&gt; w3" in site.page("docker/a.html")
    for name, data in site.published().items():
        if data.count(b"w1") and name.endswith((".html", ".xml", ".json")):
            text = data.decode()
            assert "<public-ip>" not in text or name.endswith(".json"), name
            assert re.search(r"to (<|&lt;|&amp;lt;|\\u003c)public-ip", text), name


def test_only_raw_html_has_the_sections_of_drawings() -> None:
    """Without the drawing around it a browser reads on where the section seems to end."""
    source = "<svg><![CDATA[><img src=/gone>]]></svg>\n"
    assert "<img" in body(render(source, title="T"))
    rendered = render(source, html="safe", title="T")
    assert "&lt;img src=/gone&gt;" in body(rendered)
    assert rendered.refs == ()


def test_safe_html_shows_words_that_are_no_elements() -> None:
    rendered = render("a <int> <public-ip> <script>x</script> <form>y</form>\n", html="safe")
    assert shown(parsed(rendered.html)) == "a <int> <public-ip> x y\n"
    assert sorted(codes(rendered)) == ["html-removed", "html-removed", "unclosed-html", "unclosed-html"]


# html = "safe"


def refused(page: Element) -> Iterator[str]:
    """Yield what the page has that the list of what stays lacks."""
    ours = {"a": {"class"}, "img": {"loading", "class"}, "input": {"type"}}
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag not in raw_html.SAFE_TAGS | {"html", "head", "body"}:
            yield element.tag
        names = [name for name in element.attrib if name not in ours.get(element.tag, ())]
        if element.tag in raw_html.SAFE_TAGS and (lost := raw_html.removed(element.tag, names)):
            yield lost


ENTITIES = ("&#{};", "&#{}", "&#x{:x};", "&#X{:X}", "&amp;#{};", "&#0000{};")
MARKS = (
    "slot0x0;",
    "slot0xp;",
    "data-slot0-a",
    "data-slot0-i=0",
    'data-slot0-rhref="0"',
    "\ufffda0\ufffd",
    "a0\thref",
    "<img src=",
    "onerror=ran()",
    "</a>",
    "javascript:ran()",
)


@st.composite
def encoded(draw: st.DrawFn) -> str:
    """A text that a slot or a tag could be taken for, with some characters as entities."""
    text = draw(st.sampled_from(MARKS))
    forms = draw(st.lists(st.sampled_from(("", "", *ENTITIES)), min_size=len(text), max_size=len(text)))
    return "".join(form.format(ord(char)) if form else char for form, char in zip(forms, text, strict=True))


ATTACKS = (
    "<b title='", "<img src=y alt='", "<a href='", "<a name='", "<p id='", "<img srcset='", "<h2 class='", "'>", '"',
    "'", " x=", ">", "<a>", "</a>", "<b>", "</b>", "<div>", "</div>", "<table>", "<td>", "</table>", "<svg>",
    "<style>", "</style>", "<math>", "<noscript>", "<!--", "-->", "<a href=/own>", "<p>", "[t](/own)", "![t](/own)",
    "[[own]]", "\n\n# h\n\n", "\n\n", "\n- ", "[^1]", "\n\n[^1]: ", "&#0;", "&NewLine;", "&Tab;", "&lt;", "&quot;",
    "{title='", "}", "<wbr ", "<a ", "<h2 ", "<img ", " data-slot0-h=0", " DATA-SLOT0-A=0", " data-slot1-i=0",
    " data-x\"=1",
)  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(ATTACKS), encoded(), st.just("word")), max_size=25))
def test_no_text_breaks_out_of_safe_html(pieces: list[str]) -> None:
    rendered = render("".join(pieces) + "\n", html="safe", title="T")
    page = parsed(framed(body(rendered)))
    prose = next(element for element in page.iter() if element.get("class") == "prose")
    assert list(refused(prose)) == []
    assert around(page) == FRAME
    written = {ref.target for ref in rendered.refs}
    for element in prose.iter():
        for name in {"href", "src"} & set(element.attrib):
            assert element.attrib[name] in written or element.attrib[name].startswith("#")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_known_attacks_leave_nothing_in_safe_html(payload: str) -> None:
    rendered = render(f"[own](https://own.example/) {payload}\n\n{payload}\n", html="safe", title="T")
    page = parsed(framed(body(rendered)))
    prose = next(element for element in page.iter() if element.get("class") == "prose")
    assert list(refused(prose)) == []
    assert around(page) == FRAME


def test_only_its_own_text_becomes_a_link() -> None:
    rendered = render(
        "[own](/x) <b title='&#115;lot0x0; data-slot0-a=&quot;0&quot;'>b</b> <i data-slot0-a=0>i</i>", html="safe"
    )
    [link] = list(parsed(body(rendered)).iter("a"))
    assert link.text == "own"


# Imports


@pytest.mark.parametrize(
    "payload",
    [
        '<img alt=">" src=x onerror=ran()>',
        "<a title='>' href='&#106;avascript:x'>a</a>",
        '<b ="><svg onload=x>">',
        "x^[<img src=x onerror=ran()>]",
        "<input>",
        "<svg/onload=x>",
        "<noscript>x</noscript>",
        "<img src=x\x0bonerror=ran()>",
        "<b one\x07rror=ran()>",
        "<b on%%x%%error=ran()>",
    ],
)
def test_active_html_is_seen(payload: str) -> None:
    assert is_active(payload)
    assert is_active(f"- a\n  > {payload}\n")


@pytest.mark.parametrize(
    "source",
    [
        "a < b",
        "`<script>` \\<script> &lt;script&gt;",
        "```\n<script>\n```",
        "<details><summary>x</summary></details>",
        "<p align=center><font color=red>x</font>",
        "<int> onload=x",
        "[x](javascript:x)",
    ],
)
def test_harmless_html_stays_as_it_is(source: str) -> None:
    assert not is_active(source)
