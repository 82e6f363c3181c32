"""What holds for every README: nothing is lost, nothing is there twice, nothing stops the import."""

from __future__ import annotations

import cProfile
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base import decoding
from notes_site.base.paths import ContentPath
from notes_site.config import reading
from notes_site.config.reading import parse_options
from notes_site.content.note import parse_note
from notes_site.readme.importer import notes
from notes_site.readme.importer.notes import Import
from notes_site.readme.importer.rewrite import Local
from tests.harness import REPO

COMMENT = re.compile(r"# README\.md:(\d+): ?(.*)")
DEFAULT = reading.parse_config("notes-site.toml", b"")[0]

_PRIVATE = os.environ.get("NOTES_SITE_READMES")
PRIVATE = sorted(Path(_PRIVATE).glob("*.md")) if _PRIVATE else []
OURS = [*sorted((REPO / "tests/readmes").glob("*.md")), REPO / "README.md", REPO / "CHANGELOG.md"]


def imported(source: str) -> Import:
    return notes.plan(source, "README.md", DEFAULT, local=lambda path: Local(None))


def words(source: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", source.casefold()))


def lines_of(found: Import) -> tuple[Counter[int], list[str]]:
    """Return how often each line of the README is a comment, and all that the files say of it."""
    numbers, said = Counter[int](), []
    for made in found.texts.values():
        front, body = made.removeprefix("---\n").split("\n---\n", 1)
        for comment in filter(None, map(COMMENT.fullmatch, front.split("\n"))):
            numbers[int(comment[1])] += 1
            said.append(comment[2])
        said.append(body)
    return numbers, said


def check_law(source: str, *, links_stay: bool) -> None:
    """Every word stands in the files as often as in the README; where links are pointed elsewhere, at least once."""
    found = imported(source)
    for path, made in found.texts.items():
        problems = parse_note(ContentPath(path), made.encode(), parse_options(DEFAULT)).diagnostics
        assert not [problem for problem in problems if problem.severity == "error"], made
    numbers, said = lines_of(found)
    assert not [number for number, count in numbers.items() if count > 1]
    before, after = words(source), words("\n".join(said))
    if links_stay:
        assert after == before
    else:
        links = words(" ".join(re.findall(r"\[[^\]]*\](?:\([^)]*\)|: .*)?|(?:href|src)=\S+", source)))
        assert not before - after - links
    last = 0
    for note in found.notes:
        assert last < note.line <= note.end_line <= source.count("\n") + 1
        last = note.line
    assert len({note.path.casefold() for note in found.notes}) == len(found.notes)


@pytest.mark.parametrize("path", [*OURS, *PRIVATE], ids=lambda path: path.name)
def test_no_word_of_a_readme_is_lost(path: Path) -> None:
    source = decoding.decode(path.name, path.read_bytes()).text
    check_law(source, links_stay=path in PRIVATE and "](#" not in source)


PIECES = """
    Docker pods bread 30 min 1h time: spent beginner Level Intermediate advanced Area 2 Video: Lab notes the é 字
    : & &amp; - -- ( ) [ ] [x] * ** _ ` | > # ~ \\ <b> </b> <details> </details> <summary> </summary> <a>
    10/11/2018 2018-10-29 https://example.org/x [t](https://example.org/y)
"""
WORD = st.sampled_from(re.findall(r"\S+", PIECES))
PROSE = st.lists(WORD, min_size=1, max_size=7).map(" ".join)
START = st.sampled_from(
    ["", "", "# ", "## ", "### ", "#### ", "##", "- ", "* ", "1. ", "-", "> ", ">> ", "  - ", "    ", "\t", "- [x] ",
     "```", "---", "===", "***", "| ", "<h2>", "<summary>", "**", "[1]: ", "|---|---|", "Time: ", "<a name='x'>"]
)  # fmt: skip
LINE = st.tuples(START, st.one_of(st.just(""), PROSE)).map("".join)


@given(st.lists(LINE, max_size=30).map("\n".join))
def test_no_word_is_lost_whatever_the_document(source: str) -> None:
    check_law(source + "\n", links_stay="]: " not in source)


NOTED = st.tuples(
    st.one_of(START, st.sampled_from(["[^1]: ", "[^2]: ", "    "])), PROSE, st.sampled_from(["", "[^1]", "[^2]"])
)


@given(st.lists(st.one_of(NOTED.map("".join), st.just("")), max_size=30).map("\n".join))
def test_no_word_is_lost_among_footnotes(source: str) -> None:
    _, said = lines_of(imported(source + "\n"))
    assert not words(source) - words("\n".join(said))


@given(st.text(max_size=200).filter(lambda s: "\0" not in s))
def test_any_text_is_imported(source: str) -> None:
    decoded = decoding.decode("README.md", source.encode("utf-8", "replace"))
    found = imported(decoded.text)
    _, said = lines_of(found)
    assert not words(decoded.text) - words("\n".join(said))


def test_a_huge_table_of_contents_is_not_lost() -> None:
    source = "".join(f"- [A heading of many words, number {n}](#heading-{n})\n" for n in range(2000))
    check_law(source, links_stay=False)


@given(st.lists(LINE, max_size=20).map("\n".join))
def test_the_same_readme_gives_the_same_files(source: str) -> None:
    assert imported(source) == imported(source)


REPEATED = {
    "underlined headings": "a\n===\n",
    "headings": "## A\n",
    "headings with text": "## A {}\n\nText.\n\n",
    "items": "- [A](https://example.org/{}) 1h\n",
    "times below headings": "# a\ntime: 1h\n",
    "references": "[a{0}]: https://example.org/{0}\n\n[a{0}][a{0}]\n\n",
    "footnotes": "[^{0}]\n\n[^{0}]: x\n\n",
}


def calls(source: str) -> int:
    """Return how many functions an import calls, resumed generators too."""
    profile = cProfile.Profile()
    profile.runcall(imported, source)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.slow
@pytest.mark.parametrize("name", REPEATED)
def test_the_work_grows_as_the_readme_does(name: str) -> None:
    small, large = ("".join(REPEATED[name].format(n) for n in range(count)) + "\n" for count in (150, 1200))
    assert calls(large) < 8 * 1.7 * calls(small)
