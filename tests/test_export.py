"""`notes-site export readme`: what graders see, what it never overwrites, and that it can be taken apart again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from notes_site.base.decoding import decode
from notes_site.base.model import Card
from notes_site.build.compose import Composed, compose
from notes_site.config.project import Project
from notes_site.content import frontmatter
from notes_site.content.markdown.outline import outline
from notes_site.readme.exporter import marks
from notes_site.readme.exporter.pack import Folders, pack
from notes_site.readme.exporter.unpack import unpack
from notes_site.storage.cache import Cache
from tests.harness import REPO, Site, golden_text
from tests.readme_subjects import CODE

GOLDEN = Path(__file__).parent / "golden" / "export"


def composed(root: Path) -> Composed:
    cache = Cache(root / ".notes-site/cache.db")
    try:
        return compose(Project(root, root / "notes-site.toml"), cache)
    finally:
        cache.close()


def packed(root: Path) -> str:
    """The README with attachments as seen from the root of the content, so that links hold in any note."""
    whole = composed(root)
    sources = {
        note.path: frontmatter.parse(note.path, decode("", (root / "content" / note.path).read_bytes()).text)
        for note in whole.site.published()
    }
    return pack(whole.site, whole.plan.links, sources, Folders("/", "/"))


def unpacked(readme: str, root: Path, like: Path) -> None:
    """Write a site from a README, with the config and the attachments of another."""
    for path in like.rglob("*"):
        if path.is_file() and path.suffix != ".md" and "public" not in path.parts and ".notes-site" not in path.parts:
            target = root / path.relative_to(like)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for file in unpack(readme):
        target = root / "content" / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")


def cards(root: Path) -> list[Card]:
    """Return the notes' cards, links within the site as where they lead to."""
    whole = composed(root)
    inside = {path: slot.href for path, slot in whole.plan.links.resources.items() if slot.kind != "missing"}
    notes = whole.site.published()
    return [structs.replace(n.card, area_name="", link=inside.get(n.path, n.card.link)) for n in notes]


def check_round_trip(root: Path, again: Path) -> None:
    readme = packed(root)
    unpacked(readme, again, root)
    assert cards(again) == cards(root)
    assert [a.name for a in composed(again).site.areas] == [a.name for a in composed(root).site.areas]
    assert packed(again) == readme


def check_anchors(readme: str) -> None:
    """Every link within the README leads to something."""
    asked = re.findall(r"\]\(#([^)\s]+)\)", readme)
    assert asked
    assert set(asked) <= set(re.findall(r'<a id="([^"]+)">', readme))


def golden_site(site: Site) -> Site:
    shutil.copytree(GOLDEN / "site", site.root, dirs_exist_ok=True)
    return site


def test_golden(site: Site) -> None:
    golden_site(site)
    done = site.run("export", "readme", "--output", "README.md")
    assert (done.returncode, done.stderr) == (0, "README.md: written\n")
    written = (site.root / "README.md").read_bytes().decode()
    assert written == golden_text(GOLDEN / "README.md", written)
    check_anchors(written)
    assert site.run("export", "readme").stdout == written


def test_what_is_exported_can_be_read_back(site: Site, tmp_path: Path) -> None:
    check_round_trip(golden_site(site).root, tmp_path / "again")


