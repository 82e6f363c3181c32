"""Raw HTML in a browser: every word of a note is seen, what is around it stays, and nothing of `html = "safe"` runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from notes_site.base.model import HtmlMode
from tests import browser
from tests.harness import Site
from tests.hostile import PAYLOADS
from tests.pages import body
from tests.test_markdown import documents, render
from tests.test_rawhtml import GOOD, INLINE, MORE_TAGS, TAGS, WORDS_AROUND

pytestmark = pytest.mark.slow

# Opens each page in a frame of its own: what stands around the note's text, which words are seen, whether `ran()` ran.
LOOK = r"""async pages => {
  window.found = new Set();
  const look = async (html, number) => {
    const frame = document.createElement("iframe");
    frame.width = 900;
    frame.height = 900;
    const loaded = new Promise(done => frame.onload = done);
    const listener = `<script>window.ran = parent.ran = () => top.found.add(${number})<\/script>`;
    frame.srcdoc = html.replace("<head>", "<head>" + listener);
    document.body.append(frame);
    await loaded;
    const page = frame.contentDocument;
    page.querySelectorAll("details").forEach(details => details.open = true);
    page.getElementById("click")?.click();
    const around = (element, above) => {
      const path = above + "/" + element.tagName + "." + element.className;
      if (element.className === "prose") return [path];
      const inside = [...element.childNodes].flatMap(node =>
        node.nodeType === 1 ? around(node, path)
          : node.nodeType === 3 && node.data.trim() ? [path + " " + node.data] : []);
      return [path, ...inside];
    };
    const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    let seen = "";
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      const range = page.createRange();
      range.selectNodeContents(texts.currentNode);
      if (element.checkVisibility() && range.getClientRects().length) seen += texts.currentNode.data;
    }
    const result = {around: around(page.body, ""), seen};
    await new Promise(done => setTimeout(done, 20));
    frame.remove();
    return result;
  };
  const results = [];
  for (let at = 0; at < pages.length; at += 20)
    results.push(...await Promise.all(pages.slice(at, at + 20).map((html, more) => look(html, at + more))));
  return {results, ran: [...window.found]};
}"""


@pytest.fixture(scope="module")
def window() -> Iterator[Page]:
    with browser.chromium() as started, browser.windows(started) as opener:
        yield opener().open("about:blank")


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A note's page, with `<p>THE TEXT</p>` for its text."""
    site = Site(tmp_path_factory.mktemp("site"))
    for title in ("A", "B", "C"):
        site.note(f"docker/{title}.md", "THE TEXT\n", title=title, level="beginner")
    site.build()
    page = site.page("docker/b.html")
    assert page.count("<p>THE TEXT</p>") == 1
    return page


def look(window: Page, frame: str, sources: list[str], html: HtmlMode = "raw") -> tuple[list[str], list[int]]:
    """Hold that nothing around the notes changes; return the text that is seen of each, and which of them ran."""
    bodies = ["", *(body(render(source, html=html, title="T")) for source in sources)]
    found = window.evaluate(LOOK, [frame.replace("<p>THE TEXT</p>", text) for text in bodies])
    empty, *rest = found["results"]
    for source, result in zip(sources, rest, strict=True):
        assert result["around"] == empty["around"], source
    return [result["seen"] for result in rest], [number - 1 for number in found["ran"]]


PLACES = ("w1 {} w2", "{} w2", "{}", "- w1 {} w2", "> {} w1", "## w1 {} w2", "| w1 {} |\n|-|\n| {} w2 |")


@pytest.mark.parametrize("place", PLACES)
def test_all_words_are_seen_beside_a_tag_that_encloses_nothing(window: Page, frame: str, place: str) -> None:
    tags = [tag for tag in INLINE if tag != "<li>"]
    sources = [f"before\n\n{place.format(tag, tag)}\n\nw3\n" for tag in tags]
    seen, _ = look(window, frame, sources)
    for source, text in zip(sources, seen, strict=True):
        for word in re.findall(r"before|w\d", source):
            assert word in text, source
    for tag, text in zip(tags, seen, strict=True):
        assert tag in text


def test_good_html_changes_nothing_around_it(window: Page, frame: str) -> None:
    look(window, frame, [f"{source}\n" for source in GOOD])


quick = settings(
    max_examples=3,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
        HealthCheck.data_too_large,
    ],
    deadline=None,
)


@quick
@given(sources=st.lists(documents((*WORDS_AROUND, *TAGS, *MORE_TAGS)), min_size=40, max_size=40))
def test_no_note_changes_what_is_around_it(window: Page, frame: str, sources: list[str]) -> None:
    look(window, frame, sources)


@quick
@given(sources=st.lists(documents((*WORDS_AROUND, *TAGS)), min_size=40, max_size=40))
def test_no_start_tag_hides_a_word(window: Page, frame: str, sources: list[str]) -> None:
    seen, _ = look(window, frame, sources)
    for source, text in zip(sources, seen, strict=True):
        for word in re.findall(r"w\d+q", source):
            assert word in text, source


def test_nothing_of_known_attacks_runs(window: Page, frame: str) -> None:
    sources = [f"[own](https://own.example/) {payload}\n\n{payload}\n" for payload in PAYLOADS]
    _, ran = look(window, frame, sources, "safe")
    assert [PAYLOADS[number] for number in ran] == []
    _, ran = look(window, frame, ["<img src=x onerror=ran()>\n"])
    assert ran == [0], "the test sees what runs"


def test_nothing_of_an_imported_readme_runs(tmp_path: Path, window: Page) -> None:
    broken = "src=data:image/png,x"  # an image that is there, and none
    payloads = [payload.replace("src=x", broken) for payload in PAYLOADS if not re.search(r"\n\n|^<!--", payload)]
    items = [
        f"#### [Video: Number {number}](https://example.org/{number}) (10 min)\n\nText {payload}\n\n{payload}\n\n"
        for number, payload in enumerate(payloads)
    ]
    site = Site(tmp_path)
    site.write("README.md", "# Course\n\n## Docker\n\n### Beginner\n\n" + "\n".join(items))
    assert site.run("import", "README.md").returncode == 0
    site.build()
    pages = sorted(site.output.rglob("*.html"))
    assert len(pages) > len(payloads)
    found = window.evaluate(LOOK, [page.read_text(encoding="utf-8") for page in pages])
    assert [pages[number].name for number in found["ran"]] == []