def test_the_example_course_can_be_read_back(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    for name in ("content", "static", "notes-site.toml"):
        copy = shutil.copytree if (REPO / name).is_dir() else shutil.copy
        copy(REPO / name, first / name)
    check_round_trip(first, tmp_path / "again")
    check_anchors(packed(first))


PIECES = [
    "Plain words about 20 minutes.",
    "# One",
    "## Two ##",
    "###### Six",
    "##### Five\n\n###### Deeper",
    "Under\nlined\n===",
    "Under\n---",
    "> ## In a quote\n> text",
    "> Quoted\n> ---",
    "- # In a list\n\n  more",
    "See [b](<b.md>), [b](b.md), [there](b.md#two), [me](#two), [up](../index.md), [area](index.md), [out](https://example.org/a_(b)).",
    "A [ref][r], a [r], ![][p].\n\n[r]: b.md 'B'\n[p]: box.svg",
    "[r]: https://example.org/other",
    "[[B]] and [[b#two|label]] ![[box.svg|30]] ![[b]]",
    '<img src="box.svg"> <a href="b.md">b</a>\n\n<a name="x"></a>[x](#x)',
    "Footnote.[^1]\n\n[^1]: Text.",
    "`[^1]` and `[b](#b)`",
    "    ## indented code",
    "```\n## in code\n```",
    "| a | b |\n| - | - |\n| [b](b.md) | \\| |",
    "<!-- notes-site:note path=x.md -->",
    "<!-- notes-site:sums -->",
    "```\nunclosed ## fence",
    "$x$ <b>&amp;",
    "[Title](https://example.org) (time: 30 min)",
    "> Beginner Level",
    *("\n".join(lines) for lines in CODE),
]
TITLES = [
    "B",
    "Lab: A [b] (c)",
    "C# & C++ <x> *y* _z_ `q`",
    "1. One (time: 5 min)",
    "- Dash",
    "# Hash",
    "A | B \\ ~~ $x^2$",
    "日本 (time: )",
]


@st.composite
def notes(draw: st.DrawFn) -> dict[str, str]:
    """A site's files: two notes that know one another, some facts about each, and pieces of nasty text."""
    files = {}
    for path in ("cloud/a.md", "cloud/b.md", "other area/c d.md", "e.md"):
        facts = {
            "title": draw(st.none() | st.sampled_from(TITLES)),
            "level": draw(st.sampled_from([None, "beginner", "Advanced"])),
            "group": draw(st.sampled_from([None, "G *1*", "Other"])),
            "area": draw(st.sampled_from([None, None, "Cloud & *Web*", "cloud"])),
            "kind": draw(st.sampled_from([None, "video", "lab"])),
            "link": draw(st.sampled_from([None, "https://example.org/a_(b)?c=d#e", "box.svg"])),
            "time": draw(st.sampled_from([None, 0, 5, 90])),
            "estimate": draw(st.sampled_from([None, 30])),
            "date": draw(st.sampled_from([None, "2018-10-29"])),
            "status": draw(st.sampled_from([None, "doing"])),
            "tags": draw(st.sampled_from([(), ("a", "b > c")])),
            "summary": draw(st.sampled_from([None, "So --> it <!-- goes"])),
            "order": draw(st.sampled_from([None, 1, 2])),
        }
        body = "\n\n".join(draw(st.lists(st.sampled_from(PIECES), max_size=5)))
        files[path] = f"{frontmatter.dump(facts)}\n{body}\n"
    files["cloud/index.md"] = draw(st.sampled_from(["---\ntitle: Cloud *9*\n---\n\nIntro.\n", "Only words.\n"]))
    return files


@settings(max_examples=8)
@given(files=notes())
def test_whatever_is_exported_can_be_read_back(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    check_files(files, tmp_path_factory)


@pytest.mark.full
@settings(max_examples=150)
@given(files=notes())
def test_much_that_is_exported_can_be_read_back(
    files: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_files(files, tmp_path_factory)


def check_files(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    site = Site(tmp_path_factory.mktemp("export") / "site")
    site.write("content/cloud/box.svg", "<svg/>")
    for path, text in files.items():
        site.write(f"content/{path}", text)
    check_round_trip(site.root, site.root.parent / "again")


@pytest.mark.parametrize("opened", ["```\n# code", "~~~~ python\n```", "<!-- comment", "<script>\nx"])
def test_what_a_note_leaves_open_swallows_no_other(site: Site, opened: str) -> None:
    site.note("cloud/a.md", f"{opened}\n", title="A")
    site.note("cloud/b.md", "Words.\n", title="B")
    readme = packed(site.root)
    outside = outline(readme, "")
    lines = readme.split("\n")
    assert not outside.fence
    assert outside.stray is None
    assert lines.index("B (time: )") not in outside.code
    assert [file.path for file in unpack(readme)] == ["cloud/a.md", "cloud/b.md"]


PATHS = ["../../x.md", "/etc/x.md", ".git/x.md", "a/../../x.md", "C:\\x.md", "x.sh", "..", "a//x.md"]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_content_folder(path: str) -> None:
    (file,) = unpack(f"<!-- notes-site:note path={path} -->\n\nTitle (time: )\n\nWords.\n")
    assert not set(file.path.split("/")) & {"", "..", ".git"}
    assert re.fullmatch(r"[a-z/-]+\.md", file.path)
    assert "Words." in file.text


def test_not_a_word_of_what_was_added_by_hand_is_lost() -> None:
    mark = "<!-- notes-site:{} -->\n\n"
    note = mark.format("note path=a/b.md") + "B (time: )\n\n{}\n"
    parts = ["Above.\n", mark.format("home") + "# T\n\nHome.\n", mark.format("area") + "## A\n\nArea.\n",
             mark.format("level") + "> Beginner Level\n\nLevel.\n", mark.format("group") + "**G**\n\nGroup.\n",
             note.format("First."), note.format("Second."), mark.format("note") + "Head\n\nThird.\n"]  # fmt: skip
    written = "\n".join(file.text for file in unpack(marks.sign("\n".join(parts))))
    for word in ("Above", "Home", "Area", "Level", "Group", "First", "Second", "Head", "Third"):
        assert written.count(f"{word}") == 1, word


def test_every_file_says_which_lines_it_is_from() -> None:
    readme = (GOLDEN / "README.md").read_text(encoding="utf-8")
    lines = readme.split("\n")
    files = {file.path: file for file in unpack(readme)}
    vm = files["cloud/launch-a-vm.md"]
    assert lines[vm.line - 1].startswith("[Tutorial: Launch a VM]")
    assert lines[vm.end_line - 1] == "[^1]: With a note."
    assert (vm.kind, vm.area) == ("note", "Cloud Web Apps")
    assert [file.kind for file in files.values()] == ["home", "area", "note", "note", "note", "note", "page"]


def test_code_stays_as_it_is(site: Site) -> None:
    code = "```\n## [b](#cloud--b)\n```"
    site.note("cloud/a.md", f"[b](b.md)\n\n{code}\n", title="A")
    site.note("cloud/b.md", title="B")
    readme = packed(site.root)
    assert code in readme
    assert f"[b](b.md)\n\n{code}\n" in unpack(readme)[0].text


def test_drafts_never_leave(site: Site) -> None:
    golden_site(site).note("cloud/secret.md", "Hidden words.\n", title="Hidden title", draft=True)
    site.note("cloud/open.md", "See [it](secret.md).\n", title="Open")
    text = site.run("export", "readme").stdout
    assert "See [it](secret.md)." in text
    assert not re.search("Hidden", text)


def test_a_file_of_somebody_else_is_never_overwritten(site: Site) -> None:
    golden_site(site).write("README.md", "# Mine\n")
    done = site.run("export", "readme", "--output", "README.md")
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert (site.root / "README.md").read_text() == "# Mine\n"
    assert site.run("export", "readme", "--output", "README.md", "--force").returncode == 0
    assert marks.is_unchanged((site.root / "README.md").read_text(encoding="utf-8"))


def test_our_own_file_is_replaced_unless_changed_by_hand(site: Site) -> None:
    golden_site(site)
    site.run("export", "readme", "--output", "README.md")
    assert "unchanged" in site.run("export", "readme", "--output", "README.md").stderr
    readme = site.root / "README.md"
    readme.write_bytes(readme.read_bytes().replace(b"\n", b"\r\n"))  # as git on Windows checks it out
    site.note("cloud/more.md", "More.\n", title="More", time="5 min")
    assert site.run("export", "readme", "--output", "README.md").returncode == 0
    assert "More (time: 5 min)" in readme.read_text(encoding="utf-8")
    readme.write_text(readme.read_text(encoding="utf-8") + "By hand.\n", encoding="utf-8")
    done = site.run("export", "readme", "--output", "README.md")
    assert done.returncode == 1
    assert "changed by hand" in done.stderr


def test_a_readme_among_the_notes_is_refused(site: Site) -> None:
    golden_site(site)
    done = site.run("export", "readme", "--output", "content/README.md")
    assert done.returncode == 1
    assert not (site.root / "content/README.md").exists()


def test_with_errors_nothing_is_exported(site: Site) -> None:
    golden_site(site).note("cloud/bad.md", title="Bad", time="soon")
    done = site.run("export", "readme", "--output", "README.md")
    assert done.returncode == 1
    assert "bad-time" in done.stderr
    assert not (site.root / "README.md").exists()


def test_a_place_that_cannot_be_written_is_told_of(site: Site) -> None:
    golden_site(site).write("file", "")
    done = site.run("export", "readme", "--output", "file/README.md")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")


def test_images_are_seen_from_where_the_readme_lies(site: Site) -> None:
    golden_site(site).write("content/cloud/box one.svg", "<svg/>")
    site.note("cloud/one.md", "![a box](<box one.svg>)\n", title="One")
    site.run("export", "readme", "--output", "deep/er/README.md")
    assert "](<../../content/cloud/box%20one.svg>)" in (site.root / "deep/er/README.md").read_text(encoding="utf-8")


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))), st.text(alphabet="#-\n <!>notes-site:/ path=area")
)
def test_any_readme_is_taken_apart_without_a_crash(title: str, rest: str) -> None:
    head = f"[{marks.escape(title)}](https://example.org) (time: 1 h)"
    readme = f"<!-- notes-site:note path=a/b.md -->\n\n{head}\n\n{rest}\n<!-- notes-site:area -->\n{rest}"
    assert "a/b.md" in [file.path for file in unpack(readme)]
    assert marks.unescape(marks.escape(title)) == title
